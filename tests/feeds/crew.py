"""Real Celery processes against the test database, with a Redis database of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import redis
from django.conf import settings as portal_settings
from django.db import connection

from tests.servers import redis_database

ROOT = Path(__file__).resolve().parents[2]


def wait_for(condition: Callable[[], bool], *, seconds: float) -> None:
    """Wait until a condition holds, or fail."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.1)


def broker_url() -> str:
    """Return the address of the drill's Redis database: emptying it disturbs no other test."""
    return redis_database(portal_settings.REDIS_URL, 1)


@contextmanager
def processes(pair: str, *commands: list[str]) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Run Celery processes against the test database; all are gone afterwards."""
    database = connection.settings_dict
    place = f"{database['HOST']}:{database['PORT']}/{database['NAME']}"
    environment = os.environ | {
        "DATABASE_URL": f"postgres://{database['USER']}:{database['PASSWORD']}@{place}",
        "REDIS_URL": broker_url(),
        "OUTBOUND_ALLOW": pair,
    }
    started = [start(command, environment) for command in commands]
    try:
        yield started
    finally:
        for process in started:
            process.send_signal(signal.SIGKILL)
        for process in started:
            process.wait(timeout=20)


def start(command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    celery = [sys.executable, "-m", "celery", "--app", "reputation_portal.celery:app", *command]
    return subprocess.Popen(
        celery, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=False
    )


def worker(name: str) -> list[str]:
    """A worker in one process, so that SIGKILL takes all of it."""
    return ["worker", "--hostname", f"{name}@drill", "--queues", "feeds,work", "--pool", "solo", "--without-gossip"]


def beat(folder: Path, name: str) -> list[str]:
    """A beat with its schedule in a folder."""
    return ["beat", "--schedule", str(folder / f"{name}.db"), "--pidfile", str(folder / f"{name}.pid")]


def emptied_broker() -> redis.Redis:
    """Return the drill's Redis, with nothing in it."""
    broker = redis.Redis.from_url(broker_url())
    broker.flushdb()
    return broker
