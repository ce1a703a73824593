"""A label is on the list within 8 s of being offered and within 5 s of its page being fetched (issue of the feeds)."""

from __future__ import annotations

import os
import statistics
import time
from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from phone_numbers.feeds import partitions
from tests.feeds import feed_world
from tests.feeds.crew import beat, emptied_broker, processes, wait_for, worker

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
OFFERED_LIMIT, FETCHED_LIMIT = 8.0, 5.0  # seconds, on a machine with nothing else to do
NUMBERS = ["+13035550181", "+13035550182", "+13035550183"]


def calls_about(e164: str) -> list[dict[str, str]]:
    """Four labelled calls at one carrier: enough for Spam."""
    now = timezone.now()
    return [
        {
            "id": f"speed-{e164}-{ago}",
            "number": e164,
            "carrier": "att",
            "time": (now - timedelta(seconds=ago)).isoformat(),
            "label": "Spam Likely",
        }
        for ago in range(4)
    ]


def busyness() -> float:
    """How many processes wait for each core, at least 1: a busy machine is no fault of the portal."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def test_a_label_reaches_the_list_in_time(acme, owner, client_for, own_simulator, tmp_path, capsys):
    now = timezone.now()
    partitions.ensure_partitions(now - timedelta(days=40), now)
    key = own_simulator.key(40)
    feed_world.add_inventory(acme, [*feed_world.numbers_at(own_simulator, key), *NUMBERS])
    feed_world.make_feed_at(acme, own_simulator, key, feed_world.CARRIERS, interval_seconds=2)
    client, emptied = client_for(owner), emptied_broker()
    with processes(own_simulator.pair, worker("speed"), beat(tmp_path, "a")):
        wait_for(lambda: bool(own_simulator.seen("/carrier")), seconds=90)
        measured = [measure(client, own_simulator, e164) for e164 in NUMBERS]
    emptied.flushdb()
    offered, fetched = (statistics.median(times) for times in zip(*measured, strict=True))
    with capsys.disabled():
        print(f"\nlabel on the list: {offered:.1f} s after being offered, {fetched:.1f} s after its page was fetched")
    assert offered <= OFFERED_LIMIT * busyness()
    assert fetched <= FETCHED_LIMIT * busyness()


def measure(client, simulator, e164) -> tuple[float, float]:
    """Offer labelled calls; return the seconds until the list shows them, since the offer and since the fetch."""
    address = f"{reverse('numbers:list')}?rating=spam&q={e164[-10:]}"
    offered, offered_at = time.monotonic(), timezone.now()
    simulator.control("calls", calls=calls_about(e164))
    wait_for(lambda: b"is-spam" in (body := client.get(address).content) and e164.encode() in body, seconds=90)
    shown, shown_at = time.monotonic(), timezone.now()
    return shown - offered, (shown_at - fetch_of(simulator, offered_at)).total_seconds()


def fetch_of(simulator, offered_at: datetime) -> datetime:
    """Return when the first page behind the offer was fetched."""
    times = [datetime.fromisoformat(one["at"]) for one in simulator.seen("/carrier")]
    return min(at for at in times if at >= offered_at)
