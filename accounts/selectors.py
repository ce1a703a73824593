"""Reads about accounts, memberships and licences."""

from __future__ import annotations

from datetime import date

from accounts.models import Account, License, Membership, User
from accounts.products import LicenseKind
from common.scope import account_scope, all_accounts


def memberships_of(user: User) -> list[Membership]:
    """Return a person's memberships with their accounts, by account name: the rows of the account switcher."""
    with all_accounts():
        return list(Membership.objects.filter(user=user).select_related("account").order_by("account__name", "pk"))


def valid_license_kinds(account: Account, *, today: date) -> frozenset[LicenseKind]:
    """Return the kinds of licences in force in an account on a day."""
    with account_scope(account):
        licenses = list(License.objects.all())
    return frozenset(LicenseKind(license.kind) for license in licenses if license.is_valid_on(today))


def seats(account: Account, kind: LicenseKind, *, today: date) -> int:
    """Return the seats of one kind in force on a day: the sum over the valid licences."""
    with account_scope(account):
        licenses = list(License.objects.filter(kind=kind))
    return sum(license.seats or 0 for license in licenses if license.is_valid_on(today))
