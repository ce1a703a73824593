"""Paging by row values: every page costs the same, however deep it is.

A page is asked for by the last row of the one before, `(column, key) > (value, key)`, which an index answers directly.
`OFFSET` reads everything before the page, and `a > x OR (a = x AND key > y)` cannot use the index at all. Row
comparison knows neither NULL nor mixed directions, so every sortable column is NOT NULL and all columns of a sort,
its unique last one included, follow one direction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from django.core import signing
from django.core.exceptions import ValidationError
from django.db.models import F, Model, QuerySet
from django.db.models.fields.tuple_lookups import TupleGreaterThan, TupleLessThan

M = TypeVar("M", bound=Model)

LAST_PAGE = "end"


@dataclass(frozen=True)
class Sort:
    """One way to order a list: `fields` are lookups of NOT NULL columns, the last one unique among the rows."""

    key: str
    fields: tuple[str, ...]
    descending: bool = False

    @property
    def parameter(self) -> str:
        """Return the value of `sort` in the URL, such as `-last_updated`."""
        return f"-{self.key}" if self.descending else self.key

    def reversed(self) -> Sort:
        """Return the same order read from its end."""
        return Sort(self.key, self.fields, not self.descending)

    def apply(self, queryset: QuerySet[M]) -> QuerySet[M]:
        """Return the queryset in this order."""
        sign = "-" if self.descending else ""
        return queryset.order_by(*(sign + field for field in self.fields))

    def beyond(self, queryset: QuerySet[M], values: tuple[Any, ...]) -> QuerySet[M]:
        """Return the rows that come after the one with these values, in this order."""
        if len(self.fields) == 1:
            return queryset.filter(**{f"{self.fields[0]}__{'lt' if self.descending else 'gt'}": values[0]})
        comparison = TupleLessThan if self.descending else TupleGreaterThan
        return queryset.filter(comparison(tuple(F(field) for field in self.fields), values))

    def values_of(self, row: Model) -> tuple[Any, ...]:
        """Return the row's values in the columns of this sort."""
        return tuple(_value(row, field) for field in self.fields)


def choose_sort(wanted: str | None, columns: Mapping[str, tuple[str, ...]], default: str) -> Sort:
    """Return the sort named by a `sort` parameter; an unknown name is the default."""
    name = wanted if wanted and wanted.removeprefix("-") in columns else default
    key = name.removeprefix("-")
    return Sort(key, columns[key], descending=name.startswith("-"))


@dataclass(frozen=True)
class Page(Generic[M]):
    """The rows of one page and the cursors of its neighbours; an empty cursor means that there is none."""

    rows: list[M]
    before: str
    after: str


class Rows(Protocol):
    """What a Pager reads beside querysets: rows that a statement of their own finds, with the lookups of `model`."""

    @property
    def model(self) -> type[Model]:
        """Return the model whose fields a cursor holds."""

    def take(self, sort: Sort, values: tuple[Any, ...] | None, limit: int) -> list[Any]:
        """Return up to `limit` rows in this order, after the row with these values; from the first one without."""


class Pager:
    """Cuts a queryset or other rows into pages. `owner` ties cursors to one tenant: a cursor of another is ignored."""

    def __init__(self, sort: Sort, *, size: int, owner: object) -> None:
        self.sort = sort
        self.size = size
        self._signer = signing.Signer(salt=f"common.keyset:{owner}")

    def page(self, rows: QuerySet[M] | Rows, *, after: str = "", before: str = "") -> Page[M]:
        """Return the page after or before a cursor; a cursor that is damaged or of another sort is ignored.

        `before=LAST_PAGE` is the last page. Costs one query of `size` + 1 rows.
        """
        if before == LAST_PAGE:
            return self._backward(rows, None)
        if (values := self._read(rows, before)) is not None:
            return self._backward(rows, values)
        return self._forward(rows, self._read(rows, after))

    def cursor(self, row: Model) -> str:
        """Return the cursor that stands at this row."""
        values = [str(value) for value in self.sort.values_of(row)]
        return self._signer.sign_object([self.sort.parameter, *values])

    def _read(self, rows: QuerySet[Any] | Rows, cursor: str) -> tuple[Any, ...] | None:
        if not cursor:
            return None
        try:
            parameter, *values = self._signer.unsign_object(cursor)
            fields = [_model_field(rows.model, name) for name in self.sort.fields]
            if parameter != self.sort.parameter:
                return None
            return tuple(field.to_python(value) for field, value in zip(fields, values, strict=True))
        except (signing.BadSignature, ValidationError, ValueError, TypeError):
            return None

    def _forward(self, rows: QuerySet[M] | Rows, values: tuple[Any, ...] | None) -> Page[M]:
        found, more = self._fetch(rows, self.sort, values)
        return self._links(found, before=values is not None, after=more)

    def _backward(self, rows: QuerySet[M] | Rows, values: tuple[Any, ...] | None) -> Page[M]:
        found, more = self._fetch(rows, self.sort.reversed(), values)
        return self._links(found[::-1], before=more, after=values is not None)

    def _fetch(self, rows: QuerySet[M] | Rows, sort: Sort, values: tuple[Any, ...] | None) -> tuple[list[M], bool]:
        limit = self.size + 1
        found = _taken(rows, sort, values, limit) if isinstance(rows, QuerySet) else rows.take(sort, values, limit)
        return found[: self.size], len(found) > self.size

    def _links(self, rows: list[M], *, before: bool, after: bool) -> Page[M]:
        return Page(
            rows=rows,
            before=self.cursor(rows[0]) if before and rows else "",
            after=self.cursor(rows[-1]) if after and rows else "",
        )


def _taken(queryset: QuerySet[M], sort: Sort, values: tuple[Any, ...] | None, limit: int) -> list[M]:
    start = queryset if values is None else sort.beyond(queryset, values)
    return list(sort.apply(start)[:limit])


def _value(row: Any, field: str) -> Any:
    """Return a value of a row: a named row bears it under the lookup, a model behind its relations."""
    if isinstance(row, tuple):
        return getattr(row, field)
    for name in field.split("__"):
        row = getattr(row, name)
    return row


def _model_field(model: Any, lookup: str) -> Any:
    *path, last = lookup.split("__")
    for name in path:
        model = model._meta.get_field(name).related_model
    return model._meta.pk if last == "pk" else model._meta.get_field(last)
