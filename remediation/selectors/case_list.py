"""Reads of the list of cases: its rows, what it can be narrowed to, and the counts of its chips."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import QueryDict

from accounts import selectors as account_selectors
from accounts.models import Account, User
from common.keyset import Sort, choose_sort
from phone_numbers.models import PhoneNumber
from phone_numbers.selectors import listing
from providers import registry
from remediation.models import Case, ManualTask
from remediation.selectors import cases
from remediation.states import AT_PROVIDER, CLOSED_STATES, OPEN_STATES, CaseState, ManualState

BY_HAND = "by-hand"
FEW = 2_000  # numbers whose cases are looked up one by one

listed_cases = cases.listed_cases


@dataclass(frozen=True, slots=True)
class Choices:
    """What the filters offer: words of the address and what people read, and the keys behind the words."""

    providers: list[tuple[str, str]]
    carriers: list[tuple[str, str]]
    owners: list[tuple[str, str]]
    source_ids: dict[str, int]
    carrier_names: dict[int, str]


def choices(account: Account, user: User) -> Choices:
    """Return the choices of an account; `user` is offered as "Me" and not by name."""
    sources = listing.sources()
    others = [member.user for member in account_selectors.members(account) if member.user_id != user.pk]
    named = [(kind.key, kind.name) for kind in registry.SERVICES.values()]
    return Choices(
        providers=[*named, (BY_HAND, "Filed by hand")],
        carriers=[(source.key, source.name) for source in sources],
        owners=[(str(one.pk), str(one)) for one in others],
        source_ids={source.key: source.pk for source in sources},
        carrier_names={source.pk: source.name for source in sources},
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


@dataclass(frozen=True, slots=True)
class OpenCounts:
    """How many cases are open, by what stands in their way."""

    everything: int
    at_provider: int
    awaiting: int
    parked: int
    cooling: int
    overdue: int


def open_counts() -> OpenCounts:
    """Return the counts of the chips: one query over the open cases, however many have ended."""
    rows = Case.objects.filter(closed_at=None, state__in=OPEN_STATES).order_by().values_list("state")
    late = Count("pk", filter=Q(overdue_at__isnull=False))
    found = {CaseState(state): (n, overdue) for state, n, overdue in rows.annotate(n=Count("pk"), overdue=late)}
    count = {state: found.get(state, (0, 0))[0] for state in CaseState}
    return OpenCounts(
        everything=sum(n for n, _ in found.values()),
        at_provider=count[CaseState.OPEN] + sum(count[state] for state in AT_PROVIDER),
        awaiting=count[CaseState.AWAITING_CLEAN_READING],
        parked=count[CaseState.PARKED],
        cooling=count[CaseState.COOLING_DOWN],
        overdue=sum(overdue for _, overdue in found.values()),
    )


def any_case() -> bool:
    """Tell whether the open account ever had a case."""
    return bool(Case.objects.exists())
