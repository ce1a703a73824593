"""The home page: the figures that matter, how ratings went, what needs a person, how fresh the feeds are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date
from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView

from accounts.access import AccountPageMixin
from accounts.middleware import AccountRequest
from common.templatetags import formats
from enrollment.selectors import provider
from phone_numbers import states
from phone_numbers.models import Feed, ImportJob
from phone_numbers.selectors import home as selectors
from phone_numbers.templatetags.reputation import RATING_CLASS
from remediation.selectors import home as remediation
from reputation_portal.frame import address

# The parts that ask for attention stand on the base line, where a small part can be compared over the days.
CHART_ORDER = (states.Rating.SPAM, states.Rating.MIXED, states.Rating.UNKNOWN, states.Rating.HEALTHY)
FEEDS_SHOWN = 8
IMPORTS_SHOWN = 3


@dataclass(frozen=True)
class Task:
    """One line of "What needs a person": a sentence, where to go, and how urgent it is by its color."""

    icon: str
    css: str
    text: str
    href: str
    link: str
    subject: str = ""


@dataclass(frozen=True)
class NumberTask:
    """What a count of numbers means for a person, and the list's parameters that show them."""

    icon: str
    css: str
    words: str
    query: str


@dataclass(frozen=True)
class RepairTask:
    """What one of remediation's figures means for a person: its name there, in the singular and the plural, and where
    to go."""

    figure: str
    icon: str
    css: str
    one: str
    many: str
    page: str
    query: str = ""


REPAIR_TASKS = (
    RepairTask(
        "parked", "ticket", "is-mixed", "case needs a person", "cases need a person", "cases:list", "?state=parked"
    ),
    RepairTask(
        "unsuccessful",
        "circle-x",
        "is-spam",
        "repair was unsuccessful and is in no ticket",
        "repairs were unsuccessful and are in no ticket",
        "cases:list",
        "?state=unsuccessful",
    ),
    RepairTask("overdue", "clock", "is-mixed", "case is overdue", "cases are overdue", "cases:list", "?overdue=1"),
    RepairTask(
        "follow_ups",
        "send",
        "is-progress",
        "dispute that was filed by hand is to be followed up",
        "disputes that were filed by hand are to be followed up",
        "cases:list",
        "?follow_up=1",
    ),
    RepairTask(
        "answered",
        "message",
        "is-progress",
        "support ticket was answered",
        "support tickets were answered",
        "cases:tickets",
    ),
    RepairTask(
        "flagged_defaults",
        "flag",
        "is-spam",
        "default caller ID is flagged as spam",
        "default caller IDs are flagged as spam",
        "alerts:list",
    ),
    RepairTask(
        "thin_areas",
        "map-pin",
        "is-mixed",
        "area of a campaign has too few numbers left",
        "areas of campaigns have too few numbers left",
        "alerts:list",
    ),
)
FAILED = NumberTask("shield-x", "is-spam", "failed verification for monitoring", "capability=failed")
NO_LONGER_ELIGIBLE = NumberTask(
    "clock-pause", "is-mixed", "no longer eligible for monitoring", "capability=no_longer_eligible"
)
REJECTED = NumberTask("file-text", "is-mixed", "rejected at registration", "registration=rejected")
WITHOUT_DATA = NumberTask("circle-dashed", "is-none", "without data: no source has reported yet", "status=no_data")


@dataclass(frozen=True)
class ChartRow:
    """One day of the chart as a row of its table: the counts in CHART_ORDER."""

    day: date
    counts: list[int]


