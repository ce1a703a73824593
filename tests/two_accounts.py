"""Two accounts of ten thousand numbers each with one thing of each kind in both, and a digest of all that one holds."""

from __future__ import annotations

from dataclasses import dataclass

from django.apps import apps
from django.db import connection
from django.test import Client

from accounts.models import Account, User
from accounts.products import Product
from common.scope import account_scope
from phone_numbers.models import NumberStatus, PhoneNumber
from phone_numbers.services import inventory
from phone_numbers.states import Rating
from tests import factories
from tests.api.conftest import client_of, secret_of
from tests.conftest import ClientFor
from tests.routes_world import World, make_world

NUMBERS = 10_000
PREFIXES = {"acme": "+1303666", "globex": "+1512777"}
# What a call or a page of one's own may change: they say how often somebody asked, and who signed in.
OWN_TRACES = frozenset({"accounts_apikey", "accounts_apiuse", "accounts_membership"})


@dataclass(frozen=True)
class Side:
    """One of the two accounts: its things, who owns it, and a program of it with every scope."""

    account: Account
    world: World
    person: Client
    program: Client
    ids: frozenset[str]
    e164s: frozenset[str]


def make_side(account: Account, owner: User, client_for: ClientFor) -> Side:
    """Fill an account: ten thousand numbers in one campaign, and one thing of each other kind."""
    world = make_world(account)
    prefix = PREFIXES[account.slug]
    rows = [
        inventory.NewNumber(
            f"{prefix}{line:04d}",
            "US",
            label=f"Line of {account.name}",
            product=Product.CONTACT_CENTER,
            campaigns=[world.campaign.name],
        )
        for line in range(NUMBERS)
    ]
    inventory.add_numbers(account, rows, now=factories.NOW)
    with account_scope(account):
        NumberStatus.objects.filter(number__e164__startswith=prefix).update(rating=Rating.HEALTHY)
        pairs = PhoneNumber.objects.values_list("uuid", "e164")
        ids, e164s = zip(*((str(uuid), e164) for uuid, e164 in pairs), strict=True)
    program = client_of(secret_of(account, owner, limit=120_000))
    return Side(account, world, client_for(owner), program, frozenset(ids), frozenset(e164s))


def fingerprint(account: Account) -> dict[str, tuple[int, str]]:
    """Return how many rows each table holds of an account, and a digest of them all."""
    tables = {model._meta.db_table for model in apps.get_models() if _is_of_tenants(model)} - OWN_TRACES
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(tables):
            cursor.execute(
                f"SELECT count(*), md5(coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text)), '')) "
                f'FROM "{table}" t WHERE account_id = %s',
                [account.pk],
            )
            found[table] = cursor.fetchone()
    return found


def _is_of_tenants(model: type) -> bool:
    return any(field.attname == "account_id" for field in model._meta.concrete_fields)
