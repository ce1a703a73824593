"""Changing where numbers stand in registration and monitoring, many at a time; each change writes its event."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import IntEnum
from typing import Any

from django.db import connection, transaction

from accounts.models import Account, User
from common.wakeup import wake_on_commit
from phone_numbers.services import status_sql
from phone_numbers.states import Capability, EventKind, Registration

FOLLOW_LABELS = "remediation.detect_changes"  # the task that follows tags and monitoring with alerts and cases


def set_registration(
    account: Account,
    number_ids: Sequence[int],
    *,
    to: Registration,
    now: datetime,
    actor: User | None = None,
    reason: str = "",
) -> int:
    """Move the registration of numbers of an account; return how many really changed (the others were there)."""
    return _move(account, number_ids, status_sql.SET_REGISTRATION, EventKind.REGISTRATION, to, now, actor, reason)


def set_capability(
    account: Account,
    number_ids: Sequence[int],
    *,
    to: Capability,
    now: datetime,
    actor: User | None = None,
    reason: str = "",
    only_from: Sequence[Capability] | None = None,
) -> int:
    """Move the monitoring of numbers of an account; `reason` is shown beside it. Return how many really changed.

    With `only_from`, numbers in any other state stay as they are.
    """
    return _move(
        account, number_ids, status_sql.SET_CAPABILITY, EventKind.CAPABILITY, to, now, actor, reason, only_from
    )


@transaction.atomic
def _move(
    account: Account,
    number_ids: Sequence[int],
    statement: str,
    kind: EventKind,
    to: IntEnum,
    now: datetime,
    actor: User | None,
    reason: str,
    only_from: Sequence[IntEnum] | None = None,
) -> int:
    words = [state.name.lower() for state in type(to)]
    params: dict[str, Any] = {
        "account": account.pk,
        "ids": list(number_ids),
        "to": int(to),
        "now": now,
        "actor": actor and actor.pk,
        "reason": reason[:200],
        "kind": int(kind),
        "words": words,
        "only_from": None if only_from is None else [int(state) for state in only_from],
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        changed = int(cursor.rowcount)
    if changed and kind == EventKind.CAPABILITY:
        wake_on_commit(FOLLOW_LABELS)
    return changed
