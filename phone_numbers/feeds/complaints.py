"""Complaints of consumers: evidence about numbers, never a status (D23, B13).

A file is read into a temporary file first (slow, outside any transaction), then taken in one transaction together with
the feed's cursor: matched against the numbers of all accounts in one step, added, and counted for the last 90 days.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, TextIO

from django.conf import settings
from django.db import connection, transaction

from phone_numbers.feeds import complaints_sql
from phone_numbers.feeds.complaint_file import FileTally, Trouble, open_lines, read_complaints
from phone_numbers.feeds.ingest import Fence, check_fence
from providers.base import ComplaintFile

FTC = "ftc"
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ComplaintReport:
    """What became of a file, in counts of rows; it names no number.

    `repeats`: equal full rows inside the file. `halved`: rows left out per day that stood twice. `in_full`: date-only
    rows of days that are known in full. `known`: taken before. `replaced`: date-only rows that full rows stand for now.
    `kept`: new rows per account's slug.
    """

    date_only: bool
    read: int
    blank: int
    unreadable: dict[Trouble, int]
    repeats: int
    halved: dict[date, int]
    matched: int
    in_full: int
    known: int
    replaced: int
    kept: dict[str, int]
    first_day: date | None
    last_day: date | None

    @property
    def stored(self) -> int:
        """Return how many rows are new, over all accounts."""
        return sum(self.kept.values())

    @property
    def run_counts(self) -> dict[str, int]:
        """Return the counts of one FeedRun."""
        unreadable = self.blank + sum(self.unreadable.values())
        duplicate = self.repeats + self.known + self.in_full + sum(self.halved.values())
        other = self.read - unreadable - duplicate - self.stored
        return {
            "fetched": self.read,
            "stored": self.stored,
            "duplicate": duplicate,
            "unknown_number": max(other, 0),
            "unreadable": unreadable,
        }


def import_file(path: Path, *, agency: str = FTC, now: datetime) -> ComplaintReport:
    """Take a file from disk, packed by gzip or not. Raises ComplaintFileError, with nothing taken, or OSError."""
    return take_lines(open_lines(path), agency=agency, now=now)


def take_published_file(file: ComplaintFile, *, agency: str = FTC, now: datetime, fence: Fence) -> ComplaintReport:
    """Take one file of a feed and move the feed's cursor with it.

    Raises the provider's errors and ComplaintFileError before anything is written, and LeaseLost when the fence does
    not hold any more.
    """
    return take_lines(file.lines, agency=agency, now=now, fence=fence)


def take_lines(lines: Iterable[str], *, agency: str, now: datetime, fence: Fence | None = None) -> ComplaintReport:
    """Take the complaints about numbers in some account from the lines of a file (see `complaint_file`).

    Taking the same lines again changes nothing. `now` decides what is in the future and what the last 90 days are.
    """
    return _take_spooled(lines, agency=agency, now=now, fence=fence, whole_days=True)


def take_lines_by_number(
    lines: Iterable[str], *, agency: str, now: datetime, fence: Fence | None = None
) -> ComplaintReport:
    """Take complaints that were asked for by number: the same, but no day counts as known for other numbers by them."""
    return _take_spooled(lines, agency=agency, now=now, fence=fence, whole_days=False)


def _take_spooled(
    lines: Iterable[str], *, agency: str, now: datetime, fence: Fence | None, whole_days: bool
) -> ComplaintReport:
    with tempfile.TemporaryFile("w+", encoding="utf-8", newline="") as spool:
        tally = read_complaints(lines, spool, latest=now.date() + ONE_DAY)
        spool.seek(0)
        return _take(spool, tally, agency=agency, now=now, fence=fence, whole_days=whole_days)


@transaction.atomic
def _take(
    spool: TextIO, tally: FileTally, *, agency: str, now: datetime, fence: Fence | None, whole_days: bool
) -> ComplaintReport:
    with connection.cursor() as cursor:
        if fence:
            check_fence(cursor, fence)
        cursor.execute(complaints_sql.ONE_AT_A_TIME)
        cursor.execute(complaints_sql.ROWS)
        cursor.copy_expert(complaints_sql.ROWS_COPY, spool)
        cursor.execute("ANALYZE complaint_row")
        halved = _halved_days(cursor, tally)
        report = _match_and_keep(cursor, tally, halved, agency=agency)
        if whole_days:
            _remember_days(cursor, tally, halved, agency=agency, now=now)
        _write_counts(cursor, complaints_sql.COUNT_TOLD, now=now)
        cursor.execute("DROP TABLE complaint_row, told")
    return report


def _halved_days(cursor: Any, tally: FileTally) -> list[datetime]:
    """Return the days that stand twice in a file of date-only rows; full rows have an identity instead."""
    if not tally.date_only:
        return []
    cursor.execute(complaints_sql.HALVED)
    return [day for (day,) in cursor.fetchall()]


def _match_and_keep(cursor: Any, tally: FileTally, halved: list[datetime], *, agency: str) -> ComplaintReport:
    params = {"agency": agency, "halved": halved}
    repeats = 0 if tally.date_only else _one(cursor, complaints_sql.REPEATS)[0]
    cursor.execute(complaints_sql.TOLD_DAYS if tally.date_only else complaints_sql.TOLD_FULL, params)
    cursor.execute("ANALYZE told")
    matched, in_full = _one(cursor, complaints_sql.TOLD_COUNTS)
    cursor.execute(complaints_sql.REPLACE_DAYS, params)
    replaced = cursor.rowcount
    cursor.execute(complaints_sql.KEEP, params)
    kept = dict(cursor.fetchall())
    return ComplaintReport(
        date_only=tally.date_only,
        read=tally.read,
        blank=tally.blank,
        unreadable=dict(tally.unreadable),
        repeats=repeats,
        halved={day.date(): tally.days[day.date()] // 2 for day in halved},
        matched=matched,
        in_full=in_full,
        known=matched - in_full - sum(kept.values()),
        replaced=replaced,
        kept=kept,
        first_day=min(tally.days, default=None),
        last_day=max(tally.days, default=None),
    )


def _remember_days(cursor: Any, tally: FileTally, halved: Iterable[datetime], *, agency: str, now: datetime) -> None:
    twice = {moment.date() for moment in halved}
    rows = [
        {"agency": agency, "day": day, "date_only": tally.date_only, "rows": n, "halved": day in twice, "now": now}
        for day, n in sorted(tally.days.items())
    ]
    cursor.executemany(complaints_sql.DAYS, rows)


@transaction.atomic
def refresh_complaint_counts(now: datetime) -> int:
    """Count the complaints of the last 90 days anew for every number, as days pass; return how many counts changed."""
    with connection.cursor() as cursor:
        cursor.execute(complaints_sql.ONE_AT_A_TIME)
        return _write_counts(cursor, complaints_sql.COUNT_ALL, now=now)


@transaction.atomic
def count_complaints_of(number_ids: Collection[int], *, now: datetime) -> bool:
    """Count the complaints of some numbers anew; False while a file is being taken, which would take too long to await.

    Then the next `refresh_complaint_counts` does it.
    """
    with connection.cursor() as cursor:
        (is_free,) = _one(cursor, complaints_sql.IF_NOBODY_ELSE)
        if is_free:
            _write_counts(cursor, complaints_sql.COUNT_NUMBERS, now=now, numbers=list(number_ids))
    return bool(is_free)


def _write_counts(cursor: Any, statement: str, *, now: datetime, **more: Any) -> int:
    cursor.execute(complaints_sql.COUNT_BY_HAND, {"by_hand": "on"})
    cursor.execute(statement, {"since": now - settings.COMPLAINT_WINDOW, "until": now + ONE_DAY} | more)
    changed = int(cursor.rowcount)
    cursor.execute(complaints_sql.COUNT_BY_HAND, {"by_hand": "off"})
    return changed


def _one(cursor: Any, statement: str) -> tuple[Any, ...]:
    cursor.execute(statement)
    row: tuple[Any, ...] = cursor.fetchone()
    return row
