"""Ninety days of history, written by the rules of the simulator and taken by the portal's own ingestion.

A day is one page per account, evaluated at the end of that day, so that ratings, tags and events are what a portal that
ran all the time would have recorded. The running simulator continues the same world from `World.epoch`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from accounts.models import Account
from common.scope import account_scope
from phone_numbers.feeds import ingest, partitions
from phone_numbers.models import RatingDay
from phone_numbers.services import counts
from providers.base import Observation, Verdict
from providers.simulator.behaviour import World

DAYS = 90
FREQUENCY = "business_daily"
PAGE_SIZE = 50_000
RISKS = {"low": Verdict.HEALTHY, "medium": Verdict.MIXED, "high": Verdict.SPAM}
SCORES = ("maturity", "connection", "engagement", "sentiment")


def write_history(
    inventories: Mapping[Account, Sequence[str]],
    world: World,
    *,
    days: int = DAYS,
    first_day: int = 0,
    tell: Callable[[str], None] = print,
) -> int:
    """Write `days` days up to the world's epoch for every account, from `first_day` on; return the observations.

    A day that was written in part before is written again: ingestion takes nothing twice.
    """
    start = world.epoch - timedelta(days=days)
    partitions.ensure_partitions(start, world.epoch + timedelta(days=45))
    written = 0
    for day in range(first_day, days):
        begin, end = start + timedelta(days=day), start + timedelta(days=day + 1)
        for account, e164s in inventories.items():
            written += _write_day(account, list(_observations(e164s, world, begin, end)), end)
        counts.fold_number_counts()
        counts.record_rating_day(begin.date())
        if day % 15 == 14:
            tell(f"  {day + 1} of {days} days of history, {written:,} observations")
    return written


def finished_days(account: Account, *, start: datetime, days: int) -> int:
    """Return how many of the `days` days from `start` on are written to their end: the totals are a day's last step."""
    last = (start + timedelta(days=days - 1)).date()
    with account_scope(account):
        return RatingDay.objects.filter(day__range=(start.date(), last)).values("day").distinct().count()


def _write_day(account: Account, observations: list[Observation], end: datetime) -> int:
    with account_scope(account):
        for first in range(0, len(observations), PAGE_SIZE):
            ingest.ingest_page(account, observations[first : first + PAGE_SIZE], now=end)
        ingest.rerate_due(account, now=end)
    return len(observations)


def _observations(e164s: Sequence[str], world: World, begin: datetime, end: datetime) -> Iterator[Observation]:
    for e164 in e164s:
        yield from _provider_readings(e164, world, begin, end)
        for call in world.calls(e164, begin, end):
            yield Observation(
                e164=e164,
                source=call.carrier,
                observed_at=call.at,
                flagged=call.flagged,
                ident=call.ident,
                category=call.category,
            )


def _provider_readings(e164: str, world: World, begin: datetime, end: datetime) -> Iterator[Observation]:
    for at in world.refresh_times(e164, begin, end, FREQUENCY):
        data = world.reading(e164, at)
        if data is None:
            continue
        verdict = RISKS[data.spam_risk]
        yield Observation(
            e164=e164,
            source="telnyx",
            observed_at=at,
            flagged=verdict != Verdict.HEALTHY,
            verdict=verdict,
            category=data.spam_category or "",
            **{name: getattr(data, f"{name}_score") for name in SCORES},
        )
