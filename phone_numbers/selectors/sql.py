"""Reads that the ORM cannot say. Every statement takes the account as `%(account)s`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models.expressions import RawSQL

from accounts.models import Account
from common.prepared import Prepared
from phone_numbers.models import Source
from phone_numbers.states import STATUS_BY_RATING, Capability, Registration, ReputationStatus, Service

# One index step per distinct area instead of reading every number: PostgreSQL has no loose index scan for DISTINCT.
AREAS_OF_ACCOUNT = """
WITH RECURSIVE step AS (
    (SELECT area FROM numbers_phonenumber WHERE account_id = %(account)s ORDER BY area LIMIT 1)
    UNION ALL
    SELECT (
        SELECT n.area FROM numbers_phonenumber AS n
        WHERE n.account_id = %(account)s AND n.area > step.area ORDER BY n.area LIMIT 1
    )
    FROM step WHERE step.area IS NOT NULL
)
SELECT area FROM step WHERE area <> ''
"""


def areas_of(account: Account) -> list[str]:
    """Return the distinct areas of an account's numbers, in the index's order."""
    with connection.cursor() as cursor:
        cursor.execute(AREAS_OF_ACCOUNT, {"account": account.pk})
        return [area for (area,) in cursor.fetchall()]


# Totals of an account per reputation status, and its newest update.
_STATUS = " ".join(f"WHEN rating = {rating.value} THEN {status.value}" for rating, status in STATUS_BY_RATING.items())
_COLUMNS = ("product", "origin", "registration", "rating", "capability", "services")
_MATCHES = " AND ".join(f"(%({column})s IS NULL OR {column} = ANY(%({column})s))" for column in _COLUMNS)
_COUNTED = f"""(
    SELECT n, tagged, product, origin, registration, rating, capability,
        CASE WHEN registration = {Registration.IN_PROGRESS} THEN {ReputationStatus.IN_PROGRESS} {_STATUS} END AS status,
        CASE WHEN registration = {Registration.REGISTERED} THEN {Service.REGISTRATION} ELSE 0 END
            + CASE WHEN capability = {Capability.ON} THEN {Service.MONITORING} ELSE 0 END AS services
    FROM numbers_numbercount WHERE account_id = %(account)s
) AS counted"""
_NEWEST = """(
    SELECT last_updated FROM numbers_numberstatus WHERE account_id = %(account)s
    ORDER BY last_updated DESC, number_id DESC LIMIT 1
)"""
LIST_TOTALS = f"""
SELECT status, coalesce(sum(n) FILTER (
        WHERE {_MATCHES} AND (%(tagged)s IS NULL OR tagged = ANY(%(tagged)s))
    ), 0)::bigint AS matching,
    sum(n)::bigint AS everything, {_NEWEST} AS newest
FROM {_COUNTED} GROUP BY status
"""

# One statement, since most of what a short query costs the list is its way to the database and back.
_SOURCE, _CAMPAIGN, _TOTAL = range(3)
LIST_HEAD = f"""
(SELECT {_SOURCE} AS what, id, key, name, mark, kind::bigint AS n, NULL::timestamptz AS newest
    FROM numbers_source ORDER BY kind, id)
UNION ALL
(SELECT {_CAMPAIGN}, NULL, uuid::text, name, '', NULL, NULL
    FROM numbers_campaign WHERE account_id = %(account)s ORDER BY name)
UNION ALL
(SELECT {_TOTAL}, status, '', '', '', sum(n)::bigint, {_NEWEST} FROM {_COUNTED} GROUP BY status)
"""

_LIST_TOTALS = Prepared(
    "totals_of_a_list", LIST_TOTALS, {"account": "bigint", "tagged": "boolean[]"} | dict.fromkeys(_COLUMNS, "int[]")
)
_LIST_HEAD = Prepared("head_of_a_list", LIST_HEAD, {"account": "bigint"})


def among(keys: list[int]) -> RawSQL:
    """Return keys for an `in`, as a set that the planner joins by.

    A plain list becomes a condition on the last column of the sort's index, and the planner then reads that index from
    its beginning, comparing every entry with hundreds of keys. For a thousand keys or fewer a join is sooner done.
    """
    return RawSQL("SELECT unnest(%s::bigint[])", [keys])


class StatusTotal(NamedTuple):
    """The numbers of one status: those that match, all of them, and the account's newest update."""

    status: int
    matching: int
    everything: int
    newest: datetime


def list_totals(account_id: int, values: Mapping[str, list[Any]]) -> list[StatusTotal]:
    """Return the totals per status under these allowed values per column; a column that is not named is free."""
    free: dict[str, list[Any] | None] = dict.fromkeys((*_COLUMNS, "tagged"))
    known = {name: values[name] for name in values if name in free}
    return [StatusTotal(*row) for row in _LIST_TOTALS.fetchall(free | known | {"account": account_id})]


class ListHead(NamedTuple):
    """What the head of the list needs whatever is filtered: sources and campaigns to choose, and totals."""

    sources: list[Source]
    campaigns: list[tuple[str, str]]
    totals: list[StatusTotal]


def list_head(account: Account) -> ListHead:
    """Return every source in order, the account's campaigns as uuid and name, by name, and its unfiltered totals."""
    rows = _LIST_HEAD.fetchall({"account": account.pk})
    return ListHead(
        sources=[Source(pk, key, name, mark, kind) for what, pk, key, name, mark, kind, _ in rows if what == _SOURCE],
        campaigns=[(uuid, name) for what, _, uuid, name, *_ in rows if what == _CAMPAIGN],
        totals=[StatusTotal(status, n, n, newest) for what, status, _, _, _, n, newest in rows if what == _TOTAL],
    )
