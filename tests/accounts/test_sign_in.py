"""Signing in by django-allauth: with the e-mail address, throttled, closed to strangers, and without Redis."""

from __future__ import annotations

import socket

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import Account, User
from tests import factories
from tests.conftest import ClientFor

PASSWORD = "correct horse battery staple"
EMAIL = "ada@acme.example"


@pytest.fixture
def ada(acme: Account) -> User:
    """A person with a password."""
    user = factories.make_user(EMAIL, password=PASSWORD)
    factories.add_member(acme, user, role=factories.Role.OWNER)
    return user


@pytest.fixture(autouse=True)
def _no_earlier_attempts(db: None) -> None:
    cache.clear()


def sign_in(client: Client, *, email: str = EMAIL, password: str = PASSWORD, **extra: str) -> int:
    return client.post(reverse("account_login"), {"login": email, "password": password, **extra}).status_code


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_the_right_password_signs_in_and_leads_home(ada: User, client: Client) -> None:
    response = client.post(reverse("account_login"), {"login": EMAIL, "password": PASSWORD})
    assert (response.status_code, response["Location"]) == (302, reverse("home"))
    assert client.get(reverse("home")).status_code == 200


def test_the_case_of_the_address_does_not_matter(ada: User, client: Client) -> None:
    assert sign_in(client, email="Ada@ACME.example") == 302


@pytest.mark.parametrize(("email", "password"), [(EMAIL, "wrong"), ("nobody@acme.example", PASSWORD)])
def test_a_wrong_password_and_an_unknown_address_read_the_same(
    ada: User, client: Client, email: str, password: str
) -> None:
    response = client.post(reverse("account_login"), {"login": email, "password": password})
    assert response.status_code == 200
    assert not is_signed_in(client)
    assert "email address and/or password you specified are not correct" in response.content.decode()


def test_after_five_wrong_passwords_the_right_one_is_refused_too(ada: User, client: Client) -> None:
    for _ in range(5):
        assert sign_in(client, password="wrong") == 200
    response = client.post(reverse("account_login"), {"login": EMAIL, "password": PASSWORD})
    assert not is_signed_in(client)
    assert "Too many failed login attempts" in response.content.decode()


def test_the_throttle_is_kept_in_the_database_and_shared_by_all_web_processes(settings: Settings) -> None:
    assert settings.CACHES["default"]["BACKEND"] == "django.core.cache.backends.db.DatabaseCache"


def test_an_address_from_outside_is_not_followed_after_signing_in(ada: User, client: Client) -> None:
    response = client.post(
        reverse("account_login"), {"login": EMAIL, "password": PASSWORD, "next": "https://evil.example/"}
    )
    assert response["Location"] == reverse("home")


def test_a_page_asked_for_before_signing_in_is_reached_after(ada: User, client: Client) -> None:
    asked = client.get(reverse("numbers:export"))
    assert asked.status_code == 302
    response = client.post(asked["Location"], {"login": EMAIL, "password": PASSWORD})
    assert response["Location"] == reverse("numbers:export")


def test_a_disabled_person_cannot_sign_in_and_loses_the_session(ada: User, client: Client) -> None:
    sign_in(client)
    ada.is_active = False
    ada.save(update_fields=["is_active"])
    assert client.get(reverse("home")).status_code == 302
    other = Client()
    sign_in(other)
    assert not is_signed_in(other)


def test_signing_out_takes_a_post_and_ends_the_session(ada: User, client: Client) -> None:
    sign_in(client)
    client.get(reverse("account_logout"))
    assert is_signed_in(client)
    client.post(reverse("account_logout"))
    assert not is_signed_in(client)


def test_sign_up_is_closed_and_says_so(client: Client, db: None) -> None:
    page = client.get(reverse("account_signup"))
    assert "closed" in page.content.decode().lower()
    client.post(
        reverse("account_signup"),
        {"email": "new@people.example", "password1": PASSWORD, "password2": PASSWORD},
    )
    assert not User.objects.filter(email="new@people.example").exists()


def test_a_person_of_no_account_is_told_so(nobody: User, client_for: ClientFor) -> None:
    response = client_for(nobody).get(reverse("numbers:export"))
    assert response.status_code == 403
    assert "not a member of any account" in response.content.decode()


def test_signing_in_works_while_redis_is_down(ada: User, client: Client, settings: Settings) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        dead = f"redis://127.0.0.1:{free.getsockname()[1]}/0"
    settings.REDIS_URL = settings.CELERY_BROKER_URL = dead
    assert sign_in(client) == 302
    assert client.get(reverse("home")).status_code == 200


def test_the_session_cookie_cannot_be_read_by_scripts_nor_sent_by_other_sites(ada: User, client: Client) -> None:
    sign_in(client)
    cookie = client.cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_pages_of_a_signed_in_person_are_not_kept_by_caches(ada: User, client: Client) -> None:
    sign_in(client)
    assert "no-store" in client.get(reverse("home"))["Cache-Control"]
