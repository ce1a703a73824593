"""Ownership of numbers hosted elsewhere: what the provider asks is read, shown with its deadline, and answered (D27).

The account is written to when a question comes up and again a day before its deadline. The answer is a row that a
worker sends; sending it twice is harmless.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import Account, User
from accounts.services import record_audit
from common.scope import account_scope
from enrollment.models import NumberOwnership, ProviderAccount
from enrollment.provider_states import ErrandKind, Ownership, Proof
from enrollment.services import errands, ownership_mail, seats
from enrollment.services.errands import Turn
from enrollment.services.provider_access import RegistrarAccess
from phone_numbers.models import PhoneNumber
from providers.business import OwnershipState, ProviderNumber

STATES = {
    OwnershipState.VERIFIED: Ownership.VERIFIED,
    OwnershipState.FLAGGED: Ownership.FLAGGED,
    OwnershipState.PENDING_CONFIRMATION: Ownership.PENDING,
    OwnershipState.REMOVED: Ownership.REMOVED,
}
ASKED = (Ownership.PENDING, Ownership.FLAGGED)
AT_ONCE = timedelta(0)
READ_EVERY = timedelta(minutes=5)
REMINDED_BEFORE = timedelta(days=1)
REMINDED_AFTER = timedelta(hours=12)  # a shorter time needs no second message
SENT_AT_ONCE = 20
BATCH = 5_000


@transaction.atomic
def answer(account: Account, uuids: Sequence[UUID], *, still_own: bool, actor: User, now: datetime) -> int:
    """Keep what the account answers for numbers that the provider asks about; return for how many."""
    with account_scope(account):
        asked = NumberOwnership.objects.filter(number__uuid__in=uuids, state__in=ASKED, answer=None)
        ids = list(asked.values_list("pk", flat=True))
        n = NumberOwnership.objects.filter(pk__in=ids, answer=None).update(
            answer=still_own, answered_at=now, answered_by=actor, answer_sent_at=None
        )
        if n:
            record_audit(account, actor=actor, action="ownership.answered", now=now, numbers=n, still_own=still_own)
            errands.want(account, ErrandKind.OWNERSHIP, now=now)
    return n


def take_step(turn: Turn, access: RegistrarAccess, *, now: datetime) -> timedelta | None:
    """Send the answers that wait, then read what the provider says; return when to read again."""
    if not access.business:
        return None
    if _send_answers(turn, access, now=now):
        return AT_ONCE
    _record(turn, _read(access), now=now)
    proven = ProviderAccount.objects.filter(proof=Proof.APPROVED).exists()
    return READ_EVERY if proven or NumberOwnership.objects.exists() else None


def _send_answers(turn: Turn, access: RegistrarAccess, *, now: datetime) -> bool:
    waiting = NumberOwnership.objects.filter(answer__isnull=False, answer_sent_at=None).select_related("number")
    rows = list(waiting.order_by("answered_at", "pk")[:SENT_AT_ONCE])
    for row in rows:
        held = access.registrar.confirm_ownership(access.business, row.number.e164, still_own=bool(row.answer))
        with errands.recording(turn, now=now):
            state = STATES[held.ownership] if held is not None else Ownership.REMOVED
            _of(row).update(state=state, since=now, answer_sent_at=now, read_at=now)
            if state == Ownership.REMOVED:
                seats.review_soon(turn.account, now=now)
    return bool(rows)


def _of(row: NumberOwnership) -> QuerySet[NumberOwnership]:
    return NumberOwnership.objects.filter(pk=row.pk, answered_at=row.answered_at)


def _read(access: RegistrarAccess) -> dict[str, ProviderNumber]:
    """Return what the provider says by number; one that was removed and added again is there."""
    found: dict[str, ProviderNumber] = {}
    for one in access.registrar.hosted_elsewhere(access.business):
        if one.e164 not in found or one.ownership is not OwnershipState.REMOVED:
            found[one.e164] = one
    return found


def _record(turn: Turn, said: dict[str, ProviderNumber], *, now: datetime) -> None:
    """Write what changed, and tell the account of new questions, of deadlines that come near and of removed ones."""
    numbers = dict(_numbers(list(said)))
    with errands.recording(turn, now=now):
        # Locked, so that an answer that a person gives at this moment is not overwritten with none.
        known = NumberOwnership.objects.select_for_update().filter(pk__in=numbers.values())
        before = {row.pk: row for row in known.order_by("pk")}
        rows = [_row(turn.account, pk, said[e164], before.get(pk), now) for e164, pk in numbers.items()]
        changed = [row for row in rows if _differs(row, before.get(row.pk))]
        NumberOwnership.objects.filter(pk__in=numbers.values()).update(read_at=now)
        _keep(changed)
        _tell(turn.account, changed, now=now)


def _tell(account: Account, changed: list[NumberOwnership], *, now: datetime) -> None:
    """Write to the account about what has changed, and once about each deadline that comes near."""
    for kind in (Ownership.PENDING, Ownership.FLAGGED):
        ownership_mail.tell(account, _new(changed, kind), kind=kind, now=now)
    _tell_of_removed(account, _new(changed, Ownership.REMOVED), now=now)
    ownership_mail.remind(account, _near_deadline(now), now=now)


def _tell_of_removed(account: Account, ids: list[int], *, now: datetime) -> None:
    """Write to the account, and let the review end the services of these numbers soon."""
    if ids:
        ownership_mail.tell(account, ids, kind=Ownership.REMOVED, now=now)
        seats.review_soon(account, now=now)


def _numbers(e164s: Sequence[str]) -> Iterable[tuple[str, int]]:
    for start in range(0, len(e164s), BATCH):
        found = PhoneNumber.objects.filter(e164__in=e164s[start : start + BATCH])
        yield from found.values_list("e164", "pk")


def _row(
    account: Account, pk: int, one: ProviderNumber, before: NumberOwnership | None, now: datetime
) -> NumberOwnership:
    """Return the row as it is to be: a new question forgets the answer to an earlier one."""
    state = STATES[one.ownership]
    row = NumberOwnership(account=account, number_id=pk, state=state, since=now, reason=one.reason, read_at=now)
    row.confirm_by = one.confirm_by
    if before is not None and (before.state, before.confirm_by) == (state, one.confirm_by):
        row.since, row.reminded_at = before.since, before.reminded_at
        row.answer, row.answered_at, row.answered_by_id = before.answer, before.answered_at, before.answered_by_id
        row.answer_sent_at = before.answer_sent_at
    return row


def _differs(row: NumberOwnership, before: NumberOwnership | None) -> bool:
    told = (row.state, row.reason, row.confirm_by)
    return before is None or told != (before.state, before.reason, before.confirm_by)


def _keep(rows: list[NumberOwnership]) -> None:
    written = [name for name in CHANGED if name != "number"]
    NumberOwnership.objects.bulk_create(
        rows, batch_size=BATCH, update_conflicts=True, unique_fields=["number"], update_fields=written
    )


CHANGED = (
    "state",
    "since",
    "reason",
    "confirm_by",
    "read_at",
    "answer",
    "answered_at",
    "answered_by",
    "answer_sent_at",
    "reminded_at",
)


def _new(rows: list[NumberOwnership], state: Ownership) -> list[int]:
    return [row.pk for row in rows if row.state == state]


def _near_deadline(now: datetime) -> list[int]:
    """Return the questions that nobody has answered, whose deadline is near and that were not reminded of yet."""
    near = Q(confirm_by__lte=now + REMINDED_BEFORE, confirm_by__gt=now, since__lte=now - REMINDED_AFTER)
    rows = NumberOwnership.objects.filter(near, state=Ownership.PENDING, answer=None, reminded_at=None)
    return list(rows.values_list("pk", flat=True))
