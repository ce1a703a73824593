"""Lines and observations find their numbers by the digits, whatever the planner knows of the account.

The planner takes an account that is just coming in for empty: beside a million numbers of another account, lookups by
account and number read all numbers of the new account by another index, for each line.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from accounts.models import Account
from phone_numbers.feeds import ingest_sql
from phone_numbers.imports import sql
from phone_numbers.imports.parameters import for_job
from phone_numbers.models import ImportJob
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def newcomer(acme: Account, globex: Account) -> Account:
    """globex, whose numbers came after the statistics were made; acme's were there before."""
    for _ in range(30):
        factories.make_number(acme)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE numbers_phonenumber")
        cursor.execute("SET LOCAL enable_seqscan = off")
    return globex


def plan(statement: str, params: dict[str, Any]) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {statement}", params)
        return "\n".join(line for (line,) in cursor.fetchall())


@pytest.mark.parametrize("name", ["KEEP_LINES", "STAGE_NEW_NUMBERS", "STAGE_CHANGES"])
def test_lines_of_an_import_are_looked_up_by_number(newcomer: Account, name: str) -> None:
    job = ImportJob(pk=1, account=newcomer, filename="new.csv")
    params = for_job(job, after=0, until=1000)
    with connection.cursor() as cursor:
        cursor.execute(sql.CREATE_STAGED_LINES)
        cursor.execute("CREATE TEMP TABLE staged_number (LIKE numbers_importrow) ON COMMIT DROP")
    assert "numbers_by_e164" in plan(getattr(sql, name), params)


def test_observations_are_looked_up_by_number(newcomer: Account) -> None:
    with connection.cursor() as cursor:
        cursor.execute(ingest_sql.PAGE)
    params = {"account": newcomer.pk, "future": factories.NOW, "oldest": factories.NOW}
    assert "numbers_by_e164" in plan(ingest_sql.HIT, params)
