"""Review: the queue, checks, decisions, races, and what the applicant sees and does next (D12, D13, D28)."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Account, AuditEvent, User
from common.scope import account_scope, all_accounts
from enrollment.forms.application import application_of
from enrollment.models import Enrollment, OutgoingMail, ProviderAccount
from enrollment.provider_states import Vetting
from enrollment.selectors import profile, reviews
from enrollment.services import review, submission, vetting_outcome
from enrollment.services.moves import AlreadyMovedError
from enrollment.states import EnrollmentState, SectionKey
from tests import factories
from tests.conftest import ClientFor
from tests.enrollment import forms_world as world
from tests.enrollment.at_once import outcomes
from tests.enrollment.forms_world import MONITORING, REGISTRATION, address


@pytest.fixture
def applied(globex: Account, stranger: User) -> Enrollment:
    """globex has applied for monitoring with two No answers."""
    return world.submit(globex, MONITORING, stranger, hours="no", voicemail="no")


@pytest.fixture
def desk(client_for: ClientFor, reviewer: User) -> Client:
    return client_for(reviewer)


def page_of(enrollment: Enrollment) -> str:
    return f"/reviews/{enrollment.uuid}/"


def kinds_of_mail() -> list[str]:
    with all_accounts():
        return list(OutgoingMail.objects.order_by("pk").values_list("kind", flat=True))


def test_the_queue_shows_what_waits_and_marks_two_no_answers(desk: Client, applied: Enrollment) -> None:
    text = desk.get("/reviews/").content.decode()
    assert "Globex" in text
    assert "2 No answers" in text
    assert "Nothing here" in desk.get("/reviews/?tab=decided").content.decode()
    assert desk.get("/reviews/?tab=nonsense&page=nonsense").status_code == 200


def test_the_reviewer_reads_answers_that_need_attention_checks_and_history(desk: Client, applied: Enrollment) -> None:
    page = desk.get(page_of(applied))
    assert [one.name for one in page.context["concerns"]] == ["hours", "voicemail"]
    titles = {check.title: check.level for check in page.context["checks"]}
    assert titles["Letter of authorization"] == "ok"
    assert titles["Dialing practices"] == "warning"
    assert "Submitted for review" in page.content.decode()


def test_rejected_with_reasons_corrected_resubmitted_and_approved(
    desk: Client, applied: Enrollment, globex: Account, stranger: User, client_for: ClientFor
) -> None:
    desk.post(page_of(applied), {"action": "claim"})
    done = desk.post(
        page_of(applied),
        {"action": "reject", "codes": "records_differ", "text": "Use the name of the register.", "note-ein": "Typo?"},
        follow=True,
    )
    assert "the applicant was told why" in done.content.decode()
    applicant = client_for(stranger)
    page = applicant.get(address(MONITORING))
    assert page.context["reasons"] == [
        ("Details do not match public records.", address(MONITORING, "business")),
        ("Use the name of the register.", ""),
        ("Tax ID (EIN): Typo?", f"{address(MONITORING, 'business')}#q-ein"),
    ]
    assert page.context["going_on"].slug == SectionKey.BUSINESS
    assert "Correct and resubmit" in page.content.decode()
    assert "Typo?" in applicant.get(address(MONITORING, "business")).content.decode()
    world.post_step(applicant, MONITORING, SectionKey.BUSINESS, {**world.BUSINESS, "ein": "12-3456780"})
    assert world.enrollment_of(globex, MONITORING).state == EnrollmentState.DRAFT
    with account_scope(globex):
        world.sign(globex, stranger, now=timezone.now())
    page = applicant.get(address(MONITORING, "review"))
    applicant.post(address(MONITORING, "review"), {"seen": page.context["seen"], "attest": "on"})
    assert applicant.get(address(MONITORING)).context["reasons"] == []
    assert "Rejected before" in desk.get("/reviews/").content.decode()
    assert desk.get(page_of(applied)).context["changes"] == [
        {"question": "Tax ID (EIN)", "before": "12-3456789", "after": "12-3456780"}
    ]
    desk.post(page_of(applied), {"action": "claim"})
    assert desk.post(page_of(applied), {"action": "approve"}).status_code == 400
    desk.post(page_of(applied), {"action": "approve", "read": "on"})
    assert world.enrollment_of(globex, MONITORING).state == EnrollmentState.APPROVED
    assert "The business is approved." in applicant.get(address(MONITORING)).content.decode()
    sent = [kind for kind in kinds_of_mail() if kind.startswith("enrollment.")]
    assert sent == ["enrollment.submitted", "enrollment.reject", "enrollment.submitted", "enrollment.approve"]
    with account_scope(globex):
        actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert {"enrollment.reject", "enrollment.correct", "enrollment.approve"} <= actions


def test_a_letter_that_was_not_accepted_must_be_signed_anew(
    desk: Client, applied: Enrollment, globex: Account, stranger: User, client_for: ClientFor
) -> None:
    desk.post(page_of(applied), {"action": "claim"})
    desk.post(page_of(applied), {"action": "ask", "codes": "letter"})
    applicant = client_for(stranger)
    assert applicant.get(address(MONITORING)).context["going_on"].slug == "letter"
    problems = applicant.get(address(MONITORING, "review")).context["problems"]
    assert [problem.words for problem, _ in problems] == ["The letter was not accepted. Sign a new one."]
    world.sign(globex, stranger, now=timezone.now())
    page = applicant.get(address(MONITORING, "review"))
    assert (
        applicant.post(address(MONITORING, "review"), {"seen": page.context["seen"], "attest": "on"}).status_code == 302
    )


def test_nothing_is_sent_back_without_a_reason(desk: Client, applied: Enrollment, globex: Account) -> None:
    desk.post(page_of(applied), {"action": "claim"})
    for action in ("reject", "ask"):
        answer = desk.post(page_of(applied), {"action": action})
        assert answer.status_code == 400
        assert "Choose a reason" in answer.content.decode()
    assert world.enrollment_of(globex, MONITORING).state == EnrollmentState.IN_REVIEW


def test_asking_for_more_brings_the_form_back_with_the_note_at_the_answer(
    desk: Client, applied: Enrollment, stranger: User, client_for: ClientFor
) -> None:
    desk.post(page_of(applied), {"action": "claim"})
    desk.post(page_of(applied), {"action": "ask", "note-hours": "When do you call?"})
    applicant = client_for(stranger)
    assert "What the reviewer needs" in applicant.get(address(MONITORING)).content.decode()
    assert "When do you call?" in applicant.get(address(MONITORING, "practices")).content.decode()


def test_an_approval_that_was_decided_before_says_so_and_changes_nothing(
    desk: Client, applied: Enrollment, reviewer: User
) -> None:
    world.decide(applied, "approve", reviewer)
    for action in ("reject", "approve"):
        answer = desk.post(page_of(applied), {"action": action, "text": "Too late", "read": "on"})
        assert answer.status_code == 409
        assert "Already decided" in answer.content.decode()
    with all_accounts():
        assert Enrollment.objects.get(pk=applied.pk).state == EnrollmentState.APPROVED


def test_another_reviewer_takes_over_before_deciding(desk: Client, applied: Enrollment, client_for: ClientFor) -> None:
    desk.post(page_of(applied), {"action": "claim"})
    second = client_for(factories.make_user("second@portal.example", is_reviewer=True))
    refused = second.post(page_of(applied), {"action": "approve", "read": "on"})
    assert refused.status_code == 409
    assert "is reviewing it" in refused.content.decode()
    second.post(page_of(applied), {"action": "claim"})
    assert second.post(page_of(applied), {"action": "put_back"}).status_code == 302
    with all_accounts():
        found = Enrollment.objects.get(pk=applied.pk)
    assert (found.state, found.reviewer_id) == (EnrollmentState.SUBMITTED, None)


def test_nobody_reviews_their_own_accounts_application(
    applied: Enrollment, globex: Account, client_for: ClientFor
) -> None:
    inside = factories.make_user("inside@portal.example", is_reviewer=True)
    factories.add_member(globex, inside, role=factories.Role.VIEWER)
    client = client_for(inside)
    assert "another reviewer decides" in client.get(page_of(applied)).content.decode()
    answer = client.post(page_of(applied), {"action": "claim"})
    assert answer.status_code == 403
    with pytest.raises(review.OwnAccountError):
        review.approve(applied, reviewer=inside, now=timezone.now())


def test_the_one_who_handed_it_in_does_not_review_it_even_after_leaving_the_account(
    globex: Account, reviewer: User
) -> None:
    applied = world.submit(globex, REGISTRATION, reviewer)
    with pytest.raises(review.OwnAccountError):
        review.claim(applied, reviewer=reviewer, now=timezone.now())


def test_a_business_that_was_rejected_elsewhere_is_found_by_tax_id_name_and_website(
    applied: Enrollment, reviewer: User, desk: Client
) -> None:
    world.decide(applied, "reject", reviewer)
    other = factories.make_account("other", name="Other")
    again = world.submit(other, MONITORING, factories.make_member(other), legal_name="ACME Health, LLC")
    (found,) = reviews.duplicates_of(again)
    assert found.same == ("tax ID", "name", "website")
    assert found.was_rejected
    assert "was rejected before with the same" in desk.get(page_of(again)).content.decode()
    assert not reviews.duplicates_of(applied)[0].was_rejected


def test_an_approved_enrollment_can_be_ended_and_begun_again(
    desk: Client, applied: Enrollment, reviewer: User, globex: Account, stranger: User, client_for: ClientFor
) -> None:
    world.decide(applied, "approve", reviewer)
    assert desk.post(page_of(applied), {"action": "end", "text": "The contract is over."}).status_code == 302
    page = client_for(stranger).get(address(MONITORING))
    assert "The contract is over." in page.content.decode()
    assert page.context["is_open"]
    assert world.submit(globex, MONITORING, stranger).state == EnrollmentState.SUBMITTED


def test_each_service_is_approved_on_its_own(globex: Account, stranger: User, reviewer: User) -> None:
    world.decide(world.submit(globex, REGISTRATION, stranger), "approve", reviewer)
    assert profile.enrollment_of(globex, MONITORING) is None
    world.decide(world.submit(globex, MONITORING, stranger), "reject", reviewer)
    assert world.enrollment_of(globex, REGISTRATION).state == EnrollmentState.APPROVED


@pytest.mark.parametrize(
    ("outcome", "words", "state"),
    [
        (Vetting.APPROVED, "Approved by the provider", EnrollmentState.APPROVED),
        (Vetting.REJECTED, "Rejected by the provider", EnrollmentState.REJECTED),
    ],
)
def test_where_the_provider_vets_both_must_agree(
    desk: Client,
    applied: Enrollment,
    globex: Account,
    stranger: User,
    client_for: ClientFor,
    outcome: Vetting,
    words: str,
    state: EnrollmentState,
) -> None:
    now = timezone.now()
    with account_scope(globex):
        ProviderAccount.objects.create(account=globex, provider="telnyx", created_at=now, vetting_since=now)
    desk.post(page_of(applied), {"action": "claim"})
    assert "vets the business next" in desk.get(page_of(applied)).content.decode()
    desk.post(page_of(applied), {"action": "approve", "read": "on"})
    applicant = client_for(stranger)
    assert "The provider vets it too" in applicant.get(address(MONITORING)).content.decode()
    with account_scope(globex):
        reasons = [] if outcome is Vetting.APPROVED else [vetting_outcome.Reason("No such person.", "contact.email")]
        vetting_outcome.decide(globex, outcome, reasons, now=timezone.now())
    page = applicant.get(address(MONITORING))
    assert words in page.content.decode()
    assert world.enrollment_of(globex, MONITORING).state == state
    assert kinds_of_mail()[-1] == ("enrollment.approve" if outcome is Vetting.APPROVED else "enrollment.reject")
    if outcome is Vetting.REJECTED:
        assert page.context["reasons"] == [
            ("E-mail: No such person.", f"{address(MONITORING, 'contacts')}#q-contact_email")
        ]


def test_a_move_that_is_not_declared_is_refused_by_the_service_and_by_the_database(
    applied: Enrollment, reviewer: User
) -> None:
    with pytest.raises(AlreadyMovedError):
        review.approve(applied, reviewer=reviewer, now=timezone.now())
    with all_accounts(), pytest.raises(Exception, match="Invalid transition"):
        Enrollment.objects.filter(pk=applied.pk).update(state=EnrollmentState.APPROVED)


def test_of_many_reviewers_who_decide_at_once_one_decides(
    globex: Account, stranger: User, reviewer: User, transactional_db: None
) -> None:
    applied = world.submit(globex, MONITORING, stranger)
    review.claim(applied, reviewer=reviewer, now=timezone.now())

    def decide(serial: int) -> str:
        try:
            if serial % 2:
                review.approve(applied, reviewer=reviewer, now=timezone.now())
            else:
                reasons = [{"code": "records_differ", "text": "", "field": ""}]
                review.reject(applied, reviewer=reviewer, reasons=reasons, now=timezone.now())
        except AlreadyMovedError:
            return "already decided"
        return "decided"

    assert sorted(map(str, outcomes(globex, decide, times=8))) == ["already decided"] * 7 + ["decided"]
    sent = [kind for kind in kinds_of_mail() if kind in ("enrollment.approve", "enrollment.reject")]
    assert len(sent) == 1


def test_an_application_that_is_sent_many_times_at_once_arrives_once(
    globex: Account, stranger: User, transactional_db: None
) -> None:
    world.fill(globex, MONITORING, stranger)

    def hand_in(_serial: int) -> str:
        application = application_of(profile.profile_of(globex), MONITORING)
        assert application is not None
        try:
            submission.submit(globex, MONITORING, application, actor=stranger, now=timezone.now())
        except AlreadyMovedError:
            return "already there"
        return "submitted"

    assert sorted(map(str, outcomes(globex, hand_in, times=8))) == ["already there"] * 7 + ["submitted"]
    assert kinds_of_mail().count("enrollment.submitted") == 1


def test_the_outbox_is_shown_with_each_message(desk: Client, applied: Enrollment) -> None:
    text = desk.get("/reviews/mail/").content.decode()
    assert "To review: Globex" in text
    with all_accounts():
        message = OutgoingMail.objects.exclude(account=None).get()
    page = desk.get(f"/reviews/mail/{message.uuid}/").content.decode()
    assert "A reviewer looks at it next." in page
    assert desk.get("/reviews/mail/?state=failed").status_code == 200
