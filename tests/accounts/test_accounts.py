"""Roles, the account switcher, licences in force, and the audit trail that cannot be rewritten."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from django.db import InternalError, connection, transaction
from django.urls import reverse

from accounts import selectors, services
from accounts.models import Account, AuditEvent, License, Role, User
from accounts.products import LicenseKind
from common.scope import account_scope
from tests import factories
from tests.conftest import ClientFor

TODAY = factories.NOW.date()


def switch(client_for: ClientFor, user: User, account: object) -> tuple[int, object]:
    """Choose an account in the switcher; return the answer's status and the account looked at next."""
    client = client_for(user)
    status = client.post(reverse("accounts:switch"), {"account": str(account)}).status_code
    return status, client.get(reverse("home")).wsgi_request.account


def test_the_switcher_changes_between_ones_own_accounts(
    owner: User, acme: Account, globex: Account, client_for: ClientFor
) -> None:
    factories.add_member(globex, owner, role=Role.VIEWER)
    assert client_for(owner).get(reverse("home")).wsgi_request.account == acme
    assert switch(client_for, owner, globex.uuid) == (302, globex)


@pytest.mark.parametrize("wanted", ["foreign", "unknown", "nonsense", ""])
def test_the_switcher_answers_404_for_any_other_account(
    owner: User, acme: Account, globex: Account, client_for: ClientFor, wanted: str
) -> None:
    given = {"foreign": str(globex.uuid), "unknown": str(uuid.uuid4())}.get(wanted, wanted)
    assert switch(client_for, owner, given) == (404, acme)


def test_the_switcher_takes_no_get(owner: User, client_for: ClientFor) -> None:
    assert client_for(owner).get(reverse("accounts:switch")).status_code == 405


def test_a_removed_membership_loses_access_with_the_next_request(
    viewer: User, acme: Account, client_for: ClientFor
) -> None:
    client = client_for(viewer)
    assert client.get(reverse("numbers:export")).status_code == 200
    factories.remove_member(acme, viewer)
    assert client.get(reverse("numbers:export")).status_code == 403


def test_a_session_that_names_an_account_that_is_ones_own_no_more_falls_back(
    owner: User, acme: Account, globex: Account, client_for: ClientFor
) -> None:
    factories.add_member(globex, owner, role=Role.VIEWER)
    client = client_for(owner, globex)
    assert client.get(reverse("home")).wsgi_request.account == globex
    factories.remove_member(globex, owner)
    assert client.get(reverse("home")).wsgi_request.account == acme


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "in_force"),
    [
        (TODAY, None, True),
        (TODAY, TODAY, True),
        (TODAY + timedelta(days=1), None, False),
        (date(2020, 1, 1), TODAY - timedelta(days=1), False),
    ],
)
def test_a_license_is_in_force_from_its_first_to_its_last_day(
    db: None, starts_on: date, ends_on: date | None, in_force: bool
) -> None:
    account = factories.make_account()
    services.grant_license(
        account, kind=LicenseKind.PHONE_PRO, starts_on=starts_on, ends_on=ends_on, actor=None, now=factories.NOW
    )
    assert (selectors.valid_license_kinds(account, today=TODAY) == {LicenseKind.PHONE_PRO}) is in_force


def test_seats_are_the_sum_of_the_licenses_in_force(db: None) -> None:
    account = factories.make_account()
    factories.make_license(account, LicenseKind.SPAM_MONITORING, seats=10)
    factories.make_license(account, LicenseKind.SPAM_MONITORING, seats=5)
    factories.make_license(account, LicenseKind.SPAM_MONITORING, seats=100, ends_on=TODAY - timedelta(days=1))
    assert selectors.seats(account, LicenseKind.SPAM_MONITORING, today=TODAY) == 15


def test_every_change_to_an_account_leaves_a_line_in_its_audit_trail(owner: User) -> None:
    account = services.create_account(slug="initech", name="Initech", actor=owner, now=factories.NOW)
    services.add_member(account, user=owner, role=Role.OWNER, actor=owner, now=factories.NOW)
    services.grant_license(
        account, kind=LicenseKind.SPAM_MONITORING, seats=3, starts_on=TODAY, actor=owner, now=factories.NOW
    )
    with account_scope(account):
        events = list(AuditEvent.objects.order_by("id").values_list("action", "target", "actor", "detail"))
    assert events == [
        ("account.created", "initech", owner.pk, {}),
        ("member.added", owner.email, owner.pk, {"role": "owner"}),
        ("license.granted", "smr", owner.pk, {"seats": 3}),
    ]


@pytest.mark.parametrize(
    "statement", ["UPDATE accounts_auditevent SET action = 'nothing'", "DELETE FROM accounts_auditevent"]
)
def test_the_database_refuses_to_change_the_audit_trail(acme: Account, statement: str) -> None:
    with account_scope(acme):
        before = AuditEvent.objects.count()
        with pytest.raises(InternalError, match="Cannot"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
        assert AuditEvent.objects.count() == before > 0


def test_the_audit_trail_cannot_be_changed_through_the_orm_either(acme: Account) -> None:
    with account_scope(acme):
        event = AuditEvent.objects.latest("id")
        event.action = "nothing"
        with pytest.raises(InternalError), transaction.atomic():
            event.save(update_fields=["action"])
        with pytest.raises(InternalError), transaction.atomic():
            event.delete()


def test_a_monitoring_license_without_seats_is_refused_by_the_database(acme: Account) -> None:
    constraint = "accounts_license_smr_has_seats"
    with account_scope(acme), pytest.raises(Exception, match=constraint), transaction.atomic():
        License.objects.create(account=acme, kind=LicenseKind.SPAM_MONITORING, starts_on=TODAY)
