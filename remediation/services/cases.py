"""Moving cases, one or many, and what people do to one: note, owner, retry, cancel, dispute, file by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from accounts.models import Account, User
from accounts.services import record_audit
from common.moves import declared
from common.wakeup import wake_on_commit
from remediation.models import Case, CaseEvent, ChangedAccount, ManualTask
from remediation.services import cases_sql
from remediation.states import CLOSED_STATES, CaseEventKind, CaseState, ManualState

REASON_LIMIT = 300
NOTE_LIMIT = 2_000
STOPPED = "stopped"  # the outcome of a case that a person cancelled: its label opens no other one by itself
DETECT = "remediation.detect_changes"


class AlreadyChanged(Exception):
    """Somebody else, or the portal, moved the case meanwhile; nothing was done."""

    def __init__(self) -> None:
        super().__init__("This case has changed since you looked. Look again before you decide.")


def move_cases(
    account: Account,
    case_ids: Sequence[int],
    name: str,
    *,
    now: datetime,
    reason: str = "",
    outcome: str | None = None,
    reference: str = "",
    due_at: datetime | None = None,
    actor: User | None = None,
    sent: int = 0,
) -> list[int]:
    """Make the move `name` with those of the cases that may make it; return the ids of those that did.

    Each writes a line of its timeline and of its number's history. `sent` is added to the count of accepted requests.
    A move to an open state again leaves the request that it was in.
    """
    move = declared(Case, name)
    params: dict[str, Any] = {
        "account": account.pk,
        "ids": list(case_ids),
        "sources": list(move.sources),
        "target": move.target,
        "closes": move.target in CLOSED_STATES,
        "releases": move.target == CaseState.OPEN,
        "now": now,
        "reason": reason[:REASON_LIMIT],
        "outcome": outcome,
        "reference": reference,
        "due_at": due_at,
        "actor": actor and actor.pk,
        "sent": sent,
    }
    with connection.cursor() as cursor:
        cursor.execute(cases_sql.MOVE, params)
        return [case_id for (case_id,) in cursor.fetchall()]


def _move_one(case: Case, name: str, *, now: datetime, reason: str, actor: User, outcome: str | None = None) -> None:
    if not move_cases(case.account, [case.pk], name, now=now, reason=reason, actor=actor, outcome=outcome):
        raise AlreadyChanged


@transaction.atomic
def retry(case: Case, *, actor: User, now: datetime) -> None:
    """Submit a case that waits for a person or cools down once more; AlreadyChanged when it does neither."""
    if case.state not in (CaseState.PARKED, CaseState.COOLING_DOWN):
        raise AlreadyChanged
    _move_one(case, "reopen", now=now, reason="Asked to be submitted again", actor=actor)
    _audit(case, "case.retried", actor=actor, now=now)
    _note_change(case)


@transaction.atomic
def cancel(case: Case, *, actor: User, now: datetime, reason: str = "") -> None:
    """Stop the repair. A provider that has it already is not called back; its answer changes nothing any more."""
    words = f"Cancelled: {reason}" if reason else "Cancelled"
    _move_one(case, "cancel", now=now, reason=words, actor=actor, outcome=STOPPED)
    _audit(case, "case.cancelled", actor=actor, now=now)
    ManualTask.objects.filter(case=case, state=ManualState.TODO).update(state=ManualState.DROPPED)


@transaction.atomic
def dispute(case: Case, *, reason: str, actor: User, now: datetime) -> None:
    """Say that a regulatory dispute holds the case up: the reason that people are shown for lateness (D21)."""
    _move_one(case, "dispute", now=now, reason=reason or "A regulatory dispute is being settled", actor=actor)


@transaction.atomic
def settle_dispute(case: Case, *, actor: User, now: datetime) -> None:
    """Say that the dispute is over."""
    _move_one(case, "settle_dispute", now=now, reason="The dispute is settled", actor=actor)


@transaction.atomic
def reopen_closed(case: Case, *, actor: User, now: datetime, target: timedelta, limit: timedelta) -> Case:
    """Begin a new case for a label whose case ended without success; AlreadyChanged when it did not or one is open."""
    ended = (CaseState.UNSUCCESSFUL, CaseState.NOT_FLAGGED, CaseState.CANCELLED)
    held = Case.objects.select_for_update().filter(pk=case.pk, state__in=ended).first()
    if held is None or Case.objects.filter(number=case.number_id, closed_at=None).exists():
        raise AlreadyChanged
    made: Case = Case.objects.create(
        account=case.account,
        number_id=case.number_id,
        state_since=now,
        attempt=held.attempt + 1,
        previous=held,
        tag_since=held.tag_since,
        carriers=held.carriers,
        opened_at=now,
        target_at=now + target,
        limit_at=now + limit,
    )
    _audit(made, "case.reopened", actor=actor, now=now)
    _tell(made, CaseEventKind.STATE, now=now, reason="Opened again by a person", actor=actor, to_state=CaseState.OPEN)
    _note_change(made)
    return made


@transaction.atomic
def add_note(case: Case, words: str, *, actor: User, now: datetime) -> CaseEvent:
    """Write a person's note into the timeline."""
    return _tell(case, CaseEventKind.NOTE, now=now, reason=words[:NOTE_LIMIT], actor=actor)


