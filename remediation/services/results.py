"""Asking for a request's results, and what each of the provider's words means for a case."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction

from enrollment.services.provider_access import RemediatorAccess
from providers.base import SubmissionReport
from providers.base import SubmissionState as Said
from providers.errors import OutcomeUnknown, ProviderError, Refused, Temporary
from remediation.models import Submission, SubmissionItem
from remediation.services import adoption, cases, sending
from remediation.services import submission_leases as leases
from remediation.states import AT_PROVIDER, Bucket, SubmissionState

log = structlog.get_logger(__name__)

Clock = Callable[[], datetime]

SETTLED = timedelta(minutes=2)  # a request that is not listed by then was never accepted
NEXT_LOOK = timedelta(seconds=10)
LONGEST_POLL = timedelta(minutes=15)
BUCKET_LIMIT = 40
NOT_FOUND = 404
MOST_SENT = 3  # requests for one case whose provider forgets them
FORGOTTEN = "The provider does not know the request any more."
MISSING = "The provider ended the request without a result for this number. Try again, or open a support ticket."
ENDED = {
    Said.FAILED: "The provider could not carry the request out. Try again; if that fails too, open a support ticket.",
    Said.CANCELLED: "The provider cancelled the request. Try again, or open a support ticket.",
}


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a bucket means: the case's move, and the reason with the next step; `waits`: until the cool-down is over."""

    move: str
    reason: str
    waits: bool = False


MEANINGS = {
    Bucket.REMEDIATED: Meaning("await_reading", "The provider re-evaluated the number. A clean reading will prove it."),
    Bucket.NOT_FLAGGED: Meaning(
        "close_not_flagged",
        "The provider found no label at the networks it reaches. If the label stays, file it by hand with its carrier.",
    ),
    Bucket.REQUIRES_REVIEW: Meaning(
        "park",
        "Still flagged: a network asks for a closer look. Check how the number is used, rest it, and try again or open "
        "a support ticket.",
    ),
    Bucket.REFUSED: Meaning(
        "park",
        "Still flagged: a network refused. Mend the practices that the label names and rest the number before you try "
        "again.",
    ),
    Bucket.INELIGIBLE: Meaning(
        "cool_down", "The provider takes this number again only after a while. It is submitted again then.", waits=True
    ),
}


def look_up(submission: Submission, access: RemediatorAccess, clock: Clock) -> None:
    """Settle a request whose outcome is unknown: accepted where it is listed, sent again once it certainly is not."""
    sent_at = submission.sent_at or submission.created_at
    try:
        listed = access.remediator.look_up(access.business, created_after=sent_at - SETTLED)
    except ProviderError as error:
        record_trouble(submission, error, now=clock())
        return
    found, now = adoption.own(submission, listed), clock()
    if found is not None:
        sending.record_accepted(submission, found, now=now)
    elif now - sent_at >= SETTLED:
        leases.move(submission, "requeue", now=now, **leases.freed(now))
    else:
        leases.note(submission, **leases.freed(min(now + NEXT_LOOK, sent_at + SETTLED)))


def poll(submission: Submission, access: RemediatorAccess, clock: Clock) -> None:
    """Ask how far a request is, and record it."""
    try:
        report = access.remediator.poll(access.business, submission.reference)
    except Refused as error:
        if error.status == NOT_FOUND:
            _forgotten(submission, now=clock())
        else:
            sending.give_up(submission, error.message, now=clock())
        return
    except ProviderError as error:
        record_trouble(submission, error, now=clock())
        return
    record(submission, report, now=clock())


@transaction.atomic
def _forgotten(submission: Submission, *, now: datetime) -> None:
    """The provider does not know the request any more: submit its cases again, a few times at most.

    It cannot be there twice: a number in a request that is open after all is refused.
    """
    again = sending.cases_of(submission).filter(state__in=AT_PROVIDER, sent__lt=MOST_SENT)
    _move(submission, list(again.values_list("pk", flat=True)), "reopen", now=now, reason=FORGOTTEN)
    sending.give_up(submission, FORGOTTEN, now=now)
    sending.note_change(submission)


def record_trouble(submission: Submission, error: ProviderError, *, now: datetime) -> None:
    """Reading failed: nothing is lost, it is asked again later."""
    wait = error.retry_after if isinstance(error, Temporary) else None
    if not isinstance(error, Temporary | OutcomeUnknown):
        wait = sending.HELD_BACK
    leases.note(submission, **leases.failed(submission, error.message, now=now, retry_after=wait))
    log.warning("submission could not be read", submission=submission.pk, error=type(error).__name__)


