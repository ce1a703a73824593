"""The clock: overdue at the target, unsuccessful at the limit, and again after a cool-down (D21)."""

from __future__ import annotations

from datetime import timedelta

from common.scope import account_scope
from remediation.models import CaseEvent
from remediation.selectors import cases as selectors
from remediation.services import cases, clock
from remediation.states import CaseEventKind, CaseState
from tests.remediation import remediation_world as world
from tests.remediation.remediation_world import DAY, HOUR, NOW

MINUTE = timedelta(minutes=1)


def opened(acme, count=1):
    world.name_provider(acme)
    world.flag(acme, world.monitored(acme, count))
    world.detect(acme)
    return world.cases(acme)


def move(acme, case, name, **fields):
    with account_scope(acme):
        assert cases.move_cases(acme, [case.pk], name, **({"now": NOW} | fields))


def overdue_events(acme):
    with account_scope(acme):
        return list(CaseEvent.objects.filter(kind=CaseEventKind.OVERDUE).values_list("reason", flat=True))


def test_nothing_happens_before_the_target(acme):
    opened(acme)
    assert clock.due_accounts(now=NOW + 2 * DAY - MINUTE) == []


def test_a_case_past_its_target_is_called_overdue_once(acme):
    opened(acme)
    now = NOW + 2 * DAY
    assert clock.due_accounts(now=now) == [acme.pk]
    clock.run([acme.pk], now=now)
    clock.run([acme.pk], now=now + HOUR)
    assert world.only_case(acme).overdue_at == now
    assert len(overdue_events(acme)) == 1
    (alert,) = world.open_alerts(acme, "case_overdue")
    assert "overdue" in alert.words
    assert len(world.open_alerts(acme)) == 1


def test_a_dispute_is_the_reason_that_is_told(acme):
    (case,) = opened(acme)
    move(acme, case, "submit")
    move(acme, case, "dispute", reason="A regulatory dispute is being settled")
    clock.run([acme.pk], now=NOW + 3 * DAY)
    assert "dispute" in overdue_events(acme)[0]


def test_a_case_past_its_limit_is_unsuccessful_and_its_label_stays_an_alert(acme):
    opened(acme)
    clock.run([acme.pk], now=NOW + 2 * DAY)
    clock.run([acme.pk], now=NOW + 7 * DAY)
    case = world.only_case(acme)
    assert (case.state, case.closed_at) == (CaseState.UNSUCCESSFUL, NOW + 7 * DAY)
    assert "support ticket" in case.reason
    assert len(world.open_alerts(acme)) == 1
    assert world.open_alerts(acme, "case_overdue") == []
    assert clock.due_accounts(now=NOW + 8 * DAY) == []


def test_a_case_that_is_seen_first_after_its_limit_is_given_up_and_not_called_overdue(acme):
    opened(acme)
    clock.run([acme.pk], now=NOW + 8 * DAY)
    assert world.only_case(acme).state == CaseState.UNSUCCESSFUL
    assert overdue_events(acme) == []


def test_a_cool_down_that_is_over_queues_the_case_again(acme):
    (case,) = opened(acme)
    move(acme, case, "submit")
    move(acme, case, "cool_down", due_at=NOW + DAY)
    clock.run([acme.pk], now=NOW + DAY - MINUTE)
    assert world.only_case(acme).state == CaseState.COOLING_DOWN
    clock.run([acme.pk], now=NOW + DAY)
    first = case.submission_id
    assert world.only_case(acme).state == CaseState.OPEN
    assert world.detect(acme, NOW + DAY).queued == 1
    assert world.only_case(acme).submission_id != first


def test_a_cleared_case_ends_its_overdue_alert(acme):
    (case,) = opened(acme)
    clock.run([acme.pk], now=NOW + 2 * DAY)
    world.clean(acme, [case.number], NOW + 3 * DAY)
    world.detect(acme, NOW + 3 * DAY)
    clock.run(clock.due_accounts(now=NOW + 3 * DAY), now=NOW + 3 * DAY)
    assert world.open_alerts(acme, "case_overdue") == []


def test_the_spans_are_settings(acme, settings):
    settings.REMEDIATION_TARGET, settings.REMEDIATION_LIMIT = 30 * MINUTE, HOUR
    (case,) = opened(acme)
    assert (case.target_at, case.limit_at) == (NOW + 30 * MINUTE, NOW + HOUR)


def test_the_clock_of_a_case_is_told_in_parts(acme):
    (case,) = opened(acme)
    half = selectors.clock_of(case, now=NOW + timedelta(days=3, hours=12))
    assert (half.percent, half.target_percent, half.is_late, half.is_over) == (50, 29, True, False)
    assert half.remaining == timedelta(days=3, hours=12)
    assert selectors.clock_of(case, now=NOW + 30 * DAY).percent == 100
