"""A broken or hostile server costs at most the deadline and the cap, and is told in plain words."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from providers import http
from providers.errors import Misconfigured, OutcomeUnknown, Refused, Temporary
from tests.providers.certificates import certificate
from tests.providers.raw_server import Script, dripping, saying, serving

OK = "HTTP/1.1 200 OK\nContent-Type: application/json\n"


def fetch(script: Script, *, deadline: float = 5.0, cap: int = 2**20) -> http.Answer:
    with serving(script) as pair:
        return http.HttpClient(allow=[pair], deadline=deadline, cap=cap).get(f"http://{pair}/", service="The service")


def test_a_whole_answer_comes_back_with_status_headers_and_body() -> None:
    answer = fetch(saying(OK + "X-Thing: yes\nContent-Length: 2", b"{}"))
    assert (answer.status, answer.headers["x-thing"], answer.body) == (200, "yes", b"{}")


def test_the_user_agent_is_the_portals_and_no_proxy_or_netrc_of_the_environment_is_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heard: list[bytes] = []
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")

    def listen(connection: socket.socket) -> None:
        for _ in range(2):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nSet-Cookie: a=b; Path=/\r\n\r\n")
            heard.append(connection.recv(4096))

    with serving(listen) as pair:
        client = http.HttpClient(allow=[pair])
        for _ in range(2):
            client.get(f"http://{pair}/", service="The service")
    assert b"number-reputation-portal/" in heard[0]
    assert b"Cookie" not in heard[0]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(status: int) -> None:
    with pytest.raises(Misconfigured, match="redirect"):
        fetch(saying(f"HTTP/1.1 {status} Moved\nLocation: http://169.254.169.254/\nContent-Length: 0"))


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"x", 0.05), id="body"),
        pytest.param(dripping(b"HTTP/1.1 200 OK\r\nX-Long: ", b"x", 0.05), id="headers"),
        pytest.param(dripping(b"", b"H", 0.05), id="status line"),
        pytest.param(dripping(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1", 0.05), id="chunk size"),
        pytest.param(lambda connection: time.sleep(3), id="silence"),
    ],
)
def test_a_drip_ends_at_the_deadline(script: Script) -> None:
    started = time.monotonic()
    with pytest.raises(Temporary, match=r"within 1 seconds|in time"):
        fetch(script, deadline=1.0)
    assert time.monotonic() - started < 2.5


def test_a_drip_inside_the_tls_handshake_ends_at_the_deadline() -> None:
    started = time.monotonic()
    with serving(dripping(b"\x16\x03\x03\x40\x00", b"\x00", 0.05)) as pair, pytest.raises(Temporary):
        http.HttpClient(allow=[pair], deadline=1.0).get(f"https://{pair}/", service="The service")
    assert time.monotonic() - started < 2.5


def test_more_bytes_than_the_cap_are_not_read() -> None:
    with pytest.raises(Temporary, match="more than 1 MB"):
        fetch(saying(OK + "Content-Length: 5000000", b"x" * 5_000_000))


def test_a_gzip_bomb_is_stopped_at_the_cap() -> None:
    bomb = gzip.compress(b"\0" * 200_000_000, 9)
    assert len(bomb) < 250_000
    with pytest.raises(Temporary, match="more than 1 MB"):
        fetch(saying(OK + f"Content-Encoding: gzip\nContent-Length: {len(bomb)}", bomb), deadline=20)


def test_a_bomb_inside_a_bomb_is_stopped_too() -> None:
    bomb = gzip.compress(gzip.compress(b"\0" * 50_000_000, 9), 9)
    with pytest.raises(Temporary):
        fetch(saying(OK + f"Content-Encoding: gzip, gzip\nContent-Length: {len(bomb)}", bomb), cap=2**10)


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("Content-Length: 100", b"half"),
        ("Transfer-Encoding: chunked", b"a\r\nhalf"),
        ("Transfer-Encoding: chunked", b"4\r\nhalf\r\n"),
        ("Content-Length: 100", b""),
    ],
)
def test_a_cut_body_is_never_taken_for_a_whole_one(head: str, body: bytes) -> None:
    with pytest.raises(Temporary, match="broke off"):
        fetch(saying(OK + head, body))


def test_a_body_whose_end_cannot_be_told_is_not_taken() -> None:
    with pytest.raises(Temporary, match="without a length"):
        fetch(saying(OK + "Connection: close", b'{"looks": "whole"}'))


def test_a_gzip_body_that_is_damaged_is_not_taken() -> None:
    with pytest.raises(Temporary):
        fetch(saying(OK + "Content-Encoding: gzip\nContent-Length: 8", b"nonsense"))


def test_a_thousand_headers_are_not_swallowed() -> None:
    head = OK + "\n".join(f"X-{number}: 1" for number in range(1000))
    with pytest.raises(Temporary):
        fetch(saying(head + "\nContent-Length: 0"))


def test_an_answer_that_is_no_http_is_told_in_words() -> None:
    with pytest.raises(Temporary, match="The service"):
        fetch(saying("SSH-2.0-OpenSSH_9.9"))


def test_a_service_that_is_not_there_is_told_in_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        pair = f"127.0.0.1:{held.getsockname()[1]}"
    with pytest.raises(Temporary, match="cannot be reached"):
        http.HttpClient(allow=[pair]).get(f"http://{pair}/", service="The service")


def test_a_change_whose_answer_never_came_has_an_unknown_outcome() -> None:
    with serving(lambda connection: connection.close()) as pair:
        client = http.HttpClient(allow=[pair], deadline=2)
        with pytest.raises(OutcomeUnknown):
            client.send("POST", f"http://{pair}/", service="The service", body={})


def test_a_change_that_never_left_may_simply_be_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        pair = f"127.0.0.1:{held.getsockname()[1]}"
    with pytest.raises(Temporary):
        http.HttpClient(allow=[pair]).send("POST", f"http://{pair}/", service="The service", body={})


def test_a_large_download_is_kept_outside_memory_and_whole() -> None:
    body = b"line\n" * 400_000
    with serving(saying(OK + f"Content-Length: {len(body)}", body)) as pair:
        answer, file = http.HttpClient(allow=[pair]).download(f"http://{pair}/", service="The service")
    with file:
        assert (answer.status, file.read()) == (200, body)


def test_the_same_connection_serves_many_requests() -> None:
    connections: list[socket.socket] = []

    def keep_alive(connection: socket.socket) -> None:
        connections.append(connection)
        while True:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
            if not connection.recv(4096):
                return

    with serving(keep_alive) as pair:
        client = http.HttpClient(allow=[pair])
        for _ in range(5):
            assert client.get(f"http://{pair}/", service="The service").body == b"{}"
    assert len(connections) == 1


def test_verification_of_certificates_cannot_be_switched_off() -> None:
    with pytest.raises(ValueError, match="always verified"):
        http.HttpClient(verify=False)


@pytest.mark.parametrize("flaw", ["untrusted", "expired", "other name"])
def test_a_bad_certificate_is_refused_in_words(flaw: str, tmp_path: Path) -> None:
    file = certificate(tmp_path, flaw)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    verify: bool | str = True if flaw == "untrusted" else str(file)
    with (
        serving(saying(OK + "Content-Length: 2", b"{}"), tls=context) as pair,
        pytest.raises(Temporary, match="certificate"),
    ):
        http.HttpClient(allow=[pair], verify=verify).get(f"https://{pair}/", service="The service")


def test_a_good_certificate_is_accepted(tmp_path: Path) -> None:
    file = certificate(tmp_path, "none")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    with serving(saying(OK + "Content-Length: 2", b"{}"), tls=context) as pair:
        client = http.HttpClient(allow=[pair], verify=str(file))
        assert client.get(f"https://{pair}/", service="The service").status == 200


def answer(status: int, **headers: str) -> http.Answer:
    return http.Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, b"")


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, Refused),
        (401, Misconfigured),
        (403, Misconfigured),
        (404, Refused),
        (409, Refused),
        (422, Refused),
        (408, Temporary),
        (429, Temporary),
        (500, Temporary),
        (502, Temporary),
        (503, Temporary),
    ],
)
def test_a_status_is_typed_by_what_happens_next(status: int, error: type[Exception]) -> None:
    with pytest.raises(error, match="The service"):
        http.judge(answer(status), service="The service")


def test_a_fault_after_a_change_was_sent_leaves_the_outcome_unknown() -> None:
    with pytest.raises(OutcomeUnknown):
        http.judge(answer(500), service="The service", changes=True)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"x-ratelimit-reset": "30"}, 30.0),
        ({"Retry-After": "-5"}, 0.0),
        ({"Retry-After": "9999999"}, 86400.0),
        ({"Retry-After": "Sun, 22 Nov 2026 10:01:00 GMT", "Date": "Sun, 22 Nov 2026 10:00:00 GMT"}, 60.0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "nan"}, None),
        ({}, None),
    ],
)
def test_the_wait_that_a_provider_asks_for_is_understood(headers: dict[str, str], seconds: float | None) -> None:
    assert http.retry_after(headers) == seconds


def test_other_packings_than_gzip_were_not_asked_for_and_are_not_taken() -> None:
    with pytest.raises(Temporary):
        fetch(saying(OK + "Content-Encoding: deflate\nContent-Length: 3", b"abc"))


def test_a_packed_body_of_the_right_length_that_was_cut_before_packing_ended_is_not_taken() -> None:
    packed = gzip.compress(b'{"id": 1}\n' * 1000)[:-9]
    with pytest.raises(Temporary, match="broke off"):
        fetch(saying(OK + f"Content-Encoding: gzip\nContent-Length: {len(packed)}", packed))


def test_a_packed_body_of_several_parts_is_whole() -> None:
    packed = gzip.compress(b"one,") + gzip.compress(b"x" * 300_000)
    assert fetch(saying(OK + f"Content-Encoding: gzip\nContent-Length: {len(packed)}", packed)).body[:5] == b"one,x"


# Before there is a connection ---------------------------------------------------------------------------------------


@pytest.fixture
def silent_name_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Looking any name up hangs until the test is over."""
    over = threading.Event()

    def hang(*_: Any, **__: Any) -> Any:
        over.wait(20)
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    yield
    over.set()


@pytest.mark.usefixtures("silent_name_server")
@pytest.mark.parametrize("url", ["https://silent.example/", "http://allowed.example:9000/"])
def test_a_name_server_that_does_not_answer_costs_at_most_the_deadline(url: str) -> None:
    client = http.HttpClient(allow=["allowed.example:9000"], deadline=0.5)
    started = time.monotonic()
    with pytest.raises(Temporary, match=r"could not be reached within 0\.5 seconds"):
        client.get(url, service="The service")
    assert time.monotonic() - started < 3


@pytest.mark.usefixtures("silent_name_server")
@pytest.mark.parametrize("url", ["https://silent.example/", "http://allowed.example:9000/"])
def test_a_change_that_never_left_is_not_an_unknown_outcome(url: str) -> None:
    client = http.HttpClient(allow=["allowed.example:9000"], deadline=0.5)
    with pytest.raises(Temporary):
        client.send("POST", url, service="The service", body={})
