"""A small SMTP server that keeps what it is given, and can be told to hang up or to die after accepting."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class MailServer(socketserver.ThreadingTCPServer):
    """Listens on a free port of this machine. `messages` holds what was accepted, `refuses` turns people away."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.messages: list[str] = []
        self.refuses = False

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"


class _Conversation(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        if self.server.refuses:
            self._say("421 Come back later")
            return
        self._say("220 here")
        while line := self.rfile.readline().decode().strip():
            if not self._answer(line.partition(" ")[0].upper()):
                break

    def _answer(self, command: str) -> bool:
        if command == "DATA":
            self._say("354 go on")
            self.server.messages.append(self._text())
        self._say("221 bye" if command == "QUIT" else "250 ok")
        return command != "QUIT"

    def _text(self) -> str:
        lines: list[str] = []
        while (line := self.rfile.readline().decode()) not in (".\r\n", ""):
            lines.append(line)
        return "".join(lines)

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


@contextmanager
def running() -> Iterator[MailServer]:
    """Run a mail server in a thread."""
    with MailServer() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
