"""Importing numbers from a file: upload, dry run, apply, cancel; by request, by worker and by command (B5).

A job moves only by conditional updates, and every batch of work checks its lease, so that a double click, two workers
or a kill at any moment change nothing that one clean run would not.
"""

from __future__ import annotations

import time
import uuid
from datetime import datetime, timedelta
from typing import IO

import structlog
from django.db import transaction
from django.utils import timezone

from accounts.models import Account, User
from common.scope import account_scope, all_accounts
from common.wakeup import wake_on_commit
from phone_numbers.imports import leases, storage
from phone_numbers.imports.apply_step import apply
from phone_numbers.imports.check_step import check
from phone_numbers.imports.errors import ImportFileError, LeaseLostError
from phone_numbers.imports.leases import ACTIVE, Lease
from phone_numbers.imports.turn import Turn
from phone_numbers.models import ImportJob, ImportRow
from phone_numbers.services import areas
from phone_numbers.states import ImportState

log = structlog.get_logger(__name__)

TASK = "phone_numbers.run_due_imports"
TURN = timedelta(seconds=45)  # of a task whose soft time limit is 100 s
RETRY = timedelta(seconds=20)
PAUSE = 0.5  # seconds between two looks at a job that a worker holds
MAX_ATTEMPTS = 5
MAX_OPEN_JOBS = 20
KEPT = timedelta(days=90)
UNANSWERED = timedelta(days=14)
OPEN = (*ACTIVE, ImportState.CHECKED)


class TooManyImportsError(Exception):
    """The account has too many imports that wait for somebody."""


@transaction.atomic
def upload(
    account: Account,
    file: IO[bytes],
    *,
    filename: str,
    size: int,
    actor: User | None,
    now: datetime,
    due_at: datetime | None = None,
    token: uuid.UUID | None = None,
) -> ImportJob:
    """Keep a file and make its job. The same `token` again returns the job that it made before.

    The workers take it at `due_at`, without one at once. Raises TooManyImportsError.
    """
    token = uuid.uuid5(account.uuid, str(token or uuid.uuid4()))  # an account's own: no other can hold it
    Account.objects.select_for_update(of=("self",), no_key=True).get(pk=account.pk)
    existing = ImportJob.objects.filter(uuid=token).first()
    if existing:
        return existing
    if ImportJob.objects.filter(state__in=OPEN).count() >= MAX_OPEN_JOBS:
        raise TooManyImportsError
    job = ImportJob.objects.create(
        uuid=token, account=account, actor=actor, filename=filename[-200:], size=size, created_at=now
    )
    storage.keep(job, file)
    _make_due(job, due_at or now, now=now)
    return job


@transaction.atomic
def confirm(job: ImportJob, *, actor: User | None, now: datetime, due_at: datetime | None = None) -> bool:
    """Start applying a checked job; False when it was confirmed or cancelled before. `due_at` as in `upload`."""
    started = ImportJob.objects.filter(pk=job.pk, state=ImportState.CHECKED).update(
        state=ImportState.APPLYING, actor=actor, last_line=0, rows_done=0, attempts=0
    )
    if started:
        _make_due(job, due_at or now, now=now)
    return started == 1


def _make_due(job: ImportJob, due_at: datetime, *, now: datetime) -> None:
    ImportJob.objects.filter(pk=job.pk).update(due_at=due_at)
    if due_at <= now:
        wake_on_commit(TASK)


@transaction.atomic
def cancel(job: ImportJob, *, now: datetime) -> bool:
    """Cancel a job that was not confirmed; a worker that is checking it writes nothing more."""
    cancelled = ImportJob.objects.filter(
        pk=job.pk, state__in=[ImportState.UPLOADED, ImportState.CHECKING, ImportState.CHECKED]
    ).update(state=ImportState.CANCELLED, finished_at=now, due_at=None, lease_token=None, lease_until=None)
    if cancelled:
        _forget_content(job)
    return cancelled == 1


def work_now(job: ImportJob, *, lines: int | None) -> ImportJob:
    """Work on a job in this process for so many lines (None: to its next stop), and return it as it is then.

    What is left goes to the workers.
    """
    lease = leases.claim(job, now=timezone.now())
    if lease is not None:
        _work(lease, Turn(lines=lines))
    job.refresh_from_db()
    return job


def work_to_the_end(job: ImportJob) -> ImportJob:
    """Work on a job in this process until it waits for a person or has ended; wait while a worker holds it."""
    job.refresh_from_db()
    while job.state in ACTIVE:
        job = work_now(job, lines=None)
        if job.state in ACTIVE:
            time.sleep(PAUSE)
    return job


def run_due(*, now: datetime) -> int:
    """Work on due jobs of all accounts, one after the other, until the turn is over; return how many turns were had."""
    turns, until = 0, now + TURN
    while timezone.now() < until:
        with all_accounts():
            lease = leases.claim_next(now=timezone.now())
        if lease is None:
            break
        with account_scope(lease.account_id):
            _work(lease, Turn(until=until))
        turns += 1
    return turns


def _work(lease: Lease, turn: Turn) -> None:
    """Take a job one step on. Whatever goes wrong ends in the job's row, never in the caller."""
    job = ImportJob.objects.select_related("account", "actor").get(pk=lease.job_id)
    try:
        _give_up_after_many(job)
        if not _step(job, lease, turn):
            leases.release(lease, due_at=turn.clock())
            wake_on_commit(TASK)
    except ImportFileError as error:
        _refuse(job, lease, str(error), now=turn.clock())
    except LeaseLostError:
        log.info("import taken over", job=job.pk)
    except Exception:
        log.exception("import failed", job=job.pk, attempts=job.attempts)
        leases.release(lease, due_at=turn.clock() + RETRY)


def _give_up_after_many(job: ImportJob) -> None:
    if job.attempts <= MAX_ATTEMPTS:
        return
    done = f" {job.rows_done:,} lines are in." if job.state == ImportState.APPLYING else ""
    raise ImportFileError(
        f"The import stopped {MAX_ATTEMPTS} times without getting on.{done} Upload the file again: what is in already "
        "is recognized. If it stops again, tell the operator of the portal."
    )


def _step(job: ImportJob, lease: Lease, turn: Turn) -> bool:
    """Check or apply; return whether the step is finished."""
    if job.state == ImportState.APPLYING:
        areas.ensure_areas(now=turn.clock())
        return apply(job, lease, turn)
    return check(job, lease, turn)


@transaction.atomic
def _refuse(job: ImportJob, lease: Lease, words: str, *, now: datetime) -> None:
    """End a job whose file cannot be read, or that cannot go on; its lines so far are forgotten."""
    if leases.held(lease).exists():
        _forget_content(job)
    leases.release(lease, due_at=None, state=ImportState.REFUSED, error=words[:500], finished_at=now)


def _forget_content(job: ImportJob) -> None:
    storage.forget(job.pk)
    ImportRow.objects.filter(job=job).delete()


def forget_old_imports(*, now: datetime) -> None:
    """Cancel dry runs that nobody answered for 14 days; remove jobs that ended 90 days ago. Needs `all_accounts`."""
    for job in ImportJob.objects.filter(state=ImportState.CHECKED, created_at__lt=now - UNANSWERED):
        cancel(job, now=now)
    ended = ImportJob.objects.filter(finished_at__lt=now - KEPT)
    ImportRow.objects.filter(job__in=ended).delete()
    ended.delete()
