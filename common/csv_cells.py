"""Cells of a CSV, formatted by the database: formatting a million rows in Python would take a minute.

An empty cell is NULL, which COPY writes as nothing; an empty text would come out as `""`. The two templates are plain
SQL, so that statements written by hand say the same as querysets.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Case, Expression, F, Func, Q, TextField, Value, When

# A spreadsheet runs a cell as a formula by its first character; full-width forms count in some locales, and blanks or
# control characters in front are skipped by some (ASVS 5.0, 1.2.10). Written for PostgreSQL's regular expressions.
_STARTS = "=+@\uff0b\uff0d\uff1d\uff20-"
_SKIPPED = r"[:space:][:cntrl:]\u00a0\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff"
_RUNS_AS_FORMULA = rf"^([\t\r]|[{_SKIPPED}]*[{_STARTS}])"

# Nearly every text is empty or begins with a letter or a digit: one look at its first character settles it, at a third
# of the regular expression's cost.
SAFE_TEXT = (
    "CASE WHEN ascii({0}) BETWEEN 65 AND 126 OR ascii({0}) BETWEEN 48 AND 57 THEN {0} WHEN {0} = '' THEN NULL "
    "WHEN {0} ~ '" + _RUNS_AS_FORMULA + "' THEN '''' || {0} ELSE {0} END"
)
# Half the cost of to_char. The driver keeps DateStyle at ISO.
ISO_TIME = (
    "CASE WHEN {0} > 'epoch' THEN overlay(left(({0} AT TIME ZONE 'UTC')::text, 19) placing 'T' from 11) || 'Z' END"
)


class SafeText(Func):
    """Free text of a column, with an apostrophe in front where a spreadsheet would run it as a formula."""

    template = SAFE_TEXT.format("%(expressions)s")

    def __init__(self, column: str) -> None:
        super().__init__(F(column), output_field=TextField())


class IsoTime(Func):
    """A moment as UTC ISO 8601 to the second, `2026-11-14T09:12:00Z`; the epoch stands for "not yet" and is empty."""

    template = ISO_TIME.format("%(expressions)s")

    def __init__(self, column: str) -> None:
        super().__init__(F(column), output_field=TextField())


def word(column: str, by_value: Mapping[Any, str]) -> Expression:
    """Return the word that stands for a column's value; a value without one gives an empty cell."""
    whens = [When(**{column: value}, then=Value(text)) for value, text in by_value.items()]
    return Case(*whens, output_field=TextField())


def joined(parts: Iterable[tuple[Q, str]], *, separator: str) -> Expression:
    """Return the words whose condition holds, joined."""
    words = [Case(When(condition, then=Value(text))) for condition, text in parts]
    if not words:  # the database knows no concat_ws of a separator alone
        return empty()
    return Func(Value(separator), *words, function="concat_ws", output_field=TextField())


def empty() -> Expression:
    """Return an empty cell."""
    return Value(None, output_field=TextField())
