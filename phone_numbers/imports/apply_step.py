"""Applying a checked file: batches of lines, each in one transaction with the job's progress, so exactly once.

The inventory may have changed since the dry run, so each batch looks again: a number that is missing is added, one
that is there gets the fields that the file names and that differ.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import F

from accounts import services as account_services
from phone_numbers.imports import leases, sql, storage
from phone_numbers.imports.leases import Lease
from phone_numbers.imports.parameters import for_job
from phone_numbers.imports.turn import Turn
from phone_numbers.models import ImportJob, ImportRow
from phone_numbers.services import inventory, inventory_sql
from phone_numbers.states import ImportState, RowOutcome

BATCH = 10_000


def apply(job: ImportJob, lease: Lease, turn: Turn) -> bool:
    """Apply a checked job from where the last turn stopped; return whether it is done.

    Raises LeaseLostError when the job is somebody else's now.
    """
    while True:
        until, lines = _next_batch(job, turn.batch(BATCH))
        if not lines:
            _finish(job, lease, turn)
            inventory.tell_planner(job.added)
            return True
        _apply_batch(job, lease, turn, until, lines)
        if turn.is_over:
            return False


def _next_batch(job: ImportJob, limit: int) -> tuple[int, int]:
    """Return the last line of the next batch and how many lines it has."""
    with connection.cursor() as cursor:
        cursor.execute(sql.NEXT_BATCH, for_job(job, after=job.last_line, limit=limit))
        until, lines = cursor.fetchone()
    return until or 0, lines


@transaction.atomic
def _apply_batch(job: ImportJob, lease: Lease, turn: Turn, until: int, lines: int) -> None:
    now = turn.clock()
    leases.advance(lease, from_line=job.last_line, to_line=until, now=now, rows_done=F("rows_done") + lines)
    with connection.cursor() as cursor:
        params = for_job(job, after=job.last_line, until=until, now=now, actor=job.actor_id, reason=_reason(job))
        added = _add(cursor, job, params, now)
        changed = _change(cursor, params)
    leases.held(lease).update(added=F("added") + added, changed=F("changed") + changed)
    job.last_line = until
    turn.used(lines)


def _reason(job: ImportJob) -> str:
    """Return what the history of a number says about why it changed."""
    return f"Import of {job.filename}"[:150]


def _add(cursor: CursorWrapper, job: ImportJob, params: dict[str, Any], now: datetime) -> int:
    """Add the numbers of the batch that the account does not hold; return how many."""
    cursor.execute(inventory_sql.CREATE_STAGED)
    cursor.execute(sql.STAGE_NEW_NUMBERS, params)
    return inventory.add_staged(cursor, job.account_id, now=now, actor_id=job.actor_id, reason=_reason(job))


def _change(cursor: CursorWrapper, params: dict[str, Any]) -> int:
    """Change the numbers of the batch that differ; return how many."""
    cursor.execute(sql.STAGE_CHANGES, params)
    changed = _write_changes(cursor, params) if cursor.rowcount else 0
    cursor.execute(sql.DROP_STAGED_CHANGES)
    return changed


def _write_changes(cursor: CursorWrapper, params: dict[str, Any]) -> int:
    for statement in (
        sql.ANALYZE_STAGED_CHANGES,
        sql.LOCK_STATUSES,
        sql.CHANGE_STATUSES,
        sql.CHANGE_NUMBERS,
        sql.RECORD_CHANGES,
    ):
        cursor.execute(statement, params)
    (changed,) = cursor.fetchone()
    return int(changed)


@transaction.atomic
def _finish(job: ImportJob, lease: Lease, turn: Turn) -> None:
    """Close the job: record it, and forget what nobody reads any more."""
    now = turn.clock()
    leases.hold(lease, from_line=job.last_line, now=now)
    job.refresh_from_db(fields=["added", "changed", "refused", "same"])
    storage.forget(job.pk)
    ImportRow.objects.filter(job=job, outcome__in=[RowOutcome.ADD, RowOutcome.SAME]).delete()
    account_services.record_audit(
        job.account,
        actor=job.actor,
        action="numbers.imported",
        target=job.filename,
        now=now,
        added=job.added,
        changed=job.changed,
        refused=job.refused,
    )
    leases.release(lease, due_at=None, state=ImportState.DONE, finished_at=now)
