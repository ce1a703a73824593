"""What goes wrong at the provider leaves the end state of a run without faults, and nothing is submitted twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from common.scope import account_scope
from enrollment.services import provider_access
from phone_numbers.services import status
from phone_numbers.states import Capability
from providers.base import SubmissionReport
from providers.base import SubmissionState as Said
from remediation.models import SubmissionItem
from remediation.services import detection, results, submission_turns
from remediation.states import CaseState, SubmissionState
from tests import factories
from tests.feeds import feed_world
from tests.remediation import remediation_world as world

NUMBERS = 3
AT_SENDING = ("lost_answer", "error_after", "server_error", "conflict", "rate_limited", "reset", "timeout", "cut_body")
AT_READING = ("server_error", "rate_limited", "reset", "timeout", "cut_body", "malformed_line", "wrong_types")


@pytest.fixture(autouse=True)
def short_deadline(settings):
    settings.PROVIDER_DEADLINE = 1.0


@pytest.fixture
def decided(drill):
    """The provider will say that every number was remediated, once."""
    drill.simulator.control("outcomes", outcomes=["remediated"] * NUMBERS)
    return drill


def assert_as_without_faults(drill):
    assert drill.states() == {"awaiting_clean_reading": NUMBERS}
    assert drill.billed() == NUMBERS
    assert drill.requests() == 1
    assert [case.sent for case in world.cases(drill.account)] == [1] * NUMBERS
    with account_scope(drill.account):
        assert set(SubmissionItem.objects.values_list("bucket", "sent")) == {("remediated", True)}
    for case in world.cases(drill.account):
        path = [to for _, to in world.timeline(case)]
        assert path == [to for to in ("open", "submitted", "in_review", "awaiting_clean_reading") if to in path]


@pytest.mark.parametrize("fault", AT_SENDING)
def test_a_fault_while_sending_changes_nothing_in_the_end(decided, fault):
    decided.flagged(NUMBERS)
    decided.simulator.control("faults", name=fault, times=1, path="/v2/enterprises")
    decided.settle(days=4)
    assert decided.only_submission().state == SubmissionState.COMPLETED
    assert_as_without_faults(decided)


@pytest.mark.parametrize("fault", AT_READING)
def test_a_fault_while_asking_for_results_changes_nothing_in_the_end(decided, fault):
    decided.flagged(NUMBERS)
    decided.turn()
    decided.simulator.control("faults", name=fault, times=3, path="/v2/enterprises")
    decided.settle(days=5)
    assert_as_without_faults(decided)


@pytest.mark.parametrize("fault", ["server_error", "reset", "malformed_line"])
def test_a_fault_while_looking_up_a_lost_request_never_sends_it_twice(decided, fault):
    decided.flagged(NUMBERS)
    decided.simulator.control("faults", name="lost_answer", times=1, path="/v2/enterprises")
    decided.turn()
    assert decided.only_submission().state == SubmissionState.UNKNOWN
    decided.simulator.control("faults", name=fault, times=4, path="/v2/enterprises")
    decided.settle(days=5)
    assert_as_without_faults(decided)


def test_a_result_that_is_there_before_the_request_was_recorded_is_taken(decided):
    decided.flagged(NUMBERS)
    decided.simulator.control("faults", name="lost_answer", times=1, path="/v2/enterprises")
    decided.turn()
    decided.skip(3 * world.DAY)
    decided.turn()
    assert decided.only_submission().state == SubmissionState.ACCEPTED
    decided.skip(world.HOUR)
    decided.turn()
    assert_as_without_faults(decided)


def test_a_bad_day_at_the_provider_ends_well(decided):
    decided.flagged(NUMBERS)
    for fault, every in (("server_error", 3), ("rate_limited", 4), ("reset", 5)):
        decided.simulator.control("faults", name=fault, every=every, times=6, path="/v2/enterprises")
    decided.settle(days=6)
    decided.simulator.control("faults", on=False)
    assert_as_without_faults(decided)


def test_a_refused_key_holds_the_request_and_says_so(drill):
    drill.flagged(1)
    with account_scope(drill.account):
        provider_access.set_secret(drill.named, "bad-key")
    drill.turn()
    submission = drill.only_submission()
    assert submission.state == SubmissionState.QUEUED
    assert "key" in submission.last_error
    assert submission.due_at - drill.clock() > world.HOUR / 15


def test_a_request_that_the_provider_fails_parks_its_cases_with_the_next_step(drill):
    drill.flagged(2)
    drill.turn()
    report = SubmissionReport(drill.only_submission().reference, Said.FAILED, drill.clock())
    ((submission_id, _),) = drill.claim_later(world.HOUR)
    with account_scope(drill.account):
        submission = drill.only_submission()
        results.record(submission, report, now=drill.clock())
    assert submission.pk == submission_id
    assert drill.states() == {"parked": 2}
    assert "support ticket" in world.cases(drill.account)[0].reason


@pytest.mark.parametrize(("odd", "outcome"), [("new_word", "new_word"), ("left_out", "missing")])
def test_results_that_nobody_expected_park_their_number_and_the_others_go_on(drill, odd, outcome):
    drill.simulator.control("outcomes", outcomes=["remediated", odd, "remediated"])
    drill.flagged(NUMBERS)
    drill.settle(days=4)
    assert drill.states() == {"awaiting_clean_reading": 2, "parked": 1}
    (parked,) = (case for case in world.cases(drill.account) if case.state == CaseState.PARKED)
    assert parked.outcome == outcome
    assert (drill.billed(), drill.requests()) == (NUMBERS, 1)


def call(e164: str, ago: timedelta, label: str | None) -> dict[str, object]:
    """Return a call as a line of the carrier feed; None is a call without a label."""
    at = timezone.now() - ago
    return {"id": f"{e164}-{ago}", "number": e164, "carrier": "att", "time": at.isoformat(), "label": label}


def test_a_clean_call_and_a_new_label_on_one_page_of_the_feed_leave_the_case_open(drill):
    number = factories.make_number(drill.account, "+13035550181", capability=Capability.ON)
    feed = feed_world.make_feed_at(drill.account, drill.simulator, drill.key, feed_world.CARRIERS)
    labelled = [call(number.e164, timedelta(hours=hours), "Spam Likely") for hours in (4, 5, 6)]
    drill.simulator.control("calls", calls=labelled)
    feed_world.poll_once(feed)
    assert drill.detect().cases_opened == 1
    again = [call(number.e164, timedelta(hours=2), None), call(number.e164, timedelta(hours=1), "Spam Likely")]
    drill.simulator.control("calls", calls=again)
    feed_world.poll_once(feed)
    assert drill.detect() == detection.Detected()
    assert world.only_case(drill.account).is_open
    assert len(world.open_alerts(drill.account)) == 1


def test_a_number_that_is_missing_from_the_results_is_parked_and_the_others_go_on(drill):
    one, two = drill.flagged(2)
    drill.turn()
    drill.claim_later(world.HOUR)
    submission = drill.only_submission()
    answer = {"remediated": [one.e164], "refused": []}
    report = SubmissionReport(submission.reference, Said.COMPLETED, drill.clock(), answer)
    with account_scope(drill.account):
        results.record(submission, report, now=drill.clock())
    found = {case.number.e164: case.state for case in world.cases(drill.account)}
    assert found == {one.e164: CaseState.AWAITING_CLEAN_READING, two.e164: CaseState.PARKED}


def test_a_result_that_arrives_after_monitoring_was_switched_off_moves_no_case(decided):
    numbers = decided.flagged(NUMBERS)
    decided.turn()
    with account_scope(decided.account):
        ids = [number.pk for number in numbers]
        status.set_capability(decided.account, ids, to=Capability.OFF, now=decided.clock())
    decided.settle(days=3)
    assert decided.states() == {"cancelled": NUMBERS}
    assert decided.only_submission().state == SubmissionState.COMPLETED


def test_a_number_that_is_monitored_again_joins_the_request_that_still_holds_it(decided):
    (number,) = decided.flagged(1)
    decided.turn()
    for capability in (Capability.OFF, Capability.ON):
        with account_scope(decided.account):
            status.set_capability(decided.account, [number.pk], to=capability, now=decided.clock())
        decided.detect()
    assert decided.states() == {"cancelled": 1, "open": 1}
    decided.settle(days=3)
    assert decided.states() == {"cancelled": 1, "awaiting_clean_reading": 1}
    assert (decided.billed(), decided.requests()) == (1, 1)


def test_the_disable_that_comes_while_the_request_is_being_sent_wins(decided):
    (number,) = decided.flagged(1)
    decided.simulator.control("faults", name="lost_answer", times=1, path="/v2/enterprises")
    decided.turn()
    with account_scope(decided.account):
        status.set_capability(decided.account, [number.pk], to=Capability.OFF, now=decided.clock())
    decided.detect()
    decided.settle(days=3)
    assert decided.states() == {"cancelled": 1}
    assert decided.billed() == 1


def test_a_request_that_the_provider_forgot_is_submitted_again(drill):
    drill.flagged(2)
    drill.turn()
    drill.simulator.control("reset")
    drill.claim_later(world.HOUR)
    with account_scope(drill.account):
        submission_turns.run_submission(drill.only_submission().pk, drill.only_submission().lease_token, drill.clock)
    assert drill.states() == {"open": 2}
    drill.detect()
    drill.turn()
    assert drill.states() == {"submitted": 2}
    assert [one.state for one in drill.submissions()] == [SubmissionState.FAILED, SubmissionState.ACCEPTED]
