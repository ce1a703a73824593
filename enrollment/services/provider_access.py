"""The way to the provider that an account names: its adapters, with the key opened, and the business's id (D27)."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from accounts.models import Account
from common.scope import account_scope
from common.sealed import SealBroken, seal, unseal
from enrollment.models import ProviderAccount
from providers import registry
from providers.base import Registrar, Remediator
from providers.errors import Misconfigured
from providers.http import HttpClient


@dataclass(frozen=True, slots=True)
class RegistrarAccess:
    """A registrar, and how the account's business stands there.

    `business` is the provider's id of it, '' while there is none. `ready`: both gates were open when they were last
    read, so numbers can be added. `provider_name` is for people.
    """

    registrar: Registrar
    business: str
    ready: bool
    provider: str
    provider_name: str


@dataclass(frozen=True, slots=True)
class RemediatorAccess:
    """A remediator, and how the account's business stands there; see `RegistrarAccess`."""

    remediator: Remediator
    business: str
    ready: bool
    provider: str
    provider_name: str


def registrar_for(account: Account) -> RegistrarAccess | None:
    """Return the way to register an account's numbers; None when it names no provider (D27).

    Raises Misconfigured, in words, when the provider's settings or key cannot be used.
    """
    named = provider_account_of(account)
    if named is None:
        return None
    adapter = registry.registrar(named.provider, named.settings, secret_of(named), http_client())
    return RegistrarAccess(adapter, named.business, named.is_ready, named.provider, provider_name(named.provider))


def remediator_for(account: Account) -> RemediatorAccess | None:
    """Return the way to have an account's numbers re-evaluated; None and Misconfigured as for `registrar_for`."""
    named = provider_account_of(account)
    if named is None:
        return None
    adapter = registry.remediator(named.provider, named.settings, secret_of(named), http_client())
    return RemediatorAccess(adapter, named.business, named.is_ready, named.provider, provider_name(named.provider))


def http_client() -> HttpClient:
    """Return a client that may reach public addresses and what the operator allows."""
    return HttpClient(allow=settings.OUTBOUND_ALLOW, deadline=settings.PROVIDER_DEADLINE)


def names_provider(account: Account) -> bool:
    """Tell whether the account names a provider; one that names none is checked by the portal itself (D27)."""
    with account_scope(account):
        return ProviderAccount.objects.exists()


def provider_account_of(account: Account) -> ProviderAccount | None:
    """Return what the account named as its provider; None when it names none."""
    with account_scope(account):
        return ProviderAccount.objects.first()


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
