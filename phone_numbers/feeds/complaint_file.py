"""Reads a file of reported calls, as agencies publish them, into lines for COPY; the dirt is counted, never a crash.

Two kinds of file: full rows (the FTC's daily file, eight columns) and date-only rows (day, number, the consumer's area
code). Columns are found by the header's names. The consumer's city and state are dropped here; the area code of
date-only rows goes no further than a temporary table, where it shows whether a day stands twice in the file.
"""

from __future__ import annotations

import csv
import gzip
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import TextIO

NUMBER, CREATED, VIOLATION = "company_phone_number", "created_date", "violation_date"
SUBJECT, ROBOCALL, AREA_CODE = "subject", "recorded_message_or_robocall", "consumer_area_code"
FULL_COLUMNS = {NUMBER, CREATED, VIOLATION, SUBJECT, ROBOCALL}
FIRST_YEAR = 2003  # the Do Not Call registry opened
LINE_LIMIT = 65_536
SUBJECT_LIMIT = 120
WRITTEN_LIMIT = 40
GZIP_MAGIC = b"\x1f\x8b"
ROBOCALL_WORDS = {"Y": "t", "N": "f"}
NULL = "\\N"

_REAL = re.compile(r"(?:\+?1)?([2-9][0-9]{2}[2-9][0-9]{6})")
_PUNCTUATION = str.maketrans("", "", " ().-+")


class ComplaintFileError(ValueError):
    """The file is not one of reported calls; the message says where it stopped and what to do."""


class Trouble(StrEnum):
    """Why a row says nothing about a number that can exist."""

    TEXT = "letters or signs in the number"
    LENGTH = "not ten digits"
    AREA_CODE = "area code or exchange begins with 0 or 1"
    DATE = "no readable date"
    FUTURE = "date in the future"
    COLUMNS = "too few columns"


@dataclass(slots=True)
class FileTally:
    """What was read: rows in all, blank numbers, rows by trouble, and rows per day."""

    date_only: bool
    read: int = 0
    blank: int = 0
    unreadable: Counter[Trouble] = field(default_factory=Counter)
    days: Counter[date] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Layout:
    """In which column each value stands; None for the columns that a date-only file does not have."""

    number: int
    created: int
    violation: int | None
    subject: int | None
    robocall: int | None
    area_code: int | None

    @property
    def date_only(self) -> bool:
        """Tell whether the rows hold days and no more."""
        return self.subject is None

    @property
    def width(self) -> int:
        """Return how many columns a row must have at least; the consumer's may be missing at the end."""
        needed = (self.number, self.created, self.violation, self.subject, self.robocall)
        return 1 + max(column for column in needed if column is not None)


def open_lines(path: Path) -> Iterator[str]:
    """Yield the lines of a file, packed by gzip or not; raises ComplaintFileError when it is damaged, or OSError."""
    number = 0
    try:
        with _open_text(path) as lines:
            for number, line in enumerate(iter(lambda: lines.readline(LINE_LIMIT), ""), start=1):  # noqa: B007
                yield line
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ComplaintFileError(
            f"The packed file is damaged or cut off after line {number}. Nothing was taken; download it again."
        ) from error


def _open_text(path: Path) -> TextIO:
    with path.open("rb") as start:
        packed = start.read(2) == GZIP_MAGIC
    if packed:
        return gzip.open(path, "rt", encoding="utf-8-sig", errors="replace", newline="")
    return path.open(encoding="utf-8-sig", errors="replace", newline="")


def read_complaints(lines: Iterable[str], out: TextIO, *, latest: date) -> FileTally:
    """Read a whole file and write its rows to `out` in COPY's text format; memory does not grow with the file.

    Columns of `out`: created_at, e164 or NULL, number as written, area code, violation_at, subject, robocall. Rows
    without a readable number are written only for date-only files, where they tell whether a day stands twice.
    `latest` is the last day that is not in the future. Raises ComplaintFileError when it is no such file.
    """
    records = _records(csv.reader(lines))
    layout = read_layout(next(records, None))
    tally = FileTally(date_only=layout.date_only)
    write = _write_day if layout.date_only else _write_full
    for row in records:
        if row == []:
            continue
        tally.read += 1
        if row is None or len(row) < layout.width:
            tally.unreadable[Trouble.COLUMNS] += 1
            continue
        created = _moment(row[layout.created])
        if created is None or created.date() > latest:
            tally.unreadable[Trouble.DATE if created is None else Trouble.FUTURE] += 1
            continue
        tally.days[created.date()] += 1
        write(row, layout, created, tally, out)
    return tally


