"""What an expat parser hears of a workbook's XML: attributes of elements, shared texts, rows of cells."""

from __future__ import annotations

import re
from functools import lru_cache
from xml.parsers.expat import XMLParserType

from phone_numbers.imports.delimited import Line
from phone_numbers.imports.errors import ImportFileError

MAX_COLUMNS = 256
MAX_CELL = 32_767  # Excel's own limit of characters in a cell
MAX_SHARED = 50 * 1024 * 1024  # characters
MAX_SHARED_TEXTS = 1_000_000
_LETTERS = re.compile(r"[A-Z]{1,3}")
_WHOLE = re.compile(r"(\d+)(?:\.0*)?\Z")
_TRUTH = {"1": "TRUE", "0": "FALSE"}


@lru_cache(maxsize=1024)
def local(name: str) -> str:
    """Return an element's or attribute's name without its namespace (strict and transitional files differ in it)."""
    return name.rpartition("}")[2]


class Elements:
    """Collects the attributes of every element of one name."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.found: list[dict[str, str]] = []

    def listen(self, parser: XMLParserType) -> None:
        """Take the parser's events."""
        parser.StartElementHandler = self._start

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if local(name) == self.name:
            self.found.append({local(key): value for key, value in attributes.items()})


class SharedTexts:
    """Collects the table of texts that cells refer to; parts of rich text are joined, readings aloud are left out."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._pieces: list[str] = []
        self._in_text = self._aloud = False
        self._size = 0

    def listen(self, parser: XMLParserType) -> None:
        """Take the parser's events."""
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        name = local(name)
        if name == "si":
            self._pieces = []
        self._in_text = name == "t" and not self._aloud
        self._aloud = self._aloud or name == "rPh"

    def _end(self, name: str) -> None:
        name = local(name)
        self._in_text = False
        if name == "rPh":
            self._aloud = False
        elif name == "si":
            self._keep("".join(self._pieces)[:MAX_CELL])

    def _keep(self, text: str) -> None:
        self._size += len(text)
        if self._size > MAX_SHARED or len(self.found) > MAX_SHARED_TEXTS:
            raise ImportFileError("The workbook holds too much text. Save the sheet as CSV UTF-8 and upload that.")
        self.found.append(text)

    def _characters(self, text: str) -> None:
        if self._in_text:
            self._pieces.append(text)


class SheetRows:
    """Collects the rows of a sheet; `take` hands over those that are complete."""

    def __init__(self, shared: list[str]) -> None:
        self.shared = shared
        self._rows: list[Line] = []
        self._row = self._column = 0
        self._cells: dict[int, str] = {}
        self._kind = ""
        self._pieces: list[str] = []
        self._in_value = False

    def take(self) -> list[Line]:
        """Return the rows that are complete and forget them."""
        rows, self._rows = self._rows, []
        return rows

    def listen(self, parser: XMLParserType) -> None:
        """Take the parser's events."""
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = local(name)
        if name == "c":
            self._start_cell(attributes)
        elif name in ("v", "t"):
            self._in_value = True
        elif name == "row":
            self._row = _positive(attributes.get("r")) or self._row + 1
            self._column, self._cells = -1, {}

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self._column = _column_of(attributes.get("r", "")) if attributes.get("r") else self._column + 1
        self._kind, self._pieces = attributes.get("t", "n"), []

    def _end(self, name: str) -> None:
        name = local(name)
        if name in ("v", "t"):
            self._in_value = False
        elif name == "c":
            self._end_cell()
        elif name == "row" and self._cells:
            width = max(self._cells) + 1
            self._rows.append((self._row, [self._cells.get(at, "") for at in range(width)]))

    def _end_cell(self) -> None:
        text = "".join(self._pieces)[:MAX_CELL]
        if text and 0 <= self._column < MAX_COLUMNS:
            self._cells[self._column] = self._value(text)

    def _value(self, text: str) -> str:
        """Return a cell's value as text: whole numbers without the .0 that floats carry."""
        if self._kind == "s":
            return self._shared_text(text)
        if self._kind == "b":
            return _TRUTH.get(text, text)
        if self._kind == "n":
            return number_text(text)
        return text

    def _shared_text(self, index: str) -> str:
        try:
            return self.shared[int(index)]
        except (ValueError, IndexError):
            raise ImportFileError(f"Row {self._row} refers to a text that the workbook does not hold.") from None

    def _characters(self, text: str) -> None:
        if self._in_value:
            self._pieces.append(text)


def number_text(text: str) -> str:
    """Return a numeric cell as people would type it.

    Excel keeps 15 digits and no phone number has more, so a whole number is exact however it is written.
    """
    whole = _WHOLE.match(text)
    if whole:
        return whole[1]
    try:
        value = float(text)
    except ValueError:
        return text
    return str(int(value)) if value.is_integer() and abs(value) < 10**15 else text


def _positive(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 8 else 0


def _column_of(reference: str) -> int:
    """Return the place of a cell such as C7: 2."""
    letters = _LETTERS.match(reference)
    place = 0
    for letter in letters[0] if letters else "":
        place = place * 26 + ord(letter) - 64
    return place - 1
