"""`create_account` makes an account that can be used at once, or nothing."""

from __future__ import annotations

import io
import re

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import selectors
from accounts.models import Account, Role, User
from accounts.products import LicenseKind
from tests import factories


def create(*arguments: str) -> str:
    out = io.StringIO()
    call_command("create_account", *arguments, stdout=out)
    return out.getvalue()


def test_the_owner_can_sign_in_with_the_password_that_was_shown(db: None, client: Client) -> None:
    said = create("initech", "--name", "Initech Inc.", "--owner", "Bill@initech.example")
    password = re.search(r"shown this once: (\S+)", said)
    assert password
    client.post(reverse("account_login"), {"login": "bill@initech.example", "password": password[1]})
    response = client.get(reverse("home"))
    assert response.wsgi_request.account == Account.objects.get(slug="initech", name="Initech Inc.")
    assert response.wsgi_request.membership.role == Role.OWNER


def test_licenses_are_in_force_from_today(db: None) -> None:
    said = create("initech", "--owner", "bill@initech.example", "--license", "esr", "--license", "smr:25")
    account = Account.objects.get(slug="initech")
    today = timezone.now().date()
    assert selectors.valid_license_kinds(account, today=today) == {
        LicenseKind.SPAM_REGISTRATION,
        LicenseKind.SPAM_MONITORING,
    }
    assert selectors.seats(account, LicenseKind.SPAM_MONITORING, today=today) == 25
    assert "with 2 licenses" in said


def test_a_person_who_is_known_becomes_the_owner_and_keeps_the_password(db: None) -> None:
    known = factories.make_user("bill@initech.example", password="as it was before")
    said = create("initech", "--owner", "Bill@Initech.example")
    assert "Signs in as before." in said
    assert User.objects.get().check_password("as it was before")
    assert selectors.memberships_of(known)[0].role == Role.OWNER


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["acme", "--owner", "new@people.example"], "There is an account acme already"),
        (["a b", "--owner", "new@people.example"], "valid .slug."),
        (["initech", "--owner", "nobody"], "valid email"),
        (["initech", "--owner", "new@people.example", "--license", "gold"], "no kind of license"),
        (["initech", "--owner", "new@people.example", "--license", "smr"], "write smr:100"),
        (["initech", "--owner", "new@people.example", "--license", "smr:0"], "write smr:100"),
        (["initech", "--owner", "new@people.example", "--license", "esr:3"], "esr has no seats"),
    ],
)
def test_a_refusal_says_why_and_leaves_nothing(acme: Account, arguments: list[str], says: str) -> None:
    with pytest.raises(CommandError, match=says):
        create(*arguments)
    assert Account.objects.count() == 1
    assert not User.objects.exists()
