"""The demo's people sign in with the password that was printed, and see what their role may see."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account, User
from reputation_portal.demo import cast
from tests.factories import NOW

PASSWORD = "printed at every start"


@pytest.fixture
def demo(db: None) -> dict[str, Account]:
    """The demo accounts and people, without numbers."""
    return cast.make_cast(password=PASSWORD, starts_on=NOW.date(), now=NOW)


@pytest.mark.parametrize(
    ("email", "account", "may_edit"),
    [
        ("owner@acme.example", "acme", True),
        ("admin@acme.example", "acme", True),
        ("viewer@acme.example", "acme", False),
        ("owner@globex.example", "globex", True),
    ],
)
def test_a_demo_person_signs_in_to_their_account(
    demo: dict[str, Account], client: Client, email: str, account: str, may_edit: bool
) -> None:
    client.post(reverse("account_login"), {"login": email, "password": PASSWORD})
    request = client.get(reverse("home")).wsgi_request
    assert (request.account.slug, request.membership.may_edit) == (account, may_edit)


def test_the_demo_reviewer_signs_in_and_is_in_no_account(demo: dict[str, Account], client: Client) -> None:
    client.post(reverse("account_login"), {"login": "reviewer@portal.example", "password": PASSWORD})
    request = client.get(reverse("home")).wsgi_request
    assert (request.user.is_reviewer, request.user.is_superuser, request.account) == (True, False, None)


def test_a_new_password_replaces_the_old_one_for_everybody(demo: dict[str, Account]) -> None:
    cast.set_passwords("another one at the next start")
    assert all(user.check_password("another one at the next start") for user in User.objects.all())
    assert not any(user.check_password(PASSWORD) for user in User.objects.all())


def test_no_demo_password_is_written_in_the_code(demo: dict[str, Account]) -> None:
    assert not any(
        user.check_password(word) for user in User.objects.all() for word in ("", "demo", "password", "acme")
    )
