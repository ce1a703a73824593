"""The pages of the list that are opened most, by statements that a connection plans once (decision 0091).

All numbers in any order, or one status in the orders that its own index holds. A plan that knows no values must be
right for each of them, and it is where an index gives the rows in the order of the page. Under any other filter the
best plan depends on how rare the value is: these pages are asked for through `NumberFilter`, and planned each time.
"""

from __future__ import annotations

from collections import namedtuple
from dataclasses import dataclass
from functools import cache
from typing import Any

from common.keyset import Sort
from common.prepared import Prepared
from phone_numbers.models import PhoneNumber
from phone_numbers.selectors import listing, usual_pages_sql

# The orders of `numbers_status_by_status`.
ORDERS_OF_A_STATUS = ("last_updated", "status")
_Row = namedtuple("_Row", listing.COLUMNS)  # type: ignore[misc]


@dataclass(frozen=True)
class UsualPages:
    """The numbers of an account, all of them or those of one status, for a Pager to read."""

    account_id: int
    status: int | None = None
    model = PhoneNumber

    def take(self, sort: Sort, values: tuple[Any, ...] | None, limit: int) -> list[Any]:
        """Return up to `limit` rows with the list's columns, in this order, after the row with these values."""
        statement = _statement(sort, beyond=values is not None, of_status=self.status is not None, limit=limit)
        places = {f"place_{n}": value for n, value in enumerate(values or ())}
        rows = statement.fetchall({"account": self.account_id, "status": self.status} | places)
        return [_Row._make(row) for row in rows]


def usual_pages(account_id: int, statuses: list[int], sort: Sort) -> UsualPages | None:
    """Return the numbers with any of these statuses, all without any; None where a plan without values may be wrong."""
    if not statuses:
        return UsualPages(account_id)
    is_usual = len(statuses) == 1 and sort.key in ORDERS_OF_A_STATUS
    return UsualPages(account_id, statuses[0]) if is_usual else None


@cache
def _statement(sort: Sort, *, beyond: bool, of_status: bool, limit: int) -> Prepared:
    text, types = usual_pages_sql.page(
        listing.COLUMNS, sort.fields, descending=sort.descending, beyond=beyond, of_status=of_status, limit=limit
    )
    name = f"list_{sort.key}_{'down' if sort.descending else 'up'}_{beyond:d}{of_status:d}_{limit}"
    return Prepared(name, text, types)
