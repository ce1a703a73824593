"""Signing in and out, passwords, and sign-up that is closed."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client

from accounts.models import User
from tests import factories
from tests.conftest import ClientFor
from tests.pages.page_rules import refused_by_csp

PASSWORD = "a-long-enough-one"


@pytest.fixture
def person(db: None) -> User:
    """A person with a password."""
    return factories.make_user("ana@people.example", password=PASSWORD)


def test_a_person_signs_in_with_their_e_mail_address(person: User) -> None:
    answer = Client().post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/"


def test_a_wrong_password_is_told_in_the_form(person: User) -> None:
    answer = Client().post("/accounts/login/", {"login": person.email, "password": "another"})
    assert answer.status_code == 200
    html = answer.content.decode()
    assert 'role="alert"' in html
    assert f'value="{person.email}"' in html
    assert "another" not in html


def test_an_empty_field_is_told_at_the_field(person: User) -> None:
    html = Client().post("/accounts/login/", {"login": person.email, "password": ""}).content.decode()
    assert 'aria-describedby="id_password-error"' in html
    assert re.search(r'id="id_password-error"><div>This field is required', html)


def test_too_many_tries_are_told_in_words(person: User) -> None:
    client = Client()
    for _ in range(6):
        answer = client.post("/accounts/login/", {"login": person.email, "password": "another"})
    assert "too many" in answer.content.decode().lower()


@pytest.mark.django_db
def test_sign_up_is_closed_and_says_who_adds_people() -> None:
    html = Client().get("/accounts/signup/").content.decode()
    assert "People are added by an owner" in html


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    [
        "/accounts/login/",
        "/accounts/signup/",
        "/accounts/password/reset/",
        "/accounts/password/reset/done/",
        "/accounts/password/reset/key/done/",
        "/accounts/password/reset/key/1-wrong/",
        "/accounts/inactive/",
    ],
)
def test_the_pages_before_sign_in_have_the_portals_look(address: str) -> None:
    answer = Client().get(address)
    html = answer.content.decode()
    assert answer.status_code == 200
    assert 'class="entrance"' in html
    assert refused_by_csp(html) == []


def test_a_password_is_reset_by_a_link_from_an_e_mail(person: User) -> None:
    client = Client()
    client.post("/accounts/password/reset/", {"email": person.email})
    (letter,) = mail.outbox
    assert letter.subject == "Reset your password for the Reputation Portal"
    link = re.search(r"http://testserver(/accounts/password/reset/key/\S+)", letter.body)
    assert link is not None
    form = client.get(link[1], follow=True)
    assert "Choose a new password" in form.content.decode()
    new = {"password1": "quite-another-one", "password2": "quite-another-one"}
    done = client.post(form.request["PATH_INFO"], new, follow=True)
    assert "Password changed" in done.content.decode()
    assert Client().login(email=person.email, password="quite-another-one")


def test_an_unknown_address_gets_the_same_page(person: User) -> None:
    known = Client().post("/accounts/password/reset/", {"email": person.email}, follow=True)
    unknown = Client().post("/accounts/password/reset/", {"email": "who@people.example"}, follow=True)
    assert "If an account belongs to that address" in known.content.decode()
    assert "If an account belongs to that address" in unknown.content.decode()


def test_a_short_new_password_is_told_at_the_field(person: User, client_for: ClientFor) -> None:
    short = {"oldpassword": PASSWORD, "password1": "short", "password2": "short"}
    html = client_for(person).post("/accounts/password/change/", short).content.decode()
    assert 'id="id_password1-error"' in html
    assert "at least 12 characters" in html


def test_a_password_is_changed_and_the_person_stays_signed_in(person: User, client_for: ClientFor) -> None:
    client = client_for(person)
    new = {"oldpassword": PASSWORD, "password1": "quite-another-one", "password2": "quite-another-one"}
    client.post("/accounts/password/change/", new)
    assert client.get("/accounts/password/change/").status_code == 200
    assert Client().login(email=person.email, password="quite-another-one")


def test_signing_out_asks_first_when_it_was_a_link(person: User, client_for: ClientFor) -> None:
    client = client_for(person)
    assert "Sign out?" in client.get("/accounts/logout/").content.decode()
    assert client.post("/accounts/logout/").headers["Location"] == "/accounts/login/"
