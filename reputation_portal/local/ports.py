"""TCP ports on the loopback interface: which are free, and which one a server had last time."""

import json
import socket
from collections.abc import Callable
from pathlib import Path

LOOPBACK = "127.0.0.1"


def is_free(port: int) -> bool:
    """Say whether nothing listens on `port` of the loopback interface."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def any_free_port() -> int:
    """Let the system choose a port."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def next_free_port(first: int) -> int:
    """Return `first` or the nearest free port above it, at most 200 further; else any free one."""
    nearby = range(first, min(first + 200, 65_536))
    return next((port for port in nearby if is_free(port)), 0) or any_free_port()


class PortBook:
    """The ports that the servers of one VAR_DIR used last, so that addresses stay between starts."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def last(self, name: str) -> int | None:
        """Return the port that `name` had last time; None at the first start or when the file is unreadable."""
        return self._read().get(name)

    def choose(self, name: str, preferred: int | None = None, say: Callable[[str], None] | None = None) -> int:
        """Return the last port of `name` (or `preferred`) if it is free, else another one, and remember it.

        A move is told by `say`.
        """
        wanted = self.last(name) or preferred
        port = next_free_port(wanted) if wanted else any_free_port()
        if say and wanted not in (None, port):
            say(f"Port {wanted} is busy: {name} takes {port}")
        self.remember(name, port)
        return port

    def remember(self, name: str, port: int) -> None:
        """Store the port of `name` for the next start."""
        self.path.write_text(json.dumps({**self._read(), name: port}))

    def _read(self) -> dict[str, int]:
        try:
            return {str(name): int(port) for name, port in json.loads(self.path.read_text()).items()}
        except (FileNotFoundError, ValueError, AttributeError):
            return {}
