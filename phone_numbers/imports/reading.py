"""Opening an uploaded file as a table of numbers, whatever its dialect; refusing in words what is none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import PurePosixPath
from typing import IO

from phone_numbers.imports import delimited
from phone_numbers.imports.columns import Columns, find_columns
from phone_numbers.imports.delimited import Line
from phone_numbers.imports.errors import ImportFileError
from phone_numbers.imports.workbook import Workbook

TEXT_ENDINGS = (".csv", ".txt", ".tsv")
WORKBOOK_ENDING = ".xlsx"
ENDINGS = (*TEXT_ENDINGS, WORKBOOK_ENDING)
_ZIP = b"PK\x03\x04"
_OTHER_CONTENT = (
    (b"PK", "This is an empty or damaged zip file, not a list of numbers."),
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "This is an old or protected Excel workbook. Save it as .xlsx without a password, or as CSV UTF-8.",
    ),
    (b"%PDF", "This is a PDF document. Upload the list as CSV or .xlsx."),
    (b"\x1f\x8b", "This file is compressed. Unpack it and upload the CSV or .xlsx that is inside."),
    (b"\x89PNG", "This is a picture. Upload the list as CSV or .xlsx."),
    (b"\xff\xd8\xff", "This is a picture. Upload the list as CSV or .xlsx."),
)


@dataclass
class Table:
    """An opened file: its columns, what was noticed about it, and its lines below the header, to be read once."""

    columns: Columns
    lines: Iterator[Line]
    notes: list[str] = field(default_factory=list)


def open_table(file: IO[bytes], filename: str) -> Table:
    """Open a file of numbers; raises ImportFileError for what is none, then or while its lines are read."""
    start = file.read(16)
    file.seek(0)
    if not start:
        raise ImportFileError("The file is empty.")
    _refuse_ending(filename)
    _refuse_content(start, filename)
    if start.startswith(_ZIP):
        return _workbook_table(file)
    return _text_table(file)


def _ending(filename: str) -> str:
    return PurePosixPath(filename).suffix.lower()


def _refuse_ending(filename: str) -> None:
    ending = _ending(filename)
    if ending in (".xlsm", ".xltm"):
        raise ImportFileError("Workbooks with macros are not read. Save it as .xlsx or as CSV UTF-8.")
    if ending not in ENDINGS:
        raise ImportFileError(f"A file must end in {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}, not in “{ending[:10]}”.")


def _refuse_content(start: bytes, filename: str) -> None:
    """Refuse content that is something else than the name says."""
    is_zip, says_workbook = start.startswith(_ZIP), _ending(filename) == WORKBOOK_ENDING
    if is_zip and not says_workbook:
        raise ImportFileError(
            f"The name ends in {_ending(filename)}, but the content is an Excel workbook or a zip file. If it is a "
            "workbook, rename it to .xlsx."
        )
    for mark, words in _OTHER_CONTENT:
        if start.startswith(mark) and not is_zip:
            raise ImportFileError(words)
    if says_workbook and not is_zip:
        raise ImportFileError(
            "The name ends in .xlsx, but the content is no Excel workbook. If it is text, rename it to .csv."
        )


def _text_table(file: IO[bytes]) -> Table:
    encoding = delimited.find_encoding(file)
    notes = [delimited.LATIN_NOTE] if encoding == "cp1252" else []
    return _table(delimited.read_lines(file, encoding), notes)


def _workbook_table(file: IO[bytes]) -> Table:
    workbook = Workbook(file)
    notes = []
    if workbook.others:
        others = ", ".join(f"“{name}”" for name in workbook.others[:5])
        notes.append(f"Only the sheet “{workbook.sheet}” was read. The workbook also holds {others}.")
    return _table(workbook.lines(), notes)


def _table(lines: Iterator[Line], notes: list[str]) -> Table:
    """Find the columns in the first line that holds something."""
    filled = (line for line in lines if any(cell.strip() for cell in line[1]))
    first = next(filled, None)
    if first is None:
        raise ImportFileError("The file is empty.")
    columns = find_columns(first[1])
    if not columns.has_header:
        return Table(columns, chain([first], filled), [*notes, _NO_HEADER])
    if columns.unused:
        notes = [*notes, _unused_note(columns.unused)]
    return Table(columns, filled, notes)


_NO_HEADER = "The file has no header: its only column was read as numbers."


def _unused_note(names: tuple[str, ...]) -> str:
    shown = ", ".join(f"“{name[:40]}”" for name in names[:8])
    more = f" and {len(names) - 8} more" if len(names) > 8 else ""
    return f"Columns that an import does not use: {shown}{more}."
