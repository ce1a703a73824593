"""The totals of open cases and alerts are those of the rows, whoever writes them (decision 0089, D22)."""

from __future__ import annotations

from collections import Counter

import pytest
from django.db import connection
from django.utils import timezone

from common.scope import account_scope, all_accounts
from remediation import tasks
from remediation.models import Alert, AlertCount, Case, CaseCount
from remediation.selectors import alert_groups, counts
from remediation.services import alerts, cases, clock
from remediation.services import counts as services
from remediation.states import AlertKind
from tests.remediation import remediation_world as world
from tests.remediation.remediation_world import DAY, HOUR, NOW


def assert_counted() -> None:
    """Compare the sums of the deltas with the rows."""
    with all_accounts():
        cases_said, alerts_said = Counter(), Counter()
        for row in CaseCount.objects.all():
            cases_said[row.account_id, row.state, row.is_late] += row.n
        for row in AlertCount.objects.all():
            alerts_said[row.account_id, row.kind, row.muted_until] += row.n
        opened = Case.objects.filter(closed_at=None)
        raised = Alert.objects.filter(cleared_at=None).values_list("account_id", "kind", "muted_until")
        assert +cases_said == Counter((one.account_id, one.state, one.overdue_at is not None) for one in opened)
        assert +alerts_said == Counter(raised)
    assert min([*cases_said.values(), *alerts_said.values(), 0]) == 0


def test_the_totals_follow_whatever_happens(acme, globex):
    numbers = world.monitored(acme, 5)
    world.flag(acme, numbers)
    world.detect(acme)
    world.flag(globex, world.monitored(globex, 2))
    world.detect(globex)
    assert_counted()
    with account_scope(acme):
        ids = list(Case.objects.order_by("pk").values_list("pk", flat=True))
        cases.move_cases(acme, ids[:2], "cancel", now=NOW)
        alerts.mute(Alert.objects.filter(pk__in=Alert.objects.all()[:3]), until=NOW + DAY, actor=None, now=NOW)
        assert_counted()
        clock.run([acme.pk], now=NOW + 3 * DAY)
        assert counts.open_cases().overdue == 3
        assert_counted()
        Case.objects.filter(pk=ids[2]).delete()
    world.clean(acme, numbers, NOW + 3 * DAY)
    world.detect(acme, NOW + 3 * DAY)
    assert_counted()
    with account_scope(acme):
        assert counts.open_cases().everything == 0
        assert counts.open_alerts(now=NOW).get(AlertKind.TAG) is None


def test_a_mute_that_is_over_counts_as_loud(acme):
    world.flag(acme, world.monitored(acme, 3))
    world.detect(acme)
    with account_scope(acme):
        alerts.mute(Alert.objects.all(), until=NOW + HOUR, actor=None, now=NOW)
        assert alert_groups.strip(now=NOW).is_quiet
        later = alert_groups.strip(now=NOW + 2 * HOUR)
        assert (later.count, later.is_quiet) == (3, False)


def test_folding_leaves_one_row_for_each_combination(acme):
    for at in range(3):
        world.flag(acme, world.monitored(acme), NOW + at * HOUR)
        world.detect(acme, NOW + at * HOUR)
    tasks.fold_counts()
    with account_scope(acme):
        assert list(CaseCount.objects.values_list("state", "is_late", "n")) == [("parked", False, 3)]
        assert list(AlertCount.objects.values_list("kind", "n")) == [("tag", 3)]
    assert_counted()


def test_totals_that_differ_are_mended_and_told(acme):
    world.flag(acme, world.monitored(acme, 2))
    world.detect(acme)
    assert services.mend_counts() == 0
    with account_scope(acme):
        CaseCount.objects.all().delete()
        AlertCount.objects.create(account=acme, kind=AlertKind.CASE_OVERDUE, n=4)
    assert services.count_differences() == 2
    tasks.sweep_labels()
    assert services.count_differences() == 0
    assert_counted()
    assert services.mend_counts() == 0


@pytest.mark.parametrize("count", [1, 60])
def test_strip_and_chips_read_no_case_and_no_alert(count, acme, django_assert_num_queries):
    world.flag(acme, world.monitored(acme, count))
    world.detect(acme)
    with account_scope(acme), django_assert_num_queries(2) as found:
        assert alert_groups.strip(now=timezone.now()).count == count
        assert counts.open_cases().parked == count
    names = [query["sql"].split()[1] for query in found.captured_queries]
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(statement, ' ') FROM pg_prepared_statements WHERE name = ANY(%s)", [names])
        (said,) = cursor.fetchone()
    assert "remediation_alertcount" in said
    assert "remediation_case " not in said
    assert "remediation_alert " not in said
