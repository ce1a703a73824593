"""The way to the provider that an account names: its adapters, with the key opened, and the business's id (D27)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.conf import settings

from accounts.models import Account
from common.scope import account_scope
from common.sealed import SealBroken, seal, unseal
from enrollment.models import ProviderAccount
from providers import registry
from providers.base import Registrar, Remediator
from providers.errors import Misconfigured
from providers.http import HttpClient

Adapter = TypeVar("Adapter")
Build = Callable[[str, Mapping[str, str], str, HttpClient], Adapter]


@dataclass(frozen=True, slots=True)
class Access(Generic[Adapter]):
    """An adapter, and how the account's business stands at its provider.

    `business` is the provider's id, '' while there is none. `ready`: both gates were open when they were last read, so
    numbers can be added and submitted. `provider_name` is for people.
    """

    provider: str
    provider_name: str
    adapter: Adapter
    business: str
    ready: bool


def registrar_for(account: Account) -> Access[Registrar] | None:
    """Return the way to register an account's numbers; None when it names no provider (D27).

    Raises Misconfigured, in words, when the provider's settings or key cannot be used.
    """
    return _access(account, registry.registrar)


def remediator_for(account: Account) -> Access[Remediator] | None:
    """Return the way to have an account's numbers re-evaluated; None and Misconfigured as for `registrar_for`."""
    return _access(account, registry.remediator)


def names_provider(account: Account) -> bool:
    """Tell whether the account names a provider; one that names none is checked by the portal itself (D27)."""
    with account_scope(account):
        return ProviderAccount.objects.exists()


def provider_account_of(account: Account) -> ProviderAccount | None:
    """Return what the account named as its provider; None when it names none."""
    with account_scope(account):
        return ProviderAccount.objects.first()


def _access(account: Account, build: Build[Adapter]) -> Access[Adapter] | None:
    named = provider_account_of(account)
    if named is None:
        return None
    http = HttpClient(allow=settings.OUTBOUND_ALLOW, deadline=settings.PROVIDER_DEADLINE)
    adapter = build(named.provider, named.settings, secret_of(named), http)
    return Access(named.provider, provider_name(named.provider), adapter, named.business, named.is_ready)


def provider_name(provider: str) -> str:
    """Return what people call a provider; its key when the portal does not know it any more."""
    kind = registry.SERVICES.get(provider)
    return kind.name if kind else provider


def secret_of(named: ProviderAccount) -> str:
    """Open the key. Raises Misconfigured in words when it cannot be opened."""
    try:
        return unseal(bytes(named.secret), place=_place(named))
    except SealBroken as error:
        raise Misconfigured(f"The key of the account's provider cannot be read: {error} Enter it again.") from error


def set_secret(named: ProviderAccount, secret: str) -> None:
    """Seal and keep a key; it is never shown again."""
    named.secret = seal(secret, place=_place(named))
    named.save(update_fields=["secret"])


def _place(named: ProviderAccount) -> str:
    return f"enrollment_provideraccount:{named.pk}:secret"
