"""A VAR_DIR of its own for each test, and servers on it that never outlive the test."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reputation_portal.local.postgres import Postgres
from reputation_portal.local.redis import Redis

_MEMORY = Path("/dev/shm")  # noqa: S108 - a lasting server flushes to disk at every step, which is slow on a busy one
_ROOM = 1024**3


@contextmanager
def open_folder() -> Iterator[Path]:
    """Make a folder that `nobody` can pass through, as a checkout usually is (pytest's own are private)."""
    has_room = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM
    folder = Path(tempfile.mkdtemp(prefix="portal-local-", dir=_MEMORY if has_room else None))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def var_dir() -> Iterator[Path]:
    """Make an empty VAR_DIR."""
    with open_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def running_postgres() -> Iterator[Postgres]:
    """Run a lasting server that the tests of a module only look at."""
    with open_folder() as folder:
        postgres = Postgres(folder, say=lambda _line: None)
        postgres.start()
        yield postgres
        postgres.stop()


@pytest.fixture
def told() -> list[str]:
    """Collect what a server says to a person."""
    return []


@pytest.fixture
def make_postgres(var_dir: Path, told: list[str]) -> Iterator[Callable[[], Postgres]]:
    """Return a function that makes a lasting cluster's server on `var_dir`, not started."""
    made: list[Postgres] = []

    def make() -> Postgres:
        made.append(Postgres(var_dir, say=told.append))
        return made[-1]

    yield make
    for postgres in made:
        postgres.stop()


@pytest.fixture
def make_redis(var_dir: Path, told: list[str]) -> Iterator[Callable[[], Redis]]:
    """Return a function that makes a Redis on `var_dir`, not started."""
    made: list[Redis] = []

    def make() -> Redis:
        made.append(Redis(var_dir, say=told.append))
        return made[-1]

    yield make
    for redis in made:
        redis.stop()
