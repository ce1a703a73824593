"""Polling: one run of a feed, from its lease to its last page.

Call outside any transaction, record in one. A run ends when the provider is caught up, after RUN_TIME (the feed is due
again at once, so one long sweep never holds a worker), on an error, or when the lease was lost.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import asdict
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from common.scope import account_scope, all_accounts
from common.sealed import SealBroken, unseal
from phone_numbers.feeds import complaints, ingest, leases, number_complaints, number_polling
from phone_numbers.feeds.complaint_file import ComplaintFileError
from phone_numbers.models import Feed, FeedRun
from phone_numbers.services import feeds as feed_services
from providers import registry
from providers.base import ComplaintsFeed, Cursor, NumberComplaints, NumberReadings, ReadingsFeed, ReadingsPage
from providers.errors import Misconfigured, ProviderError, Refused, Temporary
from providers.http import HttpClient

log = structlog.get_logger(__name__)

RUN_TIME = 20.0  # seconds of pages before a feed goes back into the queue
PAGE_SIZE = 20_000
REREADS = 2  # a garbled entry may be sound the next time; one that never is must not stop the feed


def adapter_of(feed: Feed) -> registry.Feed:
    """Return the feed's adapter with its settings and opened secret; raises Misconfigured."""
    try:
        secret = unseal(bytes(feed.secret), place=feed_services.secret_place(feed))
    except SealBroken as error:
        raise Misconfigured(f"The secret of this feed cannot be read: {error} Enter it again.") from error
    http = HttpClient(allow=settings.OUTBOUND_ALLOW, deadline=settings.PROVIDER_DEADLINE)
    return registry.build(feed.provider, settings=feed.settings, secret=secret, http=http)


def poll_feed(feed_id: int, token: uuid.UUID) -> FeedRun | None:
    """Run a leased feed once; None when the lease was lost before the start or the feed is gone."""
    with all_accounts():
        if not leases.renew(feed_id, token, now=timezone.now()):
            return None
        feed = Feed.objects.select_related("account").get(pk=feed_id)
        run = FeedRun.objects.create(account=feed.account, feed=feed, started_at=timezone.now())
        try:
            wait = _take(feed, token, run)
        except ingest.LeaseLost:
            return _finish(run, error="Another worker took this feed over; nothing was lost or doubled.")
        except ProviderError as error:
            _fail(feed, token, error)
            return _finish(run, error=error.message)
        now = timezone.now()
        leases.release(feed.pk, token, due_at=now + wait, succeeded_at=now)
        return _finish(run)


def _take(feed: Feed, token: uuid.UUID, run: FeedRun) -> timedelta:
    """Take pages until caught up or out of time; return how long the feed should wait then."""
    adapter = adapter_of(feed)
    if isinstance(adapter, NumberReadings):
        return number_polling.take_number_readings(feed, token, run, adapter, seconds=RUN_TIME)
    if isinstance(adapter, NumberComplaints):
        return number_complaints.take_number_complaints(feed, token, run, adapter, seconds=RUN_TIME)
    pause = timedelta(seconds=feed.interval_seconds)
    if isinstance(adapter, ComplaintsFeed):
        return pause if _take_complaints(feed, token, run, adapter) else timedelta(0)
    return pause if _take_readings(feed, token, run, adapter) else timedelta(0)


def _take_complaints(feed: Feed, token: uuid.UUID, run: FeedRun, adapter: ComplaintsFeed) -> bool:
    """Take the files published since the cursor, one transaction each."""
    deadline, cursor = time.monotonic() + RUN_TIME, feed.cursor
    for file in adapter.files(cursor, today=timezone.now().date()):
        fence = _fence(feed, token, old_cursor=cursor, new_cursor=file.cursor)
        try:
            with transaction.atomic():
                report = complaints.take_published_file(file, now=timezone.now(), fence=fence)
                _add(run, pages=1, calls=file.calls, **report.run_counts)
        except ComplaintFileError as error:
            raise Refused(f"The file of {file.day:%Y-%m-%d} cannot be read: {error}") from error
        cursor = dict(file.cursor)
        if time.monotonic() > deadline:
            return False
    return True


def _take_readings(feed: Feed, token: uuid.UUID, run: FeedRun, adapter: ReadingsFeed) -> bool:
    deadline = time.monotonic() + RUN_TIME
    cursor, more = feed.cursor, True
    while more and time.monotonic() < deadline:
        page = adapter.fetch(cursor, limit=PAGE_SIZE)
        doubtful = bool(page.rejected) and feed.rereads < REREADS
        _record(feed, token, run, page, old_cursor=cursor, stay=doubtful)
        if doubtful:
            raise Temporary(_doubt(page))
        feed.rereads, cursor, more = 0, dict(page.cursor), page.more
    return not more


def _doubt(page: ReadingsPage) -> str:
    """Say what could not be read: the count, and the first entry with its reason."""
    first = page.rejected[0]
    return (
        f"{len(page.rejected)} entries of a page could not be read; the others were kept and the page is asked again. "
        f"The first, {first.where}: {first.reason}"
    )


def _fence(feed: Feed, token: uuid.UUID, *, old_cursor: Cursor | None, new_cursor: Cursor | None) -> ingest.Fence:
    return ingest.Fence(
        feed_id=feed.pk,
        token=token,
        old_cursor=old_cursor,
        new_cursor=None if new_cursor is None else dict(new_cursor),
        lease_until=timezone.now() + leases.WORKING_LEASE,
    )


def _record(
    feed: Feed, token: uuid.UUID, run: FeedRun, page: ReadingsPage, *, old_cursor: Cursor | None, stay: bool
) -> None:
    """Write a page and the run's counts in one transaction with the cursor; `stay` leaves the cursor as it was."""
    if feed.account is None:
        raise Misconfigured("A feed of readings belongs to an account; this one has none.")
    fence = _fence(feed, token, old_cursor=old_cursor, new_cursor=old_cursor if stay else page.cursor)
    with transaction.atomic(), account_scope(feed.account):
        counts = ingest.ingest_page(feed.account, page.observations, now=timezone.now(), fence=fence)
        fetched = len(page.observations) + len(page.rejected)
        Feed.objects.filter(pk=feed.pk).update(rereads=F("rereads") + 1 if stay else 0)
        _add(run, pages=1, calls=page.calls, fetched=fetched, unreadable=len(page.rejected), **asdict(counts))


def _add(run: FeedRun, **counts: int) -> None:
    FeedRun.objects.filter(pk=run.pk).update(**{name: F(name) + n for name, n in counts.items()})


def _fail(feed: Feed, token: uuid.UUID, error: ProviderError) -> None:
    """Give the feed back: a temporary trouble backs off, anything that repeating cannot cure stops it."""
    retry_after = error.retry_after if isinstance(error, Temporary) else None
    stop = isinstance(error, Misconfigured)
    wait = leases.backoff(feed.failures, retry_after=retry_after)
    leases.release_failed(feed.pk, token, due_at=timezone.now() + wait, error=error.message, stop=stop)
    log.warning("feed failed", feed=feed.pk, provider=feed.provider, error=type(error).__name__, stopped=stop)


def _finish(run: FeedRun, *, error: str = "") -> FeedRun:
    run.finished_at, run.error = timezone.now(), error[:500]
    run.save(update_fields=["finished_at", "error"])
    run.refresh_from_db()
    log.info("feed run ended", feed=run.feed_id, run=run.pk, stored=run.stored, pages=run.pages, failed=bool(error))
    return run
