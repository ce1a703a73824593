"""A session ends when its time is over, and its person is asked for anew with each request."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import selectors
from accounts.models import Account, Role, User
from tests import factories
from tests.conftest import ClientFor

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client_for: ClientFor, owner: User, acme: Account) -> Client:
    return client_for(owner)


def is_signed_in(client: Client) -> bool:
    return client.get("/help/").status_code == 200


def test_a_session_ends_with_its_time_and_a_key_that_nobody_has_is_none(client: Client) -> None:
    assert is_signed_in(client)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert not is_signed_in(client)
    client.cookies["sessionid"] = "never-given-to-anybody"
    assert not is_signed_in(client)


def test_a_person_who_may_not_sign_in_any_more_is_out_with_the_next_request(client: Client, owner: User) -> None:
    assert is_signed_in(client)
    User.objects.filter(pk=owner.pk).update(is_active=False)
    assert not is_signed_in(client)


def test_a_new_password_ends_the_other_sessions(client: Client, owner: User) -> None:
    assert is_signed_in(client)
    owner.set_password("another long password")
    owner.save()
    assert not is_signed_in(client)


def test_person_and_memberships_come_by_one_statement(acme: Account, globex: Account, owner: User) -> None:
    factories.add_member(globex, owner, role=Role.VIEWER)
    User.objects.filter(pk=owner.pk).update(list_columns=["maturity"])
    with CaptureQueriesContext(connection) as captured:
        person = selectors.person(owner.pk)
        assert person
        found = [(one.account.name, one.role) for one in selectors.memberships_of(person)]
    assert len(captured) == 1
    assert found == [("Acme", Role.OWNER), ("Globex", Role.VIEWER)]
    stored = User.objects.get(pk=owner.pk)
    assert person == stored
    fields = [field.attname for field in User._meta.concrete_fields]
    assert [getattr(person, name) for name in fields] == [getattr(stored, name) for name in fields]


def test_who_is_in_no_account_has_no_membership() -> None:
    person = selectors.person(factories.make_user().pk)
    assert person
    assert selectors.memberships_of(person) == []
    assert selectors.person(0) is None
