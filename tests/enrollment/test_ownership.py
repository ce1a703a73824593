"""Numbers of other carriers: proof handed in and followed, questions with deadlines told and answered (R18, D27)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import Account, AuditEvent, User
from common.scope import account_scope, all_accounts
from enrollment.models import Attachment, EnrolledService, Enrollment, NumberOwnership, ProviderErrand
from enrollment.provider_states import ErrandKind, Ownership, Proof
from enrollment.selectors import ownership as ownership_selectors
from enrollment.services import errand_turns, errands, number_ownership, ownership_proof, provider_access
from enrollment.states import AttachmentKind
from phone_numbers.models import PhoneNumber
from phone_numbers.states import Origin
from providers.simulator.hashing import text_key
from tests import factories
from tests.enrollment.vetting_world import (
    REVIEWED,
    apply_for,
    become_approved,
    key,
    mail_to,
    make_file,
    named,
    provider_of,
    run_errand,
)
from tests.simulator import RunningSimulator

__all__ = ["key", "named"]
pytestmark = pytest.mark.django_db
PROOF, OWNERSHIP = ErrandKind.PROOF, ErrandKind.OWNERSHIP
FOREIGN = next(one for one in map(factories.fictional, range(600)) if text_key(one, 0) % 7 == 0)


@pytest.fixture
def person(named: Account) -> User:
    """Somebody who gets the account's e-mail and may act for it."""
    return factories.make_member(named, "owner@globex.example")


@pytest.fixture
def approved(named: Account, person: User, own_simulator: RunningSimulator) -> Account:
    """An account whose business the provider has approved, with one uploaded document."""
    become_approved(named, own_simulator)
    make_file(named, AttachmentKind.PROOF, "invoice.pdf")
    return named


@pytest.fixture
def foreign(approved: Account, own_simulator: RunningSimulator) -> PhoneNumber:
    """A number of another carrier that the provider took after the proof."""
    hand_in_and_review(approved, own_simulator)
    number = factories.make_number(approved, FOREIGN, origin=Origin.BYOC)
    access = provider_access.registrar_for(approved)
    assert access is not None
    assert access.registrar.add_numbers(access.business, [FOREIGN])[0].accepted
    return number


def hand_in_and_review(account: Account, simulator: RunningSimulator) -> None:
    assert ownership_proof.hand_in(account, actor=None, now=timezone.now())
    run_errand(account, PROOF)
    simulator.control("advance", seconds=REVIEWED)
    run_errand(account, PROOF)


def ownership_of(number: PhoneNumber) -> NumberOwnership:
    with account_scope(number.account_id):
        return NumberOwnership.objects.get(number=number)


def ask(simulator: RunningSimulator, key: str, reason: str = "carrier_changed") -> None:
    simulator.control("ownership", key=key, number=FOREIGN, reason=reason)


# Proof --------------------------------------------------------------------------------------------------------------


def test_proof_is_handed_in_and_followed_to_its_approval(approved: Account, own_simulator: RunningSimulator) -> None:
    assert not ownership_selectors.has_ownership_proof(approved)
    assert ownership_proof.hand_in(approved, actor=None, now=timezone.now())
    run_errand(approved, PROOF)
    assert provider_of(approved).proof == Proof.PENDING
    own_simulator.control("advance", seconds=REVIEWED)
    run_errand(approved, PROOF)
    assert provider_of(approved).proof == Proof.APPROVED
    assert ownership_selectors.has_ownership_proof(approved)
    assert len(mail_to(approved, "proof.approved")) == 1


def test_refused_proof_tells_the_reason_and_may_be_handed_in_again(
    named: Account, person: User, own_simulator: RunningSimulator
) -> None:
    become_approved(named, own_simulator)
    make_file(named, AttachmentKind.PROOF, "unclear.pdf")
    hand_in_and_review(named, own_simulator)
    assert provider_of(named).proof == Proof.REJECTED
    assert "do not show the numbers" in provider_of(named).proof_reason
    assert "do not show the numbers" in mail_to(named, "proof.rejected")[0]
    assert ownership_proof.hand_in(named, actor=person, now=timezone.now())


