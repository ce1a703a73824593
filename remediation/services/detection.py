"""Detection: tags and monitoring become alerts, cases and queued requests, and clear them again (D20-D22, R81-R88).

It pulls: each statement compares what is with what was noted and writes the difference, for one account in one
transaction. Woken on commit by what changes tags and monitoring, and every two seconds by beat.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog
from django.conf import settings
from django.db import connection, transaction

from accounts.models import Account
from common.moves import declared
from common.scope import account_scope, all_accounts
from common.wakeup import wake_on_commit
from phone_numbers.states import Capability
from remediation.models import Case
from remediation.services import detection_sql, queueing
from remediation.services.cases import STOPPED

log = structlog.get_logger(__name__)

MONITORED = (Capability.ON, Capability.NO_LONGER_ELIGIBLE)


@dataclass(frozen=True, slots=True)
class Detected:
    """What one look at an account changed."""

    alerts_raised: int = 0
    alerts_cleared: int = 0
    cases_opened: int = 0
    cases_cleared: int = 0
    cases_cancelled: int = 0
    queued: int = 0


def changed_accounts() -> list[int]:
    """Return the ids of the accounts in which something was noted."""
    with connection.cursor() as cursor:
        cursor.execute(detection_sql.CHANGED)
        return [account_id for (account_id,) in cursor.fetchall()]


def differing_accounts() -> list[int]:
    """Return the ids of the accounts whose alerts and cases differ from the tags, noted or not: a sweep over all."""
    with connection.cursor() as cursor:
        cursor.execute(detection_sql.DIFFERING)
        return [account_id for (account_id,) in cursor.fetchall()]


def detect(account_ids: list[int], *, now: datetime) -> None:
    """Look at each of the accounts; one's trouble keeps no other waiting."""
    with all_accounts():
        accounts = list(Account.objects.filter(pk__in=account_ids).order_by("pk"))
    for account in accounts:
        try:
            detect_account(account, now=now)
        except Exception:
            log.exception("detection failed", account=account.pk)


@transaction.atomic
def detect_account(account: Account, *, now: datetime) -> Detected:
    """Bring the alerts and cases of one account in line with its tags and monitoring, and queue what is to be sent."""
    params = _params(account, now)
    with account_scope(account), connection.cursor() as cursor:
        cursor.execute(detection_sql.LOCK, params)
        cursor.execute(detection_sql.TAKE, params)
        found = Detected(
            alerts_cleared=_rows(cursor, detection_sql.CLEAR_ALERTS, params),
            alerts_raised=_rows(cursor, detection_sql.RAISE_ALERTS, params),
            cases_cleared=_rows(cursor, detection_sql.CLEAR_CASES, params | _move("clear")),
            cases_cancelled=_rows(cursor, detection_sql.CANCEL_CASES, params | _move("cancel")),
            **_opened(cursor, params | queueing.taker(account)),
        )
        found = replace(found, queued=found.queued + queueing.queue_open_cases(account, now=now))
    if found != Detected():
        log.info("labels followed", account=account.pk, raised=found.alerts_raised, opened=found.cases_opened)
    return found


def _opened(cursor: Any, params: dict[str, Any]) -> dict[str, int]:
    cursor.execute(detection_sql.CONTINUE_CASES, params)
    cursor.execute(detection_sql.OPEN_CASES, params)
    opened, queued = cursor.fetchone()
    cursor.execute(detection_sql.DROP_TASKS, params)
    if queued:
        wake_on_commit(queueing.SEND)
    return {"cases_opened": opened, "queued": queued}


def _rows(cursor: Any, statement: str, params: dict[str, Any]) -> int:
    cursor.execute(statement, params)
    return int(cursor.rowcount)


def _move(name: str) -> dict[str, Any]:
    move = declared(Case, name)
    return {"sources": list(move.sources), "target": move.target}


def _params(account: Account, now: datetime) -> dict[str, Any]:
    return {
        "space": detection_sql.LOCK_SPACE,
        "account": account.pk,
        "now": now,
        "target_at": now + settings.REMEDIATION_TARGET,
        "limit_at": now + settings.REMEDIATION_LIMIT,
        "returned_since": now - settings.REMEDIATION_RETURN,
        "monitored": [int(capability) for capability in MONITORED],
        "stopped": STOPPED,
    }
