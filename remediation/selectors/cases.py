"""Reads of cases: the list, one case with all that belongs to it, and its clock in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from phone_numbers.models import PhoneNumber, Source
from remediation.models import Case, CaseEvent, ManualTask, SubmissionItem, SupportTicket
from remediation.states import Bucket

DEFAULT_SORT = "-opened"
# Names of the `sort` parameter. Each ends in a unique column that the index of its first column holds as well; only
# open cases are indexed by their limit.
SORTS = {"opened": ("opened_at", "id")}
SORTS_OF_OPEN = SORTS | {"limit": ("limit_at", "id")}


def listed_cases() -> QuerySet[Case]:
    """Return the cases of the open account with their numbers."""
    listed: QuerySet[Case] = Case.objects.select_related("number").defer("number__search_groups")
    return listed


def case_for(uuid: UUID) -> Case:
    """Return one case of the open account; another account's does not exist (Http404)."""
    found: Case | None = (
        Case.objects.select_related("account", "number__status", "submission", "owner", "previous")
        .defer("number__search_groups")
        .filter(uuid=uuid)
        .first()
    )
    if found is None:
        raise Http404("There is no such case.")
    return found


def open_case_of(number: PhoneNumber) -> Case | None:
    """Return the open case of a number, if it has one."""
    found: Case | None = Case.objects.select_related("submission").filter(number=number, closed_at=None).first()
    return found


def newest_case_of(number: PhoneNumber) -> Case | None:
    """Return the newest case of a number, open or not."""
    found: Case | None = (
        Case.objects.select_related("submission").filter(number=number).order_by("-opened_at", "-pk").first()
    )
    return found


def following_case(case: Case) -> Case | None:
    """Return the case that the label's return opened after this one."""
    found: Case | None = Case.objects.filter(previous=case).order_by("pk").first()
    return found


def timeline(case: Case) -> QuerySet[CaseEvent]:
    """Return what happened to a case, oldest first."""
    return CaseEvent.objects.filter(case=case).select_related("actor").order_by("at", "pk")


def requests_of(case: Case) -> QuerySet[SubmissionItem]:
    """Return what was sent for a case and what came back, newest first."""
    items = SubmissionItem.objects.filter(case=case).select_related("submission")
    return items.defer("submission__answer").order_by("-pk")


def billed_requests(case: Case) -> int:
    """Return how many requests the provider charges for this case's number; those refused up front are free."""
    return SubmissionItem.objects.filter(case=case, sent=True).exclude(bucket=Bucket.INELIGIBLE).count()


def tasks_of(case: Case) -> QuerySet[ManualTask]:
    """Return what a person has to file, or has filed, for a case."""
    return ManualTask.objects.filter(case=case).select_related("source", "filed_by").order_by("source_id", "pk")


def task_for(uuid: UUID) -> ManualTask:
    """Return one manual task of the open account; another account's does not exist (Http404)."""
    found = ManualTask.objects.select_related("case__account", "case__number", "source").filter(uuid=uuid).first()
    if found is None:
        raise Http404("There is no such task.")
    return found


def ticket_of(case: Case) -> SupportTicket | None:
    """Return the newest support ticket of a case."""
    found: SupportTicket | None = SupportTicket.objects.filter(case=case).order_by("-pk").first()
    return found


def carriers_of(cases: list[Case]) -> dict[int, str]:
    """Return the names of the sources that flagged these cases' numbers, by id: one query for a whole page."""
    ids = {source for case in cases for source in case.carriers}
    return dict(Source.objects.filter(pk__in=ids).values_list("pk", "name"))


@dataclass(frozen=True, slots=True)
class Clock:
    """How far a case is on its way from opening over the target to the limit."""

    elapsed: timedelta
    remaining: timedelta
    percent: int
    target_percent: int
    is_late: bool
    is_over: bool


class Timed(Protocol):
    """What a clock is read from: a case, or a row of the list."""

    @property
    def opened_at(self) -> datetime:
        """When it was opened."""

    @property
    def target_at(self) -> datetime:
        """When it should be done."""

    @property
    def limit_at(self) -> datetime:
        """When it is given up."""

    @property
    def closed_at(self) -> datetime | None:
        """When it ended."""


def clock_of(case: Timed, *, now: datetime) -> Clock:
    """Return the clock of a case: it stands still when the case has ended. `percent` is of the time to the limit."""
    until = case.closed_at or now
    whole = case.limit_at - case.opened_at
    return Clock(
        elapsed=until - case.opened_at,
        remaining=max(case.limit_at - until, timedelta(0)),
        percent=min(round(100 * ((until - case.opened_at) / whole)), 100),
        target_percent=round(100 * ((case.target_at - case.opened_at) / whole)),
        is_late=until > case.target_at,
        is_over=case.closed_at is not None,
    )
