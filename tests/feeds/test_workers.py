"""Real beats, workers and Redis: nothing is taken twice, and an emptied Redis or a killed worker loses nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import redis
from django.conf import settings as portal_settings
from django.db import connection
from django.utils import timezone

from common.scope import account_scope, all_accounts
from phone_numbers.feeds import partitions
from phone_numbers.models import FeedRun, NumberStatus, Reading
from phone_numbers.states import Rating
from tests.feeds import feed_world

ROOT = Path(__file__).resolve().parents[2]
REDIS_DATABASE = 11  # of its own, so that emptying it disturbs no other test
pytestmark = pytest.mark.django_db(transaction=True)


def wait_for(condition: Callable[[], bool], *, seconds: float) -> None:
    """Wait until a condition holds, or fail."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.1)


def broker_url() -> str:
    return portal_settings.REDIS_URL.rsplit("/", 1)[0] + f"/{REDIS_DATABASE}"


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
    return ["beat", "--schedule", str(folder / f"{name}.db"), "--pidfile", str(folder / f"{name}.pid")]


@pytest.mark.slow
def test_two_beats_and_three_workers_take_nothing_twice(acme, globex, simulator, tmp_path):
    now = timezone.now()
    partitions.ensure_partitions(now - timedelta(days=40), now)
    broker = redis.Redis.from_url(broker_url())
    broker.flushdb()
    feeds = []
    for account in (acme, globex):
        key = simulator.key(120)
        feed_world.add_inventory(account, feed_world.numbers_at(simulator, key))
        feeds.append(feed_world.make_feed_at(account, simulator, key, interval_seconds=1))

    def runs() -> int:
        with all_accounts():
            return FeedRun.objects.filter(finished_at__isnull=False, error="").count()

    crew = [worker("one"), worker("two"), worker("three"), beat(tmp_path, "a"), beat(tmp_path, "b")]
    with processes(simulator.pair, *crew) as started:
        wait_for(lambda: runs() >= 4, seconds=90)
        broker.flushdb()
        started[0].send_signal(signal.SIGKILL)
        before = runs()
        wait_for(lambda: runs() >= before + 4, seconds=90)
    broker.flushdb()
    for account, feed in zip((acme, globex), feeds, strict=True):
        assert_taken_once(account, feed)


def assert_taken_once(account, feed):
    """Each reading is stored by exactly one run, and finished runs of one feed never overlap."""
    with account_scope(account):
        stored = [run.stored for run in FeedRun.objects.filter(feed=feed)]
        readings = Reading.objects.count()
        finished = FeedRun.objects.filter(feed=feed, finished_at__isnull=False).order_by("started_at")
        spans = list(finished.values_list("started_at", "finished_at"))
        rated = NumberStatus.objects.exclude(rating=Rating.UNKNOWN).count()
    assert sum(stored) == readings
    assert rated > 80
    for (_, end), (start_of_next, _) in pairwise(spans):
        assert end <= start_of_next
