"""Reads of the list of cases: its rows, and what it can be narrowed to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.http import QueryDict

from accounts.models import Account, Role, User
from common.keyset import Sort, choose_sort
from common.scope import current_account_id
from phone_numbers.models import PhoneNumber
from phone_numbers.selectors import listing
from providers import registry
from remediation.models import Case, ManualTask
from remediation.selectors import case_list_sql, cases
from remediation.states import CLOSED_STATES, ManualState

BY_HAND = "by-hand"
FEW = 2_000  # numbers whose cases are looked up one by one
# What a row of the list shows. Fifty cases as models, each with number, owner and request, take three times as long.
COLUMNS = (
    *("id", "uuid", "state", "state_since", "reason", "attempt", "carriers", "provider"),
    *("opened_at", "target_at", "limit_at", "overdue_at", "closed_at"),
    *("number__e164", "number__label", "owner_id", "owner__full_name", "owner__email"),
)

listed_cases = cases.listed_cases


@dataclass(frozen=True, slots=True)
class Choices:
    """What the filters offer: words of the address and what people read, and the keys behind the words."""

    providers: list[tuple[str, str]]
    carriers: list[tuple[str, str]]
    owners: list[tuple[str, str]]
    source_ids: dict[str, int]
    carrier_names: dict[int, str]


def choices(user: User) -> Choices:
    """Return the choices in the open account; `user` is offered as "Me" and not by name. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(case_list_sql.CHOICES, {"account": current_account_id(), "roles": list(Role)})
        rows = cursor.fetchall()
    sources = [(pk, key, name) for pk, key, name in rows if key is not None]
    return Choices(
        providers=[*((kind.key, kind.name) for kind in registry.SERVICES.values()), (BY_HAND, "Filed by hand")],
        carriers=[(key, name) for _, key, name in sources],
        owners=[(str(pk), name) for pk, key, name in rows if key is None and pk != user.pk],
        source_ids={key: pk for pk, key, _ in sources},
        carrier_names={pk: name for pk, _, name in sources},
    )


def sort_of(params: QueryDict) -> Sort:
    """Return the order that a list's parameters ask for; by the limit only while it holds open cases alone."""
    return choose_sort(params.get("sort"), sorts(params), cases.DEFAULT_SORT)


def sorts(params: QueryDict) -> Mapping[str, tuple[str, ...]]:
    """Return the orders that this list can be read in."""
    ended = params.get("show") or set(params.getlist("state")) & set(CLOSED_STATES)
    return cases.SORTS if ended else cases.SORTS_OF_OPEN


def open_ones(found: QuerySet[Case]) -> QuerySet[Case]:
    """Return the cases that go on. Said by the closing time alone: the partial index of open cases answers that."""
    return found.filter(closed_at=None)


def ended_ones(found: QuerySet[Case]) -> QuerySet[Case]:
    """Return the cases that have ended, said in the same way: the index of their own knows no newer open ones."""
    return found.filter(closed_at__isnull=False)


def rows(found: QuerySet[Case]) -> QuerySet[Any, Any]:
    """Return what the list shows of these cases, COLUMNS of each, as named rows."""
    return found.values_list(*COLUMNS, named=True)


def of_numbers(found: QuerySet[Case], account: Account, q: str) -> QuerySet[Case]:
    """Return the cases of the numbers that a search of the hub finds."""
    return found.filter(number__in=number_ids(account, q))


def number_ids(account: Account, q: str) -> list[int] | QuerySet[Any]:
    """Return the keys of the numbers that a search finds, as a list while they are few."""
    matching = listing.found(PhoneNumber.objects.all(), account, q).order_by().values_list("pk", flat=True)
    few = list(matching[: FEW + 1])
    return few if len(few) <= FEW else matching


def to_follow_up(found: QuerySet[Case], *, now: datetime) -> QuerySet[Case]:
    """Return the open cases with a dispute filed by hand whose day to look again has come."""
    due = ManualTask.objects.filter(state=ManualState.FILED, follow_up_on__lte=now.date())
    return found.filter(closed_at=None, pk__in=due.values("case"))


def any_case() -> bool:
    """Tell whether the open account ever had a case."""
    return bool(Case.objects.exists())
