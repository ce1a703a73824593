"""Open cases become queued requests to the account's provider, or tasks for a person where none is named (D27)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection

from accounts.models import Account
from common.wakeup import wake_on_commit
from enrollment.models import ProviderAccount
from remediation.models import Case, ManualTask, Submission
from remediation.services import cases, queueing_sql
from remediation.states import CaseState, ManualState

LARGEST = 2_000  # numbers of one request; the adapter's own limit cuts a request again if it is lower
SEND = "remediation.run_due_submissions"
BY_HAND = "No provider is named for this account. File the dispute by hand with the evidence pack."
TAKEN_OVER = "The account names a provider now"
NOT_READY = "Waiting for the provider to approve the business"


def taker(account: Account) -> dict[str, Any]:
    """Return who takes new cases at once, as parameters of OPEN_CASES; the provider is None while there is none."""
    named = ProviderAccount.objects.filter(account=account).first()
    is_ready = named is not None and named.is_ready
    return {
        "provider": named.provider if named and is_ready else None,
        "business": named.business if named and is_ready else "",
        "largest": LARGEST,
    }


def queue_open_cases(account: Account, *, now: datetime) -> int:
    """Put every open case that waits for it into a request; return how many. Runs under detection's lock.

    Cases of an account without a provider are parked with tasks for a person; those of a business that its provider has
    not approved yet wait, and say so.
    """
    waiting = Case.objects.filter(closed_at=None, state=CaseState.OPEN, submission=None)
    named = ProviderAccount.objects.filter(account=account).first()
    if named is not None and named.is_ready:
        _take_over(account, now=now)
    if not waiting.exists():
        return 0
    if named is None:
        _park(account, list(waiting.values_list("pk", flat=True)), now=now)
        return 0
    if not named.is_ready:
        waiting.exclude(reason=NOT_READY).update(reason=NOT_READY)
        return 0
    return _queue(account, named, now=now)


def _park(account: Account, case_ids: list[int], *, now: datetime) -> None:
    parked = cases.move_cases(account, case_ids, "park", now=now, reason=BY_HAND)
    with connection.cursor() as cursor:
        cursor.execute(queueing_sql.TASKS, {"account": account.pk, "ids": parked, "now": now})


def _take_over(account: Account, *, now: datetime) -> None:
    """Give cases that waited for a person to the provider that was named meanwhile, unless something was filed."""
    filed = ManualTask.objects.filter(state=ManualState.FILED).values("case")
    by_hand = Case.objects.filter(closed_at=None, state=CaseState.PARKED, reason=BY_HAND).exclude(pk__in=filed)
    ids = cases.move_cases(account, list(by_hand.values_list("pk", flat=True)), "reopen", now=now, reason=TAKEN_OVER)
    ManualTask.objects.filter(case__in=ids, state=ManualState.TODO).update(state=ManualState.DROPPED)


def _queue(account: Account, named: ProviderAccount, *, now: datetime) -> int:
    """Cut the waiting cases into requests of at most LARGEST, in their order."""
    waiting = Case.objects.filter(closed_at=None, state=CaseState.OPEN, submission=None).order_by("pk")
    waiting.filter(reason=NOT_READY).update(reason="")
    rows = list(waiting.values_list("pk", "number_id"))
    lots = [len(rows[start : start + LARGEST]) for start in range(0, len(rows), LARGEST)]
    made = Submission.objects.bulk_create([_submission(account, named, size, now) for size in lots])
    params: dict[str, Any] = {
        "account": account.pk,
        "provider": named.provider,
        "cases": [case_id for case_id, _ in rows],
        "numbers": [number_id for _, number_id in rows],
        "submissions": [one.pk for one, size in zip(made, lots, strict=True) for _ in range(size)],
    }
    with connection.cursor() as cursor:
        cursor.execute(queueing_sql.POINT, params)
        cursor.execute(queueing_sql.ITEMS, params)
        queued = int(cursor.rowcount)
    wake_on_commit(SEND)
    return queued


def _submission(account: Account, named: ProviderAccount, size: int, now: datetime) -> Submission:
    made: Submission = Submission(
        account=account,
        provider=named.provider,
        business=named.business,
        state_since=now,
        numbers=size,
        created_at=now,
        due_at=now,
    )
    return made
