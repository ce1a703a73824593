"""Serves `/metrics` on a port of its own, which is not for the public: one scrape at a time, nothing else."""

from __future__ import annotations

import signal
from collections.abc import Iterable
from types import FrameType
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CollectorRegistry, make_wsgi_app

PATH = "/metrics"
LOOK_SECONDS = 0.5  # between two looks at whether to stop
CLIENT_SECONDS = 10  # for one that says nothing, which would keep the others waiting


class QuietHandler(WSGIRequestHandler):
    """Says nothing of each scrape: they come every few seconds."""

    timeout = CLIENT_SECONDS

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet."""


class MetricsServer:
    """The server of one registry. Port 0 lets the system choose; `port` tells which it is. OSError when it is taken."""

    def __init__(self, registry: CollectorRegistry, *, host: str, port: int) -> None:
        self._metrics = make_wsgi_app(registry, disable_compression=False)
        self._server: WSGIServer = make_server(host, port, self._answer, handler_class=QuietHandler)
        self._server.timeout = LOOK_SECONDS
        self._stopped = False

    @property
    def port(self) -> int:
        """Return the port that is served."""
        return int(self._server.server_port)

    def serve(self) -> None:
        """Answer scrapes until `stop`."""
        with self._server:
            while not self._stopped:
                self._server.handle_request()

    def stop(self) -> None:
        """Stop after the scrape that is under way, or within half a second."""
        self._stopped = True

    def stop_on_signals(self) -> None:
        """Stop on Ctrl-C and SIGTERM."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._note)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self.stop()

    def _answer(self, request: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if request["PATH_INFO"] == PATH and request["REQUEST_METHOD"] == "GET":
            answer: Iterable[bytes] = self._metrics(request, start_response)
            return answer
        start_response("404 Not Found", [("Content-Type", "text/plain; charset=utf-8")])
        return [f"Only GET {PATH} is here.\n".encode()]
