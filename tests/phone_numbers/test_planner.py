"""Right after many numbers came in, the planner knows of them: the join of numbers and statuses must not be squared."""

from __future__ import annotations

import json
from io import BytesIO

import pytest
from django.db import connection

from accounts.models import Account
from common.scope import account_scope
from phone_numbers.models import PhoneNumber
from phone_numbers.services import imports, inventory
from tests import factories

pytestmark = pytest.mark.django_db
COUNT = inventory.MANY + 200


def expected_rows(account: Account) -> int:
    """Return how many numbers the planner expects in an account."""
    with account_scope(account), connection.cursor() as cursor:
        cursor.execute(
            "EXPLAIN (FORMAT JSON) SELECT * FROM numbers_phonenumber AS number JOIN numbers_numberstatus AS status"
            " ON status.number_id = number.id WHERE number.account_id = %s AND status.account_id = %s",
            [account.pk, account.pk],
        )
        (plan,) = cursor.fetchone()
    plan = json.loads(plan) if isinstance(plan, str) else plan
    return int(plan[0]["Plan"]["Plan Rows"])


def e164s() -> list[str]:
    return [f"+1415555{place:04d}" for place in range(COUNT)]


def test_numbers_that_a_program_adds(acme: Account, globex: Account) -> None:
    factories.make_number(globex)
    inventory.add_numbers(acme, [inventory.NewNumber(e164, "US") for e164 in e164s()], now=factories.NOW)
    assert expected_rows(acme) > COUNT // 2


def test_numbers_that_a_file_brings(acme: Account, globex: Account) -> None:
    factories.make_number(globex)
    lines = "\n".join(["Number", *e164s()]).encode()
    with account_scope(acme):
        job = imports.upload(acme, BytesIO(lines), filename="many.csv", size=len(lines), actor=None, now=factories.NOW)
        imports.work_to_the_end(job)
        imports.confirm(job, actor=None, now=factories.NOW)
        imports.work_to_the_end(job)
        assert PhoneNumber.objects.count() == COUNT
    assert expected_rows(acme) > COUNT // 2
