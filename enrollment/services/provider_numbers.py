"""What is to be asked of the account's provider for its numbers, as rows that workers claim (D27).

A number is wanted at the provider while any of its services is. `align` moves the rows towards that; calls are made by
`provider_calls`, and only for rows that a worker has claimed. Every function but the claims needs the lock of
`seats.hold_pool`.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet

from accounts.models import Account
from common.wakeup import wake_on_commit
from enrollment.models import NumberAtProvider, ServiceAssignment
from enrollment.number_states import AtProvider
from enrollment.services import provider_access

TASK = "enrollment.numbers.call_providers"
CALL_LIMIT = timedelta(seconds=150)  # above the hard time limit of a task: a claim that is older has no worker any more
LOOK_UP_AFTER = timedelta(seconds=10)  # a request without an answer may still be at work at the provider
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Claim:
    """Numbers that one worker has for one call, by E.164."""

    token: uuid.UUID
    numbers: dict[str, int]


def ask_again(account: Account, ids: Collection[int], *, now: datetime) -> None:
    """Forget what the provider refused for these numbers, and have them added: a person asks again."""
    _at(ids, AtProvider.REFUSED).update(state=AtProvider.ABSENT, reason="", since=now)
    align(account, ids, now=now)


def forget(ids: Collection[int], *, now: datetime) -> None:
    """Note that the provider has removed these numbers by itself."""
    _at(ids, AtProvider.PRESENT).update(state=AtProvider.ABSENT, due_at=None, since=now)


def align(account: Account, ids: Collection[int], *, now: datetime) -> None:
    """Queue what is wanted and not there, and what is there and not wanted; leave what a worker has.

    Does nothing for an account that names no provider.
    """
    if not ids or not provider_access.names_provider(account):
        return
    wanted = set(ServiceAssignment.objects.filter(number__in=ids).values_list("number_id", flat=True))
    unwanted = set(ids) - wanted
    _expect(account, wanted, now)
    _at(wanted, AtProvider.ABSENT).update(state=AtProvider.QUEUED, due_at=now, attempts=0, halvings=0, since=now)
    _at(wanted, AtProvider.REMOVING).filter(claim=None).update(state=AtProvider.PRESENT, due_at=None, since=now)
    _at(unwanted, AtProvider.QUEUED, AtProvider.REFUSED).update(
        state=AtProvider.ABSENT, due_at=None, reason="", since=now
    )
    _at(unwanted, AtProvider.PRESENT).update(state=AtProvider.REMOVING, due_at=now, attempts=0, since=now)
    wake_on_commit(TASK)


def _expect(account: Account, wanted: Iterable[int], now: datetime) -> None:
    """Make a row for every wanted number that has none."""
    rows = [
        NumberAtProvider(account=account, number_id=pk, state=AtProvider.QUEUED, due_at=now, since=now)
        for pk in sorted(wanted)
    ]
    NumberAtProvider.objects.bulk_create(rows, batch_size=5_000, ignore_conflicts=True)


def _at(ids: Collection[int], *states: AtProvider) -> QuerySet[NumberAtProvider]:
    return NumberAtProvider.objects.filter(number__in=ids, state__in=states)


# Claims -------------------------------------------------------------------------------------------------------------


def due_accounts(*, now: datetime) -> list[int]:
    """Return the accounts with something to ask of their provider. Needs `all_accounts`."""
    due = NumberAtProvider.objects.filter(due_at__lte=now).order_by("account_id")
    return list(due.values_list("account_id", flat=True).distinct())


@transaction.atomic
def claim_queued(*, limit: int, now: datetime) -> Claim | None:
    """Take up to `limit` numbers of the open account that wait to be added.

    Those that were refused together are taken with their own kind, half as many each time.
    """
    first = _waiting(AtProvider.QUEUED, now).first()
    if first is None:
        return None
    alike = _waiting(AtProvider.QUEUED, now).filter(halvings=first.halvings)
    return _claim(alike[: max(1, limit >> first.halvings)], AtProvider.ADDING, now)


@transaction.atomic
def claim_removing(*, limit: int, now: datetime) -> Claim | None:
    """Take up to `limit` numbers of the open account that are to be removed."""
    return _claim(_waiting(AtProvider.REMOVING, now)[:limit], AtProvider.REMOVING, now)


@transaction.atomic
def claim_unknown(*, limit: int, now: datetime) -> Claim | None:
    """Take up to `limit` numbers of the open account of which nobody knows whether they were added."""
    return _claim(_waiting(AtProvider.UNKNOWN, now)[:limit], AtProvider.UNKNOWN, now)


def give_up_lost_calls(*, now: datetime) -> int:
    """Have the numbers looked up whose call never ended: its worker is gone. Needs the account's scope."""
    return NumberAtProvider.objects.filter(state=AtProvider.ADDING, due_at__lte=now).update(
        state=AtProvider.UNKNOWN, claim=None, since=now
    )