def _records(reader: Iterator[list[str]]) -> Iterator[list[str] | None]:
    """Yield every record, None for one that is not CSV at all."""
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield None


def read_layout(header: list[str] | None) -> Layout:
    """Return where the columns stand, or raise ComplaintFileError: this is no file of reported calls."""
    if not header:
        raise ComplaintFileError("The file is empty. Download it again.")
    names = [name.strip().lstrip("\ufeff").lower() for name in header]
    if not {NUMBER, CREATED} <= set(names):
        found = ", ".join(header)[:80]
        raise ComplaintFileError(
            f"Line 1 is not the header of a file of reported calls: it says {found!r}, and Company_Phone_Number and "
            "Created_Date are needed. Download the daily file of the FTC and try again."
        )
    places = {name: names.index(name) for name in names}
    if not set(names) >= FULL_COLUMNS:
        return Layout(places[NUMBER], places[CREATED], None, None, None, places.get(AREA_CODE))
    return Layout(places[NUMBER], places[CREATED], places[VIOLATION], places[SUBJECT], places[ROBOCALL], None)


def _write_day(row: list[str], layout: Layout, created: datetime, tally: FileTally, out: TextIO) -> None:
    written = row[layout.number].strip()
    e164 = _judge(written, tally)
    area_code = "" if layout.area_code is None or layout.area_code >= len(row) else row[layout.area_code]
    out.write(
        f"{created.date().isoformat()} 00:00:00+00\t{e164 or NULL}\t{_cell(written, WRITTEN_LIMIT)}\t"
        f"{_cell(area_code, WRITTEN_LIMIT)}\t{NULL}\t\t{NULL}\n"
    )


def _write_full(row: list[str], layout: Layout, created: datetime, tally: FileTally, out: TextIO) -> None:
    e164 = _judge(row[layout.number].strip(), tally)
    if e164 is None:
        return
    violation = _moment(row[layout.violation or 0])
    robocall = ROBOCALL_WORDS.get(row[layout.robocall or 0].strip().upper(), NULL)
    subject = _cell(" ".join(row[layout.subject or 0].split()), SUBJECT_LIMIT)
    out.write(
        f"{created.isoformat()}\t{e164}\t\t\t{violation.isoformat() if violation else NULL}\t{subject}\t{robocall}\n"
    )


def _judge(written: str, tally: FileTally) -> str | None:
    """Return the number in E.164, or count why there is none."""
    if not written:
        tally.blank += 1
        return None
    number = read_number(written)
    if not isinstance(number, Trouble):
        return number
    tally.unreadable[number] += 1
    return None


def read_number(written: str) -> str | Trouble:
    """Return the E.164 number that a consumer wrote (ten digits, 1 or +1 before them or not), or the trouble with it.

    Only numbers of North America: in this file other lengths are slips far more often than foreign numbers.
    """
    match = _REAL.fullmatch(written)
    if match is None:
        digits = written.translate(_PUNCTUATION)
        match = _REAL.fullmatch(digits)
        if match is None:
            return _trouble(digits)
    return f"+1{match[1]}"


def _trouble(digits: str) -> Trouble:
    if not (digits.isascii() and digits.isdigit()):
        return Trouble.TEXT
    ten = len(digits) == 10 or (len(digits) == 11 and digits.startswith("1"))
    return Trouble.AREA_CODE if ten else Trouble.LENGTH


@lru_cache(maxsize=4096)
def _moment(text: str) -> datetime | None:
    """Return the agency's time stamp, which carries no zone, as UTC; None when it is none."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if moment.tzinfo is not None or moment.year < FIRST_YEAR:
        return None
    return moment.replace(tzinfo=UTC)


def _cell(text: str, limit: int) -> str:
    """Return a text for COPY: cut, without NUL, with what COPY takes for itself escaped."""
    return (
        text[:limit].replace("\0", "").replace("\\", "\\\\").replace("\t", "\\t").replace("\n", " ").replace("\r", " ")
    )
