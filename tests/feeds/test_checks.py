"""Billed checks: busy numbers first, quiet ones later, never above the budget, and a lost answer still counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from common.scope import account_scope, all_accounts
from phone_numbers.feeds import checks, leases, number_polling, partitions
from phone_numbers.models import Feed, FeedRun, NumberCheck, NumberStatus
from phone_numbers.states import Rating
from providers.base import ConnectionReport, Observation, ReadingsPage, Verdict
from providers.errors import Temporary
from tests.factories import make_feed, make_number

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
PERIOD = 3 * DAY  # the portal's own


class Source:
    """A source in memory: it knows verdicts, remembers what it was asked, and can lose an answer."""

    largest = 3

    def __init__(self, verdicts: dict[str, Verdict], *, lose: int = 0) -> None:
        self.verdicts, self.lose, self.asked = verdicts, lose, []

    def test_connection(self) -> ConnectionReport:
        return ConnectionReport(True, "")

    def read(self, numbers: Sequence[str]) -> ReadingsPage:
        self.asked += numbers
        if self.lose:
            self.lose -= 1
            raise Temporary("The connection broke.")
        found = [self._observation(number) for number in numbers if number in self.verdicts]
        return ReadingsPage(found, {}, more=False, billed_calls=len(numbers))

    def _observation(self, e164: str) -> Observation:
        verdict = self.verdicts[e164]
        flagged = verdict != Verdict.HEALTHY
        return Observation(e164=e164, source="hiya", observed_at=timezone.now(), flagged=flagged, verdict=verdict)


@pytest.fixture
def feed(acme) -> Feed:
    now = timezone.now()
    partitions.ensure_partitions(now - DAY, now)
    return make_feed(acme, provider="hiya", interval_seconds=86_400, created_at=now, due_at=now)


def run_once(feed: Feed, source: Source) -> FeedRun:
    """Lease the feed and take what is due."""
    with all_accounts():
        Feed.objects.filter(pk=feed.pk).update(state="due", lease_token=None, lease_until=None)
        token = leases.claim_feed(feed, now=timezone.now())
        run = FeedRun.objects.create(account=feed.account, feed=feed, started_at=timezone.now())
    feed.refresh_from_db()
    try:
        number_polling.take_number_readings(feed, token, run, source, seconds=20)
    finally:
        with all_accounts():
            run.refresh_from_db()
            FeedRun.objects.filter(pk=run.pk).update(finished_at=timezone.now())
    return run


def make_all_due(feed: Feed) -> None:
    with all_accounts():
        NumberCheck.objects.filter(feed=feed).update(next_at=timezone.now() - DAY)


def numbers(account, n: int) -> list[str]:
    return [make_number(account, e164=f"+1303555{100 + i:04d}").e164 for i in range(n)]


def test_every_number_is_asked_once_and_then_waits(acme, feed):
    e164s = numbers(acme, 7)
    source = Source(dict.fromkeys(e164s, Verdict.HEALTHY))
    run = run_once(feed, source)
    again = run_once(feed, source)
    assert sorted(source.asked) == e164s
    assert (run.billed, run.stored, run.pages) == (7, 7, 3)
    assert (again.billed, again.pages) == (0, 0)


def test_a_new_number_is_asked_at_the_next_run(acme, feed):
    source = Source(dict.fromkeys(numbers(acme, 2), Verdict.HEALTHY))
    run_once(feed, source)
    make_number(acme, e164="+13035550190")
    run_once(feed, source)
    assert source.asked.count("+13035550190") == 1


def test_flagged_numbers_go_first_when_the_budget_is_short(acme, feed):
    e164s = numbers(acme, 6)
    verdicts = dict.fromkeys(e164s, Verdict.HEALTHY) | {e164s[4]: Verdict.SPAM, e164s[5]: Verdict.SPAM}
    run_once(feed, Source(verdicts))
    with all_accounts():
        NumberStatus.objects.update(rating_since=timezone.now() - 10 * DAY)
        NumberCheck.objects.filter(number__e164__in=e164s[:4]).update(busy=False)
        FeedRun.objects.update(started_at=timezone.now() - 2 * DAY)
        Feed.objects.filter(pk=feed.pk).update(daily_budget=2)
    make_all_due(feed)
    source = Source(verdicts)
    run = run_once(feed, source)
    assert sorted(source.asked) == e164s[4:]
    assert run.billed == 2


def test_a_spent_budget_asks_nothing_and_the_next_day_goes_on(acme, feed):
    e164s = numbers(acme, 5)
    with all_accounts():
        Feed.objects.filter(pk=feed.pk).update(daily_budget=3)
    first, second = Source(dict.fromkeys(e164s, Verdict.HEALTHY)), Source(dict.fromkeys(e164s, Verdict.HEALTHY))
    run_once(feed, first)
    run_once(feed, second)
    with all_accounts():
        FeedRun.objects.update(started_at=timezone.now() - DAY)
    third = Source(dict.fromkeys(e164s, Verdict.HEALTHY))
    run_once(feed, third)
    assert (len(first.asked), len(second.asked), len(third.asked)) == (3, 0, 2)
    assert sorted(first.asked + third.asked) == e164s


def test_a_call_whose_answer_was_lost_still_counts(acme, feed):
    e164s = numbers(acme, 3)
    source = Source(dict.fromkeys(e164s, Verdict.HEALTHY), lose=1)
    with pytest.raises(Temporary):
        run_once(feed, source)
    with all_accounts():
        assert FeedRun.objects.get().billed == 3
    assert checks.used_today(feed, now=timezone.now()) == 3
    recovered = run_once(feed, source)
    assert recovered.stored == 3


def test_a_number_that_the_source_does_not_know_waits_longest(acme, feed):
    known, unknown = numbers(acme, 2)
    run_once(feed, Source({known: Verdict.HEALTHY}))
    with account_scope(acme):
        waits = {check.number.e164: check.next_at - check.checked_at for check in NumberCheck.objects.all()}
    assert waits[unknown] == checks.next_interval(DAY, period=PERIOD, busy=False, quiet=3)
    assert waits[known] == DAY


def test_the_other_accounts_numbers_are_never_asked(acme, globex, feed):
    numbers(acme, 2)
    make_number(globex, e164="+13035550177")
    source = Source({})
    run_once(feed, source)
    assert "+13035550177" not in source.asked


@pytest.mark.parametrize(
    ("busy", "quiet", "days"), [(True, 0, 1), (True, 3, 1), (False, 0, 1), (False, 1, 2), (False, 2, 3), (False, 9, 3)]
)
def test_quiet_numbers_wait_longer_but_never_past_the_check_period(busy, quiet, days):
    assert checks.next_interval(DAY, period=PERIOD, busy=busy, quiet=quiet) == days * DAY


@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rating=st.sampled_from(Rating),
    changed_days=st.integers(0, 10),
    was_busy=st.booleans(),
    quiet=st.integers(0, 3),
    hours=st.sampled_from([1, 6, 24, 100]),
    own_period=st.none() | st.sampled_from([5, 24, 200]),
)
def test_the_statement_settles_as_the_function_says(
    acme, feed, rating, changed_days, was_busy, quiet, hours, own_period
):
    now: datetime = timezone.now()
    feed.interval_seconds, feed.check_period_hours = hours * 3600, own_period
    period = PERIOD if own_period is None else timedelta(hours=own_period)
    with account_scope(acme):
        number = make_number(acme, rating=rating, rating_since=now - timedelta(days=changed_days, minutes=1))
        NumberCheck.objects.create(
            account=acme, feed=feed, number=number, busy=was_busy, quiet=0 if was_busy else quiet, next_at=now
        )
        checks.settle(feed, [number.pk], answered=[number.e164], now=now)
        check = NumberCheck.objects.get(number=number)
    busy = rating >= Rating.MIXED or changed_days < 3
    steps = 0 if busy or was_busy else min(quiet + 1, 3)
    expected = checks.next_interval(timedelta(hours=hours), period=period, busy=busy, quiet=steps)
    assert (check.busy, check.next_at - now) == (busy, expected)


def test_the_forecast_counts_busy_and_quiet_numbers(acme, feed):
    e164s = numbers(acme, 6)
    run_once(feed, Source(dict.fromkeys(e164s, Verdict.HEALTHY) | {e164s[0]: Verdict.SPAM}))
    with all_accounts():
        NumberCheck.objects.exclude(number__e164=e164s[0]).update(busy=False, quiet=3)
    expected = checks.forecast(feed)
    assert (expected.busy, expected.quiet) == (1, 5)
    assert expected.per_day == round(1 + 5 / 3)
    assert "2.5 times less often" in checks.Forecast(10, 100, 10, 50).words(30)
    assert "does not even reach" in checks.Forecast(40, 100, 40, 50).words(30)
