"""Seats: taken under a lock and counted live, so that nobody gets one too many (D30)."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.models import Account
from accounts.products import LicenseKind
from enrollment.models import SeatPool, ServiceAssignment

REVIEW_EVERY = timedelta(minutes=5)


def hold_pool(account: Account, *, now: datetime) -> SeatPool:
    """Lock the account's seats until the transaction ends; every change of a number's services begins here.

    A statement of its own: a count in the same statement would see the rows as they were before the lock was granted,
    and 139 of 500 people got one of 100 seats.
    """
    _ensure_pool(account, now=now)
    return SeatPool.objects.select_for_update().get(account=account, kind=LicenseKind.SPAM_MONITORING)


def review_soon(account: Account, *, now: datetime) -> None:
    """Have the account's monitored numbers looked over at once, after something changed that they depend on."""
    _ensure_pool(account, now=now)
    SeatPool.objects.filter(account=account, review_due_at__gt=now).update(review_due_at=now)


def _ensure_pool(account: Account, *, now: datetime) -> None:
    SeatPool.objects.bulk_create([SeatPool(account=account, review_due_at=now)], ignore_conflicts=True)


def take_back_newest(count: int) -> int:
    """Take seats from the newest assignments of the open account that hold one; return how many (D30).

    Needs the pool's lock.
    """
    newest = ServiceAssignment.objects.filter(holds_seat=True).order_by("-since", "-pk").values("pk")[:count]
    return ServiceAssignment.objects.filter(pk__in=list(newest.values_list("pk", flat=True))).update(holds_seat=False)
