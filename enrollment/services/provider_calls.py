"""Adding numbers at the account's provider and removing them: claim, commit, call, record (D27).

No call is made inside a transaction, and adding is billed: a call whose outcome is unknown is looked up before anything
is sent again. One refused number must not fail the other ninety-nine, so what was refused together and not one by one
is sent again in halves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import structlog
from django.db import transaction
from django.utils import timezone

from accounts.models import Account
from common import slots
from common.scope import account_scope
from enrollment.services import provider_access, provider_numbers, seats, verification
from enrollment.services.provider_access import RegistrarAccess
from enrollment.services.provider_numbers import Claim
from providers.business import NumberResult
from providers.errors import Misconfigured, OutcomeUnknown, ProviderError, Refused, Temporary

log = structlog.get_logger(__name__)

TURN = timedelta(seconds=45)  # of a task whose soft time limit is 100 s
PROVIDER_SLOTS = 2  # the space of these locks
NOT_READY_WAIT = timedelta(seconds=30)
MISCONFIGURED_WAIT = timedelta(minutes=5)
LOOKED_UP_AT_ONCE = 20
REMOVED_AT_ONCE = 20
UNSAID = "The provider does not take this number, and does not say why. Ask its support, then register it again."

Work = Callable[[Account, RegistrarAccess], bool]


def work_on(account: Account) -> None:
    """Do what is due between an account and its provider; nothing while another worker is at it.

    One at a time, so that a slow provider of one account never takes all workers from the others.
    """
    try:
        place = slots.take([slots.Limit("this account's provider", 1, PROVIDER_SLOTS, account.pk)])
    except slots.NoFreeSlot:
        return
    try:
        take_turn(account)
    finally:
        place.release()


def take_turn(account: Account) -> None:
    """Do what is due until nothing is or the turn is over. Several at once are safe: each claims its numbers."""
    until = timezone.now() + TURN
    with account_scope(account):
        access = _way_to_provider(account)
        if access is None:
            return
        provider_numbers.give_up_lost_calls(now=timezone.now())
        while timezone.now() < until and any(work(account, access) for work in STEPS):
            pass


def _way_to_provider(account: Account) -> RegistrarAccess | None:
    """Return the way to the account's provider; None, and everything put off, while it cannot be gone."""
    try:
        access = provider_access.registrar_for(account)
    except Misconfigured as error:
        log.warning("provider account misconfigured", account=account.pk, error=error.message)
        provider_numbers.put_off(now=timezone.now(), wait=MISCONFIGURED_WAIT)
        return None
    if access is None or not access.ready:
        provider_numbers.put_off(now=timezone.now(), wait=NOT_READY_WAIT)
        return None
    return access


def look_up(account: Account, access: RegistrarAccess) -> bool:
    """Find out what became of numbers whose call had no answer; return whether there were any."""
    claim = provider_numbers.claim_unknown(limit=LOOKED_UP_AT_ONCE, now=timezone.now())
    if claim is None:
        return False
    try:
        there = _held(access, claim.numbers)
    except ProviderError as error:
        _wait(account, claim, error)
        return True
    _record(account, claim, present=there, again=[e164 for e164 in claim.numbers if e164 not in there])
    return True


def add(account: Account, access: RegistrarAccess) -> bool:
    """Add numbers that wait for it, as many as one call takes; return whether there were any."""
    claim = provider_numbers.claim_queued(limit=access.registrar.max_numbers_per_add, now=timezone.now())
    if claim is None:
        return False
    try:
        results = access.registrar.add_numbers(access.business, list(claim.numbers))
        refused = {one.e164: one.reason for one in results if not one.accepted and one.reason}
        there = [one.e164 for one in results if one.accepted] + _held(access, refused)
    except OutcomeUnknown as error:
        _note_unknown(account, claim, error)
        return True
    except ProviderError as error:
        _wait(account, claim, error)
        return True
    again = _left(results, there, refused)
    if again and len(claim.numbers) == 1:
        refused, again = dict.fromkeys(again, UNSAID), []
    _record(account, claim, present=there, refused=refused, again=again, in_halves=not refused)
    return True


