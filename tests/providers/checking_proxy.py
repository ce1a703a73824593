"""A proxy between an adapter and the simulator that holds every exchange against the Telnyx contract, both halves."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import requests

from tests.providers.openapi import Contract, Exchange

CONTRACT = Contract()
PASSED_ON = ("Content-Type", "Authorization", "Accept")


class CheckingProxy:
    """`url` leads to the simulator at `target`; `operations` are those that were asked, `wrong` what did not fit."""

    def __init__(self, target: str) -> None:
        self.target = target
        self.operations: list[str] = []
        self.wrong: list[str] = []
        self.url = ""
        self.pair = ""

    def check(self, exchange: Exchange) -> None:
        try:
            self.operations.append(CONTRACT.check(exchange))
        except AssertionError as error:
            self.wrong.append(f"{exchange.method} {exchange.path} -> {exchange.status}: {error}")


@contextmanager
def checking(target: str) -> Iterator[CheckingProxy]:
    """A running proxy; at the end every exchange must have fit."""
    proxy = CheckingProxy(target)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(proxy))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    proxy.pair = f"127.0.0.1:{server.server_address[1]}"
    proxy.url = f"http://{proxy.pair}"
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)
    assert proxy.wrong == []


def _handler(proxy: CheckingProxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name: self.headers[name] for name in PASSED_ON if name in self.headers}
            answer = requests.request(
                self.command, proxy.target + self.path, data=body or None, headers=headers, timeout=20
            )
            proxy.check(_exchange(self.command, self.path, body, answer))
            self.send_response(answer.status_code)
            self.send_header("Content-Type", answer.headers.get("Content-Type", "application/json"))
            if answer.status_code != 204:
                self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _pass_on

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    return Handler


def _exchange(method: str, path: str, body: bytes, answer: requests.Response) -> Exchange:
    address = urlsplit(path)
    return Exchange(
        method=method,
        path=address.path.removeprefix("/v2"),
        query=address.query,
        body=body,
        status=answer.status_code,
        answer_type=answer.headers.get("Content-Type", "").partition(";")[0],
        answer=answer.content,
    )
