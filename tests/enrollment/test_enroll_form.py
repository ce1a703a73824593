"""The enrollment form: steps, drafts, what is refused at the field, and handing in (D12-D15)."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import Account, AuditEvent, User
from accounts.products import LicenseKind
from common.scope import account_scope
from enrollment.models import EnrollmentEvent, OutgoingMail, ProfileSection
from enrollment.selectors import profile
from enrollment.states import EnrollmentState, SectionKey
from phone_numbers.states import Origin
from tests import factories
from tests.conftest import ClientFor
from tests.enrollment import forms_world as world
from tests.enrollment.forms_world import MONITORING, REGISTRATION, address, post_step


@pytest.fixture
def manager(client_for: ClientFor, stranger: User) -> Client:
    """The owner of globex, which is licensed and has not begun to enroll."""
    return client_for(stranger)


def sign_by_page(client: Client) -> None:
    signing = {"signer_name": "Olivia Owens", "signer_title": "COO", "method": "typed", "typed": "Olivia Owens"}
    assert client.post(address(MONITORING, "letter"), signing).status_code == 302


def test_a_business_goes_through_every_step_and_is_handed_in_once(manager: Client, globex: Account) -> None:
    start = manager.get(address(MONITORING))
    assert "Accurate answers are crucial" in start.content.decode()
    for key, following in zip(SectionKey, ["contacts", "calls", "practices", "letter"], strict=True):
        answer = post_step(manager, MONITORING, key)
        assert (answer.status_code, answer["Location"]) == (302, address(MONITORING, following))
    sign_by_page(manager)
    page = manager.get(address(MONITORING, "review"))
    assert not page.context["problems"]
    sent = {"seen": page.context["seen"], "attest": "on"}
    assert manager.post(address(MONITORING, "review"), sent)["Location"] == address(MONITORING)
    again = manager.post(address(MONITORING, "review"), sent, follow=True)
    assert "nothing was sent twice" in again.content.decode()
    enrollment = world.enrollment_of(globex, MONITORING)
    assert enrollment.state == EnrollmentState.SUBMITTED
    assert (enrollment.ein, enrollment.name_key, enrollment.domain) == ("12-3456789", "acmehealth", "acme.example")
    with account_scope(globex):
        kinds = list(EnrollmentEvent.objects.order_by("pk").values_list("kind", flat=True))
        audited = set(AuditEvent.objects.values_list("action", flat=True))
        mails = set(OutgoingMail.objects.values_list("kind", flat=True))
    assert kinds == ["begin", "submit"]
    assert {"enrollment.begin", "enrollment.submit", "letter.signed"} <= audited
    assert mails == {"enrollment.submitted"}


def test_what_was_answered_for_one_service_is_not_asked_again_for_the_other(
    manager: Client, globex: Account, stranger: User
) -> None:
    world.submit(globex, REGISTRATION, stranger)
    page = manager.get(address(MONITORING))
    assert page.context["going_on"].slug == SectionKey.PRACTICES
    assert [step.progress for step, _ in page.context["steps"]][:5] == ["done", "done", "done", "empty", "done"]


def test_registration_asks_for_no_dialing_practices(manager: Client) -> None:
    slugs = [step.slug for step, _ in manager.get(address(REGISTRATION)).context["steps"]]
    assert slugs == ["business", "contacts", "calls", "letter", "review"]
    assert manager.get(address(REGISTRATION, "practices")).status_code == 404
    assert manager.get("/services/nonsense/enroll/business/").status_code == 404


WRONG = [
    (SectionKey.BUSINESS, "legal_name", "Ac", "3 characters"),
    (SectionKey.BUSINESS, "legal_name", "A" * 65, "64 characters"),
    (SectionKey.BUSINESS, "legal_name", "愛克美公司", "Latin letters"),
    (SectionKey.BUSINESS, "ein", "1234", "nine digits"),
    (SectionKey.BUSINESS, "ein", "١٢٣٤٥٦٧٨٩", "nine digits"),
    (SectionKey.BUSINESS, "website", "http://acme.example", "must begin with https://"),
    (SectionKey.BUSINESS, "website", "https://127.0.0.1", "no address of a website"),
    (SectionKey.BUSINESS, "website", "https://localhost", "no address of a website"),
    (SectionKey.BUSINESS, "website", "https://user:secret@acme.example", "no address of a website"),
    (SectionKey.BUSINESS, "website", "javascript:alert(1)", "no address of a website"),
    (SectionKey.BUSINESS, "website", "javascript://acme.example/%0aalert(1)", "must begin with https://"),
    (SectionKey.BUSINESS, "industry", "piracy", "Choose one of the list."),
    (SectionKey.BUSINESS, "duns", "12", "9 digits"),
    (SectionKey.CONTACTS, "zip_code", "802", "five digits"),
    (SectionKey.CONTACTS, "state", "ON", "Choose a state of the list."),
    (SectionKey.CONTACTS, "contact_email", "olivia", "valid email"),
    (SectionKey.CONTACTS, "contact_phone", "555-0142", "The area code is missing."),
    (SectionKey.CONTACTS, "contact_phone", "+44 20 7946 0000", "US number"),
    (SectionKey.CONTACTS, "contact_phone", "+1 416 555 0142", "outside the United States"),
    (SectionKey.CONTACTS, "billing_same", "maybe", "Choose one."),
    (SectionKey.CALLS, "call_purpose", "x" * 2001, "2000 characters"),
    (SectionKey.CALLS, "calls_per_day", "many", "whole number"),
    (SectionKey.CALLS, "calls_per_day", "0", "greater than or equal to 1"),
    (SectionKey.CALLS, "products", [], "Tick at least one."),
    (SectionKey.CALLS, "products", ["fax"], "Select a valid choice"),
    (SectionKey.PRACTICES, "consent", "", "Answer Yes or No."),
]


@pytest.mark.parametrize(("key", "name", "typed", "words"), WRONG)
def test_a_wrong_answer_is_told_at_the_field_and_kept_as_typed(
    manager: Client, globex: Account, key: SectionKey, name: str, typed: str, words: str
) -> None:
    answers = {**world.ANSWERS[key], name: typed}
    page = post_step(manager, MONITORING, key, answers)
    assert page.status_code == 400
    assert words in " ".join(page.context["form"].errors[name])
    with account_scope(globex):
        assert ProfileSection.objects.get(key=key).answers[name] == typed


RIGHT = [
    (SectionKey.BUSINESS, "ein", "123456789", "12-3456789"),
    (SectionKey.BUSINESS, "website", "acme.example/about#team", "https://acme.example/about"),
    (SectionKey.BUSINESS, "legal_name", "Müller & Söhne “Ärzte”", "Müller & Söhne “Ärzte”"),
    (SectionKey.CONTACTS, "zip_code", "802021234", "80202-1234"),
    (SectionKey.CONTACTS, "contact_phone", "303.555.0142", "+13035550142"),
    (SectionKey.BUSINESS, "duns", "12-345-6789", "123456789"),
]


@pytest.mark.parametrize(("key", "name", "typed", "kept"), RIGHT)
def test_other_spellings_are_understood(
    manager: Client, globex: Account, key: SectionKey, name: str, typed: str, kept: str
) -> None:
    assert post_step(manager, MONITORING, key, {**world.ANSWERS[key], name: typed}).status_code == 302
    with account_scope(globex):
        assert ProfileSection.objects.get(key=key).answers[name] == kept


def test_another_billing_address_and_contact_are_asked_for_only_where_they_are_others(manager: Client) -> None:
    answers = {**world.CONTACTS, "billing_same": "no", "billing_contact_same": "no"}
    page = post_step(manager, REGISTRATION, SectionKey.CONTACTS, answers)
    assert {"billing_street", "billing_zip_code", "billing_contact_email", "billing_contact_phone"} <= set(
        page.context["form"].errors
    )


def test_numbers_of_another_carrier_need_their_carrier_and_a_proof(manager: Client, globex: Account) -> None:
    factories.make_number(globex, origin=Origin.BYOC)
    page = post_step(manager, REGISTRATION, SectionKey.CALLS)
    assert "numbers with the source BYOC" in " ".join(page.context["form"].errors["uses_byoc"])
    page = post_step(manager, REGISTRATION, SectionKey.CALLS, {**world.CALLS, "uses_byoc": "yes"})
    assert "Upload an invoice" in " ".join(page.context["form"].errors["uses_byoc"])
    assert "Name the carriers" in " ".join(page.context["form"].errors["byoc_carriers"])


def test_a_draft_is_kept_by_every_button_and_seen_by_the_other_admins(
    manager: Client, globex: Account, client_for: ClientFor
) -> None:
    colleague = factories.make_member(globex, role=factories.Role.ADMIN, can_edit_settings=True)
    half = {"legal_name": "Half a name"}
    assert post_step(manager, MONITORING, SectionKey.BUSINESS, half, go="draft")["Location"] == address(MONITORING)
    page = client_for(colleague).get(address(MONITORING, "business"))
    assert page.context["form"]["legal_name"].value() == "Half a name"
    assert not page.context["form"].errors
    went_back = post_step(manager, MONITORING, SectionKey.CONTACTS, {"city": "Denver"}, go="back")
    assert went_back["Location"] == address(MONITORING, "business")
    assert profile.profile_of(globex).answers(SectionKey.CONTACTS)["city"] == "Denver"


def test_the_same_form_sent_twice_saves_once(manager: Client, globex: Account) -> None:
    for _ in range(2):
        assert post_step(manager, MONITORING, SectionKey.BUSINESS, version="0").status_code == 302
    assert profile.profile_of(globex).sections["business"].version == 1


def test_autosave_answers_with_the_version_and_the_time(manager: Client) -> None:
    answer = post_step(manager, MONITORING, SectionKey.BUSINESS, {"legal_name": "A"}, go="auto")
    assert answer.json()["version"] == 1  # type: ignore[attr-defined]


def test_one_no_is_a_mild_note_and_two_are_a_strong_warning(manager: Client, globex: Account, stranger: User) -> None:
    world.fill(globex, MONITORING, stranger, hours="no")
    page = manager.get(address(MONITORING, "review"))
    assert "One practice is answered with No." in page.content.decode()
    assert not page.context["many_no"]
    world.fill(globex, MONITORING, stranger, hours="no", voicemail="no")
    page = manager.get(address(MONITORING, "review"))
    assert page.context["many_no"]
    assert "The service may be unable to assist." in page.content.decode()
    sent = {"seen": page.context["seen"], "attest": "on"}
    assert manager.post(address(MONITORING, "review"), sent).status_code == 302
    assert world.enrollment_of(globex, MONITORING).no_answers == 2


def test_what_looks_odd_is_said_before_handing_in_and_hinders_nobody(
    manager: Client, globex: Account, stranger: User
) -> None:
    world.fill(globex, REGISTRATION, stranger, contact_email="acme@gmail.com", zip_code="10001", ein="07-1234567")
    page = manager.get(address(REGISTRATION, "review"))
    words = " ".join(check.words for check in page.context["checks"])
    assert "private mailbox" in words
    assert "does not seem to be in Colorado" in words
    assert "begin with 07" in words
    assert not page.context["problems"]


def test_nothing_is_handed_in_without_the_attestation_or_while_something_is_missing(
    manager: Client, globex: Account, stranger: User
) -> None:
    assert manager.post(address(REGISTRATION, "review"), {"attest": "on", "seen": ""}).status_code == 400
    world.fill(globex, REGISTRATION, stranger)
    page = manager.get(address(REGISTRATION, "review"))
    refused = manager.post(address(REGISTRATION, "review"), {"seen": page.context["seen"]})
    assert refused.status_code == 400
    assert "Tick this to submit." in refused.content.decode()
    assert world.enrollment_of(globex, REGISTRATION).state == EnrollmentState.DRAFT


def test_an_answer_that_changed_after_the_review_page_is_shown_again_first(
    manager: Client, globex: Account, stranger: User
) -> None:
    world.fill(globex, REGISTRATION, stranger)
    seen = manager.get(address(REGISTRATION, "review")).context["seen"]
    world.fill(globex, REGISTRATION, stranger, city="Boulder")
    answer = manager.post(address(REGISTRATION, "review"), {"seen": seen, "attest": "on"})
    assert answer.status_code == 409
    assert "Nothing was submitted" in answer.content.decode()


def test_a_letter_of_other_facts_must_be_signed_again(manager: Client, globex: Account, stranger: User) -> None:
    world.fill(globex, REGISTRATION, stranger)
    post_step(manager, REGISTRATION, SectionKey.BUSINESS, {**world.BUSINESS, "legal_name": "Acme Holding"})
    page = manager.get(address(REGISTRATION, "review"))
    assert [problem.words for problem, _ in page.context["problems"]] == [
        "Names or addresses were changed after it was signed. Sign it again."
    ]


def test_while_it_is_with_the_reviewer_nothing_can_be_changed_but_nothing_is_lost(
    manager: Client, globex: Account, stranger: User
) -> None:
    world.submit(globex, REGISTRATION, stranger)
    assert manager.get(address(REGISTRATION, "business"))["Location"] == address(REGISTRATION)
    late = manager.post(
        address(REGISTRATION, "business"), {**world.BUSINESS, "trading_name": "Typed late", "version": "1"}, follow=True
    )
    assert "kept for the next time" in late.content.decode()
    assert profile.profile_of(globex).values["trading_name"] == "Typed late"
    application = world.enrollment_of(globex, REGISTRATION).application
    assert application["values"]["trading_name"] == "Acme Health"


def test_a_viewer_sees_where_it_stands_and_changes_nothing(globex: Account, client_for: ClientFor) -> None:
    viewer = client_for(factories.make_member(globex, role=factories.Role.VIEWER))
    page = viewer.get(address(MONITORING))
    assert page.status_code == 200
    assert "Your role can see this but not change it." in page.content.decode()
    assert viewer.get(address(MONITORING, "business")).status_code == 403
    assert viewer.post(address(MONITORING, "business"), world.BUSINESS).status_code == 403


def test_an_old_enrollment_shows_the_questions_that_it_was_asked(
    manager: Client, globex: Account, stranger: User
) -> None:
    enrollment = world.submit(globex, REGISTRATION, stranger)
    old = {"name": "fax", "question": "Which fax number do you use?", "answer": "None since 2019", "no": False}
    enrollment.application["sections"][0]["groups"][0]["answers"].append(old)
    with account_scope(globex):
        enrollment.save(update_fields=["application"])
    page = manager.get(address(REGISTRATION)).content.decode()
    assert "Which fax number do you use?" in page
    assert "None since 2019" in page


def test_licenses_are_no_condition_for_filling_the_form_in(client_for: ClientFor, db: None) -> None:
    poor = factories.make_account("poor", kinds=[LicenseKind.SPAM_REGISTRATION])
    client = client_for(factories.make_member(poor))
    assert client.get(address(MONITORING)).status_code == 200
