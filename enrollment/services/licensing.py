"""Licenses set by platform staff, with what follows for monitored numbers (D28, D30)."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from accounts import services as account_services
from accounts.models import Account, License, User
from accounts.products import LicenseKind
from common.scope import account_scope
from common.wakeup import wake_on_commit
from enrollment.services import number_review, seats


@transaction.atomic
def add_license(
    account: Account,
    *,
    kind: LicenseKind,
    seat_count: int | None,
    starts_on: date,
    ends_on: date | None,
    actor: User,
    now: datetime,
) -> License:
    """Add a license; numbers that lacked it are restored with the next review."""
    license = account_services.grant_license(
        account, kind=kind, seats=seat_count, starts_on=starts_on, ends_on=ends_on, actor=actor, now=now
    )
    _look_over(account, now=now)
    return license


@transaction.atomic
def change_license(
    license: License, *, seat_count: int | None, starts_on: date, ends_on: date | None, actor: User, now: datetime
) -> None:
    """Change or end a license. Seats above the new count are taken back from the newest numbers by the next review."""
    account_services.change_license(
        license, seats=seat_count, starts_on=starts_on, ends_on=ends_on, actor=actor, now=now
    )
    _look_over(license.account, now=now)


def _look_over(account: Account, *, now: datetime) -> None:
    with account_scope(account):
        seats.review_soon(account, now=now)
    wake_on_commit(number_review.TASK)
