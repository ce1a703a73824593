"""What the home page and the frame show of remediation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from remediation.models import Case, ManualTask, SupportTicket
from remediation.selectors import counts, stats
from remediation.states import AlertKind, CaseState, ManualState, TicketState

RECENT = timedelta(days=60)
NONE = counts.OpenAlerts()


@dataclass(frozen=True, slots=True)
class Figures:
    """How many repairs are under way, how long one takes, and what of them needs a person.

    `tagged` is the count of the strip: numbers with an open alert (D22). `median` None: nothing was cleared yet.
    `parked` cases cannot go on by themselves; `overdue` ones passed their target; of `unsuccessful` ones the label is
    still there and nobody took it on; `follow_ups` are disputes filed by hand whose day has come; `answered` tickets
    wait to be read.
    """

    open_cases: int
    median: timedelta | None
    parked: int
    overdue: int
    unsuccessful: int
    follow_ups: int
    answered: int
    tagged: int
    flagged_defaults: int
    thin_areas: int
    failing_feeds: int


def figures(*, now: datetime) -> Figures:
    """Return the figures of the open account: six small queries."""
    opened, alerts = counts.open_cases(), counts.open_alerts(now=now)
    cleared = stats.time_to_clear(now=now)
    filed = Q(state=ManualState.FILED, follow_up_on__lte=now.date())
    return Figures(
        open_cases=opened.everything,
        median=cleared.median if cleared else None,
        parked=opened.parked,
        overdue=opened.overdue,
        unsuccessful=_unsuccessful(now),
        follow_ups=ManualTask.objects.filter(filed, case__closed_at=None).count(),
        answered=SupportTicket.objects.filter(state=TicketState.ANSWERED).count(),
        tagged=alerts.get(AlertKind.TAG, NONE).count,
        flagged_defaults=alerts.get(AlertKind.DEFAULT_FLAGGED, NONE).count,
        thin_areas=alerts.get(AlertKind.AREA_FLOOR, NONE).count,
        failing_feeds=alerts.get(AlertKind.FEED_FAILING, NONE).count,
    )


def _unsuccessful(now: datetime) -> int:
    """Return how many repairs of the last weeks ended at their limit, without a ticket or another attempt since."""
    given_up = Case.objects.filter(state=CaseState.UNSUCCESSFUL, opened_at__gte=now - RECENT)
    taken_on = Exists(SupportTicket.objects.filter(case=OuterRef("pk")))
    again = Exists(Case.objects.filter(number=OuterRef("number"), opened_at__gt=OuterRef("opened_at")))
    left: int = given_up.filter(~taken_on, ~again, number__status__tag_since__isnull=False).count()
    return left
