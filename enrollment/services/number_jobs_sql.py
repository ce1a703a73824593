"""Freezing a selection: the list's own query becomes the items of a job, in one statement."""

from __future__ import annotations

from django.db import connection
from django.db.models import QuerySet

from common import csv_export
from enrollment.models import NumberJob
from phone_numbers.models import PhoneNumber

HEAD = """
INSERT INTO enrollment_numberjobitem (account_id, job_id, number_id, outcome, reason)
SELECT %(account)s, %(job)s, chosen.id, 0, '' FROM (
"""
TAIL = """
) AS chosen (id) ORDER BY chosen.id ON CONFLICT (job_id, number_id) DO NOTHING
"""


def freeze(job: NumberJob, numbers: QuerySet[PhoneNumber]) -> int:
    """Write the numbers of a queryset as items of a job of the same account; return how many they are.

    The queryset was made in the account's scope, which is part of its SQL.
    """
    chosen = csv_export.compose(numbers.order_by().values("pk"))
    if chosen is None:
        return 0
    head = csv_export.compose_sql(HEAD, {"account": job.account_id, "job": job.pk})
    with connection.cursor() as cursor:
        cursor.execute(head + chosen + TAIL)
        return int(cursor.rowcount)
