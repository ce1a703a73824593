"""Two writers of one number: ingestion waits for the row, and writes on top of what the other left."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from accounts.models import Account
from common.scope import account_scope
from phone_numbers.feeds import ingest
from phone_numbers.models import NumberStatus
from phone_numbers.states import Rating
from providers.base import Observation
from reputation_portal.local import processes
from tests.factories import NOW, make_number, status_of

E164 = "+13035550100"


def flagged_calls() -> list[Observation]:
    """Return four flagged calls of one carrier."""
    return [
        Observation(e164=E164, source="att", observed_at=NOW - timedelta(hours=hours), flagged=True)
        for hours in range(1, 5)
    ]


def ingest_in_thread(account: Account) -> threading.Thread:
    """Start to ingest on a connection of its own."""

    def work() -> None:
        try:
            with account_scope(account):
                ingest.ingest_page(account, flagged_calls(), now=NOW)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def someone_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_a_page_that_waited_for_a_row_keeps_what_the_other_writer_left(acme):
    number = make_number(acme, e164=E164)
    with transaction.atomic():
        with account_scope(acme):
            NumberStatus.objects.filter(number=number).update(complaints_90d=7)
        thread = ingest_in_thread(acme)
        assert processes.wait_until(someone_waits, seconds=20)
    thread.join(timeout=20)
    status = status_of(number)
    assert (status.complaints_90d, status.rating) == (7, Rating.SPAM)
