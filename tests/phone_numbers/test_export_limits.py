"""Exports under load and in trouble: places, limits, and errors that leave no short file."""

from __future__ import annotations

import pytest
from django.core.signals import request_finished
from django.db import DataError, close_old_connections, connection
from django.db.models import IntegerField
from django.db.models.expressions import RawSQL
from django.http import QueryDict
from django.test import Client
from pytest_django import Settings

from accounts.export_page import EXPORT_SLOTS
from accounts.models import Account, User
from common import csv_export, slots
from common.scope import account_scope
from phone_numbers import filters
from tests import factories
from tests.conftest import ClientFor
from tests.phone_numbers.export_reader import begin_download, body_of, status_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client_for: ClientFor, viewer: User) -> Client:
    """A viewer: seeing and exporting needs no privilege (D28)."""
    return client_for(viewer)


def test_more_exports_than_an_account_may_run_are_refused_with_when_to_come_back(client: Client, acme: Account) -> None:
    limit = slots.Limit("this account", 2, EXPORT_SLOTS, acme.pk)
    held = [slots.take([limit]) for _ in range(2)]
    try:
        response = begin_download(client)
        assert response.status_code == 503
        assert response["Retry-After"] == "30"
        assert "2 exports of your account" in response.content.decode()
    finally:
        for slot in held:
            slot.release()
    assert status_of(client) == 200


def test_a_place_is_held_until_the_file_is_sent_and_then_free(client: Client, settings: Settings) -> None:
    settings.EXPORTS_PER_ACCOUNT = 1
    first = begin_download(client)
    assert status_of(client) == 503
    body_of(first)
    assert status_of(client) == 200


def test_a_client_that_leaves_gives_its_place_back(client: Client, settings: Settings) -> None:
    settings.EXPORTS_PER_ACCOUNT = 1
    response = begin_download(client)
    request_finished.disconnect(close_old_connections)  # it would close the connection that the test runs in
    response.close()
    request_finished.connect(close_old_connections)
    assert status_of(client) == 200


def test_all_accounts_together_have_a_limit(client: Client, settings: Settings) -> None:
    settings.EXPORTS_IN_ALL = 1
    slot = slots.take([slots.Limit("the portal", 1, EXPORT_SLOTS)])
    try:
        response = begin_download(client)
        assert response.status_code == 503
        assert "the portal allows" in response.content.decode()
    finally:
        slot.release()


def test_a_file_of_too_many_rows_is_refused_in_words(client: Client, acme: Account, settings: Settings) -> None:
    settings.EXPORT_MAX_ROWS = 2
    for _ in range(3):
        factories.make_number(acme)
    response = begin_download(client)
    assert response.status_code == 400
    assert "more than 2 rows" in response.content.decode()
    assert status_of(client) == 400, "the refused export must have given its place back"


def test_an_error_in_the_middle_is_an_error_and_not_a_short_file(acme: Account) -> None:
    for serial in range(50):
        factories.make_number(acme, f"+1303555{100 + serial:04d}", last_updated=factories.NOW)
    with account_scope(acme):
        numbers = filters.filtered_numbers(acme, QueryDict("sort=number"))
        broken = numbers.annotate(
            bad=RawSQL("1 / (right(numbers_phonenumber.e164, 2)::int - 40)", [], output_field=IntegerField())
        )
        select = csv_export.compose(broken.values_list("e164", "bad"))
    with pytest.raises(DataError, match="division by zero"):
        csv_export.spool(["Number", "Bad"], select)


def test_a_failing_export_answers_500_and_gives_its_place_back(
    client: Client, acme: Account, settings: Settings
) -> None:
    settings.EXPORTS_PER_ACCOUNT = 1
    client.raise_request_exception = False
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE numbers_numberstatus RENAME COLUMN complaints_90d TO away")
        cursor.execute("SAVEPOINT export")
        status = status_of(client)
        cursor.execute("ROLLBACK TO SAVEPOINT export")
        cursor.execute("ALTER TABLE numbers_numberstatus RENAME COLUMN away TO complaints_90d")
    assert status == 500
    assert status_of(client) == 200
