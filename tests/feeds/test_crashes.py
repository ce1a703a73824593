"""A worker killed at any point leaves the state that no fault would have left, once the feed has been polled again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from common.scope import all_accounts
from phone_numbers.feeds import leases, partitions, polling
from phone_numbers.models import Feed, FeedRun
from tests.feeds import feed_world
from tests.feeds.crash_child import PAGE_SIZE, POINTS

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def reach_simulator(settings, simulator, monkeypatch):
    """Let feeds reach the simulator, with the pages of the process that dies: tags and events follow the pages."""
    settings.OUTBOUND_ALLOW = frozenset({simulator.pair})
    monkeypatch.setattr(polling, "PAGE_SIZE", PAGE_SIZE)
    now = timezone.now()
    partitions.ensure_partitions(now - timedelta(days=40), now)


def die_in_a_poll(feed: Feed, point: str, pair: str) -> int:
    """Let a worker process take the feed and die at a point; return how it ended."""
    with all_accounts():
        token = dict(leases.claim_due_feeds(now=timezone.now()))[feed.pk]
    database = connection.settings_dict
    url = (
        f"postgres://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
    )
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "reputation_portal.settings",
        "DATABASE_URL": url,
        "OUTBOUND_ALLOW": pair,
    }
    command = [sys.executable, "-m", "tests.feeds.crash_child", point, str(feed.pk), str(token)]
    return subprocess.run(command, cwd=ROOT, env=environment, timeout=60, check=False, capture_output=True).returncode


@pytest.mark.parametrize("point", POINTS)
def test_a_worker_killed_at_a_named_point_loses_and_doubles_nothing(acme, globex, simulator, point):
    key = simulator.key(600)
    for account in (acme, globex):
        feed_world.add_inventory(account, inventory_of(simulator, key))
    crashed = feed_world.make_feed_at(acme, simulator, key)
    undisturbed = feed_world.make_feed_at(globex, simulator, key)
    with all_accounts():
        Feed.objects.filter(pk=undisturbed.pk).update(paused=True)
    assert die_in_a_poll(crashed, point, simulator.pair) == -signal.SIGKILL
    with all_accounts():
        Feed.objects.update(paused=False)
        unfinished = FeedRun.objects.get(feed=crashed)
    assert unfinished.finished_at is None
    feed_world.poll_once(crashed)
    feed_world.poll_once(undisturbed)
    one, other = feed_world.end_state(acme), feed_world.end_state(globex)
    assert len(one["readings"]) > 400
    assert one["tags"]
    assert one["events"]
    for part in one:
        assert one[part] == other[part], part


def inventory_of(simulator, key):
    """Return all numbers of a provider account, page by page."""
    found, page = [], 1
    while True:
        answer = simulator.call("GET", "/reputation/numbers", key, **{"page[size]": 250, "page[number]": page}).json()
        found += [entry["phone_number"] for entry in answer["data"]]
        if page >= answer["meta"]["total_pages"]:
            return found
        page += 1
