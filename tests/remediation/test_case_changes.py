"""What people do to a case: retry, cancel, note, owner, dispute, file by hand, begin anew; a lost race does nothing."""

from __future__ import annotations

import pytest

from common.scope import account_scope
from remediation.models import CaseEvent, ManualTask
from remediation.selectors import cases as selectors
from remediation.selectors import counts, home, stats
from remediation.services import cases
from remediation.states import CaseState
from tests.remediation import remediation_world as world
from tests.remediation.remediation_world import DAY, HOUR, NOW


@pytest.fixture
def parked(acme):
    """A case of an account without a provider."""
    world.flag(acme, world.monitored(acme))
    world.detect(acme)
    return world.only_case(acme)


def told(case):
    with account_scope(case.account_id):
        return list(CaseEvent.objects.filter(case=case).order_by("id").values_list("kind", "reason"))


def test_a_parked_case_is_submitted_again_on_request(acme, admin, parked):
    world.name_provider(acme)
    with account_scope(acme):
        cases.retry(parked, actor=admin, now=NOW + HOUR)
    assert world.detect(acme, NOW + HOUR).queued == 1
    assert world.only_case(acme).state == CaseState.OPEN


def test_a_case_that_is_under_way_is_not_submitted_again(acme, admin):
    world.name_provider(acme)
    world.flag(acme, world.monitored(acme))
    world.detect(acme)
    with account_scope(acme), pytest.raises(cases.AlreadyChanged):
        cases.retry(world.only_case(acme), actor=admin, now=NOW)


def test_a_cancelled_case_stays_cancelled_while_its_label_lasts(acme, admin, parked):
    with account_scope(acme):
        cases.cancel(parked, actor=admin, now=NOW + HOUR, reason="Not ours any more")
        with pytest.raises(cases.AlreadyChanged):
            cases.cancel(parked, actor=admin, now=NOW + HOUR)
    assert world.detect(acme, NOW + DAY).cases_opened == 0
    with account_scope(acme):
        assert set(ManualTask.objects.values_list("state", flat=True)) == {"dropped"}


def test_a_note_and_an_owner_stand_in_the_timeline(acme, admin, owner, parked):
    with account_scope(acme):
        cases.add_note(parked, "Called the carrier", actor=admin, now=NOW)
        cases.assign(parked, owner, actor=admin, now=NOW)
        cases.assign(parked, owner, actor=admin, now=NOW)
    assert told(parked)[-2:] == [("note", "Called the carrier"), ("owner", f"Assigned to {owner}")]


def test_a_dispute_is_said_and_settled(acme, admin, parked):
    with account_scope(acme):
        with pytest.raises(cases.AlreadyChanged):
            cases.dispute(parked, reason="", actor=admin, now=NOW)
        cases.move_cases(acme, [parked.pk], "submit", now=NOW)
        cases.dispute(parked, reason="AT&T asks for papers", actor=admin, now=NOW)
        assert world.only_case(acme).state == CaseState.DISPUTED
        cases.settle_dispute(parked, actor=admin, now=NOW + DAY)
    assert world.only_case(acme).state == CaseState.IN_REVIEW


def test_what_is_filed_by_hand_is_followed_up_and_then_waits_for_a_clean_reading(acme, admin, parked):
    with account_scope(acme):
        task = selectors.tasks_of(parked).get()
        day = (NOW + 3 * DAY).date()
        cases.file_task(task, reference="AT-1", follow_up_on=day, note="", actor=admin, now=NOW)
        assert world.only_case(acme).state == CaseState.SUBMITTED
        assert [home.figures(now=NOW + days * DAY).follow_ups for days in (2, 3)] == [0, 1]
        cases.finish_task(task, done=True, note="They agreed", actor=admin, now=NOW + DAY)
        with pytest.raises(cases.AlreadyChanged):
            cases.finish_task(task, done=True, note="", actor=admin, now=NOW + DAY)
    assert world.only_case(acme).state == CaseState.AWAITING_CLEAN_READING


def test_a_case_that_failed_is_begun_anew_with_its_count(acme, admin, parked):
    with account_scope(acme):
        cases.move_cases(acme, [parked.pk], "give_up", now=NOW + 7 * DAY)
        again = cases.reopen_closed(parked, actor=admin, now=NOW + 8 * DAY, target=2 * DAY, limit=7 * DAY)
        with pytest.raises(cases.AlreadyChanged):
            cases.reopen_closed(parked, actor=admin, now=NOW + 8 * DAY, target=2 * DAY, limit=7 * DAY)
        assert (again.attempt, again.previous) == (2, parked)
        assert selectors.following_case(parked) == again


def test_a_move_of_many_moves_only_those_that_may(acme):
    world.name_provider(acme)
    world.flag(acme, world.monitored(acme, 3))
    world.detect(acme)
    one, two, three = (case.pk for case in world.cases(acme))
    with account_scope(acme):
        assert cases.move_cases(acme, [one], "cancel", now=NOW) == [one]
        assert cases.move_cases(acme, [one, two, three], "submit", now=NOW, sent=1) == [two, three]
    assert [case.sent for case in world.cases(acme)] == [0, 1, 1]


def test_another_accounts_cases_are_not_moved(acme, globex, parked):
    with account_scope(globex):
        assert cases.move_cases(globex, [parked.pk], "cancel", now=NOW) == []


def test_time_to_clear_is_told_per_provider_and_carrier(acme):
    numbers = world.monitored(acme, 10)
    world.flag(acme, numbers)
    world.detect(acme)
    for place, number in enumerate(numbers, start=1):
        world.clean(acme, [number], NOW + place * HOUR)
        world.detect(acme, NOW + place * HOUR)
    now = NOW + DAY
    with account_scope(acme):
        overall = stats.time_to_clear(now=now)
        assert overall is not None
        assert (overall.cases, overall.median) == (10, HOUR * 5.5)
        assert overall.ninetieth == HOUR * 9.1
        assert [(one.name, one.cases) for one in stats.by_provider(now=now)] == [("By hand", 10)]
        assert [(one.name, one.cases) for one in stats.by_carrier(now=now)] == [("Telnyx", 10)]
        assert home.figures(now=now).median == HOUR * 5.5


def test_home_counts_what_needs_a_person(acme, parked):
    with account_scope(acme):
        figures = home.figures(now=NOW)
        assert (figures.open_cases, figures.parked, figures.median) == (1, 1, None)
        assert (counts.open_cases().everything, counts.open_cases().parked) == (1, 1)
