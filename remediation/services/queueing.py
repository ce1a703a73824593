"""Open cases become queued requests to the account's provider, or tasks for a person where none is named (D27)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection

from accounts.models import Account
from common.wakeup import wake_on_commit
from enrollment.models import ProviderAccount
from remediation.models import Case
from remediation.services import cases, queueing_sql
from remediation.states import CaseState

LARGEST = 2_000  # numbers of one request; the adapter's own limit cuts a request again if it is lower
SEND = "remediation.run_due_submissions"
BY_HAND = "No provider is named for this account. File the dispute by hand with the evidence pack."
NOT_READY = "Waiting for the provider to approve the business"


def queue_open_cases(account: Account, *, now: datetime) -> int:
    """Put every open case that waits for it into a request; return how many. Runs under detection's lock.

    Cases of an account without a provider are parked with tasks for a person; those of a business that its provider has
    not approved yet wait, and say so.
    """
    waiting = Case.objects.filter(closed_at=None, state=CaseState.OPEN, submission=None)
    if not waiting.exists():
        return 0
    named = ProviderAccount.objects.filter(account=account).first()
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


def _queue(account: Account, named: ProviderAccount, *, now: datetime) -> int:
    params: dict[str, Any] = {
        "account": account.pk,
        "provider": named.provider,
        "business": named.business,
        "largest": LARGEST,
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(queueing_sql.QUEUE, params)
        queued = int(cursor.rowcount)
    if queued:
        wake_on_commit(SEND)
    return queued
