"""The table of the Number Reputation list: which columns there are, and the prepared cells of a row (R29-R40).

The table declares columns, headers and order; one compiled template renders the records from `NumberRow`s, whose texts
are ready. A template per cell would take several times as long as the database does.
"""

from __future__ import annotations

import html
from collections.abc import Collection, Iterable
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

import django_tables2 as tables
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import get_text_list

from accounts.products import Product
from common.templatetags.formats import distance, exact, national
from phone_numbers import states
from phone_numbers.models import Source
from phone_numbers.models.inventory import EPOCH
from phone_numbers.templatetags.reputation import band_word, capability_word, status_word

METRICS = tuple(states.Metric.values)
NOT_LICENSED = SafeString(
    '<span class="text-secondary" title="Scores need the Enterprise Spam Registration license">License needed</span>'
)
_NOTHING = SafeString("")
_PRODUCT_WORDS = {value: escape(label) for value, label in Product.choices}
_RATING_WORDS = {value: escape(label) for value, label in states.Rating.choices}
_REGISTRATION_WORDS = {value: escape(label) for value, label in states.Registration.choices}
_SERVICE_WORDS = {
    bits: tuple(escape(service.label) for service in states.Service if bits & service)
    for bits in range(states.Service.REGISTRATION + states.Service.MONITORING + 1)
}


def _escaped(text: str) -> SafeString:
    """Return the text as HTML; Django's own `escape` looks for lazy translations first, which takes longer."""
    return SafeString(html.escape(text)) if text else _NOTHING


class NumberTable(tables.Table):  # type: ignore[misc]
    """Columns of the list; the names of sortable ones are values of `sort`."""

    check = tables.Column("Select")
    number = tables.Column("Number")
    label = tables.Column("Label")
    area = tables.Column("Area")
    service = tables.Column("Service")
    status = tables.Column("Reputation status")
    overall = tables.Column("Overall")
    maturity = tables.Column(states.Metric.MATURITY.label)
    connection = tables.Column(states.Metric.CONNECTION.label)
    engagement = tables.Column(states.Metric.ENGAGEMENT.label)
    sentiment = tables.Column(states.Metric.SENTIMENT.label)
    product = tables.Column("Product")
    capability = tables.Column("Capability")
    last_updated = tables.Column("Last updated")

    class Meta:
        orderable = False

    def __init__(self, rows: list[NumberRow], *, metrics: Collection[str]) -> None:
        super().__init__(rows, exclude=[metric for metric in METRICS if metric not in metrics])


class ColumnHead(NamedTuple):
    """A column of the table as its head needs it."""

    name: str
    header: str


class ListedNumbers(NamedTuple):
    """The prepared rows of a page and the table's columns."""

    rows: list[NumberRow]
    columns: tuple[ColumnHead, ...]


@cache
def columns_of(metrics: tuple[str, ...]) -> tuple[ColumnHead, ...]:
    """Return the columns with these metrics: made once, since a table copies all its columns for each page."""
    return tuple(ColumnHead(column.name, column.header) for column in NumberTable([], metrics=metrics).columns)


class NumberRow(NamedTuple):
    """One record, ready to be written down: every text is escaped here, so that the template writes them as they are.

    Keys, digits, times and our own words cannot hold markup; what people have typed goes through `escape`.
    """

    uuid: SafeString
    href: SafeString
    e164: SafeString
    national: SafeString
    label: SafeString
    area: SafeString
    services: tuple[SafeString, ...]
    status: SafeString
    flags: SafeString
    tag_title: SafeString
    registration: SafeString
    overall: SafeString
    metrics: tuple[SafeString, ...]
    product: SafeString
    capability: SafeString
    reason: SafeString
    updated: SafeString
    updated_exact: SafeString
    updated_iso: SafeString


class RowWriter:
    """Prepares the rows of one page; what repeats from row to row is made once."""

    def __init__(
        self, *, sources: Iterable[Source], metrics: Collection[str], with_scores: bool, now: datetime
    ) -> None:
        self.sources = {source.pk: source for source in sources}
        self.metrics = [metric for metric in METRICS if metric in metrics]
        self.with_scores = with_scores
        self.now = now
        self.zone = timezone.get_current_timezone()
        self.base = reverse("numbers:list")
        self._bands: dict[int, SafeString] = {}
        self._made: dict[tuple[tuple[int, ...], int], tuple[str, str]] = {}

    def rows(self, numbers: Iterable[Any]) -> list[NumberRow]:
        """Return the prepared rows of named rows with the list's columns."""
        return [self.row(number) for number in numbers]

    def row(self, number: Any) -> NumberRow:
        """Return one prepared row."""
        uuid, updated = str(number.uuid), number.status__last_updated
        return NumberRow(
            uuid=SafeString(uuid),
            href=SafeString(f"{self.base}{uuid}/"),
            e164=SafeString(number.e164),
            national=SafeString(national(number.e164)),
            label=_escaped(number.label),
            area=_escaped(number.area),
            services=_SERVICE_WORDS[number.status__services],
            status=status_word(number.status__status),
            flags=self._flags(number),
            tag_title=self._tag_title(number.status__tag_since),
            registration=_REGISTRATION_WORDS[number.status__registration],
            overall=self._band(number.status__overall),
            metrics=tuple(self._band(getattr(number, f"status__{metric}")) for metric in self.metrics),
            product=_PRODUCT_WORDS[number.status__product],
            capability=capability_word(number.status__capability),
            reason=_escaped(number.status__capability_reason),
            updated=SafeString(distance(updated, now=self.now) if updated > EPOCH else ""),
            updated_exact=SafeString(exact(updated, self.zone)),
            updated_iso=SafeString(updated.isoformat(timespec="seconds")),
        )

    def _band(self, score: int) -> SafeString:
        if score not in self._bands:
            self._bands[score] = band_word(score) if self.with_scores else NOT_LICENSED
        return self._bands[score]

    def _tag_title(self, since: datetime | None) -> SafeString:
        return SafeString(f"Tagged as spam since {exact(since, self.zone)}") if since else _NOTHING

    def _flags(self, number: Any) -> SafeString:
        """Return the marks of the sources that flag the number, with who and since when for eyes and ears."""
        if not number.status__flagged_by:
            return _NOTHING
        before, after = self._flagging(tuple(number.status__flagged_by), number.status__rating)
        return SafeString(f"{before}{exact(number.status__rating_since, self.zone)}{after}") if before else _NOTHING

    def _flagging(self, pks: tuple[int, ...], rating: int) -> tuple[str, str]:
        """Return what stands before and after the moment, made once for the same sources and rating."""
        found = self._made.get((pks, rating))
        if found is None:
            found = self._made[pks, rating] = self._marks(
                [self.sources[pk] for pk in pks if pk in self.sources], rating
            )
        return found

    def _marks(self, flagging: list[Source], rating: int) -> tuple[str, str]:
        if not flagging:
            return "", ""
        css = "is-spam" if rating == states.Rating.SPAM else "is-mixed"
        words = escape(f"Flagged by {get_text_list([source.name for source in flagging], 'and')}")
        marks = format_html_join(
            "",
            '<span class="tint mark-code {}" aria-hidden="true">{}</span>',
            ((css, source.mark) for source in flagging),
        )
        before = f'<span class="flags" title="{words}, {_RATING_WORDS[rating]} since '
        return before, f'">{marks}<span class="visually-hidden">{words}</span></span>'