@transaction.atomic
def record(submission: Submission, report: SubmissionReport, *, now: datetime) -> None:
    """Write what the provider says of a request: how far it is, or the result of each number."""
    tiers = {"tier1_at": report.tier1_completed_at, "tier2_at": report.tier2_completed_at}
    if report.state in ENDED:
        leases.note(submission, **tiers)
        sending.give_up(submission, ENDED[report.state], now=now)
    elif report.state == Said.COMPLETED:
        _complete(submission, report, now=now, **tiers)
    else:
        _go_on(submission, report, now=now, **tiers)


def _go_on(submission: Submission, report: SubmissionReport, *, now: datetime, **tiers: datetime | None) -> None:
    age = now - (submission.accepted_at or submission.created_at)
    wait = min(max(age / 20, settings.REMEDIATION_POLL), LONGEST_POLL)
    fields = tiers | {"failures": 0, "last_error": ""} | leases.freed(now + wait)
    if report.state == Said.IN_PROGRESS and submission.state == SubmissionState.ACCEPTED:
        leases.move(submission, "progress", now=now, **fields)
    else:
        leases.note(submission, **fields)
    if report.state == Said.IN_PROGRESS:
        _move(submission, _current(submission), "review", now=now, reason="The provider works on it")


def _complete(submission: Submission, report: SubmissionReport, *, now: datetime, **tiers: datetime | None) -> None:
    answer = {bucket: list(numbers) for bucket, numbers in report.results.items()}
    fields = tiers | {"answer": answer, "finished_at": now, "failures": 0, "last_error": ""}
    leases.move(submission, "complete", now=now, **fields, **leases.freed(None))
    current = _current(submission)
    told = buckets_of(report.results)
    by_bucket: dict[str, list[int]] = {}
    for case_id, e164 in SubmissionItem.objects.filter(submission=submission).values_list("case_id", "e164"):
        by_bucket.setdefault(told.get(e164, ""), []).append(case_id)
    for bucket, case_ids in by_bucket.items():
        SubmissionItem.objects.filter(submission=submission, case__in=case_ids).update(bucket=bucket[:BUCKET_LIMIT])
        _apply(submission, bucket, [case_id for case_id in case_ids if case_id in current], now=now)
    log.info("submission completed", submission=submission.pk, numbers=submission.numbers)


def buckets_of(results: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return the bucket of each number; a number in two of them counts for the one that asks for most care."""
    care = {bucket: place for place, bucket in enumerate(Bucket)}
    ranked = sorted(results, key=lambda name: care[Bucket(name)] if name in Bucket.values else len(care))
    return {e164: bucket for bucket in ranked for e164 in results[bucket]}


def _apply(submission: Submission, bucket: str, case_ids: list[int], *, now: datetime) -> None:
    """Move the cases of one bucket; nothing a provider may say is lost or guessed at."""
    if not bucket and submission.adopted:
        _move(submission, case_ids, "reopen", now=now, reason="The open request did not hold this number")
        sending.note_change(submission)
        return
    meaning = meaning_of(bucket)
    due_at = now + settings.REMEDIATION_COOLDOWN if meaning.waits else None
    _move(
        submission, case_ids, meaning.move, now=now, reason=meaning.reason, outcome=bucket or "missing", due_at=due_at
    )


def meaning_of(bucket: str) -> Meaning:
    """Return what a provider's word for a number means; a word that the portal does not know waits for a person."""
    if not bucket:
        return Meaning("park", MISSING)
    if bucket in Bucket.values:
        return MEANINGS[Bucket(bucket)]
    words = f"The provider answered “{bucket[:BUCKET_LIMIT]}”, which the portal does not know. Ask the provider."
    return Meaning("park", words)


def _current(submission: Submission) -> set[int]:
    """Return the cases that still wait for this request; the others have ended or are in another one."""
    waiting = sending.cases_of(submission).filter(state__in=AT_PROVIDER)
    return set(waiting.values_list("pk", flat=True))


def _move(
    submission: Submission,
    case_ids: set[int] | list[int],
    name: str,
    *,
    now: datetime,
    reason: str,
    outcome: str | None = None,
    due_at: datetime | None = None,
) -> None:
    cases.move_cases(
        submission.account,
        sorted(case_ids),
        name,
        now=now,
        reason=reason,
        reference=submission.reference,
        outcome=None if outcome is None else outcome[:BUCKET_LIMIT],
        due_at=due_at,
    )
