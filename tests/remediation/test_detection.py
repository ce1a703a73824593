"""Tags and monitoring become alerts and cases, whichever came second, and clear by themselves (D20-D22)."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, InternalError, transaction

from common.scope import account_scope, all_accounts
from phone_numbers.feeds import ingest
from phone_numbers.models import NumberEvent
from phone_numbers.services import status
from phone_numbers.states import Capability, EventKind
from providers.base import Verdict
from remediation.models import Alert, Case, ChangedAccount, ManualTask, Submission, SubmissionItem
from remediation.services import cases, detection, queueing
from remediation.states import CaseState
from tests import factories
from tests.remediation import remediation_world as world
from tests.remediation.remediation_world import DAY, HOUR, NOW

STATEMENTS = 16


def set_capability(account, number, to, at):
    with account_scope(account):
        status.set_capability(account, [number.pk], to=to, now=at)


def test_a_flagged_monitored_number_gets_one_alert_and_one_case(acme):
    world.name_provider(acme)
    (number,) = world.monitored(acme)
    world.flag(acme, [number])
    found = world.detect(acme)
    assert (found.alerts_raised, found.cases_opened, found.queued) == (1, 1, 1)
    case = world.only_case(acme)
    assert (case.number, case.state, case.attempt, case.provider) == (number, CaseState.OPEN, 1, "telnyx")
    assert (case.target_at, case.limit_at) == (NOW + 2 * DAY, NOW + 7 * DAY)
    assert case.submission is not None
    assert case.submission.numbers == 1
    (alert,) = world.open_alerts(acme)
    assert (alert.number_id, alert.since) == (number.pk, NOW)


def test_looking_again_changes_nothing(acme):
    world.name_provider(acme)
    world.flag(acme, world.monitored(acme, 3))
    world.detect(acme)
    assert world.detect(acme, NOW + HOUR) == detection.Detected()


def test_a_number_that_is_monitored_after_it_was_tagged_gets_its_case_then(acme):
    (number,) = world.monitored(acme, capability=Capability.VERIFYING)
    world.flag(acme, [number])
    assert world.detect(acme).cases_opened == 0
    assert len(world.open_alerts(acme)) == 1
    set_capability(acme, number, Capability.ON, NOW + HOUR)
    assert world.detect(acme, NOW + HOUR).cases_opened == 1
    assert len(world.open_alerts(acme)) == 1


def test_a_number_that_is_no_longer_eligible_is_still_repaired(acme):
    world.flag(acme, world.monitored(acme, capability=Capability.NO_LONGER_ELIGIBLE))
    assert world.detect(acme).cases_opened == 1


def test_a_mixed_number_without_a_tag_gets_neither_alert_nor_case(acme):
    numbers = world.monitored(acme)
    world.read(acme, numbers, Verdict.MIXED, NOW)
    assert world.detect(acme) == detection.Detected()


def test_a_clean_reading_clears_the_alert_and_the_case_at_its_own_time(acme):
    numbers = world.monitored(acme)
    world.flag(acme, numbers)
    world.detect(acme)
    world.clean(acme, numbers, NOW + 5 * HOUR)
    found = world.detect(acme, NOW + 6 * HOUR)
    assert (found.alerts_cleared, found.cases_cleared) == (1, 1)
    case = world.only_case(acme)
    assert (case.state, case.closed_at) == (CaseState.CLEARED, NOW + 5 * HOUR)
    assert world.open_alerts(acme) == []


def test_unknown_never_closes_a_case_and_a_clean_reading_after_it_does(acme):
    (number,) = numbers = world.monitored(acme)
    world.flag(acme, numbers)
    world.detect(acme)
    later = NOW + 40 * DAY
    with account_scope(acme):
        while ingest.rerate_due(acme, now=NOW + 10 * DAY):
            pass
        while ingest.rerate_due(acme, now=later):
            pass
    assert factories.status_of(number).tag_since is None
    found = world.detect(acme, later)
    assert (found.alerts_cleared, found.cases_cleared) == (1, 0)
    assert world.only_case(acme).is_open
    world.clean(acme, numbers, later + HOUR)
    with all_accounts():
        assert ChangedAccount.objects.exists()
    assert world.detect(acme, later + HOUR).cases_cleared == 1


def test_a_label_that_was_cleared_and_came_back_before_detection_looked_is_another_case(acme):
    numbers = world.monitored(acme)
    world.flag(acme, numbers)
    world.detect(acme)
    world.clean(acme, numbers, NOW + HOUR)
    world.flag(acme, numbers, NOW + 2 * HOUR)
    world.detect(acme, NOW + 2 * HOUR)
    first, second = world.cases(acme)
    assert (first.state, second.state) == (CaseState.CLEARED, CaseState.PARKED)
    assert (second.previous_id, second.attempt) == (first.pk, 2)
    (alert,) = world.open_alerts(acme)
    assert alert.since == NOW + 2 * HOUR


def test_a_clean_reading_and_a_new_flag_in_one_page_leave_the_case_open(acme):
    (number,) = numbers = world.monitored(acme)
    world.flag(acme, numbers)
    world.detect(acme)
    page = [
        world.observation(number, Verdict.HEALTHY, NOW + HOUR),
        world.observation(number, Verdict.SPAM, NOW + 2 * HOUR),
    ]
    with account_scope(acme):
        ingest.ingest_page(acme, page, now=NOW + 2 * HOUR)
    assert world.detect(acme, NOW + 2 * HOUR) == detection.Detected()
    assert world.only_case(acme).is_open


@pytest.mark.parametrize(("days", "attempt"), [(29, 2), (31, 1)])
def test_a_label_that_returns_within_30_days_is_another_attempt(acme, days, attempt):
    numbers = world.monitored(acme)
    world.flag(acme, numbers)
    world.detect(acme)
    world.clean(acme, numbers, NOW + HOUR)
    world.detect(acme, NOW + HOUR)
    world.flag(acme, numbers, NOW + HOUR + days * DAY)
    world.detect(acme, NOW + HOUR + days * DAY)
    assert world.cases(acme)[-1].attempt == attempt


def test_disabling_cancels_the_case_and_leaves_the_tag(acme):
    (number,) = world.monitored(acme)
    world.flag(acme, [number])
    world.detect(acme)
    set_capability(acme, number, Capability.OFF, NOW + HOUR)
    assert world.detect(acme, NOW + HOUR).cases_cancelled == 1
    assert world.only_case(acme).state == CaseState.CANCELLED
    assert factories.status_of(number).tag_since == NOW
    assert len(world.open_alerts(acme)) == 1
    set_capability(acme, number, Capability.ON, NOW + 2 * HOUR)
    assert world.detect(acme, NOW + 2 * HOUR).cases_opened == 1


def test_a_label_whose_case_was_given_up_opens_no_other_one(acme):
    world.flag(acme, world.monitored(acme))
    world.detect(acme)
    with account_scope(acme):
        cases.move_cases(acme, [world.only_case(acme).pk], "give_up", now=NOW + 7 * DAY, reason="The limit passed")
    assert world.detect(acme, NOW + 8 * DAY).cases_opened == 0
    assert len(world.open_alerts(acme)) == 1


def test_an_account_without_a_provider_gets_tasks_for_a_person(acme):
    world.flag(acme, world.monitored(acme))
    world.detect(acme)
    case = world.only_case(acme)
    assert case.state == CaseState.PARKED
    assert "by hand" in case.reason
    with account_scope(acme):
        assert ManualTask.objects.filter(case=case, state="todo").count() == 1


def test_a_provider_that_is_named_later_takes_over_what_nobody_has_filed(acme, admin):
    world.flag(acme, world.monitored(acme, 2))
    world.detect(acme)
    with account_scope(acme):
        task = ManualTask.objects.order_by("pk").first()
        cases.file_task(task, reference="AT-1", follow_up_on=None, note="", actor=admin, now=NOW)
    world.name_provider(acme)
    assert world.detect(acme, NOW + HOUR).queued == 1
    assert sorted(case.state for case in world.cases(acme)) == [CaseState.OPEN, CaseState.SUBMITTED]
    with account_scope(acme):
        assert sorted(ManualTask.objects.values_list("state", flat=True)) == ["dropped", "filed"]


def test_a_business_that_its_provider_has_not_approved_waits_and_says_so(acme):
    named = world.name_provider(acme, letter_gate="pending")
    world.flag(acme, world.monitored(acme))
    assert world.detect(acme).queued == 0
    case = world.only_case(acme)
    assert (case.state, case.submission_id) == (CaseState.OPEN, None)
    assert "approve the business" in case.reason
    with account_scope(acme):
        named.letter_gate = "approved"
        named.save(update_fields=["letter_gate"])
    assert detection.differing_accounts() == [acme.pk]
    assert world.detect(acme, NOW + HOUR).queued == 1


def test_cases_are_queued_in_requests_of_at_most_2000(acme, monkeypatch):
    monkeypatch.setattr(queueing, "LARGEST", 4)
    world.name_provider(acme)
    world.flag(acme, world.monitored(acme, 10))
    assert world.detect(acme).queued == 10
    with account_scope(acme):
        assert sorted(Submission.objects.values_list("numbers", flat=True)) == [2, 4, 4]
        assert SubmissionItem.objects.values("case").distinct().count() == 10


@pytest.mark.parametrize("count", [3, 300])
def test_any_number_of_labels_takes_the_same_statements(acme, count, django_assert_num_queries):
    world.name_provider(acme)
    world.flag(acme, world.monitored(acme, count))
    with django_assert_num_queries(STATEMENTS):
        found = world.detect(acme)
    assert (found.alerts_raised, found.cases_opened, found.queued) == (count, count, count)


def test_a_number_never_has_two_open_cases(acme):
    world.flag(acme, world.monitored(acme))
    world.detect(acme)
    case = world.only_case(acme)
    values = {field: getattr(case, field) for field in ("tag_since", "opened_at", "target_at", "limit_at")}
    with account_scope(acme), pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.create(account=acme, number=case.number, state_since=NOW, **values)


def test_the_database_refuses_a_move_that_is_not_declared(acme):
    world.name_provider(acme)
    world.flag(acme, world.monitored(acme))
    world.detect(acme)
    with account_scope(acme):
        Case.objects.update(state=CaseState.COOLING_DOWN)
        with pytest.raises(InternalError, match="Invalid transition"), transaction.atomic():
            Case.objects.update(state=CaseState.SUBMITTED)


def test_the_history_of_the_number_tells_of_the_case(acme):
    numbers = world.monitored(acme)
    world.flag(acme, numbers)
    world.detect(acme)
    world.clean(acme, numbers, NOW + HOUR)
    world.detect(acme, NOW + HOUR)
    with account_scope(acme):
        told = NumberEvent.objects.filter(kind=EventKind.REMEDIATION).order_by("id").values_list("to_value", flat=True)
        assert list(told) == ["open", "parked", "cleared"]
    assert world.timeline(world.only_case(acme)) == [("", "open"), ("open", "parked"), ("parked", "cleared")]


def test_an_alert_stands_under_its_campaign(acme):
    one, two, lone = world.monitored(acme, 3)
    campaign = factories.make_campaign(acme, numbers=[one, two])
    world.flag(acme, [one, two, lone])
    world.detect(acme)
    groups = {alert.number_id: alert.group for alert in world.open_alerts(acme)}
    assert groups == {one.pk: f"campaign:{campaign.pk}", two.pk: f"campaign:{campaign.pk}", lone.pk: ""}


def test_another_account_is_left_alone(acme, globex):
    world.flag(acme, world.monitored(acme))
    world.flag(globex, world.monitored(globex))
    world.detect(acme)
    assert world.cases(globex) == []
    assert detection.changed_accounts() == [globex.pk]
    assert set(detection.differing_accounts()) >= {globex.pk}


def test_alerts_of_deleted_numbers_go_with_them(acme):
    (number,) = world.monitored(acme)
    world.flag(acme, [number])
    world.detect(acme)
    with account_scope(acme):
        number.delete()
        assert not Alert.objects.exists()
        assert not Case.objects.exists()


def woken(callbacks):
    """Return the names of the tasks that are sent when the transaction is committed."""
    return {callback.args[0] for callback in callbacks if hasattr(callback, "args")}


def test_readings_and_monitoring_wake_detection_on_commit(acme, django_capture_on_commit_callbacks):
    (number,) = world.monitored(acme)
    with django_capture_on_commit_callbacks() as callbacks:
        world.flag(acme, [number])
    assert woken(callbacks) == {cases.DETECT}
    with django_capture_on_commit_callbacks() as callbacks:
        set_capability(acme, number, Capability.OFF, NOW)
    assert woken(callbacks) == {cases.DETECT}
    with django_capture_on_commit_callbacks() as callbacks:
        world.clean(acme, world.monitored(acme), NOW + HOUR)
        world.read(acme, [number], Verdict.SPAM, NOW + HOUR)
    assert detection.changed_accounts() == [acme.pk]


def test_queued_requests_wake_the_sender_on_commit(acme, django_capture_on_commit_callbacks):
    world.name_provider(acme)
    world.flag(acme, world.monitored(acme))
    with django_capture_on_commit_callbacks() as callbacks:
        world.detect(acme)
    assert woken(callbacks) == {queueing.SEND}


@pytest.mark.parametrize("kind", [EventKind.ADDED, EventKind.EDITED, EventKind.REGISTRATION])
def test_other_events_of_a_number_note_no_change(acme, kind):
    factories.make_event(factories.make_number(acme), kind)
    assert detection.changed_accounts() == []
