"""Ten million numbers: workers poll feeds over HTTP, nothing is done twice, and pages cost what they cost small.

The figures of one worker and of four are from feeds of the same kind, one after the other, in the same database.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
from django.conf import settings
from django.db.models import Max, Min, Sum
from django.utils import timezone

from accounts.models import Account
from benchmarks import data, ingest_part, list_part, observations, page_server
from benchmarks.results import LIMIT, Result
from common.scope import account_scope
from phone_numbers.feeds import applied
from phone_numbers.feeds.rules import rule_for
from phone_numbers.models import AppliedRule, Feed, FeedRun, Reading
from phone_numbers.services import counts
from phone_numbers.services import feeds as feed_services

WORKERS = 4
LONGEST = 3_600.0  # seconds until a run that does not end is given up
SAME = "<=1.3"


class ScaleError(RuntimeError):
    """The feeds did not end in time, or lost or doubled something."""


def measure() -> list[Result]:
    """Return the results of the part `scale`."""
    account, words = data.account(data.LARGE), f"{data.size(data.LARGE):,} numbers"
    one, _ = _poll(account, workers=1)
    four, fetched_twice = _poll(account, workers=WORKERS)
    results = [
        Result(f"scale: observations with {WORKERS} workers, {words}", four, one, "with one worker", "obs/s"),
        Result("scale: pages fetched for each page stored", fetched_twice, 1.0, LIMIT, "pages", "<=1"),
        *ingest_part.table_sizes(f"scale: a page of 5,000, {words}", SAME),
    ]
    counts.fold_number_counts()  # what beat has done each minute by a worker that does not run here
    large, small = list_part.Browser(data.LARGE), list_part.Browser(data.SMALL)
    last = {browser: browser.last_page() for browser in (large, small)}
    return results + [pair.measure() for pair in list_part.size_pairs(large, small, last, words)]


def _poll(account: Account, *, workers: int) -> tuple[float, float]:
    """Let workers read all pages of new feeds; return observations a second, and fetches for each page."""
    numbers = [e164 for e164, _ in observations.World(account, seed=17).numbers]
    with _serving(numbers) as pair, account_scope(account):
        feeds = _make_feeds(account, pair, f"{workers} workers")
        _take_as_rated(account)
        with _workers(workers, pair):
            _wait_for(feeds)
        asked = requests.get(f"http://{pair}/asked", timeout=10).json()
        rate = _judge(feeds)
        Feed.objects.filter(pk__in=[feed.pk for feed in feeds]).update(paused=True)
    return rate, sum(asked.values()) / (page_server.FEEDS * page_server.PAGES)


def _take_as_rated(account: Account) -> None:
    """Say that the numbers were rated by the rule that new feeds make: rating all again would come in between."""
    AppliedRule.objects.update_or_create(
        account=account, defaults={"rated_by": applied.fingerprint(rule_for(account)), "target": {}, "through": 0}
    )


def _judge(feeds: list[Feed]) -> float:
    """Count what the feeds left. Raises ScaleError unless each call is stored exactly once, by one run."""
    runs = FeedRun.objects.filter(feed__in=feeds, stored__gt=0)
    found = runs.aggregate(stored=Sum("stored"), doubled=Sum("duplicate"), begun=Min("started_at"))
    ended = runs.aggregate(at=Max("finished_at"))["at"]
    wanted = page_server.FEEDS * page_server.PAGES * page_server.LINES
    readings = Reading.objects.filter(received_at__gte=found["begun"]).count()
    if not found["stored"] == readings == wanted or found["doubled"]:
        raise ScaleError(f"Of {wanted:,} calls {found['stored']:,} were stored, {readings:,} readings are there.")
    return wanted / (ended - found["begun"]).total_seconds()


def _wait_for(feeds: list[Feed]) -> None:
    """Wait until every feed is read. Raises ScaleError with a feed's own words when it stopped, or after an hour."""
    deadline, own = time.monotonic() + LONGEST, Feed.objects.filter(pk__in=[feed.pk for feed in feeds])
    while own.exclude(cursor__after=str(page_server.PAGES)).exists():
        if stopped := own.filter(paused=True).first():
            raise ScaleError(f"A feed stopped: {stopped.last_error}")
        if time.monotonic() > deadline:
            raise ScaleError("The feeds were not read to their end in an hour.")
        time.sleep(0.5)


def _make_feeds(account: Account, pair: str, name: str) -> list[Feed]:
    return [_make_feed(account, f"http://{pair}/{place}", f"{name}, {place}") for place in range(page_server.FEEDS)]


def _make_feed(account: Account, address: str, name: str) -> Feed:
    now = timezone.now()
    feed = Feed.objects.create(
        account=account,
        name=name,
        provider="carrier_feed",
        settings={"url": address},
        interval_seconds=3_600,
        created_at=now,
        due_at=now,
    )
    feed_services.set_secret(feed, "benchmark")
    return feed


@contextmanager
def _serving(numbers: list[str]) -> Iterator[str]:
    """Run the page server; give its `host:port`."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(numbers))
        file.flush()
        command = [sys.executable, "-m", "benchmarks.page_server", file.name]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            try:
                yield server.stdout.readline().strip()
            finally:
                server.terminate()


@contextmanager
def _workers(count: int, pair: str) -> Iterator[None]:
    """Run workers of one process each, and the beat that sends them the ticks."""
    celery = [sys.executable, "-m", "celery", "--app", "reputation_portal.celery:app"]
    options = ["--queues", "feeds", "--pool", "solo", "--without-gossip", "--without-mingle"]
    commands = [[*celery, "worker", "--hostname", f"scale{place}@bench", *options] for place in range(count)]
    folder = Path(tempfile.mkdtemp(dir=settings.VAR_DIR))
    commands.append([*celery, "beat", "--schedule", str(folder / "beat.db"), "--pidfile", str(folder / "beat.pid")])
    environment = os.environ | {"OUTBOUND_ALLOW": pair, "LOG_LEVEL": "ERROR"}
    started = [
        subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for command in commands
    ]
    try:
        yield
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(timeout=60)
