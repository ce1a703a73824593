"""The panel of one number and its history (R44-R55): pages of their own, fragments for the panel over the list."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.generic import View

from common.keyset import Page
from phone_numbers import states
from phone_numbers.models import NumberEvent, PhoneNumber
from phone_numbers.selectors import history
from phone_numbers.selectors import panel as selectors
from phone_numbers.states import EventKind, Metric
from phone_numbers.views.hub import HubPageMixin

PANEL_EVENTS = 6
PAGE_EVENTS = 25
PAGE_READINGS = 25
TIMELINE = "timeline"
READINGS = "readings"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class NumberPageView(HubPageMixin, View):
    """A page of one number; a number of another account is as missing as one that never was."""

    http_method_names = ["get", "head", "options"]

    def number(self, uuid: UUID) -> PhoneNumber:
        """Return the number with its status, or raise 404."""
        number = selectors.number_of(self.account, uuid)
        if number is None:
            raise Http404("There is no such number in this account.")
        return number

    def panel_context(self, number: PhoneNumber, *, now: datetime) -> dict[str, Any]:
        """Return what the panel and the history page share."""
        panel = selectors.panel_of(self.account, number, now=now, zone=timezone.get_current_timezone())
        return {
            "number": number,
            "status": number.status,
            "panel": panel,
            "with_scores": self.with_scores,
            "features": self.features,
            "chart": chart_data(panel, with_scores=self.with_scores),
            "meaning": states.STATUS_MEANING[states.ReputationStatus(number.status.status)],
            "registration_reason": history.rejection_reason(number),
            "services": [service.label for service in states.Service if number.status.services & service],
        }


class NumberPanelView(NumberPageView):
    """`/numbers/<uuid>/`: everything known about a number. To htmx the inside of the panel, otherwise a page."""

    def get(self, request: HttpRequest, uuid: UUID) -> HttpResponse:
        """Show the panel."""
        number = self.number(uuid)
        context = self.panel_context(number, now=timezone.now())
        context |= timeline_context(history.event_page(number, [], size=PANEL_EVENTS), [])
        return render(request, "numbers/_panel.html" if request.htmx else "numbers/panel.html", context)  # type: ignore[attr-defined]


class NumberHistoryView(NumberPageView):
    """`/numbers/<uuid>/history/`: all events (`kind`, repeated) and all readings, each paged on its own."""

    def get(self, request: HttpRequest, uuid: UUID) -> HttpResponse:
        """Show the page, or to htmx the one list that it asks for."""
        number = self.number(uuid)
        target = request.htmx.target  # type: ignore[attr-defined]
        if target == TIMELINE:
            return render(request, "numbers/_timeline.html", self._events(number) | {"number": number})
        if target == READINGS:
            return render(request, "numbers/_readings.html", self._readings(number) | {"number": number})
        context = self.panel_context(number, now=timezone.now()) | self._events(number) | self._readings(number)
        return render(request, "numbers/history.html", context)

    def _events(self, number: PhoneNumber) -> dict[str, Any]:
        params = self.request.GET
        kinds = params.getlist("kind")
        unknown = [kind for kind in kinds if kind not in history.KINDS]
        if unknown:
            words = f"“{unknown[0][:40]}” is not a kind of event. Choose one of those above."
            return timeline_context(Page([], "", ""), []) | {"events_error": words}
        chosen = [history.KINDS[kind] for kind in kinds]
        page = history.event_page(
            number, chosen, size=PAGE_EVENTS, after=params.get("after", ""), before=params.get("before", "")
        )
        return timeline_context(page, chosen) | {"is_history": True}

    def _readings(self, number: PhoneNumber) -> dict[str, Any]:
        after, before = (self.request.GET.get(f"readings_{way}", "") for way in ("after", "before"))
        page = history.reading_page(number, size=PAGE_READINGS, after=after, before=before)
        return {"readings": page, "with_scores": self.with_scores}


class ReadingRawView(NumberPageView):
    """`/numbers/<uuid>/readings/<source>/<microseconds>/`: the raw answer of one reading (B1)."""

    def get(self, request: HttpRequest, uuid: UUID, source: str, moment: int) -> HttpResponse:
        """Show the answer as the provider gave it."""
        number = self.number(uuid)
        found = history.raw_answer(number, source=source, observed_at=_moment(moment))
        if found is None:
            raise Http404("There is no such reading.")
        reading, raw = found
        template = "numbers/_reading_raw.html" if request.htmx else "numbers/reading_raw.html"  # type: ignore[attr-defined]
        return render(request, template, {"number": number, "reading": reading, "raw": raw})


def timeline_context(page: Page[NumberEvent], chosen: list[EventKind]) -> dict[str, Any]:
    """Return one page of events in words, with the kinds to choose from."""
    return {
        "events": [history.event_line(event) for event in page.rows],
        "event_pages": page,
        "kinds": [(name, kind.label, kind in chosen) for name, kind in history.KINDS.items()],
        "chosen_kinds": chosen,
        "kind_query": "".join(f"kind={kind.name.lower()}&" for kind in chosen),
    }


def chart_data(panel: selectors.Panel, *, with_scores: bool) -> dict[str, Any]:
    """Return what the chart draws, times in milliseconds since 1970."""
    chart = panel.chart
    lines = {"overall": [day.overall for day in panel.days]} | {
        metric.value: [day.scores[metric.value] for day in panel.days] for metric in Metric
    }
    return {
        "start": _milliseconds(chart.start),
        "end": _milliseconds(chart.end),
        "times": [_milliseconds(day.at) for day in panel.days] if with_scores else [],
        "lines": {name: [None if score < 0 else score for score in line] for name, line in lines.items()}
        if with_scores
        else {},
        "spans": [[_milliseconds(span.start), _milliseconds(span.end), span.rating] for span in chart.spans],
        "events": [[_milliseconds(event.at), event.text, event.outcome] for event in chart.events],
    }


def _milliseconds(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(milliseconds=1)


def _moment(microseconds: int) -> datetime:
    try:
        return EPOCH + timedelta(microseconds=microseconds)
    except OverflowError as error:
        raise Http404("There is no such reading.") from error
