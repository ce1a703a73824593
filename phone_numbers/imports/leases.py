"""Leases of import jobs: one worker at a time holds a job, and everything that it writes checks the lease first.

A worker that was killed or stalled loses its lease after `LEASE`; the next one goes on behind the last line that was
committed. A token drawn at each claim keeps the old worker from writing after that.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet

from phone_numbers.imports.errors import LeaseLostError
from phone_numbers.models import ImportJob
from phone_numbers.states import ImportState

LEASE = timedelta(seconds=150)  # above the hard time limit of a task; renewed with every batch
ACTIVE = (ImportState.UPLOADED, ImportState.CHECKING, ImportState.APPLYING)


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on a job."""

    job_id: int
    account_id: int
    token: uuid.UUID


def claim_next(*, now: datetime) -> Lease | None:
    """Lease the job of any account that waits longest, or return None. Needs `all_accounts`."""
    return _claim(ImportJob.objects.filter(due_at__lte=now).order_by("due_at"), now=now)


def claim(job: ImportJob, *, now: datetime) -> Lease | None:
    """Lease one job, due or not; None when somebody holds it or nothing is to do. Needs the account's scope."""
    return _claim(ImportJob.objects.filter(pk=job.pk), now=now)


@transaction.atomic
def _claim(jobs: QuerySet[ImportJob], *, now: datetime) -> Lease | None:
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=now)
    waiting = jobs.filter(free, state__in=ACTIVE).select_for_update(skip_locked=True).first()
    if waiting is None:
        return None
    lease = Lease(waiting.pk, waiting.account_id, uuid.uuid4())
    ImportJob.objects.filter(pk=waiting.pk).update(
        lease_token=lease.token, lease_until=now + LEASE, attempts=F("attempts") + 1
    )
    return lease


def held(lease: Lease) -> QuerySet[ImportJob]:
    """Return the job, if the lease still holds."""
    return ImportJob.objects.filter(pk=lease.job_id, lease_token=lease.token)


def hold(lease: Lease, *, from_line: int, now: datetime, **changes: Any) -> None:
    """Renew the lease: the first statement of every transaction that writes for the job.

    Raises LeaseLostError when another worker has the job, or has moved it beyond `from_line`.
    """
    if not held(lease).filter(last_line=from_line).update(lease_until=now + LEASE, **changes):
        raise LeaseLostError


def advance(lease: Lease, *, from_line: int, to_line: int, now: datetime, **changes: Any) -> None:
    """Renew the lease and move the job on with a batch of lines. Raises LeaseLostError."""
    hold(lease, from_line=from_line, now=now, last_line=to_line, attempts=0, **changes)


def release(lease: Lease, *, due_at: datetime | None, **changes: Any) -> None:
    """Give the job back; with `due_at` None there is nothing left to do. Does nothing when the lease was lost."""
    held(lease).update(lease_token=None, lease_until=None, due_at=due_at, **changes)