def test_nothing_is_handed_in_twice_or_without_a_document(named: Account, own_simulator: RunningSimulator) -> None:
    become_approved(named, own_simulator)
    assert not ownership_proof.hand_in(named, actor=None, now=timezone.now())
    make_file(named, AttachmentKind.PROOF)
    assert ownership_proof.hand_in(named, actor=None, now=timezone.now())
    assert not ownership_proof.hand_in(named, actor=None, now=timezone.now())


def test_proof_of_an_application_waits_for_the_business_and_goes_by_itself(
    named: Account, own_simulator: RunningSimulator
) -> None:
    proof = make_file(named, AttachmentKind.PROOF)
    apply_for(named, EnrolledService.REGISTRATION, proofs=(str(proof.uuid),))
    assert run_errand(named, PROOF).due_at is None
    assert provider_of(named).proof == Proof.QUEUED
    run_errand(named)
    run_errand(named, PROOF)
    assert provider_of(named).proof == Proof.PENDING


@pytest.mark.parametrize("fault", ["lost_answer", "reset", "error_after", "server_error"])
def test_proof_without_an_answer_is_looked_up_and_not_handed_in_again(
    approved: Account, own_simulator: RunningSimulator, fault: str
) -> None:
    assert ownership_proof.hand_in(approved, actor=None, now=timezone.now())
    own_simulator.control("faults", name=fault, times=1, method="POST", ends="/external_verification")
    assert run_errand(approved, PROOF).failures == 1
    run_errand(approved, PROOF)
    ended = [one for one in own_simulator.seen("/external_verification") if one["method"] == "POST"]
    assert provider_of(approved).proof == Proof.PENDING
    assert len(ended) == {"server_error": 2, "lost_answer": 0}.get(fault, 1)  # a lost one has not ended yet


# Ownership ----------------------------------------------------------------------------------------------------------


def test_numbers_of_other_carriers_are_read_after_the_proof(foreign: PhoneNumber, approved: Account) -> None:
    errand = run_errand(approved, OWNERSHIP)
    assert ownership_of(foreign).state == Ownership.VERIFIED
    assert errand.due_at is not None
    assert mail_to(approved, "ownership.pending_confirmation") == []


def test_a_question_is_told_once_with_its_deadline(
    foreign: PhoneNumber, approved: Account, own_simulator: RunningSimulator, key: str
) -> None:
    ask(own_simulator, key)
    run_errand(approved, OWNERSHIP)
    run_errand(approved, OWNERSHIP)
    row = ownership_of(foreign)
    assert (row.state, row.reason) == (Ownership.PENDING, "carrier_changed")
    assert row.confirm_by is not None
    (told,) = mail_to(approved, "ownership.pending_confirmation")
    assert f"{FOREIGN}, by {row.confirm_by:%d %b %Y %H:%M} UTC" in told


def test_a_deadline_that_comes_near_is_reminded_of_once(
    foreign: PhoneNumber, approved: Account, own_simulator: RunningSimulator, key: str
) -> None:
    ask(own_simulator, key)
    run_errand(approved, OWNERSHIP)
    assert mail_to(approved, "ownership.reminder") == []
    run_turn(approved, at=timezone.now() + timedelta(days=2, hours=12))
    run_turn(approved, at=timezone.now() + timedelta(days=2, hours=13))
    assert len(mail_to(approved, "ownership.reminder")) == 1


def run_turn(account: Account, *, at: datetime) -> None:
    """Run the errand at another moment."""
    with all_accounts():
        errand = ProviderErrand.objects.get(account=account, kind=OWNERSHIP)
        ProviderErrand.objects.filter(pk=errand.pk).update(due_at=at, lease_until=None)
        claims = dict(errands.claim_due(now=at))
    errand_turns.run_errand(errand.pk, claims[errand.pk], lambda: at)


def test_still_ours_is_sent_and_verifies_the_number(
    foreign: PhoneNumber, approved: Account, person: User, own_simulator: RunningSimulator, key: str
) -> None:
    ask(own_simulator, key)
    run_errand(approved, OWNERSHIP)
    uuids = [foreign.uuid]
    assert number_ownership.answer(approved, uuids, still_own=True, actor=person, now=timezone.now()) == 1
    assert number_ownership.answer(approved, uuids, still_own=False, actor=person, now=timezone.now()) == 0
    run_errand(approved, OWNERSHIP)
    assert ownership_of(foreign).state == Ownership.VERIFIED
    with account_scope(approved):
        assert AuditEvent.objects.get(action="ownership.answered").detail == {"numbers": 1, "still_own": True}


