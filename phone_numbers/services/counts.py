"""Keeping the totals: folding the counters' deltas, the daily totals of ratings."""

from __future__ import annotations

from datetime import date

from django.db import connection, transaction

from phone_numbers.services import counts_sql


@transaction.atomic
def fold_number_counts() -> int:
    """Replace each account's delta rows by one row per combination; return how many rows went away.

    Deltas written meanwhile by others are not seen by the statement, so they stay and count.
    """
    with connection.cursor() as cursor:
        cursor.execute(counts_sql.FOLD)
        (gone,) = cursor.fetchone()
    return int(gone)


@transaction.atomic
def record_rating_day(day: date) -> None:
    """Write every account's totals by rating as those of a day; the last write of a day stays."""
    with connection.cursor() as cursor:
        cursor.execute(counts_sql.RATING_DAY, {"day": day})


def count_differences() -> list[tuple[int, int]]:
    """Compare the counters with the rows themselves; return (account id, combinations that differ), best empty."""
    with connection.cursor() as cursor:
        cursor.execute(counts_sql.DIFFERENCES)
        return [(account, n) for account, n in cursor.fetchall()]
