"""The demo's past repairs, written once from the labels of its history, so that lists and times are not empty."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from accounts.models import Account
from common.scope import account_scope
from remediation.models import Case
from remediation.services import clock, sending
from reputation_portal.demo import cases_sql
from reputation_portal.demo.provider import PROVIDER

TARGET, LIMIT = timedelta(days=2), timedelta(days=7)
CLEARED = "A clean reading: no source flags it any more"


@transaction.atomic
def write_past_cases(account: Account, *, now: datetime) -> None:
    """Write the cases that the account's labels would have been; nothing where it has cases already.

    A label that began less than a week ago and is still there is left to detection.
    """
    with account_scope(account):
        if Case.objects.exists():
            return
        params: dict[str, Any] = {
            "account": account.pk,
            "now": now,
            "target": TARGET,
            "limit": LIMIT,
            "day": timedelta(days=1),
            "minute": timedelta(minutes=1),
            "provider": PROVIDER,
            "purpose": sending.purpose_of(account),
            "cleared": CLEARED,
            "lost": clock.LIMIT,
        }
        with connection.cursor() as cursor:
            for statement in cases_sql.STEPS:
                cursor.execute(statement, params)