def remove(account: Account, access: RegistrarAccess) -> bool:
    """Remove numbers that no service needs any more; return whether there were any. Removing twice is harmless."""
    claim = provider_numbers.claim_removing(limit=REMOVED_AT_ONCE, now=timezone.now())
    if claim is None:
        return False
    try:
        for e164 in claim.numbers:
            access.registrar.remove_number(access.business, e164)
    except ProviderError as error:
        _wait(account, claim, error)
        return True
    _record(account, claim, absent=list(claim.numbers))
    return True


STEPS: tuple[Work, ...] = (look_up, add, remove)


def _held(access: RegistrarAccess, e164s: Sequence[str] | dict[str, int] | dict[str, str]) -> list[str]:
    """Return those of the numbers that the provider has for this business. Reading is free of charge.

    Asked of refused ones too: a number that the business had there before is refused, and there all the same.
    """
    return [e164 for e164 in e164s if access.registrar.number(access.business, e164) is not None]


def _left(results: Sequence[NumberResult], there: Sequence[str], refused: dict[str, str]) -> list[str]:
    """Return the numbers that were not added although nothing was said against them."""
    settled = {*there, *refused}
    return [one.e164 for one in results if one.e164 not in settled]


@transaction.atomic
def _record(
    account: Account,
    claim: Claim,
    *,
    present: Sequence[str] = (),
    absent: Sequence[str] = (),
    refused: dict[str, str] | None = None,
    again: Sequence[str] = (),
    in_halves: bool = False,
) -> None:
    """Write down what became of a claim, and what follows from it for the services of its numbers."""
    now = timezone.now()
    seats.hold_pool(account, now=now)
    refused = {e164: reason for e164, reason in (refused or {}).items() if e164 not in set(present)}
    provider_numbers.mark_present(claim, _keys(claim, present), now=now)
    provider_numbers.mark_absent(claim, _keys(claim, absent), now=now)
    provider_numbers.mark_refused(claim, {claim.numbers[e164]: reason for e164, reason in refused.items()}, now=now)
    provider_numbers.put_back(claim, _keys(claim, again), in_halves=in_halves, now=now)
    ids = list(claim.numbers.values())
    verification.settle(account, ids, now=now)
    provider_numbers.align(account, ids, now=now)
    log.info("numbers at provider", account=account.pk, present=len(present), refused=len(refused), again=len(again))


@transaction.atomic
def _note_unknown(account: Account, claim: Claim, error: OutcomeUnknown) -> None:
    now = timezone.now()
    seats.hold_pool(account, now=now)
    provider_numbers.mark_unknown(claim, now=now)
    log.info("outcome of adding numbers unknown", account=account.pk, numbers=len(claim.numbers), error=error.message)


@transaction.atomic
def _wait(account: Account, claim: Claim, error: ProviderError) -> None:
    """Have the same tried again later: sooner what passes by itself, later what a person must mend."""
    now = timezone.now()
    seats.hold_pool(account, now=now)
    provider_numbers.try_later(claim, error.message, wait=_wait_after(error), now=now)
    log.info("provider call put off", account=account.pk, numbers=len(claim.numbers), error=error.message)


def _wait_after(error: ProviderError) -> timedelta | None:
    """Return how long to wait; None: the longer, the more often it failed."""
    if isinstance(error, Temporary):
        return timedelta(seconds=error.retry_after) if error.retry_after else None
    if isinstance(error, Misconfigured | Refused):
        return MISCONFIGURED_WAIT
    return None


def _keys(claim: Claim, e164s: Sequence[str]) -> list[int]:
    return [claim.numbers[e164] for e164 in e164s]
