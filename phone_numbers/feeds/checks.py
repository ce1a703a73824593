"""Which numbers are worth a billed check, and when (B11): adaptive intervals, a daily budget, a forecast.

The rule: a busy number (rated Mixed or Spam, tagged, or its rating changed within three days) is asked at the feed's
own interval and before all others. A number that stays quiet is asked after 1, 2, 4 and then always 7 intervals, but
never later than the feed's check period (D19), after twice which its view goes stale. `checks_sql` says the same for
many rows; a test holds both equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from phone_numbers.feeds import checks_sql
from phone_numbers.feeds.rules import check_period_of
from phone_numbers.models import Feed, FeedRun

STRETCHES = (1, 2, 4, 7)
CHANGED_LATELY = timedelta(days=3)
DAY = timedelta(days=1)


def next_interval(base: timedelta, *, period: timedelta, busy: bool, quiet: int) -> timedelta:
    """Return how long to wait before the next check of a number that was quiet for `quiet` checks in a row.

    `period` is the feed's check period: the longest wait, unless the feed's own interval is longer.
    """
    if busy:
        return base
    stretched = base * STRETCHES[min(quiet, len(STRETCHES) - 1)]
    return min(stretched, max(base, period))


def stretched_seconds(feed: Feed) -> list[int]:
    """Return the waits of a feed's quiet numbers, by how often they were quiet."""
    base = timedelta(seconds=feed.interval_seconds)
    period = check_period_of(feed)
    waits = [next_interval(base, period=period, busy=False, quiet=quiet) for quiet in range(len(STRETCHES))]
    return [int(wait.total_seconds()) for wait in waits]


def prepare(feed: Feed, *, now: datetime) -> None:
    """Give every number of the account a row, and put those that became busy meanwhile in front.

    The whole inventory is compared once a day; in between only numbers younger than the newest known one are added.
    """
    ran_today = FeedRun.objects.filter(feed=feed, started_at__gte=day_start(now), finished_at__isnull=False).exists()
    params = _params(feed, now)
    with connection.cursor() as cursor:
        cursor.execute(checks_sql.ADD_NEW if ran_today else checks_sql.ADD_ALL, params)
        cursor.execute(checks_sql.PROMOTE, params)


def claim(feed: Feed, *, limit: int, now: datetime) -> dict[int, str]:
    """Return at most `limit` numbers that are due, as id to E.164, busy ones first."""
    with connection.cursor() as cursor:
        cursor.execute(checks_sql.DUE, _params(feed, now) | {"limit": limit})
        return dict(cursor.fetchall())


def settle(feed: Feed, number_ids: Sequence[int], *, answered: Sequence[str], now: datetime) -> None:
    """Set the next check of numbers that were asked; a number without an answer waits longest.

    Call it in the transaction that took the answers, after the numbers were rated.
    """
    with connection.cursor() as cursor:
        params = _params(feed, now) | {"ids": list(number_ids), "answered": list(answered)}
        cursor.execute(checks_sql.SETTLE, params)


def next_due(feed: Feed) -> datetime | None:
    """Return when the next number is due, or None without numbers."""
    with connection.cursor() as cursor:
        cursor.execute(checks_sql.NEXT_DUE, {"feed": feed.pk})
        (moment,) = cursor.fetchone()
    return moment  # type: ignore[no-any-return]


def day_start(now: datetime) -> datetime:
    """Return the start of the UTC day that a budget counts for."""
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def used_today(feed: Feed, *, now: datetime) -> int:
    """Return the billed checks of a feed since the start of the UTC day, those whose answer was lost included."""
    with connection.cursor() as cursor:
        cursor.execute(checks_sql.USED, {"feed": feed.pk, "since": day_start(now)})
        (used,) = cursor.fetchone()
    return int(used)


def left_today(feed: Feed, *, now: datetime) -> int | None:
    """Return what the budget leaves for today; None means that there is no limit."""
    if feed.daily_budget is None:
        return None
    return max(feed.daily_budget - used_today(feed, now=now), 0)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a day costs. `busy` and `quiet` count numbers; the rest are checks a day."""

    busy: int
    quiet: int
    busy_checks: float
    quiet_checks: float

    @property
    def per_day(self) -> int:
        """Return the expected billed checks a day without a budget."""
        return round(self.busy_checks + self.quiet_checks)

    def words(self, budget: int | None) -> str:
        """Return the forecast as a sentence, with what the budget means for quiet numbers."""
        expected = f"About {self.per_day:,} checks a day: {self.busy:,} busy and {self.quiet:,} quiet numbers."
        if budget is None or self.per_day <= budget:
            return expected
        left = budget - self.busy_checks
        if left <= 0 or not self.quiet_checks:
            return f"{expected} The budget of {budget:,} does not even reach for the busy ones."
        slower = self.quiet_checks / left
        return f"{expected} With a budget of {budget:,} quiet numbers are asked {slower:.1f} times less often."


def forecast(feed: Feed) -> Forecast:
    """Count the feed's numbers by how often they are asked, and what that costs a day."""
    with connection.cursor() as cursor:
        cursor.execute(checks_sql.DISTRIBUTION, {"feed": feed.pk, "last": len(STRETCHES) - 1})
        rows = cursor.fetchall()
    waits = stretched_seconds(feed)
    busy = sum(n for is_busy, _, n in rows if is_busy)
    quiet = [(quiet, n) for is_busy, quiet, n in rows if not is_busy]
    return Forecast(
        busy=busy,
        quiet=sum(n for _, n in quiet),
        busy_checks=busy * DAY.total_seconds() / feed.interval_seconds,
        quiet_checks=sum(n * DAY.total_seconds() / waits[step] for step, n in quiet),
    )


def stored_forecast(feed: Feed) -> Forecast | None:
    """Return the forecast of the last run, which pages show without counting."""
    return Forecast(**feed.forecast) if feed.forecast else None


def _params(feed: Feed, now: datetime) -> dict[str, Any]:
    return {
        "feed": feed.pk,
        "account": feed.account_id,
        "now": now,
        "changed_since": now - CHANGED_LATELY,
        "base": timedelta(seconds=feed.interval_seconds),
        "waits": [timedelta(seconds=seconds) for seconds in stretched_seconds(feed)],
        "last": len(STRETCHES) - 1,
    }
