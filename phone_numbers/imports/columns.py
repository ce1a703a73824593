"""Which column of a file holds what, by the names that people give them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from phone_numbers.imports.errors import ImportFileError


class Column(StrEnum):
    """The columns that an import understands; the value is the name told to people."""

    NUMBER = "Number"
    LABEL = "Label"
    PRODUCT = "Product"
    SOURCE = "Source"
    CAMPAIGN = "Campaign"


_SYNONYMS = {
    Column.NUMBER: (
        "number numbers phone phones phonenumber phonenumbers phoneno phonenum telephone telephonenumber tel telno "
        "callerid callerids calleridnumber cid cli ani did dids didnumber ddi tn tns e164 e164number msisdn mobile "
        "line dialernumber outboundnumber"
    ),
    Column.LABEL: "label labels name numbername displayname description alias friendlyname nickname",
    Column.PRODUCT: "product products productname assignedto",
    Column.SOURCE: "source origin numbersource type numbertype carriertype",
    Column.CAMPAIGN: "campaign campaigns campaignname campaignnames dialercampaign outboundcampaign pool",
}
_COLUMN_OF = {name: column for column, names in _SYNONYMS.items() for name in names.split()}
_TELLING_ENDS = ("phone", "telephone", "phonenumber", "callerid")
_NOT_A_LETTER = re.compile(r"[^a-z0-9]+")
_DIGIT = re.compile(r"\d")
KNOWN = "Number, Label, Product, Source, Campaign"


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each known column is, the width of the header, and the names that mean nothing to an import."""

    place: dict[Column, int]
    width: int
    unused: tuple[str, ...]
    has_header: bool


def column_named(name: str) -> Column | None:
    """Return the column that a header means, however it is written, or None."""
    return _COLUMN_OF.get(_folded(name))


def _folded(name: str) -> str:
    return _NOT_A_LETTER.sub("", name.casefold())


def known_columns_in(cells: Sequence[str]) -> int:
    """Return how many cells of a first line name a known column."""
    return sum(column_named(cell) is not None for cell in cells)


def find_columns(cells: Sequence[str]) -> Columns:
    """Read the first line of a file; raise ImportFileError when it does not say which column holds the numbers.

    A single column of numbers without a header is understood.
    """
    names = _without_empty_end(cells)
    if len(names) == 1 and not known_columns_in(names) and _looks_like_a_number(names[0]):
        return Columns({Column.NUMBER: 0}, 1, (), has_header=False)
    _refuse_twice(names)
    place = {column: at for at, name in enumerate(names) if (column := column_named(name))}
    if Column.NUMBER not in place:
        place[Column.NUMBER] = _telling_place(names)
    unused = tuple(
        name.strip()
        for at, name in enumerate(names)
        if name.strip() and column_named(name) is None and at not in place.values()
    )
    return Columns(place, len(names), unused, has_header=True)


def _telling_place(names: Sequence[str]) -> int:
    """Return the place of the only name that ends like a column of numbers, such as `Company_Phone_Number`."""
    telling = [at for at, name in enumerate(names) if _folded(name).endswith(_TELLING_ENDS)]
    if len(telling) != 1:
        raise ImportFileError(_no_number_column(names))
    return telling[0]


def _without_empty_end(cells: Sequence[str]) -> list[str]:
    names = list(cells)
    while names and not names[-1].strip():
        names.pop()
    return names


def _looks_like_a_number(cell: str) -> bool:
    return len(_DIGIT.findall(cell)) >= 7


def _refuse_twice(names: Sequence[str]) -> None:
    """Refuse a header in which two names mean the same column."""
    for column in Column:
        meant = [name.strip() for name in names if column_named(name) is column]
        if len(meant) > 1:
            quoted = " and ".join(f"“{name}”" for name in meant)
            raise ImportFileError(
                f"The header has {column.value} {len(meant)} times: {quoted}. "
                "Keep one of them and upload the file again."
            )


def _no_number_column(names: Sequence[str]) -> str:
    found = ", ".join(f"“{name.strip()[:40]}”" for name in names[:10] if name.strip()) or "nothing"
    return (
        f"The first line must name the columns, and one of them must be Number. It holds {found}. "
        f"Known columns: {KNOWN}."
    )
