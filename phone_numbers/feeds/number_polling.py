"""Polling a source that bills each number it is asked about: due numbers in pages, inside the day's budget.

A page is reserved, then asked outside any transaction, then recorded. The reservation is committed before the call, so
a call whose answer was lost still counts against the budget: it may have been billed.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import asdict
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import Account
from common.scope import account_scope
from phone_numbers.feeds import checks, ingest, leases
from phone_numbers.models import Feed, FeedRun
from providers.base import NumberReadings, ReadingsPage
from providers.errors import Misconfigured

SHORTEST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)


def take_number_readings(
    feed: Feed, token: uuid.UUID, run: FeedRun, adapter: NumberReadings, *, seconds: float
) -> timedelta:
    """Ask about due numbers for at most `seconds`; return how long the feed should then wait.

    Raises the provider's errors and LeaseLost; what was recorded before stays.
    """
    if feed.account is None:
        raise Misconfigured("A feed of readings belongs to an account; this one has none.")
    deadline = time.monotonic() + seconds
    with account_scope(feed.account):
        checks.prepare(feed, now=timezone.now())
        while time.monotonic() < deadline:
            now = timezone.now()
            left = checks.left_today(feed, now=now)
            if left == 0:
                return _keep_forecast(feed, until=checks.day_start(now) + checks.DAY, now=now)
            wanted = adapter.largest if left is None else min(adapter.largest, left)
            numbers = checks.claim(feed, limit=wanted, now=now)
            if not numbers:
                return _keep_forecast(feed, until=checks.next_due(feed), now=now)
            _ask(feed, feed.account, token, run, adapter, numbers)
    return timedelta(0)


def _ask(
    feed: Feed, account: Account, token: uuid.UUID, run: FeedRun, adapter: NumberReadings, numbers: dict[int, str]
) -> None:
    _reserve(feed, token, run, len(numbers))
    page = adapter.read(list(numbers.values()))
    now = timezone.now()
    with transaction.atomic():
        counts = ingest.ingest_page(account, page.observations, now=now, fence=_fence(feed, token, now))
        checks.settle(feed, list(numbers), answered=[one.e164 for one in page.observations], now=now)
        _record(run, page, reserved=len(numbers), counts=counts)


def _reserve(feed: Feed, token: uuid.UUID, run: FeedRun, n: int) -> None:
    """Count the checks before they are made; raises LeaseLost when another worker holds the feed by now."""
    with transaction.atomic():
        if not leases.renew(feed.pk, token, now=timezone.now()):
            raise ingest.LeaseLost
        FeedRun.objects.filter(pk=run.pk).update(billed=F("billed") + n)


def _fence(feed: Feed, token: uuid.UUID, now: datetime) -> ingest.Fence:
    """These feeds have no cursor: only the lease is checked."""
    return ingest.Fence(
        feed_id=feed.pk,
        token=token,
        old_cursor=feed.cursor,
        new_cursor=feed.cursor,
        lease_until=now + leases.WORKING_LEASE,
    )


def _record(run: FeedRun, page: ReadingsPage, *, reserved: int, counts: ingest.PageCounts) -> None:
    fetched = len(page.observations) + len(page.rejected)
    changed = {"pages": 1, "calls": page.calls, "fetched": fetched, "unreadable": len(page.rejected)} | asdict(counts)
    values = {name: F(name) + n for name, n in changed.items()}
    FeedRun.objects.filter(pk=run.pk).update(billed=F("billed") + page.billed_calls - reserved, **values)


def _keep_forecast(feed: Feed, *, until: datetime | None, now: datetime) -> timedelta:
    """Remember what a day costs, for the pages, and return the wait until a moment, within bounds."""
    Feed.objects.filter(pk=feed.pk).update(forecast=asdict(checks.forecast(feed)))
    wait = (until or now + LONGEST_WAIT) - now
    return min(max(wait, SHORTEST_WAIT), LONGEST_WAIT)
