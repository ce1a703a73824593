"""Leases of submissions: a worker holds a request by a token, and everything that it records checks the token.

A lease that nobody renews runs out, and the request is due again: lost messages and killed workers need no other
repair. A request that was being sent then is looked up before anything is sent again.
"""

from __future__ import annotations

import random
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from common.moves import declared
from remediation.models import Submission
from remediation.services import submissions_sql
from remediation.states import LIVE_SUBMISSIONS

WAITING_LEASE = timedelta(seconds=30)  # from the claim until a worker starts
WORKING_LEASE = timedelta(seconds=150)  # above the hard time limit of a task
PER_ACCOUNT = 10  # one account's thousand requests keep no other account waiting
FIRST_BACKOFF = timedelta(seconds=5)
LONGEST_BACKOFF = timedelta(minutes=30)
ERROR_LIMIT = 500


class LeaseLost(Exception):
    """Another worker holds the request by now, or its state is another: nothing was recorded."""


def claim_due(*, now: datetime, limit: int = 100) -> list[tuple[int, uuid.UUID]]:
    """Lease the requests that are due and return (id, token) for each, some of every account."""
    params: dict[str, Any] = {"now": now, "until": now + WAITING_LEASE, "states": list(LIVE_SUBMISSIONS)}
    with connection.cursor() as cursor:
        cursor.execute(submissions_sql.CLAIM, params | {"per_account": PER_ACCOUNT, "limit": limit})
        return [(pk, token) for pk, token in cursor.fetchall()]


def renew(submission_id: int, token: uuid.UUID, *, now: datetime) -> bool:
    """Prolong a lease for the work itself; False when it was lost."""
    held = Submission.objects.filter(pk=submission_id, lease_token=token, state__in=LIVE_SUBMISSIONS)
    return bool(held.update(lease_until=now + WORKING_LEASE))


def held_by(submission: Submission) -> QuerySet[Submission]:
    """Return the row where this worker still holds it."""
    held: QuerySet[Submission] = Submission.objects.filter(pk=submission.pk, lease_token=submission.lease_token)
    return held


def move(submission: Submission, name: str, *, now: datetime, **fields: Any) -> None:
    """Make a declared move of a held request; LeaseLost when it is not held, or not where the move starts."""
    declaration = declared(Submission, name)
    moved = held_by(submission).filter(state__in=declaration.sources)
    if not moved.update(state=declaration.target, state_since=now, **fields):
        raise LeaseLost


def note(submission: Submission, **fields: Any) -> None:
    """Record something of a held request without moving it; LeaseLost when it is not held."""
    if not held_by(submission).update(**fields):
        raise LeaseLost


def freed(due_at: datetime | None) -> dict[str, Any]:
    """Return the fields that give a request back, due again at `due_at`; None: never."""
    return {"lease_token": None, "lease_until": None, "due_at": due_at}


def failed(submission: Submission, words: str, *, now: datetime, retry_after: float | None = None) -> dict[str, Any]:
    """Return the fields that give a request back after a call that failed: later each time, with jitter."""
    wait: timedelta = min(FIRST_BACKOFF * 2 ** min(submission.failures, 20), LONGEST_BACKOFF)
    jittered = wait * random.uniform(0.5, 1.0)  # noqa: S311  -- spreads load, guards nothing
    due_at = now + max(jittered, timedelta(seconds=retry_after or 0))
    return freed(due_at) | {"failures": submission.failures + 1, "last_error": words[:ERROR_LIMIT]}
