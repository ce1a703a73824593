"""Adding numbers to an account's inventory, thousands at a time."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from accounts.models import Account, User
from accounts.products import Product
from common.scope import account_scope
from phone_numbers.models import Campaign
from phone_numbers.services import inventory_sql
from phone_numbers.states import EventKind, Origin

BATCH = 10_000
MANY = 1_000  # from so many new numbers on the planner is told at once


class UnknownCampaignError(ValueError):
    """A number is to join a campaign that the account does not have."""


@dataclass(frozen=True, slots=True)
class NewNumber:
    """A number to add: E.164 with its plus sign, its ISO 3166 country, and the names of the campaigns it joins."""

    e164: str
    country: str
    label: str = ""
    product: Product = Product.OTHER
    origin: Origin = Origin.NATIVE
    campaigns: Sequence[str] = ()


@transaction.atomic
def add_numbers(
    account: Account, rows: Iterable[NewNumber], *, now: datetime, actor: User | None = None, reason: str = ""
) -> int:
    """Add numbers with status, area, an *Added* event each and campaign membership; return how many are new.

    A number that the account already holds is left exactly as it is. A campaign that the account does not have
    raises UnknownCampaignError and nothing is added. Areas need the table of `load_areas`.
    """
    waiting, added = iter(rows), 0
    with account_scope(account):
        known = frozenset(Campaign.objects.values_list("name", flat=True))
    while batch := list(islice(waiting, BATCH)):
        _refuse_unknown_campaigns(batch, known)
        with connection.cursor() as cursor:
            _stage(cursor, batch)
            added += add_staged(cursor, account.pk, now=now, actor_id=actor.pk if actor else None, reason=reason)
    tell_planner(added)
    return added


def tell_planner(added: int) -> None:
    """Have the inventory's statistics taken anew after many numbers came, so that pages stay quick."""
    if added >= MANY:
        with connection.cursor() as cursor:
            cursor.execute(inventory_sql.ANALYZE_INVENTORY)


def add_staged(cursor: CursorWrapper, account_id: int, *, now: datetime, actor_id: int | None, reason: str) -> int:
    """Add what waits in the temporary table `staged_number`; return how many numbers are new."""
    cursor.execute("ANALYZE staged_number")
    parameters: dict[str, Any] = {
        "account": account_id,
        "now": now,
        "actor": actor_id,
        "reason": reason,
        "added_kind": EventKind.ADDED,
    }
    cursor.execute(inventory_sql.ADD_STAGED, parameters)
    (added,) = cursor.fetchone()
    return int(added)


def _refuse_unknown_campaigns(batch: list[NewNumber], known: frozenset[str]) -> None:
    unknown = {name for number in batch for name in number.campaigns} - known
    if unknown:
        raise UnknownCampaignError(f"The account has no campaign called {', '.join(sorted(unknown))}.")


def _stage(cursor: CursorWrapper, batch: list[NewNumber]) -> None:
    """Copy a batch into the temporary table."""
    lines = io.StringIO()
    csv.writer(lines).writerows(
        (row.e164, row.country, row.label, int(row.product), int(row.origin), array_literal(row.campaigns))
        for row in batch
    )
    lines.seek(0)
    cursor.execute(inventory_sql.CREATE_STAGED)
    cursor.copy_expert(inventory_sql.COPY_STAGED, lines)


def array_literal(values: Sequence[str]) -> str:
    """Return a PostgreSQL array literal of texts, as COPY reads it."""
    quoted = ('"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' for value in values)
    return "{" + ",".join(quoted) + "}"
