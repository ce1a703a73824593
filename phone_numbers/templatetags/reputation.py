"""The words of a number's state with their colors: every color comes with its word (design: never color alone).

The pieces are built once, since a list shows hundreds of them.
"""

from __future__ import annotations

from django import template
from django.conf import settings
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from phone_numbers import states

register = template.Library()

STATUS_CLASS = {
    states.ReputationStatus.NO_DATA: "is-none",
    states.ReputationStatus.HEALTHY: "is-healthy",
    states.ReputationStatus.IN_PROGRESS: "is-progress",
    states.ReputationStatus.MIXED: "is-mixed",
    states.ReputationStatus.SPAM: "is-spam",
}
RATING_CLASS = {
    states.Rating.UNKNOWN: "is-none",
    states.Rating.HEALTHY: "is-healthy",
    states.Rating.MIXED: "is-mixed",
    states.Rating.SPAM: "is-spam",
}
CAPABILITY_CLASS = {
    states.Capability.OFF: "is-none",
    states.Capability.VERIFYING: "is-progress",
    states.Capability.ON: "is-healthy",
    states.Capability.FAILED: "is-spam",
    states.Capability.NO_LONGER_ELIGIBLE: "is-mixed",
}
REGISTRATION_CLASS = {
    states.Registration.NOT_REGISTERED: "is-none",
    states.Registration.IN_PROGRESS: "is-progress",
    states.Registration.REGISTERED: "is-healthy",
    states.Registration.REJECTED: "is-spam",
}

_STATUS = {
    status.value: format_html(
        '<span class="status {0}"><span class="status-dot {0}"></span>{1}</span>', css, status.label
    )
    for status, css in STATUS_CLASS.items()
}
_RATING = {
    rating.value: format_html(
        '<span class="status {0}"><span class="status-dot {0}"></span>{1}</span>', css, rating.label
    )
    for rating, css in RATING_CLASS.items()
}
_CAPABILITY = {
    capability.value: format_html('<span class="tint {}">{}</span>', css, capability.label)
    for capability, css in CAPABILITY_CLASS.items()
}
_REGISTRATION = {
    registration.value: format_html('<span class="tint {}">{}</span>', css, registration.label)
    for registration, css in REGISTRATION_CLASS.items()
}
_BAND = {
    band.value: format_html('<span class="band {}">{}</span>', f"is-{band.value.replace('_', '-')}", band.label)
    for band in states.Band
}


@register.filter
def status_word(status: int) -> SafeString:
    """Return the dot and the word of a reputation status (R43, D5)."""
    return _STATUS[status]


@register.filter
def rating_word(rating: int) -> SafeString:
    """Return the dot and the word of a spam rating (D19)."""
    return _RATING[rating]


@register.filter
def status_class(status: int) -> str:
    """Return the color class of a reputation status, such as `is-spam`."""
    return STATUS_CLASS[states.ReputationStatus(status)]


@register.filter
def rating_class(rating: int) -> str:
    """Return the color class of a spam rating, such as `is-spam`."""
    return RATING_CLASS[states.Rating(rating)]


@register.filter
def capability_word(capability: int) -> SafeString:
    """Return the tinted word of the monitoring state (D7)."""
    return _CAPABILITY[capability]


@register.filter
def registration_word(registration: int) -> SafeString:
    """Return the tinted word of the registration state (D5)."""
    return _REGISTRATION[registration]


@register.filter
def band_word(score: int) -> SafeString:
    """Return the colored word for a score of 0-100, `Not enough data` for none (D9)."""
    return _BAND[states.band(score).value]


@register.simple_tag
def gauge(score: int, label: str = "") -> SafeString:
    """Draw a score of 0-100 as a bar of the four bands with a needle; an empty bar for NO_SCORE.

    SVG attributes carry the widths, since the content security policy allows no inline style.
    """
    good, normal, poor = settings.METRIC_BANDS
    if score == states.NO_SCORE:
        return format_html(
            '<svg class="gauge is-empty" viewBox="0 0 100 12" preserveAspectRatio="none" role="img" '
            'aria-label="{}"><rect y="3.5" width="100" height="5" rx="1"/></svg>',
            f"{label} {states.Band.UNKNOWN.label}".strip(),
        )
    bands = ((0, poor, "very-poor"), (poor, normal, "poor"), (normal, good, "normal"), (good, 100, "good"))
    return format_html(
        '<svg class="gauge" viewBox="0 0 100 12" preserveAspectRatio="none" role="img" aria-label="{}">{}'
        '<rect class="g-needle" x="{}" width="1.8" height="12" rx=".6"/></svg>',
        f"{label} {states.band(score).label}, {score} of 100".strip(),
        format_html_join(
            "",
            '<rect class="g-{}" x="{}" y="3.5" width="{}" height="5"/>',
            ((css, left, right - left) for left, right, css in bands),
        ),
        min(max(score - 0.9, 0), 98.2),
    )


@register.simple_tag
def share_bar(percent: float, css: str = "is-spam") -> SafeString:
    """Draw a share of 0-100 percent as a thin bar; the number stands beside it in words."""
    return format_html(
        '<svg class="share-bar {}" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect width="{}" height="8"/></svg>',
        css,
        f"{min(max(percent, 0.0), 100.0):.2f}",
    )