class HomeView(AccountPageMixin, TemplateView):
    """`GET /`: fifteen queries at any size of the account, none of them over all its numbers."""

    def dispatch(self, request: AccountRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        """Lead a reviewer who is in no account to what waits for them."""
        if request.user.is_authenticated and request.account is None and request.user.is_reviewer:
            return redirect("reviews:list")
        return super().dispatch(request, *args, **kwargs)

    def get_template_names(self) -> list[str]:
        """Return the first-steps page for an account without numbers."""
        return ["home.html" if self.totals.numbers else "home_empty.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the blocks of the page."""
        self.totals = selectors.totals()
        feeds = selectors.feed_freshness(now=timezone.now())
        context = super().get_context_data(**kwargs) | self._addresses() | {"totals": self.totals, "feeds": feeds}
        return context | (self._blocks(feeds) if self.totals.numbers else {})

    def _blocks(self, feeds: list[selectors.FeedFreshness]) -> dict[str, Any]:
        now = timezone.now()
        rows = _chart_rows(selectors.rating_days(today=now.astimezone(UTC).date(), current=self.totals))
        repairs = remediation.figures(now=now)
        return {
            "healthy": self.totals.rated(states.Rating.HEALTHY),
            "tagged_percent": 100 * repairs.tagged / self.totals.numbers,
            "chart": _chart(rows),
            "chart_rows": rows[::-1],
            "chart_series": [(rating.label, RATING_CLASS[rating]) for rating in CHART_ORDER],
            "shares_read": selectors.FLAGGED_READ,
            "shares": selectors.carrier_shares(self.totals),
            "repairs": repairs,
            "cases_href": address("cases:list"),
            "tasks": [
                *_ownership_tasks(),
                *_feed_tasks(feeds),
                *_repair_tasks(repairs),
                *_number_tasks(self.totals),
                *_import_tasks(),
            ],
            "feeds": feeds[:FEEDS_SHOWN],
            "feeds_hidden": max(len(feeds) - FEEDS_SHOWN, 0),
        }

    def _addresses(self) -> dict[str, str]:
        import_href = address("numbers:import") if self.membership.may_edit else ""
        return {
            "numbers_href": address("numbers:list"),
            "feeds_href": address("feeds:list"),
            "import_href": import_href,
        }


def _chart_rows(days: dict[date, dict[int, int]]) -> list[ChartRow]:
    return [ChartRow(day, [counts.get(rating, 0) for rating in CHART_ORDER]) for day, counts in days.items()]


def _chart(rows: list[ChartRow]) -> dict[str, Any]:
    """Return what `home.js` draws: the days in ISO 8601 and a series per rating."""
    series = [
        {"label": rating.label, "css": RATING_CLASS[rating], "counts": [row.counts[position] for row in rows]}
        for position, rating in enumerate(CHART_ORDER)
    ]
    return {"days": [row.day.isoformat() for row in rows], "series": series}


def _ownership_tasks() -> list[Task]:
    """A deadline that passes unseen costs the number, so this stands first (D27)."""
    asked = provider.unanswered_questions()
    if not asked.count:
        return []
    numbers = "1 number of another carrier is" if asked.count == 1 else f"{asked.count:,} numbers of other carriers are"
    by = f", the first by {formats.exact(asked.nearest)}" if asked.nearest else ""
    text = f"{numbers} to be confirmed as yours{by}."
    return [Task("help", "is-mixed", text, address("settings:provider"), "Confirm")]


def _feed_tasks(feeds: list[selectors.FeedFreshness]) -> list[Task]:
    return [
        Task("rss", one.health.css, one.health.sentence, _feed_href(one.feed), "Show", subject=f"Feed {one.feed.name}")
        for one in feeds
        if one.needs_a_person
    ]


def _feed_href(feed: Feed) -> str:
    return reverse("feeds:detail", args=[feed.uuid]) if address("feeds:list") else ""


def _repair_tasks(repairs: remediation.Figures) -> list[Task]:
    return [_repair_task(count, kind) for kind in REPAIR_TASKS if (count := getattr(repairs, kind.figure))]


def _repair_task(count: int, kind: RepairTask) -> Task:
    page = address(kind.page)
    text = f"{count:,} {kind.one if count == 1 else kind.many}."
    return Task(kind.icon, kind.css, text, f"{page}{kind.query}" if page else "", "Show")


def _number_tasks(totals: selectors.Totals) -> list[Task]:
    states_to_show = (
        (totals.capable(states.Capability.FAILED), FAILED),
        (totals.capable(states.Capability.NO_LONGER_ELIGIBLE), NO_LONGER_ELIGIBLE),
        (totals.registered(states.Registration.REJECTED), REJECTED),
        (totals.without_data, WITHOUT_DATA),
    )
    return [_number_task(count, kind) for count, kind in states_to_show if count]


def _number_task(count: int, kind: NumberTask) -> Task:
    numbers = address("numbers:list")
    text = f"{count:,} {'number' if count == 1 else 'numbers'} {kind.words}."
    return Task(kind.icon, kind.css, text, f"{numbers}?{kind.query}" if numbers else "", "Show")


def _import_tasks() -> list[Task]:
    jobs = selectors.imports_to_confirm()[:IMPORTS_SHOWN]
    return [
        Task("file-import", "is-progress", f"The import {job.filename} is checked and waits.", _job_href(job), "Review")
        for job in jobs
    ]


def _job_href(job: ImportJob) -> str:
    return reverse("numbers:import_job", args=[job.uuid]) if address("numbers:import") else ""
