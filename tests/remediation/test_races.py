"""Two workers at once: one open case, one request, one effect."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from common.scope import account_scope
from phone_numbers.services import status
from phone_numbers.states import Capability
from remediation.models import Alert, Case, ManualTask
from remediation.services import cases, submission_turns
from remediation.states import SubmissionState
from tests.feeds import crew
from tests.remediation import remediation_world as world
from tests.remediation.remediation_world import NOW

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Run functions in threads that start together, each with a connection of its own; errors come back as values."""
    start = threading.Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        start.wait()
        try:
            return work()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def test_detections_at_once_open_each_case_and_alert_once(acme):
    world.name_provider(acme)
    world.flag(acme, world.monitored(acme, 50))
    found = at_once(*[lambda: world.detect(acme)] * 6)
    assert sum(one.cases_opened for one in found) == 50
    assert sum(one.queued for one in found) == 50
    with account_scope(acme):
        assert Case.objects.count() == Alert.objects.count() == 50


def test_a_reading_that_clears_meanwhile_never_leaves_an_alert_behind(acme):
    numbers = world.monitored(acme, 30)
    world.flag(acme, numbers)
    later = NOW + world.HOUR
    at_once(lambda: world.detect(acme), lambda: world.clean(acme, numbers, later), lambda: world.detect(acme, later))
    world.detect(acme, later)
    assert world.open_alerts(acme) == []
    assert [case for case in world.cases(acme) if case.is_open] == []


def test_a_message_that_is_delivered_twice_has_one_effect(drill):
    drill.flagged(3)
    ((submission_id, token),) = drill.claim()
    at_once(*[lambda: submission_turns.run_submission(submission_id, token, drill.clock)] * 4)
    assert (drill.billed(), drill.requests()) == (3, 1)
    assert [case.sent for case in world.cases(drill.account)] == [1, 1, 1]


def test_workers_that_claim_at_once_never_hold_one_request_together(drill):
    for place in range(6):
        drill.flagged(e164s=[drill.e164s[place]])
    claims = at_once(*[drill.claim] * 4)
    ids = [submission_id for found in claims for submission_id, _ in found]
    assert len(ids) == len(set(ids)) == 6


def test_of_two_people_who_cancel_and_retry_one_is_told(acme, admin, owner):
    world.flag(acme, world.monitored(acme))
    world.detect(acme)
    case = world.only_case(acme)

    def act(work: Callable[..., None], actor: Any) -> Callable[[], None]:
        def run() -> None:
            with account_scope(acme):
                work(case, actor=actor, now=NOW)

        return run

    outcomes = at_once(act(cases.cancel, admin), act(cases.cancel, owner))
    assert sorted(type(one).__name__ for one in outcomes) == ["AlreadyChanged", "NoneType"]
    with account_scope(acme):
        assert set(ManualTask.objects.values_list("state", flat=True)) == {"dropped"}


def test_the_disable_in_the_middle_of_the_call_wins(drill):
    (number,) = drill.flagged(1)
    drill.simulator.control("faults", name="slow", times=1, path="/v2/enterprises", method="POST")

    def disable() -> None:
        crew.wait_for(lambda: drill.only_submission().state == SubmissionState.SENDING, seconds=30)
        with account_scope(drill.account):
            status.set_capability(drill.account, [number.pk], to=Capability.OFF, now=drill.clock())
        drill.detect()
        assert drill.only_submission().state == SubmissionState.SENDING

    assert at_once(drill.turn, disable) == [1, None]
    assert drill.only_submission().state == SubmissionState.ACCEPTED
    drill.settle(days=3)
    assert drill.states() == {"cancelled": 1}
    assert drill.only_submission().state == SubmissionState.COMPLETED
    assert (drill.billed(), drill.requests()) == (1, 1)
