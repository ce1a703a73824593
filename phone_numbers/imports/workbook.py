"""Reading the first sheet of an Excel workbook (.xlsx) as a stream, after the package has been found harmless.

A workbook is a zip of XML parts. The sheet is read element by element with expat, so that memory depends on one row
and the table of shared texts, never on the size that a sheet claims: a 5 kB workbook with one cell in the last corner
makes libraries that build the whole rectangle ask for hundreds of gigabytes.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from posixpath import join, normpath
from typing import IO
from xml.parsers import expat

from phone_numbers.imports.delimited import Line
from phone_numbers.imports.errors import ImportFileError
from phone_numbers.imports.sheet_xml import Elements, SharedTexts, SheetRows

MAX_ENTRIES = 10_000
MAX_DECLARED = 200 * 1024 * 1024
MAX_RATIO = 250  # deflate's own limit is 1,032; sheets of equal rows reach about 100
_RATIO_MATTERS_FROM = 1024 * 1024
_BLOCK = 256 * 1024
_ENCRYPTED = 0x1
_RELATIONS = "xl/_rels/workbook.xml.rels"
_CONTENT_TYPES = "[Content_Types].xml"


class Workbook:
    """An opened workbook: the name of its first visible sheet, the names of the others, and the sheet's rows."""

    def __init__(self, file: IO[bytes]) -> None:
        self.archive = _open_archive(file)
        _refuse_harmful(self.archive.infolist())
        _refuse_damaged(self.archive)
        self.sheet, self.others, self._path = self._find_sheet()

    def lines(self) -> Iterator[Line]:
        """Yield (row number, cells as text) of every row that holds something."""
        shared = self._shared_texts()
        rows = SheetRows(shared)
        for _block in self._parse(self._path, rows):
            yield from rows.take()

    def _find_sheet(self) -> tuple[str, list[str], str]:
        """Return the first visible sheet's name, the other names, and the part that holds it."""
        sheets = Elements("sheet")
        relations = Elements("Relationship")
        self._read("xl/workbook.xml", sheets)
        self._read(_RELATIONS, relations)
        target = {each.get("Id", ""): each.get("Target", "") for each in relations.found}
        visible = [each for each in sheets.found if each.get("state", "visible") == "visible"] or sheets.found
        if not visible:
            raise ImportFileError("The workbook holds no sheet.")
        names = [each.get("name", "") for each in sheets.found]
        chosen = visible[0]
        names.remove(chosen.get("name", ""))
        return chosen.get("name", ""), names, _part(target.get(chosen.get("id", ""), ""))

    def _shared_texts(self) -> list[str]:
        texts = SharedTexts()
        if "xl/sharedStrings.xml" in self.archive.namelist():
            self._read("xl/sharedStrings.xml", texts)
        return texts.found

    def _read(self, path: str, target: Elements | SharedTexts) -> None:
        for _block in self._parse(path, target):
            pass

    def _parse(self, path: str, target: Elements | SharedTexts | SheetRows) -> Iterator[None]:
        """Feed a part to a target block by block, pausing after each so that the caller can take what was found."""
        parser = expat.ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse_doctype
        target.listen(parser)
        try:
            with closing(self.archive.open(path)) as part:
                while block := part.read(_BLOCK):
                    parser.Parse(block, False)
                    yield
                parser.Parse(b"", True)
                yield
        except (expat.ExpatError, KeyError, ValueError, zipfile.BadZipFile, zlib.error) as error:
            raise ImportFileError(_DAMAGED) from error


_DAMAGED = "The workbook is damaged: a part of it cannot be read. Open it in Excel and save it again."


def _refuse_doctype(*_declaration: object) -> None:
    raise ImportFileError(
        "The workbook contains a document type declaration, which Excel never writes. It was not read."
    )


def _open_archive(file: IO[bytes]) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise ImportFileError(_DAMAGED) from error


def _refuse_harmful(entries: list[zipfile.ZipInfo]) -> None:
    """Judge the package by its directory alone, before anything is unpacked."""
    names = {entry.filename for entry in entries}
    if len(entries) > MAX_ENTRIES:
        raise ImportFileError(f"The workbook has {len(entries):,} parts; at most {MAX_ENTRIES:,} are read.")
    if sum(entry.file_size for entry in entries) > MAX_DECLARED or any(_is_bomb(entry) for entry in entries):
        raise ImportFileError(
            "The workbook unpacks to more than is safe to read (200 MB). Save the sheet as CSV UTF-8 and upload that."
        )
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise ImportFileError("The workbook is protected by a password. Save it without one and upload it again.")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise ImportFileError("The workbook contains macros. Save it as an .xlsx workbook or as CSV and upload that.")
    if not {_CONTENT_TYPES, "xl/workbook.xml", _RELATIONS} <= names:
        raise ImportFileError("This is a zip file, but not an Excel workbook (.xlsx).")


def _is_bomb(entry: zipfile.ZipInfo) -> bool:
    return entry.file_size > max(_RATIO_MATTERS_FROM, entry.compress_size * MAX_RATIO)


def _refuse_damaged(archive: zipfile.ZipFile) -> None:
    """Unpack everything once against its declared size and checksum: a directory that lies is found here."""
    try:
        damaged = archive.testzip()
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError, zlib.error) as error:
        raise ImportFileError(_DAMAGED) from error
    if damaged:
        raise ImportFileError(_DAMAGED)


def _part(target: str) -> str:
    """Return the archive's name of a part that the workbook's relations name."""
    return normpath(target.lstrip("/") if target.startswith("/") else join("xl", target))