def test_not_ours_any_more_has_the_number_removed(
    foreign: PhoneNumber, approved: Account, person: User, own_simulator: RunningSimulator, key: str
) -> None:
    ask(own_simulator, key)
    run_errand(approved, OWNERSHIP)
    number_ownership.answer(approved, [foreign.uuid], still_own=False, actor=person, now=timezone.now())
    run_errand(approved, OWNERSHIP)
    assert ownership_of(foreign).state == Ownership.REMOVED
    access = provider_access.registrar_for(approved)
    assert access is not None
    assert access.registrar.number(access.business, FOREIGN) is None


@pytest.mark.parametrize("fault", ["lost_answer", "server_error", "reset"])
def test_an_answer_that_is_lost_is_sent_again_without_harm(
    foreign: PhoneNumber, approved: Account, person: User, own_simulator: RunningSimulator, key: str, fault: str
) -> None:
    ask(own_simulator, key)
    run_errand(approved, OWNERSHIP)
    number_ownership.answer(approved, [foreign.uuid], still_own=True, actor=person, now=timezone.now())
    own_simulator.control("faults", name=fault, times=1, method="POST", ends="/ownership_confirm")
    assert run_errand(approved, OWNERSHIP).failures == 1
    run_errand(approved, OWNERSHIP)
    assert ownership_of(foreign).state == Ownership.VERIFIED


@pytest.mark.parametrize(
    ("reason", "state"), [("carrier_changed", Ownership.REMOVED), ("reverification_due", Ownership.FLAGGED)]
)
def test_what_nobody_answered_in_time_is_told(
    foreign: PhoneNumber, approved: Account, own_simulator: RunningSimulator, key: str, reason: str, state: Ownership
) -> None:
    ask(own_simulator, key, reason)
    run_errand(approved, OWNERSHIP)
    own_simulator.control("advance", seconds=4 * 86_400)
    run_errand(approved, OWNERSHIP)
    assert ownership_of(foreign).state == state
    assert len(mail_to(approved, f"ownership.{state}")) == 1


def test_a_new_question_after_an_answer_can_be_answered_again(
    foreign: PhoneNumber, approved: Account, person: User, own_simulator: RunningSimulator, key: str
) -> None:
    for _ in range(2):
        ask(own_simulator, key)
        run_errand(approved, OWNERSHIP)
        assert ownership_of(foreign).answer is None
        done = number_ownership.answer(approved, [foreign.uuid], still_own=True, actor=person, now=timezone.now())
        assert done == 1
        run_errand(approved, OWNERSHIP)
        assert ownership_of(foreign).state == Ownership.VERIFIED


def test_another_accounts_number_cannot_be_answered(
    foreign: PhoneNumber, approved: Account, acme: Account, person: User, own_simulator: RunningSimulator, key: str
) -> None:
    ask(own_simulator, key)
    run_errand(approved, OWNERSHIP)
    assert number_ownership.answer(acme, [foreign.uuid], still_own=False, actor=person, now=timezone.now()) == 0
    assert ownership_of(foreign).answer is None


def test_without_a_provider_the_reviewer_who_approved_saw_the_proof(globex: Account) -> None:
    make_file(globex, AttachmentKind.PROOF)
    assert not ownership_selectors.has_ownership_proof(globex)
    factories.make_enrollment(globex, EnrolledService.REGISTRATION)
    with account_scope(globex):
        Enrollment.objects.update(state_since=timezone.now())
    assert ownership_selectors.has_ownership_proof(globex)
    make_file(globex, AttachmentKind.PROOF, "later.pdf")
    with account_scope(globex):
        Attachment.objects.filter(filename="letter.pdf").update(removed_at=timezone.now())
    assert not ownership_selectors.has_ownership_proof(globex)


def test_the_provider_says_that_it_takes_no_toll_free_numbers_of_others(named: Account, acme: Account) -> None:
    assert ownership_selectors.refuses_hosted_toll_free(named)
    assert not ownership_selectors.refuses_hosted_toll_free(acme)
