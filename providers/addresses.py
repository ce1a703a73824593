"""Which addresses the portal may call: public ones over HTTPS, and the exact host:port pairs that the operator allows.

Checked twice: when a person saves an address (`check_address`: spelling and scheme, no look-up) and at every request
(`GuardedAdapter`: the name is looked up once, the answer judged, and the connection made to that very answer, so a name
that changes its mind in between changes nothing).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection
from functools import partial
from typing import Any
from urllib.parse import SplitResult, urlsplit

import requests
from requests_hardened.ip_filter import InvalidIPAddress
from requests_hardened.ip_filter_adapter import IPFilterAdapter
from urllib3.exceptions import HTTPError
from urllib3.util import parse_url

from providers.deadline import before_deadline
from providers.errors import Misconfigured

_PAIR = re.compile(r"^(?P<host>\[[0-9a-f:.]+\]|[a-z0-9.-]+):(?P<port>\d{1,5})$")
_DEFAULT_PORTS = {"https": 443, "http": 80}


def parse_allowed(pairs: Collection[str]) -> frozenset[tuple[str, int]]:
    """`{"127.0.0.1:9400"}` as a set of (host, port). Raises ValueError with the odd pair."""
    found = set()
    for pair in pairs:
        match = _PAIR.match(pair.strip().lower())
        if match is None or not 0 < int(match["port"]) < 65536:
            raise ValueError(f"OUTBOUND_ALLOW takes host:port pairs, for example 127.0.0.1:9400, not {pair!r}.")
        found.add((match["host"].strip("[]"), int(match["port"])))
    return frozenset(found)


def check_address(url: str, allowed: frozenset[tuple[str, int]]) -> bool:
    """True when the address is one of the allowed pairs, False when it is public by its spelling.

    Raises `Misconfigured` in words for everything else: other schemes, plain HTTP, a password in the address, a
    private, local or otherwise special IP address.
    """
    parts = _split(url)
    host, port = (parts.hostname or "").rstrip("."), parts.port or _DEFAULT_PORTS.get(parts.scheme, 0)
    if parts.scheme not in _DEFAULT_PORTS or not host:
        raise Misconfigured("The address must begin with https:// and a host name. Correct it in its settings.")
    if parts.username is not None or parts.password is not None or "@" in parts.netloc:
        raise Misconfigured("The address holds a user name or password. Put the key into its own field instead.")
    if (host, port) in allowed:
        return True
    if parts.scheme != "https":
        raise Misconfigured("The address must begin with https://, so that the key is not sent in the clear.")
    if is_special_ip(host):
        raise refused_address(host)
    return False


def is_special_ip(host: str) -> bool:
    """Whether the host is written as an IP address that is not a public one. Names are judged at the request."""
    try:
        address = ipaddress.ip_address(host.strip("[]").split("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        elif address.is_site_local or address.is_reserved or address.sixtofour or address.teredo:
            return True
    return not address.is_global or address.is_multicast or address.is_reserved or address.is_unspecified


def refused_address(host: str) -> Misconfigured:
    return Misconfigured(
        f"{host} is an address inside a private network, which the portal does not call. "
        "Use a public address, or have the operator allow this host and port in OUTBOUND_ALLOW."
    )


def _split(url: str) -> SplitResult:
    if not url.isascii() or any(mark in url for mark in "\\\r\n\t \0"):
        raise Misconfigured("The address holds a character that addresses may not have. Type it again.")
    try:
        parts, called = urlsplit(url), parse_url(url)
        same = (parts.hostname, parts.port) == ((called.host or "").strip("[]").lower() or None, called.port)
    except (ValueError, HTTPError) as exc:
        raise Misconfigured("The address cannot be read: its host or port is malformed. Type it again.") from exc
    if not same:
        raise Misconfigured("The address can be read in two ways. Write it plainly: https://host/path.")
    return parts


class GuardedAdapter(IPFilterAdapter):  # type: ignore[misc]  # the library has no types
    """requests-hardened's adapter, which looks a name up once and pins the answer, plus the ranges it leaves out."""

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: bool | str, cert: Any = None
    ) -> tuple[Any, Any]:
        judged = partial(super().build_connection_pool_key_attributes, request, verify, cert)
        host_params, pool_kwargs = before_deadline(judged)
        if is_special_ip(str(host_params["host"])):
            raise InvalidIPAddress(host_params["host"])
        return host_params, pool_kwargs
