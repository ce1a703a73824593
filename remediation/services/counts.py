"""Keeping the totals of open cases and alerts: folding their deltas, and comparing them with the rows."""

from __future__ import annotations

import structlog
from django.db import connection, transaction

from remediation.services import counts_sql

log = structlog.get_logger(__name__)


@transaction.atomic
def fold_counts() -> None:
    """Replace delta rows by one row per combination; what others write meanwhile stays and counts."""
    with connection.cursor() as cursor:
        for statement in counts_sql.FOLD:
            cursor.execute(statement)


@transaction.atomic
def mend_counts() -> int:
    """Compare the counters with the rows, add what differs, and return how many combinations did: best none."""
    with connection.cursor() as cursor:
        cursor.execute(counts_sql.LOCK)
        wrong = 0
        for statement in counts_sql.MEND:
            cursor.execute(statement)
            wrong += cursor.rowcount
    if wrong:
        log.error("counters of remediation differ from rows", combinations=wrong)
    return wrong


def count_differences() -> int:
    """Return how many combinations of the counters differ from the rows: best none."""
    with connection.cursor() as cursor:
        wrong = 0
        for statement in counts_sql.DIFFERENCES:
            cursor.execute(statement)
            wrong += cursor.fetchone()[0]
    return wrong
