"""What the panel draws by itself: trend lines as SVG, the icon and color of an event."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from common.templatetags.formats import distance
from phone_numbers.models import Reading
from phone_numbers.selectors.metrics import TREND_DAYS, MetricLine, score_cell
from phone_numbers.states import NO_SCORE, EventKind, Metric

register = template.Library()

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ICONS = {
    EventKind.ADDED: "plus",
    EventKind.EDITED: "edit",
    EventKind.RATING: "gauge",
    EventKind.TAG: "flag",
    EventKind.REGISTRATION: "certificate",
    EventKind.CAPABILITY: "shield-check",
    EventKind.REMEDIATION: "refresh",
}
_COLORS = {
    "spam": "is-spam",
    "tagged": "is-spam",
    "rejected": "is-spam",
    "failed": "is-spam",
    "mixed": "is-mixed",
    "no_longer_eligible": "is-mixed",
    "unsuccessful": "is-spam",
    "parked": "is-mixed",
    "healthy": "is-healthy",
    "cleared": "is-healthy",
    "registered": "is-healthy",
    "on": "is-healthy",
    "in_progress": "is-progress",
    "verifying": "is-progress",
    "open": "is-progress",
    "submitted": "is-progress",
    "in_review": "is-progress",
}


@register.filter
def event_icon(kind: EventKind) -> str:
    """Return the name of an event's icon."""
    return _ICONS[kind]


@register.filter
def outcome_class(outcome: str) -> str:
    """Return the color class of what an event led to."""
    return _COLORS.get(outcome, "is-none")


@register.simple_tag
def age(moment: datetime) -> str:
    """Return how old something is, such as `5 h` or `2 days`, short for a column of ages."""
    span = timezone.now() - moment
    if span >= timedelta(days=30):
        return f"{span.days} days"
    return distance(moment, now=timezone.now()).removesuffix(" ago")


@register.filter
def microseconds(moment: datetime) -> int:
    """Return a moment as microseconds since 1970, exact, for the address of a reading."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


@register.filter
def scores_of(reading: Reading) -> list[tuple[str, str]]:
    """Return the names and scores of a reading's metrics; none when it carries no score."""
    scores = [(metric.label, getattr(reading, metric.value)) for metric in Metric]
    known = any(score != NO_SCORE for _, score in scores)
    return [(name, score_cell(score)) for name, score in scores] if known else []


@register.simple_tag
def trend_line(line: MetricLine) -> SafeString:
    """Draw the last 30 days of a metric; nothing below two points. The same is said in words beside it."""
    if len(line.trend) < 2:
        return SafeString("")
    return format_html(
        '<svg class="trend is-{}" viewBox="0 0 100 24" preserveAspectRatio="none" aria-hidden="true">'
        '<polyline points="{}"/></svg>',
        line.band.value.replace("_", "-"),
        _points(line.trend),
    )


def _points(trend: Sequence[tuple[int, int]]) -> str:
    """Return the points in a box of 100 x 24: today at the right, 100 points at the top."""
    return " ".join(f"{100 - age * 100 / TREND_DAYS:.1f},{23 - score * 22 / 100:.1f}" for age, score in trend)
