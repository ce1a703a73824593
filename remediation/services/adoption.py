"""Requests that the portal does not know of: an outcome that was lost, and numbers that are in a request already.

The provider lists requests without their numbers. One's own is known by the reference in its text. One that was made
elsewhere is adopted: its results are awaited, and a number that they do not hold is queued again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction

from enrollment.services.provider_access import RemediatorAccess
from providers.base import SubmissionReport
from providers.base import SubmissionState as Said
from providers.errors import NumbersRefused, ProviderError
from remediation.models import Case, Submission, SubmissionItem
from remediation.services import cases
from remediation.services import submission_leases as leases
from remediation.states import SubmissionState

log = structlog.get_logger(__name__)

Clock = Callable[[], datetime]

MARK = "Request reference: "
_MARKED = re.compile(MARK + "([0-9a-f]{32})")
LOOKED_BACK = timedelta(days=30)  # a request is not open for longer
TRIES = 6  # of a request that is refused for numbers in another one which the provider does not list
IN_ANOTHER = "The provider says that this number is in an open request already, and lists none. Try again later."
IN_FLIGHT = (SubmissionState.ACCEPTED, SubmissionState.IN_PROGRESS)
OPEN_THERE = (Said.PENDING, Said.IN_PROGRESS)


def marker(submission: Submission) -> str:
    """Return the line by which a request is found again in the provider's list."""
    return f"{MARK}{submission.uuid.hex}"


def reference_in(report: SubmissionReport) -> str:
    """Return the reference in a request's text; '' when it was made elsewhere."""
    found = _MARKED.search(report.call_purpose)
    return found[1] if found else ""


def own(submission: Submission, reports: Iterable[SubmissionReport]) -> SubmissionReport | None:
    """Return the report of this very request, known by the reference in its text."""
    return next((one for one in reports if reference_in(one) == submission.uuid.hex), None)


def settle_clash(submission: Submission, access: RemediatorAccess, error: NumbersRefused, clock: Clock) -> None:
    """Some numbers are in an open request already: wait for that one with them, and send the others.

    When the open request is this very one, whose acceptance was lost, nothing is sent any more.
    """
    try:
        listed = access.remediator.look_up(access.business, created_after=clock() - LOOKED_BACK)
    except ProviderError as trouble:
        leases.move(submission, "defer", now=clock(), **leases.failed(submission, trouble.message, now=clock()))
        return
    mine = own(submission, listed)
    if mine is not None:
        leases.move(submission, "lose", now=clock(), last_error=error.message, **leases.freed(clock()))
        return
    _follow(submission, error, listed, now=clock())


@transaction.atomic
def _follow(
    submission: Submission, error: NumbersRefused, listed: Sequence[SubmissionReport], *, now: datetime
) -> None:
    items = list(SubmissionItem.objects.filter(submission=submission).select_related("case"))
    clashing = [item for item in items if item.e164 in error.numbers] or items
    left = [item for item in clashing if not _join_ours(submission, item, now=now)]
    adopted = _adopt(submission, listed, now=now) if left else None
    if adopted is not None:
        for item in left:
            _join(item, adopted, now=now)
    elif left and submission.failures >= TRIES:
        _park(submission, left, now=now)
    elif left:
        leases.move(submission, "defer", now=now, **leases.failed(submission, error.message, now=now))
        return
    leases.move(submission, "defer", now=now, last_error=error.message, failures=0, **leases.freed(now))


def _join_ours(submission: Submission, item: SubmissionItem, *, now: datetime) -> bool:
    """Join a request of the portal's own that holds the number: an earlier case of it was cancelled meanwhile."""
    found = (
        SubmissionItem.objects.filter(e164=item.e164, sent=True, submission__state__in=IN_FLIGHT)
        .exclude(submission=submission)
        .select_related("submission")
        .order_by("-pk")
        .first()
    )
    if found is not None:
        _join(item, found.submission, now=now)
    return found is not None


def _join(item: SubmissionItem, request: Submission, *, now: datetime) -> None:
    """Let a case wait for a request that was made without it; it is not counted as sent, since it costs nothing."""
    item.delete()
    SubmissionItem.objects.get_or_create(
        submission=request,
        case=item.case,
        defaults={"account_id": item.account_id, "e164": item.e164},
    )
    Case.objects.filter(pk=item.case_id).update(submission=request)
    reason = "The number is in an open request already. Waiting for its result."
    cases.move_cases(request.account, [item.case_id], "submit", now=now, reason=reason, reference=request.reference)


def _adopt(submission: Submission, listed: Sequence[SubmissionReport], *, now: datetime) -> Submission | None:
    """Return the newest open request at the provider that was made elsewhere, as a row of ours; None: there is none.

    One that was looked at before in vain has ended by then, so each number gets to the end of the list.
    """
    opened = [report for report in listed if report.state in OPEN_THERE]
    marked = [reference for report in opened if (reference := reference_in(report))]
    ours = {uuid.hex for uuid in Submission.objects.filter(uuid__in=marked).values_list("uuid", flat=True)}
    for report in sorted(opened, key=lambda one: one.created_at, reverse=True):
        if reference_in(report) not in ours:
            return _adopted_row(submission, report, now=now)
    return None


def _adopted_row(submission: Submission, report: SubmissionReport, *, now: datetime) -> Submission:
    row: Submission
    row, made = Submission.objects.get_or_create(
        account=submission.account,
        provider=submission.provider,
        reference=report.reference,
        state__in=IN_FLIGHT,
        defaults={
            "business": submission.business,
            "adopted": True,
            "state": SubmissionState.ACCEPTED,
            "state_since": now,
            "call_purpose": report.call_purpose,
            "numbers": report.count,
            "created_at": report.created_at,
            "accepted_at": report.created_at,
            "due_at": now + settings.REMEDIATION_POLL,
        },
    )
    if made:
        log.info("request adopted", submission=row.pk)
    return row


def _park(submission: Submission, items: list[SubmissionItem], *, now: datetime) -> None:
    case_ids = [item.case_id for item in items]
    cases.move_cases(submission.account, case_ids, "park", now=now, reason=IN_ANOTHER, outcome="409")
    SubmissionItem.objects.filter(pk__in=[item.pk for item in items]).delete()
