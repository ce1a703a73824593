"""The history of a number: its events, what they did to the rating over 90 days, and the readings behind them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from common.keyset import Page, Pager, Sort
from phone_numbers.models import NumberEvent, PhoneNumber, Reading
from phone_numbers.selectors.metrics import CHART_DAYS
from phone_numbers.states import Capability, EventKind, Rating, Registration

NEWEST_EVENTS = Sort("at", ("at", "id"), descending=True)
NEWEST_READINGS = Sort("observed_at", ("observed_at", "source_id", "ident"), descending=True)
CHART_EVENTS_LIMIT = 400
KINDS = {kind.name.lower(): kind for kind in EventKind}
_TAG_WORDS = {
    "tagged": "Tagged as spam",
    "cleared": "Spam tag cleared",
    "expired": "Spam tag expired",
}
_STATE_WORDS = {
    EventKind.RATING: {rating.name.lower(): rating.label for rating in Rating},
    EventKind.REGISTRATION: {state.name.lower(): state.label for state in Registration},
    EventKind.CAPABILITY: {state.name.lower(): state.label for state in Capability},
}


@dataclass(frozen=True, slots=True)
class EventLine:
    """One event in words. `outcome` is the word that the color follows, such as `spam` or `registered`."""

    at: datetime
    kind: EventKind
    text: str
    reason: str
    source: str
    actor: str
    outcome: str


def event_line(event: NumberEvent) -> EventLine:
    """Say an event in one sentence."""
    kind = EventKind(event.kind)
    return EventLine(
        at=event.at,
        kind=kind,
        text=_text(kind, event.from_value, event.to_value),
        reason=event.reason,
        source=event.source.name if event.source else "",
        actor=str(event.actor) if event.actor else "",
        outcome=event.to_value,
    )


def rejection_reason(number: PhoneNumber) -> str:
    """Return why the registration of a number was rejected, '' when it was not."""
    if number.status.registration != Registration.REJECTED:
        return ""
    events = NumberEvent.objects.filter(number=number, kind=EventKind.REGISTRATION).order_by("-at", "-pk")
    return events.values_list("reason", flat=True).first() or ""


def _text(kind: EventKind, old: str, new: str) -> str:
    if kind == EventKind.TAG:
        return _TAG_WORDS.get(new, f"Spam tag: {new}")
    if kind in _STATE_WORDS:
        words = _STATE_WORDS[kind]
        return (
            f"{kind.label}: {words.get(old, old)} → {words.get(new, new)}"
            if old
            else f"{kind.label}: {words.get(new, new)}"
        )
    if kind == EventKind.REMEDIATION:
        return f"{kind.label}: {new.replace('_', ' ')}"
    if kind == EventKind.ADDED:
        return "Added to the inventory"
    return f"Changed from “{old}” to “{new}”" if old else f"Set to “{new}”"


def event_page(
    number: PhoneNumber, kinds: Sequence[EventKind], *, size: int, after: str = "", before: str = ""
) -> Page[NumberEvent]:
    """Return one page of a number's events, newest first; no `kinds` means all. One query."""
    events = NumberEvent.objects.filter(number=number).select_related("source", "actor")
    if kinds:
        events = events.filter(kind__in=kinds)
    return Pager(NEWEST_EVENTS, size=size, owner=number.pk).page(events, after=after, before=before)


def reading_page(number: PhoneNumber, *, size: int, after: str = "", before: str = "") -> Page[Reading]:
    """Return one page of a number's readings, newest first, without their raw answers. One query."""
    readings = Reading.objects.filter(number=number).select_related("source").defer("raw")
    return Pager(NEWEST_READINGS, size=size, owner=number.pk).page(readings, after=after, before=before)


def raw_answer(number: PhoneNumber, *, source: str, observed_at: datetime) -> tuple[Reading, str] | None:
    """Return a reading and the provider's raw answer, None when there is no such reading.

    An answer equal to the one before it is not kept twice (B1): then the last one that was kept is meant, '' when the
    source sends none.
    """
    readings = Reading.objects.filter(number=number, source__key=source).select_related("source")
    reading = readings.filter(observed_at=observed_at).order_by("-ident").first()
    if reading is None:
        return None
    kept = readings.filter(observed_at__lte=observed_at, raw__isnull=False).order_by("-observed_at", "-ident")
    return reading, _pretty(kept.values_list("raw", flat=True).first() or "")


def _pretty(raw: str) -> str:
    try:
        return json.dumps(json.loads(raw), indent=2, ensure_ascii=False)
    except ValueError:
        return raw


@dataclass(frozen=True, slots=True)
class RatingSpan:
    """A stretch of time with one rating."""

    start: datetime
    end: datetime
    rating: Rating


@dataclass(frozen=True, slots=True)
class ChartHistory:
    """What the chart draws under the scores: spans of ratings, oldest first, and the other events upon them."""

    start: datetime
    end: datetime
    spans: list[RatingSpan]
    events: list[EventLine]


def chart_history(number: PhoneNumber, *, now: datetime) -> ChartHistory:
    """Return 90 days of ratings and events. One query; `number.status` must be loaded."""
    start = now - timedelta(days=CHART_DAYS)
    kinds = [EventKind.RATING, EventKind.TAG, EventKind.REGISTRATION, EventKind.CAPABILITY]
    newest = (
        NumberEvent.objects.filter(number=number, kind__in=kinds, at__gt=start, at__lte=now)
        .select_related("source", "actor")
        .order_by("-at", "-id")[:CHART_EVENTS_LIMIT]
    )
    events = list(newest)[::-1]
    turns = [event for event in events if event.kind == EventKind.RATING]
    marks = [event_line(event) for event in events if event.kind != EventKind.RATING]
    return ChartHistory(start, now, _spans(turns, Rating(number.status.rating), start=start, end=now), marks)


def _spans(turns: Sequence[NumberEvent], current: Rating, *, start: datetime, end: datetime) -> list[RatingSpan]:
    """Return the stretches between the changes; the last one has the current rating."""
    if not turns:
        return [RatingSpan(start, end, current)]
    starts = [start, *(turn.at for turn in turns)]
    ratings = [_rating(turns[0].from_value), *(_rating(turn.to_value) for turn in turns)]
    ends = [*starts[1:], end]
    return [RatingSpan(*span) for span in zip(starts, ends, ratings, strict=True) if span[0] < span[1]]


def _rating(word: str) -> Rating:
    return Rating.__members__.get(word.upper(), Rating.UNKNOWN)
