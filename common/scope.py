"""The tenant guard: a query outside an account raises.

Built on django-scopes with two walls added. `django_scopes.scope(account=None)` filters nothing and `.exists()` runs
without a scope, so only `account_scope` opens one, and the manager itself refuses.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any, TypeVar

from django.db import models
from django_scopes import get_scope, scope, scopes_disabled

M = TypeVar("M", bound=models.Model)


class ScopeError(RuntimeError):
    """A query on tenant data was made outside an account, or an account was not given."""


def account_scope(account: Any) -> AbstractContextManager[None]:
    """Open the scope of one account.

    `account` is a saved account row or its integer id; anything else, None included, raises ScopeError.
    """
    account_id = account if type(account) is int else getattr(account, "pk", None)
    if type(account_id) is not int:
        raise ScopeError(f"An account scope needs a saved account, not {account!r}.")
    return scope(account=account_id)  # type: ignore[no-any-return]


def all_accounts() -> AbstractContextManager[None]:
    """Open every account: for sweeps over all tenants and for reading a user's own memberships only."""
    return scopes_disabled()  # type: ignore[no-any-return]


def current_account_id() -> int:
    """Return the id of the account whose scope is open, or raise ScopeError."""
    account_id = get_scope().get("account")
    if type(account_id) is not int:
        raise ScopeError("No account scope is open.")
    return account_id


class ScopedManager(models.Manager[M]):
    """Narrows every query to the open account; raises ScopeError when none is open."""

    def get_queryset(self) -> models.QuerySet[M]:
        """Return the rows of the open account."""
        queryset = super().get_queryset()
        if not get_scope().get("_enabled", True):
            return queryset
        return queryset.filter(account_id=current_account_id())

    def none(self) -> models.QuerySet[M]:
        """Return an empty queryset, allowed without a scope."""
        return super().get_queryset().none()
