"""Reads about imports: recent jobs, the lines of one, and the groups of a dry run."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet

from phone_numbers.models import ImportJob, ImportRow
from phone_numbers.states import RowOutcome

LINES_PER_PAGE = 50


def recent_jobs(limit: int = 10) -> list[ImportJob]:
    """Return the account's newest imports."""
    return list(ImportJob.objects.select_related("actor").order_by("-created_at", "-pk")[:limit])


def lines(job: ImportJob, outcome: RowOutcome) -> QuerySet[ImportRow]:
    """Return the lines of a job with one outcome, in the order of the file."""
    return ImportRow.objects.filter(job=job, outcome=outcome).order_by("line")


def page_of_lines(job: ImportJob, outcome: RowOutcome, *, after: int) -> tuple[list[ImportRow], int]:
    """Return the lines behind line `after`, and the line behind which the next page begins (0: there is none)."""
    found = list(lines(job, outcome).filter(line__gt=after)[: LINES_PER_PAGE + 1])
    shown = found[:LINES_PER_PAGE]
    return shown, shown[-1].line if len(found) > LINES_PER_PAGE else 0


def refused_lines(job: ImportJob) -> Iterator[tuple[int, str, str]]:
    """Yield (line, number as given, reason) of every refused line, without holding them all."""
    rows = lines(job, RowOutcome.REFUSE).values_list("line", "given", "reason")
    yield from rows.iterator(chunk_size=5_000)
