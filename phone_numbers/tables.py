"""The table of the Number Reputation list: which columns there are, and the prepared cells of a row (R29-R40).

The table declares columns, headers and order; one template renders a record from a `NumberRow`, whose texts are ready.
A template per cell would take several times as long as the database does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import TypedDict

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import get_text_list

from accounts.products import Product
from common.templatetags.formats import distance, exact, national
from phone_numbers import states
from phone_numbers.models import NumberStatus, PhoneNumber, Source
from phone_numbers.models.inventory import EPOCH
from phone_numbers.templatetags.reputation import band_word, capability_word, status_word

METRICS = tuple(states.Metric.values)
NOT_LICENSED = SafeString(
    '<span class="text-secondary" title="Scores need the Enterprise Spam Registration license">License needed</span>'
)
_PRODUCT_WORDS = {value: escape(label) for value, label in Product.choices}
_RATING_WORDS = dict(states.Rating.choices)
_REGISTRATION_WORDS = {value: escape(label) for value, label in states.Registration.choices}
_SERVICE_WORDS = {
    bits: tuple(escape(service.label) for service in states.Service if bits & service)
    for bits in range(states.Service.REGISTRATION + states.Service.MONITORING + 1)
}


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


class NumberRow(TypedDict):
    """One record, ready to be written down.

    A dict, since templates ask for an item before an attribute. Plain texts are escaped by the template; what cannot
    hold markup (keys, digits, times, our own words) comes marked as safe and is not.
    """

    uuid: SafeString
    href: SafeString
    e164: SafeString
    national: SafeString
    label: str
    area: str
    services: tuple[SafeString, ...]
    status: SafeString
    flags: SafeString
    tag_title: str
    registration: SafeString
    overall: SafeString
    metrics: tuple[SafeString, ...]
    product: SafeString
    capability: SafeString
    reason: str
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
        self.base = reverse("numbers:list")

    def rows(self, numbers: Iterable[PhoneNumber]) -> list[NumberRow]:
        """Return the prepared rows."""
        return [self.row(number) for number in numbers]

    def row(self, number: PhoneNumber) -> NumberRow:
        """Return one prepared row."""
        status = number.status
        updated = status.last_updated
        return NumberRow(
            uuid=SafeString(number.uuid),
            href=SafeString(f"{self.base}{number.uuid}/"),
            e164=SafeString(number.e164),
            national=SafeString(national(number.e164)),
            label=number.label,
            area=number.area,
            services=_SERVICE_WORDS[status.services],
            status=status_word(status.status),
            flags=self._flags(status),
            tag_title=f"Tagged as spam since {exact(status.tag_since)}" if status.tag_since else "",
            registration=_REGISTRATION_WORDS[status.registration],
            overall=self._band(status.overall),
            metrics=tuple(self._band(getattr(status, metric)) for metric in self.metrics),
            product=_PRODUCT_WORDS[status.product],
            capability=capability_word(status.capability),
            reason=status.capability_reason,
            updated=SafeString(distance(updated, now=self.now) if updated > EPOCH else ""),
            updated_exact=SafeString(exact(updated)),
            updated_iso=SafeString(updated.isoformat(timespec="seconds")),
        )

    def _band(self, score: int) -> SafeString:
        return band_word(score) if self.with_scores else NOT_LICENSED

    def _flags(self, status: NumberStatus) -> SafeString:
        """Return the marks of the sources that flag the number, with who and since when for eyes and ears."""
        flagging = [self.sources[pk] for pk in status.flagged_by if pk in self.sources]
        if not flagging:
            return SafeString("")
        return format_html(
            '<span class="flags" title="{words}, {rating} since {since}">{marks}'
            '<span class="visually-hidden">{words}</span></span>',
            words=f"Flagged by {get_text_list([source.name for source in flagging], 'and')}",
            rating=_RATING_WORDS[status.rating],
            since=exact(status.rating_since),
            marks=self._marks(flagging, status.rating),
        )

    def _marks(self, flagging: list[Source], rating: int) -> SafeString:
        css = "is-spam" if rating == states.Rating.SPAM else "is-mixed"
        return format_html_join(
            "",
            '<span class="tint mark-code {}" aria-hidden="true">{}</span>',
            ((css, source.mark) for source in flagging),
        )
