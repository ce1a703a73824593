"""How times and phone numbers read on a page: relative with exact on hover, national with E.164 on hover."""

from __future__ import annotations

from calendar import month_abbr
from datetime import datetime, timedelta, tzinfo
from functools import lru_cache

import phonenumbers
from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

_MONTHS = tuple(month_abbr)
_NEVER_BEFORE = 1990  # Columns that must not be NULL hold 1970 for "not yet".
_STEPS = ((timedelta(hours=1), 60, "min"), (timedelta(days=1), 3600, "h"), (timedelta(days=30), 86400, "day"))


@register.filter
@lru_cache(maxsize=4096)
def national(e164: str) -> str:
    """Return `(303) 555-0142` for `+13035550142`, and the international spelling of other countries' numbers.

    Country code 1 is sliced, not parsed: a list page spells hundreds of numbers.
    """
    if len(e164) == 12 and e164.startswith("+1"):
        return f"({e164[2:5]}) {e164[5:8]}-{e164[8:]}"
    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return e164
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


@register.filter
def phone(e164: str) -> SafeString:
    """Return the national spelling with E.164 on hover, on one line."""
    return format_html('<span class="phone" title="{}">{}</span>', e164, national(e164))


@register.filter
def exact(moment: datetime | None, zone: tzinfo | None = None) -> str:
    """Return `14 Nov 2026, 09:12 EST` in a zone, the person's unless told; empty when there is no moment.

    Whoever writes many moments asks for the person's zone once, since finding it takes longer than writing one.
    """
    if moment is None or moment.year < _NEVER_BEFORE:
        return ""
    local = moment.astimezone(zone or timezone.get_current_timezone())
    # By hand, since a list writes hundreds: `strftime` takes as long as the rest of a row.
    return f"{local.day} {_MONTHS[local.month]} {local.year}, {local.hour:02}:{local.minute:02} {local.tzname() or ''}"


@register.filter
def day(moment: datetime | None) -> str:
    """Return `14 Nov`, with the year when it is not the current one, in the person's zone."""
    if moment is None or moment.year < _NEVER_BEFORE:
        return ""
    local = timezone.localtime(moment)
    year = "" if local.year == timezone.localtime().year else f" {local.year}"
    return f"{local.day} {local:%b}{year}"


@register.filter
def span(length: timedelta | None) -> str:
    """Return a length of time in its two largest units, such as `1 day 6 h`, `5 h` or `12 min`; empty without one."""
    if length is None:
        return ""
    minutes = max(int(length.total_seconds() // 60), 0)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days} day{'' if days == 1 else 's'}" + (f" {hours} h" if hours else "")
    if hours:
        return f"{hours} h" + (f" {rest} min" if rest else "")
    return f"{minutes} min" if minutes else "under a minute"


@register.simple_tag
def ago(moment: datetime | None, never: str = "never") -> SafeString:
    """Return how long ago or how far ahead a moment is, in a `<time>` with the exact time on hover."""
    if moment is None or moment.year < _NEVER_BEFORE:
        return format_html('<span class="text-secondary">{}</span>', never)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        moment.isoformat(timespec="seconds"),
        exact(moment),
        distance(moment, now=timezone.now()),
    )


def distance(moment: datetime, *, now: datetime) -> str:
    """Return the distance in words: `just now`, `9 min ago`, `in 21 h`, `3 days ago`, or the day beyond 30 days."""
    span = abs(now - moment)
    if span < timedelta(minutes=1):
        return "just now" if moment <= now else "in a moment"
    for limit, seconds, unit in _STEPS:
        if span < limit:
            return _in_words(int(span.total_seconds() // seconds), unit, past=moment <= now)
    return day(moment)


def _in_words(count: int, unit: str, *, past: bool) -> str:
    words = f"{count} {unit}{'s' if unit == 'day' and count > 1 else ''}"
    return f"{words} ago" if past else f"in {words}"


@register.filter
def thousands(count: int | None) -> str:
    """Return `12,431` for 12431."""
    return "" if count is None else f"{count:,}"


@register.filter
def plural(count: int, words: str) -> str:
    """Return `1 number` or `12,431 numbers` for `{{ count|plural:"number,numbers" }}`."""
    one, many = words.split(",")
    return f"{count:,} {one if count == 1 else many}"


_UNITS = ((86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


@register.filter
def duration(seconds: int) -> str:
    """Return `5 seconds`, `15 minutes` or `6 hours`: the largest unit that divides evenly."""
    size, unit = next((size, unit) for size, unit in _UNITS if seconds % size == 0)
    count = seconds // size
    return unit if count == 1 else f"{count} {unit}s"
