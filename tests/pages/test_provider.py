"""Settings, Provider: naming it, its key kept sealed, what it says, proof handed in, numbers confirmed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Account, AuditEvent
from common.scope import account_scope
from enrollment.models import Attachment, Enrollment, NumberOwnership, ProviderAccount, ProviderErrand
from enrollment.provider_states import ErrandKind, Ownership, Proof, Vetting
from enrollment.services import errands, provider_access
from tests.enrollment.vetting_world import apply_for, key, name_simulator, provider_of
from tests.factories import make_number
from tests.simulator import RunningSimulator, _faulty_simulator, own_simulator

__all__ = ["_faulty_simulator", "key", "own_simulator"]
pytestmark = pytest.mark.django_db
URL = "/settings/provider/"
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


@pytest.fixture
def named(acme: Account, own_simulator: RunningSimulator, key: str) -> ProviderAccount:
    return name_simulator(acme, own_simulator, key)


def page_of(client) -> str:
    return client.get(URL).content.decode()


def question(account: Account, state: Ownership = Ownership.PENDING):
    number = make_number(account)
    now = timezone.now()
    with account_scope(account):
        return NumberOwnership.objects.create(
            account=account, number=number, state=state, since=now, read_at=now, confirm_by=now + timedelta(days=1)
        )


def test_without_a_provider_the_page_says_what_happens_then(client_for, owner, viewer):
    assert "The portal checks numbers by itself" in page_of(client_for(owner))
    seen = page_of(client_for(viewer))
    assert "Ask somebody who may edit account settings" in seen
    assert 'name="secret"' not in seen


def test_an_owner_names_the_provider_and_the_key_is_sealed(client_for, owner, acme, own_simulator, key):
    typed = {"step": "save", "provider": "telnyx", "secret": key, "base_url": f"{own_simulator.url}/v2"}
    answer = client_for(owner).post(URL, typed, follow=True)
    provider = provider_of(acme)
    assert "Test the connection next" in answer.content.decode()
    assert provider_access.secret_of(provider) == key
    assert key.encode() not in bytes(provider.secret)
    assert key not in answer.content.decode()
    with account_scope(acme):
        assert AuditEvent.objects.get(action="provider.named").detail == {"secret_replaced": True}


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"secret": "", "base_url": "https://api.telnyx.com/v2"}, "This field is required."),
        ({"secret": "a key", "base_url": "https://api.telnyx.com/v2"}, "a character that keys do not have"),
        ({"secret": "k\x00y", "base_url": "https://api.telnyx.com/v2"}, "Null characters"),
        ({"secret": "key", "base_url": "http://169.254.169.254/"}, "must begin with https://"),
        ({"secret": "key", "base_url": "https://10.0.0.1/v2"}, "10.0.0.1"),
        ({"secret": "key", "base_url": "x" * 600}, "at most 500 characters"),
    ],
)
def test_nonsense_is_refused_in_words_and_keeps_nothing(client_for, owner, acme, typed, words):
    answer = client_for(owner).post(URL, {"step": "save", "provider": "telnyx"} | typed)
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert provider_access.provider_account_of(acme) is None


def test_an_empty_key_keeps_the_one_there_is_and_tries_again_at_once(client_for, owner, acme, named, key):
    errands.want(acme, ErrandKind.VETTING, now=timezone.now())
    with account_scope(acme):
        ProviderErrand.objects.update(due_at=timezone.now() + timedelta(hours=1))
    client_for(owner).post(URL, {"step": "save", "provider": "telnyx", "secret": "", **named.settings})
    with account_scope(acme):
        assert ProviderErrand.objects.get().due_at <= timezone.now()
    assert provider_access.secret_of(provider_of(acme)) == key


def test_the_connection_is_tested_without_a_charge(client_for, owner, named, own_simulator, key):
    answer = client_for(owner).post(URL, {"step": "test"}, follow=True)
    assert "Connected to Telnyx: 0 businesses." in answer.content.decode()
    assert own_simulator.billed(key) == []


def test_a_connection_that_fails_says_why(client_for, owner, acme, own_simulator, key):
    name_simulator(acme, own_simulator, "bad-key")
    assert "does not accept the key" in client_for(owner).post(URL, {"step": "test"}, follow=True).content.decode()


def test_the_last_error_is_shown_until_it_has_passed(client_for, viewer, acme, named):
    with account_scope(acme):
        ProviderErrand.objects.create(
            account=acme, kind=ErrandKind.VETTING, last_error="Telnyx cannot be reached.", failures=2, due_at=None
        )
    assert "Telnyx cannot be reached." in page_of(client_for(viewer))


def test_reasons_of_a_rejection_are_shown_and_it_can_be_sent_again(client_for, owner, acme, named, settings: Settings):
    with account_scope(acme):
        ProviderAccount.objects.update(record={"legal_name": "Acme"})
        for vetting in (Vetting.TERMS, Vetting.REJECTED):
            ProviderAccount.objects.update(vetting=vetting, reasons=["The tax id is <unknown>."])
    assert "The tax id is &lt;unknown&gt;." in page_of(client_for(owner))
    asked = client_for(owner).post(URL, {"step": "again"}).content.decode()
    assert "for which the provider may charge" in asked
    assert provider_of(acme).vetting == Vetting.REJECTED
    client_for(owner).post(URL, {"step": "again", "sure": "now"})
    client_for(owner).post(URL, {"step": "again", "sure": "now"})
    assert provider_of(acme).vetting == Vetting.TERMS
    with account_scope(acme):
        assert AuditEvent.objects.filter(action="provider.asked_again").count() == 1


def test_a_business_whose_enrollment_was_rejected_is_not_sent_again_unseen(client_for, owner, acme, named):
    with account_scope(acme):
        Enrollment.objects.all().delete()
        ProviderAccount.objects.update(record={"legal_name": "Acme"}, vetting=Vetting.TERMS)
        ProviderAccount.objects.update(vetting=Vetting.REJECTED, reasons=["Unknown."])
    seen = client_for(owner).post(URL, {"step": "again", "sure": "now"}, follow=True).content.decode()
    assert "There is nothing to send again now." in seen
    assert "correct what is named there" in seen
    assert provider_of(acme).vetting == Vetting.REJECTED


def test_naming_no_provider_asks_first(client_for, owner, acme, named):
    asked = client_for(owner).post(URL, {"step": "forget"})
    assert "what it charges for goes on" in asked.content.decode()
    assert provider_access.names_provider(acme)
    client_for(owner).post(URL, {"step": "forget", "sure": "now"})
    assert not provider_access.names_provider(acme)


def test_a_provider_that_is_vetting_stays(client_for, owner, acme, named):
    with account_scope(acme):
        Enrollment.objects.all().delete()
    apply_for(acme, "registration")
    answer = client_for(owner).post(URL, {"step": "forget", "sure": "now"}, follow=True)
    assert "is being vetted by this provider" in answer.content.decode()
    assert provider_access.names_provider(acme)


def test_a_document_is_uploaded_handed_in_and_taken_back(client_for, owner, acme, named):
    client = client_for(owner)
    client.post(URL, {"step": "upload", "proof": SimpleUploadedFile("invoice.pdf", PDF)})
    assert "invoice.pdf" in page_of(client)
    client.post(URL, {"step": "hand_in"})
    assert provider_of(acme).proof == Proof.QUEUED
    with account_scope(acme):
        proof = Attachment.objects.get()
    client.post(URL, {"step": "remove", "proof": str(proof.uuid)})
    assert "No document was uploaded" in page_of(client)


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (SimpleUploadedFile("notes.txt", b"hello"), "Choose a PDF, PNG or JPEG file."),
        (SimpleUploadedFile("empty.pdf", b""), "The file is empty."),
        ("", "Choose a file first."),
    ],
)
def test_a_document_of_another_kind_is_refused_at_the_field(client_for, owner, acme, named, file, words):
    answer = client_for(owner).post(URL, {"step": "upload", "proof": file})
    assert answer.status_code == 400
    assert words in answer.content.decode()


def test_a_question_is_shown_with_its_deadline_and_answered(client_for, owner, acme, named):
    row = question(acme)
    assert "1 number to confirm" in page_of(client_for(owner))
    client_for(owner).post(URL, {"step": "own", "ids": [str(row.number.uuid)]})
    row.refresh_from_db()
    assert (row.answer, row.answered_by) == (True, owner)
    assert "on its way" in page_of(client_for(owner))


def test_not_ours_any_more_asks_first(client_for, owner, acme, named):
    row = question(acme)
    typed = {"step": "disown", "ids": [str(row.number.uuid)]}
    asked = client_for(owner).post(URL, typed)
    row.refresh_from_db()
    assert "The provider removes this number at once" in asked.content.decode()
    assert row.answer is None
    client_for(owner).post(URL, typed | {"sure": "now"})
    row.refresh_from_db()
    assert row.answer is False


def test_an_answer_for_no_number_is_an_error(client_for, owner, acme, named):
    question(acme)
    answer = client_for(owner).post(URL, {"step": "own"})
    assert answer.status_code == 400
    assert "Tick at least one number." in answer.content.decode()


@pytest.mark.parametrize("ids", [["nonsense"], ["\x00"], ["1", "2"]])
def test_odd_numbers_are_no_numbers(client_for, owner, acme, named, ids):
    question(acme)
    for step in ("own", "disown"):
        assert client_for(owner).post(URL, {"step": step, "ids": ids, "sure": "now"}).status_code == 400


def test_a_stranger_sees_nothing_of_it(client_for, stranger, acme, named):
    row = question(acme)
    seen = page_of(client_for(stranger))
    assert "Telnyx Number Reputation" in seen
    assert row.number.e164[-4:] not in seen
    client_for(stranger).post(URL, {"step": "own", "ids": [str(row.number.uuid)]})
    row.refresh_from_db()
    assert row.answer is None


def test_an_unknown_step_is_not_found(client_for, owner, named):
    assert client_for(owner).post(URL, {"step": "explode"}).status_code == 404


def test_who_may_only_look_changes_nothing(client_for, viewer, plain_admin, acme, named):
    for person in (viewer, plain_admin):
        for step in ("save", "test", "again", "forget", "upload", "remove", "hand_in", "own", "disown"):
            assert client_for(person).post(reverse("settings:provider"), {"step": step}).status_code == 403


def test_home_names_what_is_to_be_confirmed_until_it_is_answered(client_for, owner, acme, named):
    row = question(acme)
    home = client_for(owner).get("/").content.decode()
    assert "1 number of another carrier is to be confirmed as yours, the first by" in home
    client_for(owner).post(URL, {"step": "own", "ids": [str(row.number.uuid)]})
    assert "to be confirmed as yours" not in client_for(owner).get("/").content.decode()
