"""A hard end for one HTTP exchange, whatever the other side does.

A socket's timeout starts again with every byte, so a server that drips keeps a worker for ever. Here a timer thread
shuts the connection down when the time is over: reading headers, the TLS handshake or a body then ends at once. What
comes before there is a connection (looking the name up has no time limit of its own) is waited for in a thread that is
left behind.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import ContextVar
from types import TracebackType
from typing import Any, TypeVar

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

T = TypeVar("T")


class NeverConnected(OSError):
    """The name was not looked up, or the connection not made, before the deadline: nothing was sent."""


class Deadline:
    """`seconds` from now. Used as a context; `expired` tells afterwards whether it struck."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds
        self._twin: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._strike)
        self._timer.daemon = True
        self.expired = False

    def left(self) -> float:
        return max(0.0, self._end - time.monotonic())

    def watch(self, twin: socket.socket | None) -> None:
        """The connection to cut: a duplicate of its socket, which stays valid through the TLS handshake."""
        self._twin = twin
        if self.expired:
            self._cut()

    def _strike(self) -> None:
        self.expired = True
        self._cut()

    def _cut(self) -> None:
        if self._twin is not None:
            with contextlib.suppress(OSError):
                self._twin.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Deadline:
        self._token = _current.set(self)
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        self._twin = None
        _current.reset(self._token)


_current: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


def before_deadline(work: Callable[[], T]) -> T:
    """What `work` gives, or `NeverConnected` when the running deadline passes first; its thread ends by itself."""
    running = _current.get()
    if running is None:
        return work()
    outcome: Future[T] = Future()
    threading.Thread(target=_fulfil, args=(outcome, work), daemon=True).start()
    try:
        return outcome.result(timeout=running.left())
    except TimeoutError as exc:
        if outcome.done():
            raise
        raise NeverConnected("The deadline passed before there was a connection.") from exc


def _fulfil(outcome: Future[T], work: Callable[[], T]) -> None:
    try:
        outcome.set_result(work())
    except BaseException as exc:  # handed to whoever waits
        outcome.set_exception(exc)


class _Watched:
    """Mixed into urllib3's connections: tells the running deadline which socket is in use."""

    _twin: socket.socket | None = None

    def _new_conn(self) -> socket.socket:
        made: socket.socket = before_deadline(super()._new_conn)  # type: ignore[misc]
        self._twin = made.dup()
        self._announce()
        return made

    def request(self, *args: Any, **kwargs: Any) -> None:
        self._announce()
        super().request(*args, **kwargs)  # type: ignore[misc]

    def close(self) -> None:
        super().close()  # type: ignore[misc]
        if self._twin is not None:
            self._twin.close()
            self._twin = None

    def _announce(self) -> None:
        deadline = _current.get()
        if deadline is not None:
            deadline.watch(self._twin)


class _WatchedHTTP(_Watched, HTTPConnection):
    pass


class _WatchedHTTPS(_Watched, HTTPSConnection):
    pass


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _WatchedHTTP


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _WatchedHTTPS


def watched(adapter: HTTPAdapter) -> HTTPAdapter:
    """The adapter, with connections that obey the running deadline."""
    adapter.poolmanager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}
    return adapter


@contextmanager
def deadline(seconds: float) -> Iterator[Deadline]:
    with Deadline(seconds) as running:
        yield running
