"""The providers there are, what each asks to be set, and how an adapter is built from that.

A settings page is rendered from `KINDS`; `build` checks the values and gives the adapter. A new provider is one module
with an adapter, and one entry here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from providers import carrier_feed, ftc
from providers.addresses import check_address
from providers.base import ComplaintsFeed, ReadingsFeed
from providers.errors import Misconfigured
from providers.http import HttpClient
from providers.telnyx.client import BASE_URL, TelnyxClient
from providers.telnyx.readings import TelnyxReadings

Feed = ReadingsFeed | ComplaintsFeed
Values = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Setting:
    """One field of a provider's settings. `is_url`: checked as an address; `{date}` may stand in it."""

    name: str
    label: str
    help: str = ""
    required: bool = False
    default: str = ""
    is_url: bool = False


@dataclass(frozen=True, slots=True)
class ProviderKind:
    """A provider as an admin chooses it. `key_label` empty: it needs no key. `gives`: readings or complaints."""

    key: str
    name: str
    about: str
    gives: str
    key_label: str
    interval_seconds: int
    settings: tuple[Setting, ...]
    make: Callable[[Values, str, HttpClient], Feed]


def _telnyx(values: Values, secret: str, client: HttpClient) -> ReadingsFeed:
    api = TelnyxClient(client, key=secret, base_url=values["base_url"])
    return TelnyxReadings(api, enterprise=values["enterprise_id"])


def _carrier_feed(values: Values, secret: str, client: HttpClient) -> ReadingsFeed:
    return carrier_feed.CarrierFeed(client, url=values["url"], key=secret)


def _ftc(values: Values, secret: str, client: HttpClient) -> ComplaintsFeed:
    return ftc.FtcDailyFiles(client, address=values["address"])


KINDS: Mapping[str, ProviderKind] = {
    kind.key: kind
    for kind in (
        ProviderKind(
            key="telnyx",
            name="Telnyx Number Reputation",
            about="A provider's own verdict and four scores per number, from cached reads that are free of charge.",
            gives="readings",
            key_label="API key",
            interval_seconds=900,
            settings=(
                Setting("base_url", "Address", "Change it only for a test service.", True, BASE_URL, is_url=True),
                Setting("enterprise_id", "Enterprise id", "Empty: the numbers of all enterprises of this key."),
            ),
            make=_telnyx,
        ),
        ProviderKind(
            key="carrier_feed",
            name="Carrier feed",
            about="Observed calls per carrier in the portal's own bulk format.",
            gives="readings",
            key_label="Bearer key",
            interval_seconds=60,
            settings=(Setting("url", "Address", "Where pages of calls are read.", True, is_url=True),),
            make=_carrier_feed,
        ),
        ProviderKind(
            key="ftc",
            name="FTC reported calls",
            about="Consumer complaints from the FTC's daily file: evidence, never a status.",
            gives="complaints",
            key_label="",
            interval_seconds=6 * 3600,
            settings=(
                Setting("address", "Address", "{date} stands for the day, YYYY-MM-DD.", True, ftc.ADDRESS, is_url=True),
            ),
            make=_ftc,
        ),
    )
}


def build(provider: str, settings: Mapping[str, str], secret: str, http: HttpClient) -> Feed:
    """The adapter for a feed's settings; `Misconfigured` in words when something is missing or wrong."""
    kind = KINDS.get(provider)
    if kind is None:
        raise Misconfigured(f"There is no provider called {provider!r}. Known: {', '.join(KINDS)}.")
    if kind.key_label:
        _require_key(kind, secret.strip())
    return kind.make(checked(kind, settings, http), secret, http)


def _require_key(kind: ProviderKind, key: str) -> None:
    if not key:
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
