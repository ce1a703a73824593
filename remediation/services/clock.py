"""The clock of cases (D21): overdue at the target, unsuccessful at the limit, submitted again after a cool-down."""

from __future__ import annotations

from datetime import datetime

import structlog
from django.db import transaction
from django.db.models import Q

from accounts.models import Account
from common.scope import account_scope, all_accounts
from common.wakeup import wake_on_commit
from remediation.models import Alert, Case, CaseEvent, ChangedAccount
from remediation.services import cases
from remediation.states import AlertKind, CaseEventKind, CaseState

log = structlog.get_logger(__name__)

BATCH = 5_000
OVERDUE = "Not cleared by the target. It goes on until the limit."
DISPUTED = "Not cleared by the target: a regulatory dispute is being settled."
LIMIT = "The label was still there at the limit. Open a support ticket to take it on."
COOLED_DOWN = "The cool-down is over"
_LATE = Q(closed_at=None, overdue_at=None)


def due_accounts(*, now: datetime) -> list[int]:
    """Return the ids of the accounts in which a clock has run out."""
    with all_accounts():
        late = Case.objects.filter(_LATE, target_at__lte=now).values_list("account_id")
        lost = Case.objects.filter(closed_at=None, limit_at__lte=now).values_list("account_id")
        cooled = Case.objects.filter(state=CaseState.COOLING_DOWN, due_at__lte=now).values_list("account_id")
        ended = Alert.objects.filter(
            kind=AlertKind.CASE_OVERDUE, cleared_at=None, case__closed_at__isnull=False
        ).values_list("account_id")
        return sorted(account_id for (account_id,) in late.union(lost, cooled, ended))


def run(account_ids: list[int], *, now: datetime) -> None:
    """Follow the clocks of these accounts; one's trouble keeps no other waiting."""
    with all_accounts():
        accounts = list(Account.objects.filter(pk__in=account_ids).order_by("pk"))
    for account in accounts:
        try:
            follow_clocks(account, now=now)
        except Exception:
            log.exception("clocks failed", account=account.pk)


def follow_clocks(account: Account, *, now: datetime) -> None:
    """Do what is due for the cases of one account. The limit first: a case that is given up is not called overdue."""
    with account_scope(account):
        _give_up(account, now=now)
        _call_overdue(account, now=now)
        _end_cool_downs(account, now=now)
        _clear_alerts(now=now)


@transaction.atomic
def _give_up(account: Account, *, now: datetime) -> None:
    past = Case.objects.filter(closed_at=None, limit_at__lte=now).order_by("pk")
    ids = list(past.values_list("pk", flat=True)[:BATCH])
    cases.move_cases(account, ids, "give_up", now=now, reason=LIMIT)


@transaction.atomic
def _call_overdue(account: Account, *, now: datetime) -> None:
    """Say it once: in the timeline, and as an alert that stays until the case ends."""
    late = Case.objects.filter(_LATE, target_at__lte=now).select_for_update(of=("self",), no_key=True)
    found = list(late.select_related("number").order_by("pk")[:BATCH])
    Case.objects.filter(pk__in=[case.pk for case in found]).update(overdue_at=now)
    CaseEvent.objects.bulk_create([_overdue_event(case, now) for case in found])
    Alert.objects.bulk_create([_overdue_alert(case, now) for case in found], ignore_conflicts=True)


def _why(case: Case) -> str:
    return DISPUTED if case.state == CaseState.DISPUTED else OVERDUE


def _overdue_event(case: Case, now: datetime) -> CaseEvent:
    return CaseEvent(account_id=case.account_id, case=case, at=now, kind=CaseEventKind.OVERDUE, reason=_why(case))


def _overdue_alert(case: Case, now: datetime) -> Alert:
    return Alert(
        account_id=case.account_id,
        kind=AlertKind.CASE_OVERDUE,
        subject=str(case.pk),
        number=case.number,
        case=case,
        words=f"The repair of {case.number.e164} is overdue. {_why(case)}",
        since=case.target_at,
        raised_at=now,
    )


@transaction.atomic
def _end_cool_downs(account: Account, *, now: datetime) -> None:
    over = Case.objects.filter(state=CaseState.COOLING_DOWN, due_at__lte=now).order_by("pk")
    ids = list(over.values_list("pk", flat=True)[:BATCH])
    if cases.move_cases(account, ids, "reopen", now=now, reason=COOLED_DOWN):
        ChangedAccount.objects.create(account=account)
        wake_on_commit(cases.DETECT)


def _clear_alerts(*, now: datetime) -> None:
    ended = Alert.objects.filter(kind=AlertKind.CASE_OVERDUE, cleared_at=None, case__closed_at__isnull=False)
    Alert.objects.filter(pk__in=ended.values("pk")).update(cleared_at=now, cleared_because="The case has ended")
