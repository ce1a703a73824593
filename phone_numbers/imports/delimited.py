"""Reading CSV in the dialects that people really send: any delimiter, line end and usual encoding, in little memory."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from typing import IO

from phone_numbers.imports.columns import known_columns_in
from phone_numbers.imports.errors import ImportFileError

Line = tuple[int, list[str]]

MAX_LINE = 64 * 1024
MAX_LINES_IN_RECORD = 50
DELIMITERS = (",", ";", "\t", "|")
_BLOCK = 1024 * 1024
_UTF32_MARKS = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SEPARATOR_LINE = re.compile(r"sep=(.)\Z", re.IGNORECASE | re.DOTALL)
_ENCODING_WORDS = {"utf-16": "UTF-16", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16"}

LATIN_NOTE = (
    "The file is not UTF-8, so it was read as Windows Latin-1. Look at labels with accents: if they are wrong, save "
    "the file as UTF-8 and upload it again."
)


def find_encoding(file: IO[bytes]) -> str:
    """Return the encoding of a file by its byte order mark, its pattern of NULs, or because it is valid UTF-8."""
    start = file.read(4096)
    file.seek(0)
    if start.startswith(_UTF32_MARKS):
        raise ImportFileError("The file is UTF-32. Save it as CSV UTF-8.")
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            return encoding
    return _utf16_without_mark(start) or ("utf-8" if _is_utf8(file) else "cp1252")


def _utf16_without_mark(start: bytes) -> str:
    """Return the kind of UTF-16 when nearly every second byte is NUL, otherwise ''."""
    pairs = len(start) // 2
    if pairs < 2:
        return ""
    if start[1::2].count(0) > pairs * 0.8:
        return "utf-16-le"
    return "utf-16-be" if start[0::2].count(0) > pairs * 0.8 else ""


def _is_utf8(file: IO[bytes]) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while block := file.read(_BLOCK):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    finally:
        file.seek(0)
    return True


def read_lines(file: IO[bytes], encoding: str) -> Iterator[Line]:
    """Yield (line number, cells) of every record; the number is that of the record's first line, from 1.

    Raises ImportFileError with the line for what cannot be read. Never holds more than one record.
    """
    text = io.TextIOWrapper(
        file, encoding=encoding, errors="latin_rest" if encoding == "cp1252" else "strict", newline=""
    )
    try:
        yield from _records(_Lines(text, encoding))
    finally:
        with suppress(ValueError):  # the file was closed before its last line was read
            text.detach()


def _latin_rest(error: UnicodeError) -> tuple[str, int]:
    """Read the five bytes that Windows-1252 leaves open as Latin-1 does."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("latin_rest", _latin_rest)


class _Lines(Iterator[str]):
    """The physical lines of a text, counted, each of bounded length."""

    def __init__(self, text: io.TextIOWrapper, encoding: str) -> None:
        self.text = text
        self.encoding = _ENCODING_WORDS.get(encoding, "UTF-8")
        self.number = 0
        self.record_start = 1

    def __next__(self) -> str:
        line = self._read()
        if not line:
            raise StopIteration
        self.number += 1
        if len(line) > MAX_LINE:
            raise ImportFileError(
                f"Line {self.number} is longer than {MAX_LINE:,} characters. Is this a list of numbers?"
            )
        if "\0" in line:
            raise ImportFileError(f"Line {self.number} contains a NUL character. Save the file as CSV UTF-8 again.")
        if self.number - self.record_start >= MAX_LINES_IN_RECORD:
            raise self.open_quote()
        return line

    def _read(self) -> str:
        try:
            return self.text.readline(MAX_LINE + 1)
        except UnicodeError:
            raise ImportFileError(
                f"After line {self.number} the file is not valid {self.encoding}. Save it as CSV UTF-8 again."
            ) from None

    def open_quote(self) -> ImportFileError:
        return ImportFileError(
            f"Line {self.record_start}: a quotation mark opens there and is not closed where its cell ends. Correct "
            "that line and upload the file again."
        )


def _records(lines: _Lines) -> Iterator[Line]:
    """Yield records with the number of their first line."""
    first = next(lines, "")
    declared = _SEPARATOR_LINE.match(first.strip("\r\n"))  # Excel writes sep=; above the header
    if declared:
        lines.record_start = 2
        first = next(lines, "")
    delimiter = declared[1] if declared else find_delimiter(first)
    reader = csv.reader(chain([first], lines), delimiter=delimiter, strict=True)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise lines.open_quote() from None
        yield lines.record_start, cells
        lines.record_start = lines.number + 1


def find_delimiter(header: str) -> str:
    """Return the delimiter with which the first line has the most known column names, then the most cells."""
    return max(DELIMITERS, key=lambda delimiter: _header_score(header, delimiter))


def _header_score(header: str, delimiter: str) -> tuple[int, int]:
    try:
        cells = next(csv.reader([header], delimiter=delimiter))
    except (csv.Error, StopIteration):
        return 0, 0
    return known_columns_in(cells), len(cells)