def put_off(*, wait: timedelta, now: datetime) -> int:
    """Look at the numbers of the open account later: its provider cannot be asked yet."""
    return NumberAtProvider.objects.filter(claim=None, due_at__lte=now).update(due_at=now + wait)


def _waiting(state: AtProvider, now: datetime) -> QuerySet[NumberAtProvider]:
    due = NumberAtProvider.objects.filter(state=state, due_at__lte=now)
    return due.order_by("due_at", "pk").select_for_update(skip_locked=True, of=("self",)).select_related("number")


def _claim(rows: QuerySet[NumberAtProvider], state: AtProvider, now: datetime) -> Claim | None:
    held = {row.number.e164: row.pk for row in rows}
    if not held:
        return None
    token = uuid.uuid4()
    NumberAtProvider.objects.filter(pk__in=held.values()).update(
        state=state, claim=token, due_at=now + CALL_LIMIT, attempts=F("attempts") + 1, since=now
    )
    return Claim(token, held)


# Outcomes: each holds for the rows that still bear the claim ----------------------------------------------------------


def mark_present(claim: Claim, ids: Collection[int], *, now: datetime) -> None:
    """The provider has these numbers."""
    _of(claim, ids).update(state=AtProvider.PRESENT, claim=None, due_at=None, reason="", since=now)


def mark_absent(claim: Claim, ids: Collection[int], *, now: datetime) -> None:
    """The provider does not have these numbers any more."""
    _of(claim, ids).update(state=AtProvider.ABSENT, claim=None, due_at=None, reason="", since=now)


def mark_refused(claim: Claim, reasons: dict[int, str], *, now: datetime) -> None:
    """The provider does not take these numbers; why, by key."""
    for pk, reason in reasons.items():
        _of(claim, [pk]).update(state=AtProvider.REFUSED, claim=None, due_at=None, reason=reason[:300], since=now)


def mark_unknown(claim: Claim, *, now: datetime) -> None:
    """Nobody knows what became of the call: the numbers are looked up before anything is sent again."""
    _of(claim, claim.numbers.values()).update(
        state=AtProvider.UNKNOWN, claim=None, due_at=now + LOOK_UP_AFTER, since=now
    )


def put_back(claim: Claim, ids: Collection[int], *, in_halves: bool, now: datetime) -> None:
    """These numbers were not added: they wait again at once, `in_halves` to be sent with half as many others."""
    _of(claim, ids).update(
        state=AtProvider.QUEUED, claim=None, due_at=now, since=now, halvings=F("halvings") + int(in_halves)
    )


def try_later(claim: Claim, reason: str, *, now: datetime, wait: timedelta | None = None) -> None:
    """The call could not be made: the same is tried again after a wait that doubles, or after `wait`."""
    rows = _of(claim, claim.numbers.values())
    attempts = rows.values_list("attempts", flat=True).first() or 1
    rows.filter(state=AtProvider.ADDING).update(state=AtProvider.QUEUED)
    _of(claim, claim.numbers.values()).update(
        claim=None, due_at=now + (wait or _backoff(attempts)), reason=reason[:300], since=now
    )


def _backoff(attempts: int) -> timedelta:
    return min(FIRST_WAIT * int(2 ** min(attempts - 1, 10)), LONGEST_WAIT)


def _of(claim: Claim, ids: Iterable[int]) -> QuerySet[NumberAtProvider]:
    return NumberAtProvider.objects.filter(pk__in=list(ids), claim=claim.token)
