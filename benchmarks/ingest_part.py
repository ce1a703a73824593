"""Ingestion: from an adapter's page of observations to updated ratings in one process, beside three ways to write it.

Everybody gets pages of the same kind against the same tables, and every page is new.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median

from django.utils import timezone

from accounts.models import Account
from benchmarks import data, ingest_peers, observations, process_memory, timing
from benchmarks.results import Result
from common.scope import account_scope
from phone_numbers.feeds import ingest
from phone_numbers.models import Feed
from phone_numbers.states import FeedState
from providers.base import Observation

BIG, USUAL, ORM_SIZE = 50_000, 20_000, 2_000
ROUNDS = 4
PEERS = (
    ("the same statements by psql", ">=0.9"),
    ("plain script: COPY, join, insert, upsert", ">=0.35"),
    ("the same with the ORM", ">=12"),
)


def measure() -> list[Result]:
    """Return the results of the part `ingest`."""
    account = data.account(data.LARGE)
    folder = Path(tempfile.mkdtemp(prefix="portal-bench-psql-"))
    try:
        with account_scope(account):
            contest = Contest(account, observations.World(account, seed=11), folder)
            results = [*contest.rates(BIG), *contest.rates(USUAL), contest.memory()]
    finally:
        shutil.rmtree(folder)
    return [*results, *table_sizes("ingest: a page of 5,000 at a million numbers", "<=1.3")]


@dataclass
class Contest:
    """The contestants, each given its own pages; a rate is observations per second."""

    account: Account
    world: observations.World
    folder: Path

    def rates(self, size: int) -> list[Result]:
        """Return our rate with pages of `size` beside each peer's.

        The ORM gets smaller pages: it writes in batches of 500 anyway.
        """
        plain, psql = ingest_peers.PlainScript(self.account), ingest_peers.Psql(self.account, self.folder)
        takers = [(self._ours, size), (psql.prepare, size), (plain.prepare, size), (self._orm, ORM_SIZE)]
        rates: list[list[float]] = [[] for _ in takers]
        for turn in range(ROUNDS + 1):
            for (taker, own_size), found in zip(takers, rates, strict=True):
                work = taker(self.world.page(own_size), self._now())
                spent = timing.seconds(work)
                if turn:  # the first page warms up
                    found.append(own_size / spent)
        ours, *others = (median(found) for found in rates)
        return [
            Result(f"ingest: pages of {size:,}", ours, rate, name, "obs/s", goal)
            for rate, (name, goal) in zip(others, PEERS, strict=True)
        ]

    def memory(self) -> Result:
        """Return the peak of this process over the last of some pages beside that over the first: flat is the wish."""
        first, *_, last = [self._peak() for _ in range(5)]
        return Result("ingest: peak memory, fifth page of 50,000", last, first, "first of these pages", "MB")

    def _peak(self) -> float:
        page, now = self.world.page(BIG), self._now()
        with process_memory.Watch([os.getpid()]) as watch:
            ingest.ingest_page(self.account, page, now=now)
        return watch.peak

    def _now(self) -> datetime:
        return self.world.clock + timedelta(seconds=1)

    def _ours(self, page: list[Observation], now: datetime) -> Callable[[], object]:
        fence = leased_feed(self.account)
        return lambda: ingest.ingest_page(self.account, page, now=now, fence=fence)

    def _orm(self, page: list[Observation], now: datetime) -> Callable[[], object]:
        return lambda: ingest_peers.ingest_with_orm(self.account, page, now=now)


def leased_feed(account: Account) -> ingest.Fence:
    """Return the fence of a feed that this process holds, at its beginning."""
    now = timezone.now()
    token = uuid.uuid4()
    held = {"state": FeedState.LEASED, "lease_token": token, "lease_until": now + timedelta(hours=1), "cursor": None}
    feed, _ = Feed.objects.update_or_create(
        account=account,
        name="Benchmark",
        defaults=held,
        create_defaults=held | {"provider": "carrier_feed", "due_at": now, "created_at": now},
    )
    return ingest.Fence(feed.pk, token, None, {"page": 1}, now + timedelta(hours=1))


def table_sizes(name: str, goal: str | None = None) -> list[Result]:
    """The same page of 5,000 observations in the large account and in the small: a page must not cost by the table.

    Once with numbers that came in one after the other, as many as the small account has: then only the account's size
    differs. And once with numbers from all over the large account, which lie in a block of their own each.
    """
    large, small = data.account(data.LARGE), data.account(data.SMALL)
    worlds = [
        (large, observations.World(large, seed=13, neighbors=data.size(data.SMALL))),
        (large, observations.World(large, seed=13)),
        (small, observations.World(small, seed=13)),
    ]
    times: list[list[float]] = [[] for _ in worlds]
    for turn in range(7):
        for taken, (account, world) in zip(times, worlds, strict=True):
            page, now = world.page(5_000), world.clock + timedelta(seconds=1)
            with account_scope(account):
                spent = timing.seconds(partial(ingest.ingest_page, account, page, now=now))
            if turn:  # the first page warms up
                taken.append(spent * 1000)
    neighbors, scattered, peer = (median(taken) for taken in times)
    return [
        Result(f"{name}, neighbors", neighbors, peer, "at ten thousand numbers", "ms", goal),
        Result(f"{name}, from all over", scattered, peer, "at ten thousand numbers", "ms"),
    ]
