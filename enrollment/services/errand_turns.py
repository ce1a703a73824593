"""A worker's turn at one errand: step after step until nothing is left, time is up, or something is in the way."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from common.scope import account_scope
from enrollment.provider_states import ErrandKind
from enrollment.services import errands, number_ownership, ownership_proof, provider_access, vetting
from enrollment.services.errands import LeaseLost, Turn
from enrollment.services.provider_access import RegistrarAccess
from providers.errors import Misconfigured, ProviderError, Refused, Temporary

log = structlog.get_logger(__name__)

TURN = timedelta(seconds=45)  # of a task whose soft time limit is 100 s; one call more may take 30 s
MISCONFIGURED_WAIT = timedelta(minutes=30)  # a person must act, and saving the settings makes the errand due at once

UNEXPECTED = "Something went wrong in the portal. Its operators are told, and it is tried again every 15 minutes."

Clock = Callable[[], datetime]


def run_errand(errand_id: int, token: uuid.UUID, clock: Clock) -> None:
    """Run a leased errand; does nothing when the lease was lost, so a message may arrive twice or late."""
    turn = errands.begin(errand_id, token, now=clock())
    if turn is None:
        return
    try:
        wait = _work(turn, clock)
    except LeaseLost:
        log.info("provider errand taken over", errand=errand_id)
    except ProviderError as error:
        _put_off(turn, error, now=clock())
    except Exception:  # whatever it is, the account sees that something is wrong, and it is tried again
        log.exception("provider errand failed", errand=errand_id, account=turn.account.pk, attempts=turn.failures + 1)
        errands.finish_failed(turn, error=UNEXPECTED, due_at=clock() + errands.LONGEST_BACKOFF)
    else:
        errands.finish(turn, due_at=None if wait is None else clock() + wait)


def _work(turn: Turn, clock: Clock) -> timedelta | None:
    """Take steps while one follows at once; return how long to wait then, None when nothing is left."""
    until = clock() + TURN
    wait: timedelta | None = timedelta(0)
    with account_scope(turn.account):
        access = provider_access.registrar_for(turn.account)
        while access is not None and wait == timedelta(0) and clock() < until:
            wait = _step(turn, access, now=clock())
            access = provider_access.registrar_for(turn.account)
    return wait if access is not None else None


def _step(turn: Turn, access: RegistrarAccess, *, now: datetime) -> timedelta | None:
    """Take one step. What the provider refuses for good is recorded as its answer, not tried again."""
    try:
        return STEPS[turn.kind](turn, access, now=now)
    except Refused as error:
        return REFUSED[turn.kind](turn, error, now=now)


def _refused_vetting(turn: Turn, error: Refused, *, now: datetime) -> timedelta | None:
    vetting.reject(turn, error, now=now)
    return None


def _refused_proof(turn: Turn, error: Refused, *, now: datetime) -> timedelta | None:
    ownership_proof.reject(turn, error.message, now=now)
    return None


def _refused_ownership(turn: Turn, error: Refused, *, now: datetime) -> timedelta | None:
    raise Temporary(error.message) from error


STEPS = {
    ErrandKind.VETTING: vetting.take_step,
    ErrandKind.PROOF: ownership_proof.take_step,
    ErrandKind.OWNERSHIP: number_ownership.take_step,
}
REFUSED = {
    ErrandKind.VETTING: _refused_vetting,
    ErrandKind.PROOF: _refused_proof,
    ErrandKind.OWNERSHIP: _refused_ownership,
}


def _put_off(turn: Turn, error: ProviderError, *, now: datetime) -> None:
    """Have it tried again: sooner what passes by itself, later what a person must mend."""
    if isinstance(error, Misconfigured):
        wait = MISCONFIGURED_WAIT
        log.error("provider account misconfigured", account=turn.account.pk, errand=str(turn.kind))
    else:
        retry_after = error.retry_after if isinstance(error, Temporary) else None
        wait = errands.backoff(turn.failures, retry_after=retry_after)
        log.warning(
            "provider errand put off", account=turn.account.pk, errand=str(turn.kind), failures=turn.failures + 1
        )
    errands.finish_failed(turn, error=error.message, due_at=now + wait)
