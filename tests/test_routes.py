"""Every address of the portal gives each kind of person what the matrix says. A route without a row there fails."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import Account, User
from accounts.products import LicenseKind
from tests import factories
from tests.conftest import ClientFor
from tests.routes import LOGIN, NO, OK, PEOPLE, ROWS, Row
from tests.routes_world import World, make_world


def named_routes(resolver: URLResolver, namespace: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from named_routes(pattern, f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace)
        else:
            assert isinstance(pattern, URLPattern)
            yield f"{namespace}{pattern.name}"


ROUTES = sorted(set(named_routes(get_resolver())))


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    assert set(ROUTES) == set(ROWS)


@pytest.fixture
def world(acme: Account) -> World:
    """One thing of each kind, all of it acme's."""
    return make_world(acme)


@pytest.fixture
def clients(
    client_for: ClientFor,
    nobody: User,
    reviewer: User,
    stranger: User,
    viewer: User,
    plain_admin: User,
    admin: User,
    owner: User,
) -> dict[str, Client]:
    """A client for each kind of person."""
    people = (None, nobody, reviewer, stranger, viewer, plain_admin, admin, owner)
    for person in filter(None, people):
        person.set_password("a password of one's own")
        person.save(update_fields=["password"])
    return {name: client_for(user) for name, user in zip(PEOPLE, people, strict=True)}


def ask(client: Client, name: str, row: Row, world: World) -> int:
    """Send the request and take back what it wrote, so that people do not meet each other's changes."""
    address = reverse(name, kwargs=row.kwargs(world))
    with transaction.atomic():
        response = client.generic(
            row.method.upper(), address, headers=row.headers, **_body(row.data(world)) if row.method == "post" else {}
        )
        read(response)
        transaction.set_rollback(True)
    # A fragment has htmx send the whole page to the sign-in.
    return LOGIN if "HX-Redirect" in response else response.status_code


def read(response: Any) -> None:
    """Read a file to its end, which closes it."""
    if response.streaming:
        b"".join(response.streaming_content)


def _body(data: dict[str, Any]) -> dict[str, Any]:
    pairs = "&".join(f"{key}={value}" for key, value in data.items())
    return {"data": pairs, "content_type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize("name", [name for name in ROUTES if name in ROWS])
def test_each_kind_of_person_gets_what_the_matrix_says(name: str, world: World, clients: dict[str, Client]) -> None:
    for row in ROWS[name]:
        found = {person: ask(client, name, row, world) for person, client in clients.items()}
        assert found == row.statuses, (row.method, row.headers)


def test_an_anonymous_person_is_led_to_sign_in_and_back(world: World, client: Client) -> None:
    address = reverse("numbers:history_export", kwargs=world.of_number())
    response = client.get(address)
    assert response["Location"] == f"{reverse('account_login')}?next={address}"


@pytest.mark.parametrize("name", [name for name in ROUTES if name in ROWS])
def test_no_page_may_be_framed_or_run_foreign_scripts(name: str, world: World, clients: dict[str, Client]) -> None:
    row = ROWS[name][0]
    response = clients["owner"].get(reverse(name, kwargs=row.kwargs(world)))
    read(response)
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy
    assert response["X-Frame-Options"] == "DENY"


HUB = ("numbers:list", "numbers:export", "numbers:account_history_export", "numbers:panel", "numbers:history")


@pytest.mark.parametrize("name", HUB)
def test_without_a_license_the_hub_explains_which_one_is_missing(name: str, client_for: ClientFor, db: None) -> None:
    account = factories.make_account(kinds=[LicenseKind.PHONE_PRO, LicenseKind.CONTACT_CENTER_ESSENTIALS])
    number = factories.make_number(account)
    kwargs = {"uuid": number.uuid} if name in ("numbers:panel", "numbers:history") else {}
    response = client_for(factories.make_member(account)).get(reverse(name, kwargs=kwargs))
    assert response.status_code == NO
    text = response.content.decode()
    assert "Enterprise Spam Registration" in text
    assert "Spam Monitoring and Remediation" in text


@pytest.mark.parametrize(
    "kind",
    [
        LicenseKind.SPAM_REGISTRATION,
        LicenseKind.SPAM_MONITORING,
        LicenseKind.CONTACT_CENTER_PREMIUM,
        LicenseKind.CONTACT_CENTER_ELITE,
    ],
)
def test_any_one_of_four_licenses_opens_the_hub(kind: LicenseKind, client_for: ClientFor, db: None) -> None:
    account = factories.make_account(kinds=[kind])
    assert client_for(factories.make_member(account)).get(reverse("numbers:list")).status_code == OK
