"""A provider that is down, slow or loses answers, and workers that die: it ends right, and nothing is billed twice."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Account
from common.scope import account_scope, all_accounts
from enrollment.models import EnrolledService, EnrollmentState, ProviderAccount, ProviderErrand
from enrollment.provider_states import ErrandKind, Vetting
from enrollment.services import errand_turns, errands
from tests.enrollment.vetting_world import (
    DEADLINE,
    REVIEWED,
    apply_for,
    charges,
    key,
    make_letter,
    name_simulator,
    named,
    provider_of,
    run_errand,
    state_of,
)
from tests.simulator import RunningSimulator

__all__ = ["key", "named"]
pytestmark = pytest.mark.django_db
REGISTRATION = EnrolledService.REGISTRATION
ENABLED = [("monitoring", 1)]
CALLS = (
    ("POST", "/agree"),
    ("POST", "/enterprises"),
    ("POST", "/documents"),
    ("POST", "/reputation"),
    ("GET", "/reputation"),
)
TROUBLES = ("lost_answer", "reset", "error_after", "cut_body", "malformed_line", "server_error", "rate_limited")
FAULTS = [(fault, *call) for fault in TROUBLES for call in CALLS] + [("conflict", "POST", "/enterprises")]


def let_settle(account: Account) -> None:
    """Let so much time pass since the last unanswered call that it cannot arrive any more."""
    with all_accounts():
        begun = timezone.now() - timedelta(seconds=2 * DEADLINE + 1)
        ProviderErrand.objects.filter(account=account, called_at__isnull=False).update(called_at=begun)


def wait_until(done: Callable[[], bool]) -> None:
    """Wait for something that another process does, at most ten seconds."""
    end = time.monotonic() + 10
    while not done():
        assert time.monotonic() < end, "It did not happen."
        time.sleep(0.05)


def until_waiting(account: Account) -> None:
    """Run the errand until the provider has everything, as the ticks do."""
    for _ in range(6):
        if provider_of(account).vetting == Vetting.WAITING:
            return
        run_errand(account)
        let_settle(account)
    raise AssertionError(f"Still at {provider_of(account).vetting}.")


@pytest.mark.parametrize(("fault", "method", "ends"), FAULTS)
def test_a_fault_in_any_call_ends_with_one_business_enabled_once(
    named: Account, own_simulator: RunningSimulator, key: str, fault: str, method: str, ends: str
) -> None:
    enrollment = apply_for(named, REGISTRATION)
    own_simulator.control("faults", name=fault, times=1, method=method, ends=ends)
    until_waiting(named)
    own_simulator.control("advance", seconds=REVIEWED)
    run_errand(named)
    assert state_of(enrollment) == EnrollmentState.APPROVED
    assert len(own_simulator.call("GET", "/enterprises", key).json()["data"]) == 1
    assert charges(own_simulator, key) == ENABLED


def test_a_provider_that_is_down_is_tried_again_after_a_growing_wait(
    named: Account, own_simulator: RunningSimulator, key: str
) -> None:
    apply_for(named, REGISTRATION)
    own_simulator.control("faults", name="server_error")
    waits = []
    for _ in range(4):
        began = timezone.now()
        errand = run_errand(named)
        assert errand.due_at is not None
        waits.append(errand.due_at - began)
    assert errand.failures == 4
    assert "fault of its own" in errand.last_error
    assert waits[3] > waits[0]
    own_simulator.control("faults")
    run_errand(named)
    assert provider_of(named).vetting == Vetting.WAITING
    assert charges(own_simulator, key) == ENABLED


def test_a_slow_provider_is_given_up_and_what_it_did_after_all_is_found(
    named: Account, own_simulator: RunningSimulator, key: str
) -> None:
    """The request waits three seconds at the provider, longer than the portal does, and is carried out then."""
    apply_for(named, REGISTRATION)
    own_simulator.control("faults", name="slow", times=1, method="POST", ends="/reputation")
    errand = run_errand(named)
    assert errand.called_at is not None
    again = run_errand(named)
    assert "looked up" in again.last_error
    wait_until(lambda: charges(own_simulator, key) == ENABLED)
    until_waiting(named)
    assert charges(own_simulator, key) == ENABLED


def test_a_wrong_key_waits_for_a_person(named: Account, own_simulator: RunningSimulator) -> None:
    with account_scope(named):
        provider_of(named).delete()
    name_simulator(named, own_simulator, "bad-key")
    enrollment = apply_for(named, REGISTRATION)
    errand = run_errand(named)
    assert "does not accept the key" in errand.last_error
    assert errand.due_at is not None
    assert errand.due_at > timezone.now() + timedelta(minutes=20)
    assert state_of(enrollment) == EnrollmentState.PROVIDER_VETTING


def test_a_rejection_met_by_a_call_without_an_answer_is_not_taken_for_the_old_one(
    named: Account, own_simulator: RunningSimulator, key: str
) -> None:
    letter = make_letter(named)
    apply_for(named, REGISTRATION, letter=letter, legal_name="Reject Me LLC")
    run_errand(named)
    own_simulator.control("advance", seconds=REVIEWED)
    run_errand(named)
    again = apply_for(named, REGISTRATION, letter=letter, legal_name="Reject Me Too LLC")
    own_simulator.control("faults", name="error_after", times=1, method="POST", ends="/reputation")
    run_errand(named)
    own_simulator.control("advance", seconds=REVIEWED)
    let_settle(named)
    run_errand(named)
    run_errand(named)
    assert state_of(again) == EnrollmentState.REJECTED
    assert charges(own_simulator, key) == ENABLED * 2


def test_a_business_that_another_customer_of_the_provider_has_is_told_in_the_end(
    named: Account, own_simulator: RunningSimulator
) -> None:
    enrollment = apply_for(named, REGISTRATION)
    own_simulator.control("faults", name="conflict", method="POST", ends="/enterprises")
    run_errand(named)
    assert state_of(enrollment) == EnrollmentState.PROVIDER_VETTING
    with all_accounts():
        ProviderErrand.objects.filter(account=named).update(failures=8)
    run_errand(named)
    assert state_of(enrollment) == EnrollmentState.REJECTED


def test_an_error_that_nobody_expected_is_shown_and_tried_again(
    named: Account, own_simulator: RunningSimulator, key: str
) -> None:
    apply_for(named, REGISTRATION)
    with account_scope(named):
        record = provider_of(named).record
        ProviderAccount.objects.update(record=record | {"shoe_size": 43})
    errand = run_errand(named)
    assert errand.last_error == errand_turns.UNEXPECTED
    assert (errand.failures, errand.lease_until) == (1, None)
    with account_scope(named):
        ProviderAccount.objects.update(record=record)
    assert run_errand(named).last_error == ""
    assert charges(own_simulator, key) == ENABLED


# Two workers, late messages -----------------------------------------------------------------------------------------


def claimed(account: Account) -> tuple[int, uuid.UUID]:
    now = timezone.now()
    with all_accounts():
        ProviderErrand.objects.filter(account=account).update(due_at=now, lease_until=None)
        (claim,) = errands.claim_due(now=now + timedelta(seconds=1))
    return claim


def test_a_message_that_comes_twice_or_late_does_nothing(
    named: Account, own_simulator: RunningSimulator, key: str
) -> None:
    apply_for(named, REGISTRATION)
    errand, token = claimed(named)
    errand_turns.run_errand(errand, token, timezone.now)
    seen = len(own_simulator.seen())
    errand_turns.run_errand(errand, token, timezone.now)
    assert len(own_simulator.seen()) == seen
    assert charges(own_simulator, key) == ENABLED


def test_an_errand_is_leased_once_and_again_when_its_worker_is_gone(named: Account) -> None:
    apply_for(named, REGISTRATION)
    claimed(named)
    now = timezone.now()
    assert errands.claim_due(now=now + timedelta(seconds=2)) == []
    assert len(errands.claim_due(now=now + errands.WAITING_LEASE + timedelta(seconds=2))) == 1


def test_what_is_wanted_during_a_turn_runs_once_more(named: Account) -> None:
    apply_for(named, REGISTRATION)
    errand, token = claimed(named)
    turn = errands.begin(errand, token, now=timezone.now())
    assert turn is not None
    wanted = timezone.now()
    errands.want(named, ErrandKind.VETTING, now=wanted)
    assert errands.claim_due(now=wanted + timedelta(seconds=1)) == []
    errands.finish(turn, due_at=wanted + timedelta(hours=1))
    with all_accounts():
        assert ProviderErrand.objects.get(pk=errand).due_at == wanted


def test_a_worker_that_lost_its_lease_records_nothing(named: Account) -> None:
    apply_for(named, REGISTRATION)
    errand, token = claimed(named)
    turn = errands.begin(errand, token, now=timezone.now())
    assert turn is not None
    claimed(named)
    with pytest.raises(errands.LeaseLost), errands.recording(turn, now=timezone.now()):
        pass


def test_an_account_that_names_no_provider_any_more_has_nothing_to_do(named: Account) -> None:
    apply_for(named, REGISTRATION)
    with account_scope(named):
        provider_of(named).delete()
    errand = run_errand(named)
    assert (errand.due_at, errand.last_error) == (None, "")
