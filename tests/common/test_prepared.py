"""Prepared statements: planned once for each connection, and not at all behind a pooler of transactions."""

from __future__ import annotations

import re

import pytest
import time_machine
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Account, User
from common.prepared import Prepared
from phone_numbers.states import Rating
from tests import factories
from tests.conftest import ClientFor

pytestmark = pytest.mark.django_db
TOKEN = re.compile(rb"(?<=\")[0-9A-Za-z]{64}(?=\")")
PAGES = [
    "/numbers/",
    "/numbers/?status=spam",
    "/numbers/?sort=area",
    "/numbers/?product=phone",
    "/cases/",
    "/alerts/",
    "/",
]


@pytest.fixture
def client(client_for: ClientFor, owner: User, acme: Account) -> Client:
    for serial in range(3):
        number = factories.make_number(acme, rating=Rating.SPAM if serial else Rating.HEALTHY)
        factories.make_view(number, "verizon")
    factories.make_campaign(acme, "Renewals", numbers=[number])
    return client_for(owner)


def statements(client: Client, address: str) -> tuple[list[str], bytes]:
    """Return what a page asks of the database, and the page without its form tokens, which are new each time."""
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(address)
    assert answer.status_code == 200
    return [query["sql"] for query in captured.captured_queries], TOKEN.sub(b"", answer.content)


@pytest.mark.parametrize("address", PAGES)
def test_behind_a_pooler_of_transactions_a_page_is_the_same_and_prepares_nothing(
    client: Client, settings: LazySettings, address: str
) -> None:
    with time_machine.travel(timezone.now(), tick=False):  # a page says how long ago things were
        prepared, usual = statements(client, address)
        settings.DATABASE_POOLED = True
        plain, pooled = statements(client, address)
    assert any(sql.startswith("EXECUTE") for sql in prepared)
    assert not any(sql.startswith(("EXECUTE", "PREPARE")) for sql in plain)
    assert len(plain) == len(prepared)
    assert pooled == usual


def test_parameters_have_their_types_both_ways(settings: LazySettings) -> None:
    sums = Prepared(
        "sums_of_a_test",
        "SELECT %(some)s IS NULL OR 2 = ANY(%(some)s), %(most)s + %(most)s",
        {"most": "int", "some": "int[]"},
    )
    cases = [({"some": None, "most": 2}, (True, 4)), ({"some": [1], "most": 3}, (False, 6))]
    for settings.DATABASE_POOLED in (False, True):
        assert [sums.fetchone(given) for given, _ in cases] == [wanted for _, wanted in cases]


def test_preparing_is_not_counted_as_a_query() -> None:
    one = Prepared("one_of_a_test", "SELECT %(n)s", {"n": "int"})
    with CaptureQueriesContext(connection) as captured:
        assert [one.fetchone({"n": 1}), one.fetchone({"n": 2})] == [(1,), (2,)]
    assert len(captured) == 2
