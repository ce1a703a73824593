"""Checking one line of a file: its number, label, product, source and campaigns, or the reason why it is refused."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from accounts.products import Product
from common.phone import MAX_GIVEN_LENGTH, NumberError, parse_number
from phone_numbers.imports.columns import Column, Columns
from phone_numbers.imports.delimited import Line
from phone_numbers.states import Origin

MAX_LABEL = 80
_SEPARATORS = re.compile(r"[\s_-]+")
_FORMULA_GUARD = re.compile(r"'(?=[=+\-@\t\r])")
_PRODUCTS = {
    "contactcenter": Product.CONTACT_CENTER,
    "contactcentre": Product.CONTACT_CENTER,
    "cc": Product.CONTACT_CENTER,
    "phone": Product.PHONE,
    "other": Product.OTHER,
}
_ORIGINS = {
    "native": Origin.NATIVE,
    "byoc": Origin.BYOC,
    "bringyourowncarrier": Origin.BYOC,
    "bringyourowncarrier(byoc)": Origin.BYOC,
}


class LineError(ValueError):
    """A line is refused; the message says why."""


@dataclass(frozen=True, slots=True)
class CheckedLine:
    """A line of the file. None means that the file does not say: keep what is. `refusal` is '' for a good line."""

    line: int
    given: str
    e164: str = ""
    country: str = ""
    label: str | None = None
    product: Product | None = None
    origin: Origin | None = None
    campaigns: tuple[str, ...] | None = None
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class LineChecker:
    """Checks lines by the columns of their file and the campaigns of the account (casefolded name -> name)."""

    columns: Columns
    campaigns: Mapping[str, str]

    def check(self, line: Line) -> CheckedLine:
        """Return a line with what it says, or with the reason why it is refused."""
        number, cells = line
        given = printable(self._cell(cells, Column.NUMBER))[:MAX_GIVEN_LENGTH]
        try:
            return self._checked(number, given, cells)
        except (NumberError, LineError) as error:
            return CheckedLine(number, given, refusal=str(error))

    def _checked(self, number: int, given: str, cells: list[str]) -> CheckedLine:
        if any(cell.strip() for cell in cells[self.columns.width :]):
            raise LineError("The line has more cells than the header. Put text that holds commas into quotes.")
        parsed = parse_number(self._cell(cells, Column.NUMBER))
        return CheckedLine(
            line=number,
            given=given,
            e164=parsed.e164,
            country=parsed.country,
            label=read_label(self._cell(cells, Column.LABEL)),
            product=read_product(self._cell(cells, Column.PRODUCT)),
            origin=read_origin(self._cell(cells, Column.SOURCE)),
            campaigns=self._campaigns(self._cell(cells, Column.CAMPAIGN)),
        )

    def _cell(self, cells: list[str], column: Column) -> str:
        place = self.columns.place.get(column)
        return cells[place] if place is not None and place < len(cells) else ""

    def _campaigns(self, cell: str) -> tuple[str, ...] | None:
        """Return the campaigns named in a cell, several separated by semicolons."""
        names = [name.strip() for name in cell.split(";") if name.strip()] if cell else []
        unknown = [name for name in names if name.casefold() not in self.campaigns]
        if unknown:
            raise LineError(
                f"There is no campaign called “{printable(unknown[0])[:60]}”. Create it first, or correct the name."
            )
        return tuple(dict.fromkeys(self.campaigns[name.casefold()] for name in names)) or None


def read_label(cell: str) -> str | None:
    """Return a label of at most 80 visible characters, or None when the cell is empty."""
    if not cell:
        return None
    if cell.isascii() and cell.isprintable() and len(cell) <= MAX_LABEL and cell[0] != "'":
        return cell.strip() or None
    # An export puts an apostrophe before text that a spreadsheet would run as a formula: take it off again.
    text = _FORMULA_GUARD.sub("", cell, count=1) if cell[0] == "'" else cell
    visible = "".join(character for character in text if unicodedata.category(character) != "Cf").strip()
    if any(unicodedata.category(character) in ("Cc", "Zl", "Zp") for character in visible):
        raise LineError("The label contains a line break, a tab or another control character.")
    if len(visible) > MAX_LABEL:
        raise LineError(f"The label has {len(visible)} characters; at most {MAX_LABEL} are kept.")
    return visible or None


def read_product(cell: str) -> Product | None:
    """Return the product that a word names, or None when the cell is empty."""
    word = _SEPARATORS.sub("", cell).casefold()
    if word and word not in _PRODUCTS:
        raise LineError(f"The product “{printable(cell)[:40]}” is not known. Use Contact Center, Phone or Other.")
    return _PRODUCTS.get(word)


def read_origin(cell: str) -> Origin | None:
    """Return the source that a word names, or None when the cell is empty."""
    word = _SEPARATORS.sub("", cell).casefold()
    if word and word not in _ORIGINS:
        raise LineError(f"The source “{printable(cell)[:40]}” is not known. Use Native or BYOC.")
    return _ORIGINS.get(word)


def printable(text: str) -> str:
    """Return text as it may be shown and stored: control characters, NUL included, become the replacement sign."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)


def check_lines(checker: LineChecker, lines: Iterator[Line]) -> Iterator[CheckedLine]:
    """Check every line."""
    return map(checker.check, lines)
