"""Monthly partitions of the readings: made ahead, dropped by retention.

A new partition is built beside the table and attached: `CREATE TABLE ... PARTITION OF` would wait for every reader and
hold up everybody behind it. There is no default partition, because it makes each later attach scan and lock it.
"""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import connection, transaction

ADVISORY_LOCK = 7_301_001


def month_start(moment: datetime) -> datetime:
    """Return the first moment (UTC) of the month of a moment."""
    return moment.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def next_month(start: datetime) -> datetime:
    """Return the start of the month after a start of month."""
    return start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)


def months_between(first: datetime, last: datetime) -> list[datetime]:
    """Return the starts of all months from the one of `first` to the one of `last`."""
    months = [month_start(first)]
    while next_month(months[-1]) <= last:
        months.append(next_month(months[-1]))
    return months


def partition_name(start: datetime) -> str:
    """Return the table name of a month, such as numbers_reading_2026_11."""
    return f"numbers_reading_{start:%Y_%m}"


def existing_partitions() -> set[str]:
    """Return the names of the partitions that are attached."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'numbers_reading'::regclass")
        return {name for (name,) in cursor.fetchall()}


def ensure_partitions(first: datetime, last: datetime) -> list[str]:
    """Make the partitions for every month from `first` to `last` that are missing; return the names of the new ones.

    Safe to call at any time and from several processes at once.
    """
    wanted = {partition_name(start): start for start in months_between(first, last)}
    if not wanted.keys() - existing_partitions():
        return []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ADVISORY_LOCK])
        missing = sorted(wanted.keys() - existing_partitions())
        for name in missing:
            _attach(name, wanted[name])
    return missing


def _attach(name: str, start: datetime) -> None:
    table = connection.ops.quote_name(name)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {table} (LIKE numbers_reading INCLUDING ALL)")
        cursor.execute(
            f"ALTER TABLE numbers_reading ATTACH PARTITION {table} FOR VALUES FROM (%s) TO (%s)",
            [start, next_month(start)],
        )


def drop_old_partitions(before: datetime) -> list[str]:
    """Drop every partition whose month ended before a moment (retention); return their names."""
    keep_from = partition_name(month_start(before))
    old = sorted(name for name in existing_partitions() if name < keep_from)
    for name in old:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '2s'")
            cursor.execute(f"DROP TABLE {connection.ops.quote_name(name)}")
    return old
