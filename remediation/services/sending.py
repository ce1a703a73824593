"""Sending one request: say in the row that it is being sent, commit, call, record what the provider said."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet

from accounts.models import Account
from common.wakeup import wake_on_commit
from enrollment.selectors import profile
from enrollment.services.provider_access import RemediatorAccess
from providers.base import SubmissionReport
from providers.errors import Misconfigured, NumbersRefused, OutcomeUnknown, ProviderError, Refused, Temporary
from remediation.models import Case, ChangedAccount, Submission, SubmissionItem
from remediation.services import adoption, cases
from remediation.services import submission_leases as leases
from remediation.states import CaseState

log = structlog.get_logger(__name__)

Clock = Callable[[], datetime]

FIRST_LOOK = timedelta(seconds=5)  # after a call whose outcome is unknown
HELD_BACK = 300.0  # seconds at least, after an error that only a person can mend
PURPOSE_LIMIT = 1_800  # of the 2,000 characters, so that the reference always fits
NOTHING_LEFT = "Nothing was left to send: every case had ended before."
FOREIGN = "The provider does not hold this number for the business. Enable monitoring again to add it."
REFUSED = "The provider refused this number: "


def send(submission: Submission, access: RemediatorAccess, clock: Clock) -> None:
    """Send a queued request. Every way that a call can end leaves the row saying what to do next."""
    e164s = _prepare(submission, access, now=clock())
    if not e164s:
        return
    try:
        report = access.remediator.submit(
            access.business,
            e164s,
            call_purpose=submission.call_purpose,
            contact_email=profile.contact_email(submission.account),
        )
    except ProviderError as error:
        _record_failure(submission, access, error, clock)
        return
    record_accepted(submission, report, now=clock())


@transaction.atomic
def _prepare(submission: Submission, access: RemediatorAccess, *, now: datetime) -> list[str]:
    """Note that it is being sent; return the numbers. Those whose cases ended meanwhile are left out."""
    items = SubmissionItem.objects.filter(submission=submission)
    live = items.filter(case__submission=submission, case__state=CaseState.OPEN)
    e164s = list(
        live.order_by("case_id").values_list("e164", flat=True)[: access.remediator.max_numbers_per_submission]
    )
    _let_go(submission, items.exclude(e164__in=e164s), now=now)
    if not e164s:
        leases.move(submission, "fail", now=now, finished_at=now, last_error=NOTHING_LEFT, **leases.freed(None))
        return []
    submission.call_purpose = f"{purpose_of(submission.account)}\n\n{adoption.marker(submission)}"
    leases.move(
        submission,
        "send",
        now=now,
        sent_at=now,
        due_at=now,
        business=access.business,
        call_purpose=submission.call_purpose,
        numbers=len(e164s),
    )
    return e164s


def purpose_of(account: Account) -> str:
    """Return what the business's calls are for, as it said when it enrolled; a plain sentence when it did not."""
    said = profile.call_purpose(account)[:PURPOSE_LIMIT]
    return said or f"Outbound business calls of {account.name} to people who asked for them."


def _let_go(submission: Submission, items: Iterable[SubmissionItem], *, now: datetime) -> None:
    """Take numbers out of a request that was not sent; cases that are still open are queued again."""
    gone = list(items)
    if not gone:
        return
    SubmissionItem.objects.filter(pk__in=[item.pk for item in gone]).delete()
    release(submission, [item.case_id for item in gone])


def release(submission: Submission, case_ids: list[int]) -> None:
    """Let open cases leave this request, so that detection queues them again."""
    freed = Case.objects.filter(pk__in=case_ids, submission=submission, state=CaseState.OPEN).update(submission=None)
    if freed:
        note_change(submission)


def note_change(submission: Submission) -> None:
    """Have detection look at the account, so that cases which wait are queued."""
    ChangedAccount.objects.create(account=submission.account)
    wake_on_commit(cases.DETECT)


