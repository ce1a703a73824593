"""The providers there are, and how an adapter is built from its settings and key.

A settings page is rendered from `KINDS` (feeds) or `SERVICES` (what an account names as its provider); `build`,
`registrar` and `remediator` check the values and give the adapter. A new provider is one module that declares its
`KIND` or its `SERVICE`, named here.
"""

from __future__ import annotations

from collections.abc import Mapping

from providers import carrier_feed, fcc, ftc, ftc_api, hiya
from providers.addresses import check_address
from providers.base import Registrar, Remediator
from providers.errors import Misconfigured
from providers.http import HttpClient
from providers.kinds import Feed, ProviderKind, ServiceKind, Setting, Values
from providers.telnyx import readings, refresh, service

__all__ = [
    "KINDS",
    "SERVICES",
    "Feed",
    "ProviderKind",
    "ServiceKind",
    "Setting",
    "build",
    "checked",
    "registrar",
    "remediator",
]

KINDS: Mapping[str, ProviderKind] = {
    kind.key: kind
    for kind in (readings.KIND, refresh.KIND, hiya.KIND, carrier_feed.KIND, ftc.KIND, ftc_api.KIND, fcc.KIND)
}

SERVICES: Mapping[str, ServiceKind] = {kind.key: kind for kind in (service.SERVICE,)}


def build(provider: str, settings: Mapping[str, str], secret: str, http: HttpClient) -> Feed:
    """The adapter for a feed's settings; `Misconfigured` in words when something is missing or wrong."""
    kind = KINDS.get(provider)
    if kind is None:
        raise Misconfigured(f"There is no provider called {provider!r}. Known: {', '.join(KINDS)}.")
    if kind.key_label:
        _require_key(kind, secret.strip())
    return kind.make(checked(kind, settings, http), secret.strip(), http)


def registrar(provider: str, settings: Mapping[str, str], secret: str, http: HttpClient) -> Registrar:
    """The adapter that registers a business and its numbers; `Misconfigured` in words."""
    kind = _service(provider, secret)
    return kind.make_registrar(checked(kind, settings, http), secret.strip(), http)


def remediator(provider: str, settings: Mapping[str, str], secret: str, http: HttpClient) -> Remediator:
    """The adapter that has labels re-evaluated; `Misconfigured` in words."""
    kind = _service(provider, secret)
    return kind.make_remediator(checked(kind, settings, http), secret.strip(), http)


def _service(provider: str, secret: str) -> ServiceKind:
    kind = SERVICES.get(provider)
    if kind is None:
        raise Misconfigured(f"There is no provider called {provider!r} for businesses. Known: {', '.join(SERVICES)}.")
    _require_key(kind, secret.strip())
    return kind


def _require_key(kind: ProviderKind | ServiceKind, key: str) -> None:
    if not key and not (isinstance(kind, ProviderKind) and kind.key_optional):
        raise Misconfigured(f"{kind.name} needs its {kind.key_label}. Enter it in the settings.")
    if not key.isascii() or not key.isprintable() or " " in key:
        raise Misconfigured(f"The {kind.key_label} holds a character that keys do not have. Copy it again.")


def checked(kind: ProviderKind | ServiceKind, settings: Mapping[str, str], http: HttpClient) -> Values:
    """Every setting of the kind with its value or default; addresses are judged as they will be at each request."""
    values = {one.name: (settings.get(one.name) or one.default).strip() for one in kind.settings}
    for one in kind.settings:
        if one.required and not values[one.name]:
            raise Misconfigured(f"{kind.name} needs a value for {one.label}. Enter it in the settings.")
        if one.is_url:
            check_address(values[one.name].replace("{date}", "2026-01-31"), http.allowed)
    return values
