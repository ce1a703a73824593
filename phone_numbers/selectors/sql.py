"""Reads that the ORM cannot say. Every statement takes the account as `%(account)s`."""

from __future__ import annotations

from django.db import connection

from accounts.models import Account

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
