"""The providers there are, and how an adapter is built from a feed's settings and key.

A settings page is rendered from `KINDS`; `build` checks the values and gives the adapter. A new provider is one module
that declares its `KIND`, named here.
"""

from __future__ import annotations

from collections.abc import Mapping

from providers import carrier_feed, fcc, ftc, ftc_api, hiya
from providers.addresses import check_address
from providers.errors import Misconfigured
from providers.http import HttpClient
from providers.kinds import Feed, ProviderKind, Setting, Values
from providers.telnyx import readings, refresh

__all__ = ["KINDS", "Feed", "ProviderKind", "Setting", "build", "checked"]

KINDS: Mapping[str, ProviderKind] = {
    kind.key: kind
    for kind in (readings.KIND, refresh.KIND, hiya.KIND, carrier_feed.KIND, ftc.KIND, ftc_api.KIND, fcc.KIND)
}


def build(provider: str, settings: Mapping[str, str], secret: str, http: HttpClient) -> Feed:
    """The adapter for a feed's settings; `Misconfigured` in words when something is missing or wrong."""
    kind = KINDS.get(provider)
    if kind is None:
        raise Misconfigured(f"There is no provider called {provider!r}. Known: {', '.join(KINDS)}.")
    if kind.key_label:
        _require_key(kind, secret.strip())
    return kind.make(checked(kind, settings, http), secret.strip(), http)


def _require_key(kind: ProviderKind, key: str) -> None:
    if not key and not kind.key_optional:
        raise Misconfigured(f"{kind.name} needs its {kind.key_label}. Enter it in the feed's settings.")
    if not key.isascii() or not key.isprintable() or " " in key:
        raise Misconfigured(f"The {kind.key_label} holds a character that keys do not have. Copy it again.")


def checked(kind: ProviderKind, settings: Mapping[str, str], http: HttpClient) -> Values:
    """Every setting of the kind with its value or default; addresses are judged as they will be at each request."""
    values = {one.name: (settings.get(one.name) or one.default).strip() for one in kind.settings}
    for one in kind.settings:
        if one.required and not values[one.name]:
            raise Misconfigured(f"{kind.name} needs a value for {one.label}. Enter it in the feed's settings.")
        if one.is_url:
            check_address(values[one.name].replace("{date}", "2026-01-31"), http.allowed)
    return values
