"""A TCP server that answers with whatever bytes a test wants, in whatever rhythm, as a broken or hostile one would."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Script = Callable[[socket.socket], None]


@contextmanager
def serving(script: Script, *, tls: ssl.SSLContext | None = None, heads: list[bytes] | None = None) -> Iterator[str]:
    """`host:port` of a server that reads each request's head (into `heads`), then runs `script` on the connection."""
    heads = heads if heads is not None else []
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=_accept, args=(listener, script, tls, heads), daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(timeout=5)


def _accept(listener: socket.socket, script: Script, tls: ssl.SSLContext | None, heads: list[bytes]) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_answer, args=(connection, script, tls, heads), daemon=True).start()


def _answer(connection: socket.socket, script: Script, tls: ssl.SSLContext | None, heads: list[bytes]) -> None:
    with suppress(OSError):
        connection = tls.wrap_socket(connection, server_side=True) if tls else connection
        heads.append(_read_head(connection))
        script(connection)
    with suppress(OSError):
        connection.close()


def _read_head(connection: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head:
        part = connection.recv(4096)
        if not part:
            break
        head += part
    return head


def saying(head: str, body: bytes = b"") -> Script:
    """Send a fixed answer."""
    return lambda connection: connection.sendall(head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body)


def dripping(start: bytes, byte: bytes, seconds: float) -> Script:
    """Send `start`, then one byte every `seconds` until the other side leaves."""

    def drip(connection: socket.socket) -> None:
        connection.sendall(start)
        pause = threading.Event()
        while not pause.wait(seconds):
            connection.sendall(byte)

    return drip
