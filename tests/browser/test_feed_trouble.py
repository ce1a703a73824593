"""A fault at the provider, seen on the Feeds page: the feed turns red, says why, recovers by itself, loses nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, User
from common.scope import all_accounts
from phone_numbers.feeds import partitions
from phone_numbers.models import Feed
from tests.browser.conftest import SignIn
from tests.browser.test_every_page import take_picture
from tests.feeds import feed_world
from tests.feeds.crew import beat, emptied_broker, processes, worker
from tests.simulator import RunningSimulator

pytestmark = pytest.mark.slow


@pytest.fixture
def simulator(settings) -> Iterator[RunningSimulator]:
    """A simulator for this test alone."""
    running = RunningSimulator("--numbers", "40")
    settings.OUTBOUND_ALLOW = frozenset({running.pair})
    yield running
    running.stop()


def switch(page: Page, simulator: RunningSimulator, fault: str, button: str) -> None:
    """Press a button of a fault on the simulator's control page."""
    page.goto(simulator.url)
    page.get_by_role("row", name=fault).get_by_role("button", name=button).click()


def test_a_feed_turns_red_with_a_reason_and_recovers_with_nothing_lost(
    sign_in: SignIn,
    live_server: LiveServer,
    acme: Account,
    globex: Account,
    owner: User,
    simulator: RunningSimulator,
    tmp_path: Path,
) -> None:
    key = simulator.key(40)
    for account in (acme, globex):
        feed_world.add_inventory(account, feed_world.numbers_at(simulator, key))
    feed = feed_world.make_feed_at(acme, simulator, key, interval_seconds=2, name="Telnyx, main")
    now, page = timezone.now(), sign_in(owner)
    partitions.ensure_partitions(now - timedelta(days=40), now)
    broker = emptied_broker()
    with processes(simulator.pair, worker("red"), beat(tmp_path, "a")):
        page.goto(f"{live_server.url}/feeds/")
        row = page.get_by_role("row", name="Telnyx, main")
        expect(row).to_contain_text("Healthy", timeout=60_000)
        switch(page, simulator, "server_error", "On")
        page.goto(f"{live_server.url}/feeds/")
        expect(row).to_contain_text("Failing", timeout=60_000)
        expect(row).to_contain_text("500")
        take_picture(page, "feed-failing")
        switch(page, simulator, "server_error", "Off")
        page.goto(f"{live_server.url}/feeds/")
        expect(row).to_contain_text("Healthy", timeout=90_000)
    broker.flushdb()
    assert_nothing_lost(acme, globex, feed, simulator, key)


def assert_nothing_lost(acme: Account, globex: Account, feed: Feed, simulator: RunningSimulator, key: str) -> None:
    """Poll once more, and compare with an account whose feed met no fault."""
    with all_accounts():
        Feed.objects.filter(pk=feed.pk).update(state="due", lease_token=None, lease_until=None)
    undisturbed = feed_world.make_feed_at(globex, simulator, key)
    feed_world.poll_once(feed)
    feed_world.poll_once(undisturbed)
    one, other = (feed_world.end_state(account, with_events=False) for account in (acme, globex))
    assert len(one["readings"]) > 30
    assert one == other