@transaction.atomic
def record_accepted(submission: Submission, report: SubmissionReport, *, now: datetime) -> None:
    """Record that the provider has it. The cases that are still open are submitted; others have ended meanwhile."""
    leases.move(
        submission,
        "accept",
        now=now,
        reference=report.reference,
        accepted_at=now,
        failures=0,
        last_error="",
        **leases.freed(now + settings.REMEDIATION_POLL),
    )
    items = SubmissionItem.objects.filter(submission=submission)
    items.update(sent=True)
    cases.move_cases(
        submission.account,
        list(items.values_list("case_id", flat=True)),
        "submit",
        now=now,
        reason="Submitted for re-evaluation",
        reference=report.reference,
        sent=1,
    )
    log.info("submission accepted", submission=submission.pk, numbers=submission.numbers)


def _record_failure(submission: Submission, access: RemediatorAccess, error: ProviderError, clock: Clock) -> None:
    now = clock()
    log.warning("submission failed", submission=submission.pk, error=type(error).__name__)
    if isinstance(error, NumbersRefused) and error.status == 409:
        adoption.settle_clash(submission, access, error, clock)
    elif isinstance(error, NumbersRefused) and error.numbers:
        _drop_numbers(submission, error, now=now)
    elif isinstance(error, OutcomeUnknown):
        leases.move(submission, "lose", now=now, last_error=error.message, **leases.freed(now + FIRST_LOOK))
    elif isinstance(error, Temporary | Misconfigured):
        _defer(submission, error, now=now)
    else:
        give_up(submission, error.message, now=now)


def _defer(submission: Submission, error: ProviderError, *, now: datetime) -> None:
    """Nothing was sent: try later. A key or terms that only a person can mend wait longer, and say so on the page."""
    wait = error.retry_after if isinstance(error, Temporary) else HELD_BACK
    leases.move(submission, "defer", now=now, **leases.failed(submission, error.message, now=now, retry_after=wait))


@transaction.atomic
def _drop_numbers(submission: Submission, error: Refused, *, now: datetime) -> None:
    """Park the numbers that the provider named, and send the others at once."""
    reasons = error.numbers if isinstance(error, NumbersRefused) else {}
    items = SubmissionItem.objects.filter(submission=submission, e164__in=list(reasons))
    by_reason: dict[str, list[int]] = {}
    for case_id, e164 in items.values_list("case_id", "e164"):
        reason = FOREIGN if error.status == 422 else REFUSED + reasons[e164]
        by_reason.setdefault(reason, []).append(case_id)
    if not by_reason:
        give_up(submission, error.message, now=now)
        return
    for reason, case_ids in by_reason.items():
        cases.move_cases(submission.account, case_ids, "park", now=now, reason=reason, outcome=str(error.status))
    items.delete()
    leases.move(submission, "defer", now=now, last_error=error.message, **leases.freed(now))


@transaction.atomic
def give_up(submission: Submission, words: str, *, now: datetime) -> None:
    """End a request that the provider refuses as a whole, and park its cases with the provider's words."""
    fields = leases.freed(None) | {"failures": F("failures") + 1, "last_error": words[: leases.ERROR_LIMIT]}
    leases.move(submission, "fail", now=now, finished_at=now, **fields)
    current = list(cases_of(submission).filter(closed_at=None).values_list("pk", flat=True))
    cases.move_cases(submission.account, current, "park", now=now, reason=words, outcome="refused")


@transaction.atomic
def hand_back(submission: Submission, words: str, *, now: datetime) -> None:
    """End a request that was never sent because the account's provider is another one now, or not ready."""
    leases.move(submission, "fail", now=now, finished_at=now, last_error=words, **leases.freed(None))
    release(submission, list(cases_of(submission).values_list("pk", flat=True)))


def cases_of(submission: Submission) -> QuerySet[Case]:
    """Return the cases that are in this request now; those that went on to another one are not."""
    items = SubmissionItem.objects.filter(submission=submission)
    found: QuerySet[Case] = Case.objects.filter(pk__in=items.values("case"), submission=submission)
    return found
