"""Real beats, workers and Redis: nothing is taken twice, and an emptied Redis or a killed worker loses nothing."""

from __future__ import annotations

import signal
from datetime import timedelta
from itertools import pairwise

import pytest
from django.utils import timezone

from common.scope import account_scope, all_accounts
from phone_numbers.feeds import partitions
from phone_numbers.models import FeedRun, NumberStatus, Reading
from phone_numbers.states import Rating
from tests.feeds import feed_world
from tests.feeds.crew import beat, emptied_broker, processes, wait_for, worker

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.slow
def test_two_beats_and_three_workers_take_nothing_twice(acme, globex, simulator, tmp_path):
    now = timezone.now()
    partitions.ensure_partitions(now - timedelta(days=40), now)
    broker = emptied_broker()
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
