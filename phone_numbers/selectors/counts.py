"""How many numbers match, for the chips and the total of the list; never a count of the account's rows.

Under the filters that NumberCount knows, one SUM of its rows is exact. Under any other filter the matching rows are
counted up to a limit, in a fragment of its own that the page does not wait for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Case, IntegerField, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce

from phone_numbers.models import NumberCount, PhoneNumber
from phone_numbers.states import (
    STATUS_BY_RATING,
    Capability,
    Registration,
    ReputationStatus,
    Service,
)


@dataclass(frozen=True)
class Counts:
    """How many numbers match all filters, and how many per status under all filters but the status itself.

    With `is_capped` more than COUNT_LIMIT match, and `total` is that limit. `by_status` is None where more than
    COUNT_LIMIT match without the status filter.
    """

    total: int
    by_status: Mapping[int, int] | None
    is_capped: bool = False

    @property
    def words(self) -> str:
        """Return the total as it stands on the page: `12,431`, or `10,000+` above the limit."""
        return f"{self.total:,}{'+' if self.is_capped else ''}"

    @property
    def sentence(self) -> str:
        """Return what a screen reader says after a change."""
        if self.is_capped:
            return f"More than {self.total:,} numbers match"
        return "1 number matches" if self.total == 1 else f"{self.total:,} numbers match"


def _derived_status() -> Case:
    whens = [When(rating=rating, then=Value(status.value)) for rating, status in STATUS_BY_RATING.items()]
    running = When(registration=Registration.IN_PROGRESS, then=Value(ReputationStatus.IN_PROGRESS.value))
    return Case(running, *whens, output_field=IntegerField())


def _derived_services() -> Any:
    registered = When(registration=Registration.REGISTERED, then=Value(Service.REGISTRATION.value))
    monitored = When(capability=Capability.ON, then=Value(Service.MONITORING.value))
    return Case(registered, default=Value(0)) + Case(monitored, default=Value(0))


def totals(values: Mapping[str, list[Any]]) -> tuple[Counts, int]:
    """Return the exact counts under these allowed values per column, and the number of all numbers.

    Columns are product, origin, registration, rating, capability, tagged, status and services. One query.
    """
    conditions = Q(**{f"{column}__in": allowed for column, allowed in values.items() if column != "status"})
    rows = (
        NumberCount.objects.annotate(status=_derived_status(), services=_derived_services())
        .values("status")
        .annotate(matching=Coalesce(Sum("n", filter=conditions), 0), everything=Sum("n"))
        .values_list("status", "matching", "everything")
    )
    found = list(rows)
    by_status = {status: matching for status, matching, _ in found}
    return Counts(_sum(by_status, values.get("status")), by_status), sum(row[2] for row in found)


def all_numbers() -> int:
    """Return how many numbers the account has."""
    found: int | None = NumberCount.objects.aggregate(n=Sum("n"))["n"]
    return found or 0


def counted(matching: QuerySet[PhoneNumber], any_status: QuerySet[PhoneNumber], statuses: list[int]) -> Counts:
    """Count rows, up to COUNT_LIMIT: `matching` all filters, and `any_status` without the status filter."""
    by_status = _statuses(any_status)
    if by_status is not None:
        return Counts(_sum(by_status, statuses), by_status)
    found = _statuses(matching) if statuses else None
    if found is None:
        return Counts(settings.COUNT_LIMIT, None, is_capped=True)
    return Counts(sum(found.values()), None)


def _statuses(numbers: QuerySet[PhoneNumber]) -> Mapping[int, int] | None:
    """Return how many rows have each status, or None when there are more than COUNT_LIMIT."""
    limit: int = settings.COUNT_LIMIT
    found = numbers.order_by().values_list("status__status", flat=True)[: limit + 1]
    counter = Counter(found)
    return None if counter.total() > limit else counter


def _sum(by_status: Mapping[int, int], statuses: list[int] | None) -> int:
    return sum(n for status, n in by_status.items() if not statuses or status in statuses)
