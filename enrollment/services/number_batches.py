"""One batch of a job: judged again (D16: on POST), done, and written down, in the caller's transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils import timezone

from enrollment.models import NumberJob, NumberJobItem
from enrollment.number_states import ItemOutcome, JobKind
from enrollment.selectors import number_facts
from enrollment.services import assignments
from enrollment.verdicts import Verdict, judge_each
from phone_numbers.models import NumberStatus, PhoneNumber

BATCH = 5_000
REASON_LIMIT = 600


def next_batch(job: NumberJob, *, now: datetime) -> tuple[int, int]:
    """Do the next numbers of a job; return how many were done and how many skipped, both 0 at its end.

    Needs the lock of `seats.hold_pool`: the seats are counted after it was granted.
    """
    ids = _waiting(job)
    if not ids:
        return 0, 0
    _hold_statuses(ids)
    facts = number_facts.account_facts(job.account, today=timezone.localdate(now))
    numbers = number_facts.facts_by_number(PhoneNumber.objects.filter(pk__in=ids))
    verdicts = dict(judge_each(JobKind(job.kind), numbers, facts))
    allowed = {pk: verdict for pk, verdict in verdicts.items() if verdict.allowed}
    _do(job, allowed, now=now)
    _write(job, verdicts)
    return len(allowed), len(ids) - len(allowed)


def _waiting(job: NumberJob) -> list[int]:
    items = NumberJobItem.objects.filter(job=job, outcome=ItemOutcome.WAITING).order_by("number_id")
    return list(items.values_list("number_id", flat=True)[:BATCH])


def _hold_statuses(ids: Sequence[int]) -> None:
    """Lock the numbers' states in the order of their keys, as ingestion does, so that what is judged still holds."""
    held = (
        NumberStatus.objects.filter(number__in=ids).order_by("number_id").select_for_update(no_key=True, of=("self",))
    )
    list(held.values_list("number_id", flat=True))


def _do(job: NumberJob, allowed: Mapping[int, Verdict], *, now: datetime) -> None:
    ids = sorted(allowed)
    if not ids:
        return
    if job.kind == JobKind.ENABLE:
        seats = {pk: verdict.needs_seat for pk, verdict in allowed.items()}
        assignments.start_monitoring(job.account, seats, job=job, actor=job.actor, now=now)
    elif job.kind == JobKind.DISABLE:
        assignments.stop_monitoring(job.account, ids, actor=job.actor, now=now)
    else:
        assignments.start_registration(job.account, ids, job=job, actor=job.actor, now=now)


def _write(job: NumberJob, verdicts: Mapping[int, Verdict]) -> None:
    """Write each number's outcome; numbers without a verdict have left the inventory meanwhile."""
    by_reason: dict[str, list[int]] = defaultdict(list)
    for pk, verdict in verdicts.items():
        by_reason[verdict.words[:REASON_LIMIT]].append(pk)
    for reason, ids in by_reason.items():
        outcome = ItemOutcome.SKIPPED if reason else ItemOutcome.DONE
        NumberJobItem.objects.filter(job=job, number__in=ids).update(outcome=outcome, reason=reason)
