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
from pathlib import Path
from statistics import median

from django.utils import timezone

from accounts.models import Account
from benchmarks import data, ingest_peers, observations, process_memory, timing
from benchmarks.results import LIMIT, Result
from common.scope import account_scope
from phone_numbers.feeds import ingest
from phone_numbers.models import Feed
from phone_numbers.states import FeedState
from providers.base import Observation

BIG, USUAL, ORM_SIZE = 50_000, 20_000, 5_000
ROUNDS = 4
OVER_ORM, OVER_PSQL, OVER_PLAIN = ">=12", ">=0.9", ">=0.35"


def measure() -> list[Result]:
    """Return the results of the part `ingest`."""
    account = data.account(data.LARGE)
    folder = Path(tempfile.mkdtemp(prefix="portal-bench-psql-"))
    try:
        with account_scope(account):
            contest = Contest(account, observations.World(account, seed=11), folder)
            results = [*contest.rates(BIG), *contest.rates(USUAL), contest.growth()]
    finally:
        shutil.rmtree(folder)
    return [*results, *_table_sizes()]


@dataclass
class Contest:
    """The contestants, each given its own pages; a rate is observations per second."""

    account: Account
    world: observations.World
    folder: Path

    def rates(self, size: int) -> list[Result]:
        """Return our rate with pages of `size` beside each peer's."""
        psql = ingest_peers.Psql(self.account, self.folder)
        plain = ingest_peers.PlainScript(self.account)
        takers = [self._ours, psql.prepare, plain.prepare, self._orm]
        sizes = [size, size, size, ORM_SIZE]
        times: list[list[float]] = [[] for _ in takers]
        for turn in range(ROUNDS + 1):
            for taker, own_size, taken in zip(takers, sizes, times, strict=True):
                work = taker(self.world.page(own_size), self._now())
                spent = timing.seconds(work)
                if turn:  # the first page warms up
                    taken.append(own_size / spent)
        ours, psql_rate, plain_rate, orm = (median(taken) for taken in times)
        name = f"ingest: pages of {size:,}"
        return [
            Result(name, ours, orm, "the same with the ORM", "obs/s", OVER_ORM),
            Result(name, ours, psql_rate, "the same statements by psql", "obs/s", OVER_PSQL),
            Result(name, ours, plain_rate, "plain script: COPY, join, insert, upsert", "obs/s", OVER_PLAIN),
        ]

    def growth(self) -> Result:
        """Return by how many MB this process grows over further pages; flat is the wish."""
        pages = [self.world.page(BIG) for _ in range(3)]
        now = self._now()
        with process_memory.Growth([os.getpid()]) as growth:
            for page in pages:
                ingest.ingest_page(self.account, page, now=now)
        return Result("ingest: memory over three pages of 50,000", growth.megabytes, 50, LIMIT, "MB")

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


def _table_sizes() -> list[Result]:
    """The same page of 5,000 numbers at a million numbers and at ten thousand: a page must not cost by the table."""
    worlds = [observations.World(data.account(slug), seed=13) for slug in (data.LARGE, data.SMALL)]
    accounts = [data.account(slug) for slug in (data.LARGE, data.SMALL)]

    def take(account: Account, world: observations.World) -> None:
        with account_scope(account):
            ingest.ingest_page(account, pages.pop(), now=world.clock + timedelta(seconds=1))

    times: list[list[float]] = [[], []]
    for turn in range(6):
        for place, (account, world) in enumerate(zip(accounts, worlds, strict=True)):
            pages = [world.page(5_000)]
            spent = timing.seconds(lambda: take(account, world))  # noqa: B023  -- called at once
            if turn:
                times[place].append(spent * 1000)
    ours, peer = (median(taken) for taken in times)
    return [Result("ingest: a page of 5,000 at a million numbers", ours, peer, "at ten thousand numbers", "ms")]
