"""Errands to an account's provider as rows that workers hold: claim, commit, call, record.

A worker holds an errand by a token until a moment, and everything that it records checks the token. A lease that runs
out makes the errand due again, so a killed worker needs no other repair; a call whose outcome it never recorded is
known by `called_at` and is looked up before it is made again.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Case, DateTimeField, F, Q, QuerySet, Value, When
from django.db.models.functions import Least

from accounts.models import Account
from common.scope import account_scope, all_accounts
from common.wakeup import wake_on_commit
from enrollment.models import ProviderErrand
from enrollment.provider_states import ErrandKind

TASK = "enrollment.run_provider_errands"
WAITING_LEASE = timedelta(seconds=30)  # from the claim until a worker starts
WORKING_LEASE = timedelta(seconds=150)  # above the hard time limit of a task; renewed with every step
FIRST_BACKOFF = timedelta(seconds=2)
LONGEST_BACKOFF = timedelta(minutes=15)
CLAIMED_AT_ONCE = 100


class LeaseLost(Exception):
    """Another worker has the errand now, or it is gone: nothing is recorded."""


@dataclass(slots=True)
class Turn:
    """An errand that this worker holds. `due_at` is when it would be due again by itself."""

    account: Account
    errand_id: int
    kind: ErrandKind
    token: uuid.UUID
    due_at: datetime
    called_at: datetime | None
    failures: int


def want(account: Account, kind: ErrandKind, *, now: datetime) -> None:
    """Make an errand due now, also while a worker is at it: it runs once more then."""
    with account_scope(account):
        ProviderErrand.objects.update_or_create(
            account=account, kind=kind, defaults={"due_at": now}, create_defaults={"due_at": now}
        )
    wake_on_commit(TASK)


def claim_due(*, now: datetime, limit: int = CLAIMED_AT_ONCE) -> list[tuple[int, uuid.UUID]]:
    """Lease the errands that are due and return (id, token) for each, longest overdue first."""
    with all_accounts(), transaction.atomic():
        due = ProviderErrand.objects.filter(_free(now), due_at__lte=now).order_by("due_at")
        ids = list(due.select_for_update(skip_locked=True).values_list("pk", flat=True)[:limit])
        claims = [(pk, uuid.uuid4()) for pk in ids]
        for pk, token in claims:
            ProviderErrand.objects.filter(pk=pk).update(lease_token=token, lease_until=now + WAITING_LEASE)
    return claims


def _free(now: datetime) -> Q:
    return Q(lease_until__isnull=True) | Q(lease_until__lte=now)


def begin(errand_id: int, token: uuid.UUID, *, now: datetime) -> Turn | None:
    """Take up a leased errand; None when the lease was lost. Until it ends, it is due again when the lease runs out."""
    until = now + WORKING_LEASE
    with all_accounts():
        if not _held(errand_id, token).update(lease_until=until, due_at=until):
            return None
        row = ProviderErrand.objects.select_related("account").get(pk=errand_id)
    return Turn(row.account, row.pk, ErrandKind(row.kind), token, until, row.called_at, row.failures)


@contextmanager
def recording(turn: Turn, *, now: datetime) -> Iterator[None]:
    """Open a transaction in which the errand is certainly held, in the scope of its account. Raises LeaseLost."""
    with account_scope(turn.account), transaction.atomic():
        if not _held(turn.errand_id, turn.token).update(lease_until=now + WORKING_LEASE):
            raise LeaseLost
        yield


def note_call(turn: Turn, *, now: datetime) -> None:
    """Commit that a call begins which must not be made twice."""
    with recording(turn, now=now):
        settle_call(turn, called_at=now)


def settle_call(turn: Turn, *, called_at: datetime | None = None) -> None:
    """Write that nothing is unknown any more: the call did not go out, or its outcome is recorded. In `recording`."""
    _held(turn.errand_id, turn.token).update(called_at=called_at)
    turn.called_at = called_at


def finish(turn: Turn, *, due_at: datetime | None) -> None:
    """Give an errand back after a good turn. What was wanted meanwhile stays due."""
    _give_back(turn, due_at, failures=0, last_error="")


def finish_failed(turn: Turn, *, error: str, due_at: datetime) -> None:
    """Give an errand back after a failure with its reason in words."""
    _give_back(turn, due_at, failures=F("failures") + 1, last_error=error[:500])


def _give_back(turn: Turn, due_at: datetime | None, **fields: object) -> None:
    wanted = Value(due_at, output_field=DateTimeField(null=True))
    # `due_at` differs from the lease's end where `want` has written it since: the earlier moment holds then.
    due = Case(When(due_at=turn.due_at, then=wanted), default=Least(F("due_at"), wanted))
    with all_accounts():
        _held(turn.errand_id, turn.token).update(lease_token=None, lease_until=None, due_at=due, **fields)


def _held(errand_id: int, token: uuid.UUID) -> QuerySet[ProviderErrand]:
    return ProviderErrand.objects.filter(pk=errand_id, lease_token=token)


def backoff(failures: int, *, retry_after: float | None = None) -> timedelta:
    """Return how long to wait after a number of failures in a row: doubling, with jitter, at least `retry_after` s."""
    doubled: timedelta = min(FIRST_BACKOFF * 2 ** min(failures, 20), LONGEST_BACKOFF)
    jittered = doubled * random.uniform(0.5, 1.0)  # noqa: S311  -- spreads load, guards nothing
    return max(jittered, timedelta(seconds=retry_after or 0))
