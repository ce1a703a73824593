"""The fixed cast: two accounts, the people in them, and people outside.

acme holds every licence and is approved for both services. globex is licensed and not enrolled; its owner is the
stranger. Nothing is made unless a test asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from pytest_django.plugin import DjangoDbBlocker, blocking_manager_key

from accounts.middleware import SESSION_KEY
from accounts.models import Account, Role, User
from enrollment.models import EnrolledService
from phone_numbers.feeds.partitions import ensure_partitions
from phone_numbers.models import Source
from tests import factories

known_sources = import_module("phone_numbers.migrations.0004_known_sources")

ClientFor = Callable[..., Client]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Add the partitions of readings to the test database: those of the tests' clock and of today, no more.

    Each one costs time whenever a test empties the tables.
    """
    with django_db_blocker.unblock():
        for moment in (factories.NOW, timezone.now()):
            ensure_partitions(moment - timedelta(days=92), moment + timedelta(days=1))


def pytest_configure(config: pytest.Config) -> None:
    """Nothing is collected for tests, and WhiteNoise warns about the folder at every request."""
    config.addinivalue_line("filterwarnings", "ignore:No directory at:UserWarning")


@pytest.fixture(autouse=True)
def _quick_settings(settings: Settings) -> None:
    """Serve static files without the manifest that `collectstatic` writes, and hash passwords at once."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": plain}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def _commits(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    by_marker = marker is not None and marker.kwargs.get("transaction", False)
    return by_marker or bool({"transactional_db", "live_server"} & set(getattr(item, "fixturenames", ())))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, object, object]:
    """Put right what emptying the tables gets wrong after a test that really commits.

    Django empties the rows that migrations wrote (sources) too, and leaves tables that it does not manage (readings,
    the cache that counts failed sign-ins). Done here, because fixtures end before Django empties the tables. Not after
    the last test: its teardown has dropped the test database, and the connection leads to the real one again.
    """
    result = yield
    if nextitem is not None and _commits(item):
        with item.config.stash[blocking_manager_key].unblock(), connection.cursor() as cursor:
            cursor.execute("TRUNCATE numbers_reading, portal_cache")
            if not Source.objects.exists():
                known_sources.add_sources(apps, None)
    return result


@pytest.fixture
def acme(db: None) -> Account:
    """The account of most tests: every licence, 100 seats, both services approved."""
    account = factories.make_account("acme", name="Acme", kinds=factories.EVERY_LICENSE)
    for service in EnrolledService:
        factories.make_enrollment(account, service)
    return account


@pytest.fixture
def globex(db: None) -> Account:
    """Another account: the same licences, not enrolled."""
    return factories.make_account("globex", name="Globex", kinds=factories.EVERY_LICENSE)


@pytest.fixture
def owner(acme: Account) -> User:
    """May do everything in acme (D28)."""
    return factories.make_member(acme, "owner@acme.example", role=Role.OWNER)


@pytest.fixture
def admin(acme: Account) -> User:
    """An admin with the privilege to edit account settings."""
    return factories.make_member(acme, "admin@acme.example", role=Role.ADMIN, can_edit_settings=True)


@pytest.fixture
def plain_admin(acme: Account) -> User:
    """An admin without that privilege: sees and exports."""
    return factories.make_member(acme, "plain-admin@acme.example", role=Role.ADMIN)


@pytest.fixture
def viewer(acme: Account) -> User:
    """Sees and exports."""
    return factories.make_member(acme, "viewer@acme.example", role=Role.VIEWER)


@pytest.fixture
def stranger(globex: Account) -> User:
    """The owner of globex, who must never learn anything about acme."""
    return factories.make_member(globex, "owner@globex.example", role=Role.OWNER)


@pytest.fixture
def reviewer(db: None) -> User:
    """Platform staff who review; a member of no account."""
    return factories.make_user("reviewer@portal.example", is_staff=True, is_reviewer=True)


@pytest.fixture
def nobody(db: None) -> User:
    """A person who is a member of no account and has no role."""
    return factories.make_user("nobody@people.example")


@pytest.fixture
def client_for() -> ClientFor:
    """Return a function from a person (and one of their accounts) to a signed-in client; None is anonymous."""

    def sign_in(user: User | None, account: Account | None = None) -> Client:
        client = Client()
        if user is not None:
            client.force_login(user)
        if account is not None:
            session = client.session
            session[SESSION_KEY] = str(account.uuid)
            session.save()
        return client

    return sign_in
