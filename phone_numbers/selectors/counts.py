"""How many numbers match, for the chips and the total of the list; never a count of the account's rows.

Under the filters that NumberCount knows, one SUM of its rows is exact. Under any other filter the matching rows are
counted up to a limit, in a fragment of its own that the page does not wait for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from common.scope import current_account_id
from phone_numbers.models import PhoneNumber
from phone_numbers.models.inventory import EPOCH
from phone_numbers.selectors import sql
from phone_numbers.selectors.sql import ListHead


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


@dataclass(frozen=True)
class Totals:
    """What the summary table knows: the counts under the filters that it knows, of all numbers, the newest update."""

    counts: Counts
    everything: int
    newest: datetime | None


def totals(values: Mapping[str, list[Any]], head: ListHead) -> Totals:
    """Return the exact counts under these allowed values per column, and what holds for the whole account.

    Columns are product, origin, registration, rating, capability, tagged, status and services. One query, none when
    the head of the list knows it: without values, or with a status alone.
    """
    is_known = values.keys() <= {"status"}
    rows = head.totals if is_known else sql.list_totals(current_account_id(), values)
    by_status = {row.status: row.matching for row in rows}
    newest = rows[0].newest if rows else None
    return Totals(
        counts=Counts(_sum(by_status, values.get("status")), by_status),
        everything=sum(row.everything for row in rows),
        newest=newest if newest and newest > EPOCH else None,
    )


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