@transaction.atomic
def assign(case: Case, owner: User | None, *, actor: User, now: datetime) -> None:
    """Say who looks after the case; None nobody. The owner must be a member of the account, which the form sees to."""
    held = Case.objects.select_for_update().get(pk=case.pk)
    if held.owner_id != (owner and owner.pk):
        Case.objects.filter(pk=case.pk).update(owner=owner)
        words = f"Assigned to {owner}" if owner else "Assigned to nobody"
        _tell(case, CaseEventKind.OWNER, now=now, reason=words, actor=actor)


@transaction.atomic
def file_task(
    task: ManualTask, *, reference: str, follow_up_on: date | None, note: str, actor: User, now: datetime
) -> None:
    """Note that a person filed a dispute by hand, with the carrier's reference and the day to look again (B4)."""
    waiting = ManualTask.objects.filter(pk=task.pk).filter(Q(state=ManualState.TODO) | Q(state=ManualState.FILED))
    if not waiting.update(
        state=ManualState.FILED,
        reference=reference,
        follow_up_on=follow_up_on,
        note=note,
        filed_at=now,
        filed_by=actor,
    ):
        raise AlreadyChanged
    words = f"Filed by hand at {task.source.name if task.source else 'the provider'}"
    _tell(task.case, CaseEventKind.MANUAL, now=now, reason=f"{words}. {note}".strip(), actor=actor, reference=reference)
    move_cases(task.case.account, [task.case_id], "submit", now=now, reason=words, actor=actor, reference=reference)


@transaction.atomic
def finish_task(task: ManualTask, *, done: bool, note: str, actor: User, now: datetime) -> None:
    """Close a manual task: the carrier answered (`done`), or it is not needed."""
    state = ManualState.DONE if done else ManualState.DROPPED
    if not ManualTask.objects.filter(pk=task.pk, state__in=[ManualState.TODO, ManualState.FILED]).update(state=state):
        raise AlreadyChanged
    words = "Answered" if done else "Not needed any more"
    _tell(task.case, CaseEventKind.MANUAL, now=now, reason=f"{words}. {note}".strip(), actor=actor)
    if done and not _tasks_left(task):
        reason = "Everything that was filed by hand is answered"
        move_cases(task.case.account, [task.case_id], "await_reading", now=now, reason=reason, actor=actor)


def _audit(case: Case, action: str, *, actor: User, now: datetime) -> None:
    record_audit(case.account, actor=actor, action=action, target=case.number.e164, now=now, case=str(case.uuid))


def _tasks_left(task: ManualTask) -> bool:
    open_states = [ManualState.TODO, ManualState.FILED]
    return ManualTask.objects.filter(case=task.case_id, state__in=open_states).exists()


def tell(case: Case, kind: CaseEventKind, *, now: datetime, reason: str, reference: str = "") -> CaseEvent:
    """Write a line of the timeline that the portal or a provider is the author of."""
    return _tell(case, kind, now=now, reason=reason, actor=None, reference=reference)


def _tell(
    case: Case,
    kind: CaseEventKind,
    *,
    now: datetime,
    reason: str,
    actor: User | None,
    reference: str = "",
    to_state: str = "",
) -> CaseEvent:
    return CaseEvent.objects.create(
        account_id=case.account_id,
        case=case,
        at=now,
        kind=kind,
        to_state=to_state,
        reason=reason,
        reference=reference[:80],
        actor=actor,
    )


def _note_change(case: Case) -> None:
    """Have the case queued: detection looks at the account, now or at the next tick."""
    ChangedAccount.objects.create(account_id=case.account_id)
    wake_on_commit(DETECT)
