"""A request to the provider, over HTTP: sent once, followed, and its results mean what the case then says."""

from __future__ import annotations

from datetime import timedelta

import pytest

from common.scope import account_scope
from enrollment.models import ProfileSection, ProviderAccount
from enrollment.states import SectionKey
from phone_numbers.services import status
from phone_numbers.states import Capability
from providers.base import SubmissionReport
from providers.base import SubmissionState as Said
from remediation.models import Case, SubmissionItem
from remediation.services import results, sending
from remediation.states import CaseState, SubmissionState
from tests.remediation import remediation_world as world

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
PATH = "/v2/enterprises"


def test_a_request_is_accepted_reviewed_and_answered(drill):
    drill.simulator.control("outcomes", outcomes=["remediated"] * 3)
    drill.flagged(3)
    assert drill.turn() == 1
    submission = drill.only_submission()
    assert (submission.state, submission.numbers) == (SubmissionState.ACCEPTED, 3)
    assert submission.uuid.hex in submission.call_purpose
    assert drill.states() == {"submitted": 3}
    drill.skip(timedelta(hours=1))
    drill.turn()
    assert drill.states() == {"in_review": 3}
    drill.settle(days=2)
    submission = drill.only_submission()
    assert submission.state == SubmissionState.COMPLETED
    assert submission.tier1_at is not None
    assert submission.tier2_at is not None
    assert drill.states() == {"awaiting_clean_reading": 3}
    assert drill.billed() == 3


def test_each_bucket_means_its_own_state_with_a_reason(drill):
    buckets = ["remediated", "not_flagged", "requires_review", "refused", "ineligible"]
    drill.simulator.control("outcomes", outcomes=buckets)
    drill.flagged(5)
    drill.settle(days=2)
    states = {case.outcome: case.state for case in world.cases(drill.account)}
    assert states == {
        "remediated": CaseState.AWAITING_CLEAN_READING,
        "not_flagged": CaseState.NOT_FLAGGED,
        "requires_review": CaseState.PARKED,
        "refused": CaseState.PARKED,
        "ineligible": CaseState.COOLING_DOWN,
    }
    assert all(case.reason for case in world.cases(drill.account))


def test_a_number_that_the_provider_does_not_hold_is_parked_and_the_others_are_sent(drill):
    drill.flagged(e164s=[*drill.e164s[:2], "+12015550199"])
    drill.turn()
    assert drill.states() == {"open": 2, "parked": 1}
    drill.turn()
    assert drill.states() == {"submitted": 2, "parked": 1}
    assert drill.billed() == 2


def test_a_number_in_a_request_made_elsewhere_waits_for_that_request(drill):
    path = f"/enterprises/{drill.simulator.enterprise(drill.key)}/reputation/remediation"
    body = {"phone_numbers": drill.e164s[:1], "call_purpose": "Made in the provider's own portal"}
    assert drill.simulator.call("POST", path, drill.key, body).status_code == 202
    drill.simulator.control("outcomes", outcomes=["remediated"] * 2)
    drill.flagged(2)
    drill.turn()
    drill.turn()
    assert drill.states() == {"submitted": 2}
    assert sorted(one.adopted for one in drill.submissions()) == [False, True]
    drill.settle(days=3)
    assert drill.states() == {"awaiting_clean_reading": 2}
    assert drill.billed() == 2


def test_an_open_request_that_did_not_hold_the_number_lets_it_go_again(drill):
    path = f"/enterprises/{drill.simulator.enterprise(drill.key)}/reputation/remediation"
    for place in (0, 5):
        body = {"phone_numbers": [drill.e164s[place]], "call_purpose": "Made elsewhere"}
        assert drill.simulator.call("POST", path, drill.key, body).status_code == 202
    drill.flagged(1)
    drill.settle(days=8)
    (case,) = world.cases(drill.account)
    assert case.state in (CaseState.AWAITING_CLEAN_READING, CaseState.PARKED, CaseState.NOT_FLAGGED, "cooling_down")
    assert case.outcome != ""


def test_an_account_whose_provider_was_taken_away_queues_nothing_there(drill):
    drill.flagged(2)
    with account_scope(drill.account):
        ProviderAccount.objects.all().delete()
    drill.turn()
    drill.detect()
    assert drill.states() == {"parked": 2}
    assert drill.requests() == 0


def test_what_the_calls_are_for_is_said_even_before_the_form_was_filled_in(drill):
    assert "Acme" in sending.purpose_of(drill.account)


def test_the_request_says_what_the_calls_are_for_as_the_business_said_when_it_enrolled(drill):
    answers = {"call_purpose": "Appointment reminders to patients"}
    with account_scope(drill.account):
        ProfileSection.objects.update_or_create(
            account=drill.account,
            key=SectionKey.CALLS,
            defaults={"answers": answers, "form_version": 1, "saved_at": world.NOW},
        )
    drill.flagged(1)
    drill.turn()
    path = f"/enterprises/{drill.simulator.enterprise(drill.key)}/reputation/remediation"
    (listed,) = drill.simulator.call("GET", path, drill.key).json()["data"]
    assert listed["call_purpose"].startswith("Appointment reminders to patients")
    assert drill.only_submission().uuid.hex in listed["call_purpose"]


def test_a_case_that_ended_before_the_request_left_is_not_in_it(drill):
    one, *_ = drill.flagged(2)
    with account_scope(drill.account):
        status.set_capability(drill.account, [one.pk], to=Capability.OFF, now=drill.clock())
    drill.detect()
    drill.turn()
    assert drill.states() == {"cancelled": 1, "submitted": 1}
    assert drill.billed() == 1


def test_a_request_whose_cases_have_all_ended_is_never_sent(drill):
    numbers = drill.flagged(2)
    world.clean(drill.account, numbers, drill.clock())
    drill.detect()
    drill.turn()
    assert drill.states() == {"cleared": 2}
    assert drill.only_submission().state == SubmissionState.FAILED
    assert drill.requests() == 0


def test_a_claimed_request_is_not_claimed_again(drill):
    drill.flagged(1)
    assert len(drill.claim()) == 1
    assert drill.claim() == []


@pytest.mark.parametrize("bucket", ["needs_blessing", "", "x" * 200])
def test_a_bucket_that_nobody_knows_is_kept_raw_and_parked(drill, bucket):
    (number,) = drill.flagged(1)
    drill.turn()
    submission = drill.only_submission()
    report = SubmissionReport(submission.reference, Said.COMPLETED, drill.clock(), {bucket: (number.e164,)})
    with account_scope(drill.account):
        results.record(submission, report, now=drill.clock())
        (case,) = Case.objects.all()
        assert case.state == CaseState.PARKED
        assert SubmissionItem.objects.get().bucket == bucket[:40]
    assert drill.only_submission().answer == {bucket: [number.e164]}
