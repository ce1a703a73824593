"""Reads of the platform's pages about accounts: across all of them, for reviewers only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from accounts.models import Account, License
from accounts.products import LicenseKind
from common.scope import all_accounts
from enrollment.models import ServiceAssignment


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An account with its licenses in force, and its seats."""

    account: Account
    licenses: tuple[str, ...]
    seats: int
    seats_taken: int
    monitored: int

    @property
    def is_over(self) -> bool:
        """Tell whether more seats are held than are in force."""
        return self.seats_taken > self.seats


def listed_accounts(q: str) -> QuerySet[Account]:
    """Return all accounts by name, or those whose name or short name holds a text."""
    accounts = Account.objects.order_by("name", "pk")
    return accounts.filter(Q(name__icontains=q) | Q(slug__icontains=q)) if q else accounts


def account_lines(accounts: Sequence[Account], *, today: date) -> list[AccountLine]:
    """Return these accounts as the list shows them, in two queries."""
    ids = [account.pk for account in accounts]
    licenses, taken = _licenses(ids, today), _taken(ids)
    return [
        AccountLine(
            account=account,
            licenses=_labels(licenses[account.pk]),
            seats=sum(one.seats or 0 for one in licenses[account.pk] if one.kind == LicenseKind.SPAM_MONITORING),
            seats_taken=taken.get(account.pk, (0, 0))[0],
            monitored=taken.get(account.pk, (0, 0))[1],
        )
        for account in accounts
    ]


def _labels(licenses: Sequence[License]) -> tuple[str, ...]:
    held = {one.kind for one in licenses}
    return tuple(kind.label for kind in LicenseKind if kind in held)


def _licenses(account_ids: Collection[int], today: date) -> dict[int, list[License]]:
    found: dict[int, list[License]] = defaultdict(list)
    with all_accounts():
        for one in License.objects.filter(account__in=account_ids).order_by("kind", "starts_on"):
            if one.is_valid_on(today):
                found[one.account_id].append(one)
    return found


def _taken(account_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """Return for each account how many seats are held, and how many numbers are monitored."""
    with all_accounts():
        rows = ServiceAssignment.objects.filter(account__in=account_ids, service="monitoring").order_by()
        counted = rows.values_list("account").annotate(seats=Count("pk", filter=Q(holds_seat=True)), n=Count("pk"))
        return {account: (seats, n) for account, seats, n in counted}
