"""Start PostgreSQL and Redis for the tests, before pytest-django reads the settings.

Loaded by `-p tests.servers`. With DATABASE_URL and REDIS_URL in the environment nothing is started; xdist's workers
find both there, because the controller has put them there. As pytest-django gives each of them a database of its own in
PostgreSQL, each takes two in Redis, counted from the one that REDIS_URL names: its own, and one for its drills
(tests/feeds/crew.py). Were they shared, real workers of one test would take the tasks of another.
"""

import atexit
import fcntl
import os
import secrets
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from reputation_portal.local.environment import make_field_key
from reputation_portal.local.postgres import Postgres
from reputation_portal.local.redis import Redis

_PREFIX = "portal-tests-"


class _Servers:
    """Both servers on a temporary folder, held by a lock so that a later run can tell a folder that was left behind."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        self.folder.chmod(0o711)
        self.lock = (self.folder / "lock").open("w")
        fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self.postgres = Postgres(self.folder, say=_quiet, throwaway=True)
        self.redis = Redis(self.folder, say=_quiet, throwaway=True)
        self.owner = os.getpid()

    def start(self) -> dict[str, str]:
        atexit.register(self.stop)
        return {
            "DATABASE_URL": self.postgres.start(),
            "REDIS_URL": self.redis.start(),
            "VAR_DIR": str(self.folder),
        }

    def stop(self) -> None:
        """Stop both and remove the folder; a forked child of the tests leaves them alone."""
        if os.getpid() != self.owner:
            return
        self.redis.stop()
        self.postgres.stop()
        self.lock.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def _quiet(_line: str) -> None:
    """Say nothing: pytest's own output is enough."""


def _remove_left_behind() -> None:
    """Remove the folders of runs that were killed: nobody holds their lock any more."""
    for lock_file in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*/lock"):
        with suppress(OSError), lock_file.open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(lock_file.parent, ignore_errors=True)


def redis_database(url: str, further: int) -> str:
    """Return the address of the Redis database that lies `further` behind the one of an address."""
    parts = urlsplit(url)
    return parts._replace(path=f"/{int(parts.path.strip('/') or 0) + further}").geturl()


def _prepare_environment() -> _Servers | None:
    """Fill the environment that settings read, and start what it does not name."""
    os.environ.pop("DEBUG", None)
    os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(48))
    os.environ.setdefault("FIELD_KEYS", make_field_key())
    os.environ["OUTBOUND_ALLOW"] = ""
    if worker := os.environ.get("PYTEST_XDIST_WORKER"):
        os.environ["REDIS_URL"] = redis_database(os.environ["REDIS_URL"], 2 * int(worker.removeprefix("gw")))
        return None
    if {"DATABASE_URL", "REDIS_URL"} <= os.environ.keys():
        return None
    _remove_left_behind()
    servers = _Servers()
    os.environ.update(servers.start())
    return servers


_servers = _prepare_environment()


def pytest_unconfigure() -> None:
    """Stop the servers at the end of the run (atexit stands behind it)."""
    if _servers is not None:
        _servers.stop()
