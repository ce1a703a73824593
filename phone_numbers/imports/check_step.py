"""The dry run: read the file, check its lines, and say of each what applying it would do."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import dropwhile, islice

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import F

from phone_numbers.imports import leases, sql, storage
from phone_numbers.imports.checking import CheckedLine, LineChecker
from phone_numbers.imports.delimited import Line
from phone_numbers.imports.errors import ImportFileError
from phone_numbers.imports.leases import Lease
from phone_numbers.imports.parameters import for_job
from phone_numbers.imports.reading import open_table
from phone_numbers.imports.turn import Turn
from phone_numbers.models import Campaign, ImportJob
from phone_numbers.services.inventory import array_literal
from phone_numbers.states import ImportState, RowOutcome

BATCH = 10_000


def check(job: ImportJob, lease: Lease, turn: Turn) -> bool:
    """Check a job's file from where the last turn stopped; return whether it is checked to its end.

    Raises ImportFileError when the file cannot be read, LeaseLostError when the job is somebody else's now.
    """
    with storage.spooled(job) as file:
        table = open_table(file, job.filename)
        _begin(job, lease, turn, table.notes)
        checker = LineChecker(table.columns, _campaigns_by_folded_name())
        lines = dropwhile(lambda line: line[0] <= job.last_line, table.lines)
        if not _keep_all(job, lease, turn, lines, checker):
            return False
    _finish(job, lease, turn)
    return True


def _keep_all(job: ImportJob, lease: Lease, turn: Turn, lines: Iterator[Line], checker: LineChecker) -> bool:
    """Check and keep lines until there are none, or until the turn is over; return whether there are none.

    The next batch is read and checked while the database stores the one before, which takes it as long.
    """
    batches = _batches(lines, checker, turn.lines)
    with ThreadPoolExecutor(max_workers=1) as reader:
        coming = reader.submit(next, batches, None)
        while batch := coming.result():
            coming = reader.submit(next, batches, None)
            _keep(job, lease, turn, batch)
            if turn.is_over and (coming.result() or next(lines, None)):
                return False
    return True


def _batches(lines: Iterator[Line], checker: LineChecker, left: int | None) -> Iterator[list[CheckedLine]]:
    """Yield checked lines by the batch, `left` of them in all; None for every one."""
    wanted = lines if left is None else islice(lines, left)
    while batch := [checker.check(line) for line in islice(wanted, BATCH)]:
        yield batch


def _begin(job: ImportJob, lease: Lease, turn: Turn, notes: list[str]) -> None:
    leases.hold(lease, from_line=job.last_line, now=turn.clock(), state=ImportState.CHECKING, notes=notes)


def _campaigns_by_folded_name() -> dict[str, str]:
    return {name.casefold(): name for name in Campaign.objects.values_list("name", flat=True)}


@transaction.atomic
def _keep(job: ImportJob, lease: Lease, turn: Turn, lines: list[CheckedLine]) -> None:
    """Store a batch of checked lines and move the job behind it, both or neither."""
    until = lines[-1].line
    leases.advance(
        lease,
        from_line=job.last_line,
        to_line=until,
        now=turn.clock(),
        rows_total=F("rows_total") + len(lines),
        refused=F("refused") + sum(bool(line.refusal) for line in lines),
    )
    with connection.cursor() as cursor:
        _copy(cursor, lines)
        cursor.execute(sql.KEEP_LINES, for_job(job))
        cursor.execute(sql.DROP_STAGED_LINES)
    job.last_line = until
    turn.used(len(lines))


def _copy(cursor: CursorWrapper, lines: Iterable[CheckedLine]) -> None:
    cells = io.StringIO()
    csv.writer(cells).writerows(map(_cells, lines))
    cells.seek(0)
    cursor.execute(sql.CREATE_STAGED_LINES)
    cursor.copy_expert(sql.COPY_STAGED_LINES, cells)
    cursor.execute(sql.ANALYZE_STAGED_LINES)


def _cells(line: CheckedLine) -> tuple[object, ...]:
    return (
        line.line,
        line.given,
        line.e164,
        line.country,
        line.label,
        None if line.product is None else int(line.product),
        None if line.origin is None else int(line.origin),
        None if line.campaigns is None else array_literal(line.campaigns),
        line.refusal,
    )


@transaction.atomic
def _finish(job: ImportJob, lease: Lease, turn: Turn) -> None:
    """Refuse repeated numbers, count what would happen, and wait for the person to agree."""
    leases.hold(lease, from_line=job.last_line, now=turn.clock())
    with connection.cursor() as cursor:
        # Without statistics every batch of applying would sort all lines of the job.
        for statement in (sql.ANALYZE_LINES, sql.STAGE_REPEATED, sql.ANALYZE_REPEATED, sql.REFUSE_REPEATED):
            cursor.execute(statement, for_job(job))
        cursor.execute(sql.DROP_REPEATED)
        cursor.execute(sql.COUNT_OUTCOMES, for_job(job))
        counts = {RowOutcome(outcome): count for outcome, count in cursor.fetchall()}
    if not counts:
        raise ImportFileError("The file has a header but no lines below it.")
    leases.release(
        lease,
        due_at=None,
        state=ImportState.CHECKED,
        rows_total=sum(counts.values()),
        to_add=counts.get(RowOutcome.ADD, 0),
        to_change=counts.get(RowOutcome.CHANGE, 0),
        same=counts.get(RowOutcome.SAME, 0),
        refused=counts.get(RowOutcome.REFUSE, 0),
    )
