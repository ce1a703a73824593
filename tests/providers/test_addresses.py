"""Only public HTTPS addresses and the operator's exact pairs can be called, however they are spelled."""

from __future__ import annotations

import socket

import pytest

from providers.addresses import check_address, parse_allowed
from providers.errors import Misconfigured, Temporary
from providers.http import HttpClient

PRIVATE = [
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7f.0x0.0x0.0x1",
    "0177.0.0.1",
    "017700000001",
    "0",
    "0.0.0.0",  # noqa: S104
    "127.0.0.1.",
    "localhost",
    "localhost.",
    "LOCALHOST",
    "10.0.0.5",
    "172.16.3.4",
    "192.168.1.1",
    "100.64.1.1",
    "169.254.169.254",
    "0xa9fea9fe",
    "2852039166",
    "192.0.0.8",
    "192.88.99.1",
    "198.18.0.1",
    "203.0.113.5",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[::ffff:169.254.169.254]",
    "[fe80::1]",
    "[fec0::1]",
    "[fc00::1]",
    "[fd12:3456::1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[2001::1]",
    "[2001:db8::1]",
    "[ff02::1]",
    "[5f00::1]",
    "[0:0:0:0:0:0:0:1]",
]


@pytest.mark.parametrize("host", PRIVATE)
def test_every_spelling_of_a_private_address_is_refused_at_the_request(host: str) -> None:
    with pytest.raises((Misconfigured, Temporary)) as caught:
        HttpClient(deadline=5).get(f"https://{host}/", service="The service")
    assert isinstance(caught.value, Misconfigured) or "cannot be found" in caught.value.message


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://example.com/",
        "//example.com/",
        "example.com",
        "",
        "https://",
        "https://user:secret@example.com/",
        "https://example.com@127.0.0.1/",
        "https://127.0.0.1:9400@example.com/",
        "https://exam\tple.com/",
        "https://example.com\\@127.0.0.1/",
        "https://exämple.com/",
        "https:///example.com/",
        "https://[::1/",
        "https://example.com:99999/",
        "https://169.254.169.254/",
        "https://[::1]:443/",
    ],
)
def test_odd_addresses_are_refused_when_they_are_saved(url: str) -> None:
    with pytest.raises(Misconfigured):
        check_address(url, frozenset({("127.0.0.1", 9400)}))


def test_only_the_exact_pair_is_allowed() -> None:
    allowed = parse_allowed(["127.0.0.1:9400"])
    assert check_address("http://127.0.0.1:9400/v2", allowed)
    for other in ("http://127.0.0.1:9401/", "http://127.0.0.2:9400/", "https://127.0.0.1/", "http://127.1:9400/"):
        with pytest.raises(Misconfigured):
            check_address(other, allowed)


@pytest.mark.parametrize(
    "pair", ["127.0.0.1", "host:0", "host:70000", "http://host:1", "*:80", "host:80/x", "10.0.0.0/8:1"]
)
def test_an_odd_pair_in_outbound_allow_stops_the_start(pair: str) -> None:
    with pytest.raises(ValueError, match="OUTBOUND_ALLOW"):
        parse_allowed([pair])


def test_a_name_is_looked_up_once_and_the_answer_is_what_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: a second look-up would give the private address, and is never made."""
    asked: list[str] = []

    def look_up(host: str, port: int, *_: object, **__: object) -> list[object]:
        asked.append(host)
        if host == "rebind.example":
            address = "93.184.215.14" if asked.count(host) == 1 else "127.0.0.1"
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]
        raise socket.gaierror("no network in tests")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with pytest.raises(Temporary):
        HttpClient(deadline=2).get("https://rebind.example/", service="The service")
    assert asked == ["rebind.example", "93.184.215.14"]


def test_a_name_that_points_into_a_private_network_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.1.2.3", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answer)
    with pytest.raises(Misconfigured, match=r"intranet\.example is an address inside a private network"):
        HttpClient(deadline=2).get("https://intranet.example/", service="The service")
