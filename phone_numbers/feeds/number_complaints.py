"""Asking a source of complaints about our own numbers, a batch at a time: for agencies that publish no daily file.

The feed's cursor is the last number that was asked about; it moves with each batch, in one transaction with what was
found. A sweep goes through the account's US numbers, or everybody's for a platform feed, and then waits its interval.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.db.models.fields.tuple_lookups import TupleGreaterThan
from django.utils import timezone

from phone_numbers.feeds import complaints, ingest, leases
from phone_numbers.models import Feed, FeedRun, PhoneNumber
from providers.base import ComplaintLines, Cursor, NumberComplaints

BATCHES_A_RUN = 30  # the agencies share one pool of requests among all who come without a token
PAUSE = timedelta(minutes=1)  # between the runs of a sweep
HISTORY = timedelta(days=730)


@dataclass(frozen=True, slots=True)
class Batch:
    """The next numbers to ask about, E.164, and the cursor behind them: None when they are the last."""

    numbers: list[str]
    cursor: dict[str, object] | None


def take_number_complaints(
    feed: Feed, token: uuid.UUID, run: FeedRun, adapter: NumberComplaints, *, seconds: float
) -> timedelta:
    """Ask about numbers for at most `seconds`; return how long the feed should then wait.

    Raises the provider's errors and LeaseLost; what was recorded before stays.
    """
    deadline, cursor = time.monotonic() + seconds, feed.cursor
    for _ in range(BATCHES_A_RUN):
        batch = next_batch(feed, cursor, limit=adapter.largest)
        if batch.numbers:
            now = timezone.now()
            told = adapter.complaints(batch.numbers, since=(now - HISTORY).date())
            _record(feed, token, run, told, old_cursor=cursor, new_cursor=batch.cursor, now=now)
        if batch.cursor is None:
            return timedelta(seconds=feed.interval_seconds)
        cursor = batch.cursor
        if time.monotonic() > deadline:
            break
    return PAUSE


def next_batch(feed: Feed, cursor: Cursor | None, *, limit: int) -> Batch:
    """Return the US numbers behind a cursor, in the order of account and number."""
    numbers = PhoneNumber.objects.filter(e164__gte="+1", e164__lt="+2")
    if feed.account_id is not None:
        numbers = numbers.filter(account_id=feed.account_id)
    if cursor:
        place = (cursor["account"], cursor["number"])
        numbers = numbers.filter(TupleGreaterThan((F("account_id"), F("e164")), place))
    rows = list(numbers.order_by("account_id", "e164").values_list("account_id", "e164")[: limit + 1])
    more, rows = len(rows) > limit, rows[:limit]
    behind = {"account": rows[-1][0], "number": rows[-1][1]} if more else None
    return Batch([e164 for _, e164 in rows], behind)


@transaction.atomic
def _record(
    feed: Feed,
    token: uuid.UUID,
    run: FeedRun,
    told: ComplaintLines,
    *,
    old_cursor: Cursor | None,
    new_cursor: Cursor | None,
    now: datetime,
) -> None:
    fence = ingest.Fence(
        feed_id=feed.pk,
        token=token,
        old_cursor=old_cursor,
        new_cursor=new_cursor,
        lease_until=timezone.now() + leases.WORKING_LEASE,
    )
    report = complaints.take_lines_by_number(told.lines, agency=feed.provider, now=now, fence=fence)
    counts = {"pages": 1, "calls": told.calls} | report.run_counts
    FeedRun.objects.filter(pk=run.pk).update(**{name: F(name) + n for name, n in counts.items()})
