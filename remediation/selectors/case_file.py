"""Everything that belongs to one case, as its page shows it; and one case as a row of the list."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from enrollment.services.provider_access import names_provider, provider_name
from phone_numbers.models import SourceView
from phone_numbers.states import Capability
from remediation.models import Case, CaseEvent, ManualTask, Submission, SubmissionItem, SupportTicket
from remediation.selectors import cases
from remediation.selectors.cases import Clock
from remediation.states import Bucket, CaseState, ManualState, SubmissionState

BY_HAND = "By hand"
RAW_LIMIT = 20_000  # characters of a provider's answer that a page shows
RETRIED = (CaseState.PARKED, CaseState.COOLING_DOWN)
DISPUTABLE = (CaseState.SUBMITTED, CaseState.IN_REVIEW)
REOPENED = (CaseState.UNSUCCESSFUL, CaseState.NOT_FLAGGED, CaseState.CANCELLED)
TICKETED = (CaseState.UNSUCCESSFUL, CaseState.PARKED, CaseState.NOT_FLAGGED)
MONITORED = (Capability.ON, Capability.NO_LONGER_ELIGIBLE)


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case as the list shows it. `carriers` are the names of the sources that flagged it at opening."""

    case: Case
    clock: Clock
    carriers: list[str]
    provider: str


def row_of(case: Case, names: Mapping[int, str], *, now: datetime) -> CaseRow:
    """Return a case as a row; `names` are those of the sources by id."""
    carriers = [names[source] for source in case.carriers if source in names]
    return CaseRow(case, cases.clock_of(case, now=now), carriers, provider_of(case))


class Provided(Protocol):
    """What tells who has a case: a case, or a row of the list."""

    @property
    def provider(self) -> str:
        """The provider's key."""

    @property
    def state(self) -> str:
        """Where the case stands."""


def provider_of(case: Provided) -> str:
    """Return who has the case: the provider's name, "By hand", or '' while nobody does."""
    if case.provider:
        return provider_name(case.provider)
    return BY_HAND if case.state != CaseState.OPEN else ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a request at the provider; `at` None: not yet. `is_current` is what is waited for now."""

    label: str
    at: datetime | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class Request:
    """One request to the provider that held this case's number: what was sent and what came back.

    `raw` is the provider's answer as it was given, as text, cut at RAW_LIMIT; '' before there is one.
    """

    item: SubmissionItem
    submission: Submission
    provider: str
    steps: list[Step]
    result: str
    is_billed: bool
    raw: str


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case with its clock, the labels of today, its timeline, requests, tasks and neighbors."""

    clock: Clock
    provider: str
    carriers: list[str]
    labels: list[SourceView]
    timeline: list[CaseEvent]
    requests: list[Request]
    billed: int
    tasks: list[ManualTask]
    previous: Case | None
    following: Case | None
    ticket: SupportTicket | None
    can_retry: bool
    can_dispute: bool
    can_settle: bool
    can_reopen: bool
    can_open_ticket: bool

    @property
    def request_version(self) -> str:
        """Return a text that changes when a request at the provider goes on."""
        if not self.requests:
            return "0"
        newest = self.requests[0]
        done = sum(step.at is not None for step in newest.steps)
        return f"{len(self.requests)}.{done}.{newest.submission.failures}"

    @property
    def tasks_to_do(self) -> int:
        """Return how many tasks wait for a person."""
        return sum(task.state == ManualState.TODO for task in self.tasks)


def file_of(case: Case, *, now: datetime) -> CaseFile:
    """Return everything that belongs to a case: a dozen small queries."""
    following = cases.following_case(case)
    ticket = cases.ticket_of(case)
    return CaseFile(
        clock=cases.clock_of(case, now=now),
        provider=provider_of(case),
        carriers=sorted(cases.carriers_of([case]).values()),
        labels=_labels(case),
        timeline=list(cases.timeline(case)),
        requests=_requests(case),
        billed=cases.billed_requests(case),
        tasks=list(cases.tasks_of(case)),
        previous=case.previous,
        following=following,
        ticket=ticket,
        can_retry=case.state in RETRIED and names_provider(case.account),
        can_dispute=case.state in DISPUTABLE,
        can_settle=case.state == CaseState.DISPUTED,
        can_reopen=_can_reopen(case, following),
        can_open_ticket=case.state in TICKETED and (ticket is None or ticket.closed_at is not None),
    )


def _can_reopen(case: Case, following: Case | None) -> bool:
    """Tell whether another attempt makes sense: the label is there, monitored, and in no other case."""
    status = case.number.status
    goes_on = following is not None or cases.open_case_of(case.number) is not None
    return case.state in REOPENED and status.is_tagged and status.capability in MONITORED and not goes_on


def _labels(case: Case) -> list[SourceView]:
    flagging = SourceView.objects.filter(number=case.number_id, flagged=True)
    return list(flagging.select_related("source").order_by("source_id"))


def _requests(case: Case) -> list[Request]:
    items = list(cases.requests_of(case))
    answers = dict(Submission.objects.filter(pk__in=[item.submission_id for item in items]).values_list("pk", "answer"))
    return [_request(item, answers.get(item.submission_id)) for item in items]


def _request(item: SubmissionItem, answer: Any) -> Request:
    submission = item.submission
    return Request(
        item=item,
        submission=submission,
        provider=provider_name(submission.provider),
        steps=_steps(submission),
        result=Bucket(item.bucket).label if item.bucket in Bucket.values else item.bucket,
        is_billed=item.sent and item.bucket != Bucket.INELIGIBLE,
        raw=json.dumps(answer, indent=2)[:RAW_LIMIT] if answer else "",
    )


def _steps(submission: Submission) -> list[Step]:
    """Return how far a request is. A provider may skip its tiers: what lies before a finished step counts as done."""
    moments = [
        ("Accepted by the provider", submission.accepted_at),
        ("First networks done", submission.tier1_at),
        ("All networks done", submission.tier2_at),
        ("Results are in", submission.finished_at if submission.state == SubmissionState.COMPLETED else None),
    ]
    ended = submission.finished_at is not None
    first_open = next((place for place, (_, at) in enumerate(moments) if at is None), len(moments))
    return [Step(label, at, place == first_open and not ended) for place, (label, at) in enumerate(moments)]
