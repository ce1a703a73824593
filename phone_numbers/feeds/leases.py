"""Leases of feeds: a worker holds a feed by a token until a moment, and everything it writes checks the token.

Claiming is one conditional UPDATE, so two beats and any number of workers never poll a feed twice at the same time. A
lease that nobody renews runs out, and the feed is due again: lost messages and killed workers need no other repair.
"""

from __future__ import annotations

import random
import uuid
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet

from phone_numbers.models import Feed
from phone_numbers.states import FeedState

WAITING_LEASE = timedelta(seconds=30)  # from the claim until a worker starts
WORKING_LEASE = timedelta(seconds=150)  # above the hard time limit of a task; renewed with every page
FIRST_BACKOFF = timedelta(seconds=5)
LONGEST_BACKOFF = timedelta(hours=1)


def claim_due_feeds(*, now: datetime, limit: int = 100) -> list[tuple[int, uuid.UUID]]:
    """Lease the feeds that are due and return (feed id, token) for each, longest overdue first."""
    free = Q(state=FeedState.DUE) | Q(lease_until__lte=now)
    due = Feed.objects.filter(free, paused=False, due_at__lte=now).order_by("due_at")[:limit]
    claims = [(feed_id, uuid.uuid4()) for feed_id in due.values_list("pk", flat=True)]
    return [(feed_id, token) for feed_id, token in claims if _claim(feed_id, token, free, now=now)]


def claim_feed(feed: Feed, *, now: datetime) -> uuid.UUID | None:
    """Lease one feed now whether due or not; return the token, or None when a worker already holds it."""
    token = uuid.uuid4()
    return token if _claim(feed.pk, token, Q(state=FeedState.DUE) | Q(lease_until__lte=now), now=now) else None


def _claim(feed_id: int, token: uuid.UUID, free: Q, *, now: datetime) -> bool:
    taken = Feed.objects.filter(free, pk=feed_id).update(
        state=FeedState.LEASED, lease_token=token, lease_until=now + WAITING_LEASE
    )
    return taken == 1


def renew(feed_id: int, token: uuid.UUID, *, now: datetime) -> bool:
    """Prolong a lease; False when it was lost."""
    return _held(feed_id, token).update(lease_until=now + WORKING_LEASE) == 1


def release(feed_id: int, token: uuid.UUID, *, due_at: datetime, succeeded_at: datetime | None = None) -> bool:
    """Give a feed back, due again at `due_at`; a success clears its errors."""
    cleared = {"failures": 0, "last_error": "", "last_success_at": succeeded_at} if succeeded_at else {}
    return _held(feed_id, token).update(**_freed(due_at), **cleared) == 1


def release_failed(feed_id: int, token: uuid.UUID, *, due_at: datetime, error: str, stop: bool = False) -> bool:
    """Give a feed back after a failure with its reason in words; `stop` pauses it until a person acts."""
    changed = {"failures": F("failures") + 1, "last_error": error[:500]} | ({"paused": True} if stop else {})
    return _held(feed_id, token).update(**_freed(due_at), **changed) == 1


def _held(feed_id: int, token: uuid.UUID) -> QuerySet[Feed]:
    return Feed.objects.filter(pk=feed_id, lease_token=token)


def _freed(due_at: datetime) -> dict[str, object]:
    return {"state": FeedState.DUE, "lease_token": None, "lease_until": None, "due_at": due_at}


def backoff(failures: int, *, retry_after: float | None = None) -> timedelta:
    """Return how long to wait after the `failures`-th failure in a row: doubling, with jitter; what the provider
    asked for (`retry_after` seconds) is the least."""
    doubled: timedelta = min(FIRST_BACKOFF * 2 ** min(failures, 20), LONGEST_BACKOFF)
    jittered = doubled * random.uniform(0.5, 1.0)  # noqa: S311  -- spreads load, guards nothing
    return max(jittered, timedelta(seconds=retry_after or 0))
