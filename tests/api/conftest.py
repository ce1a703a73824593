"""A caller with a key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts import keys
from accounts.models import Account, User
from accounts.scopes import ApiScope

Caller = Callable[..., Any]
EVERY_SCOPE = [scope.value for scope in ApiScope]


def secret_of(account: Account, actor: User, scopes: list[str] | None = None, limit: int = 100_000) -> str:
    """Make a key and return its secret."""
    _, secret = keys.make_key(
        account,
        name="Dialer",
        scopes=EVERY_SCOPE if scopes is None else scopes,
        calls_per_minute=limit,
        actor=actor,
        now=timezone.now(),
    )
    return secret


def client_of(secret: str) -> Client:
    """Return a client that sends the key with each call."""
    return Client(headers={"Authorization": f"Bearer {secret}"})


@pytest.fixture
def caller(acme: Account, owner: User) -> Client:
    """A program of acme with every scope."""
    return client_of(secret_of(acme, owner))


@pytest.fixture
def other_caller(globex: Account, stranger: User) -> Client:
    """A program of globex with every scope."""
    return client_of(secret_of(globex, stranger))
