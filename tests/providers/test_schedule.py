"""The index of carrier calls finds what asking every number would find, and looks at few of them."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.base import ReadingsPage
from providers.carrier_feed import CarrierFeed
from providers.http import HttpClient
from providers.simulator.behaviour import World
from providers.simulator.episodes import ERA, HOUR, episodes_of_era, spans_of_era
from providers.simulator.inventory import Inventory
from providers.simulator.schedule import CallSchedule
from tests.simulator import RunningSimulator

EPOCH = datetime(2026, 11, 1, tzinfo=UTC)
INVENTORY = Inventory("schedule", 400, 1)
CROWD = Inventory("schedule", 20_000, 1)
keys = st.integers(0, 2**64 - 1)


def found(world: World, schedule: CallSchedule, start: datetime, end: datetime) -> list[str]:
    asked = schedule.numbers(world.simulated(start), world.simulated(end))
    return sorted(call.ident for e164 in asked for call in world.calls(e164, start, end))


def everything(world: World, start: datetime, end: datetime) -> list[str]:
    return sorted(call.ident for e164 in INVENTORY for call in world.calls(e164, start, end))


@given(keys, st.integers(300, 360))
def test_the_spans_of_an_era_are_those_of_its_episodes(key: int, era: int) -> None:
    assert spans_of_era(key, era) == [(one.start, one.end) for one in episodes_of_era(key, era)]


@settings(max_examples=60)
@given(st.integers(-20 * 86_400, 80 * 86_400), st.integers(1, 4 * 3600), st.sampled_from([0.5, 1.0, 60.0, 2000.0]))
def test_the_index_finds_what_asking_every_number_finds(offset: int, seconds: int, speed: float) -> None:
    world = World(1, EPOCH, speed)
    start = EPOCH + timedelta(seconds=offset)
    end = start + timedelta(seconds=seconds / max(speed, 1.0))
    assert found(world, CallSchedule(world, INVENTORY), start, end) == everything(world, start, end)


def test_slots_days_and_eras_have_no_gap_between_them() -> None:
    """Ten minutes around each border of a slot, and around the turn of an era."""
    world = World(1, EPOCH)
    schedule = CallSchedule(world, INVENTORY)
    era = datetime.fromtimestamp((world.simulated(EPOCH) // ERA + 1) * ERA, UTC)
    for border in (era, era + timedelta(hours=12), era + timedelta(days=2)):
        start, end = border - timedelta(minutes=5), border + timedelta(minutes=5)
        assert found(world, schedule, start, end) == everything(world, start, end)
    whole = everything(world, era - timedelta(hours=20), era + timedelta(hours=20))
    steps = [era + timedelta(hours=place) for place in range(-20, 21, 2)]
    parts = [one for a, b in pairwise(steps) for one in found(world, schedule, a, b)]
    assert sorted(parts) == whole


def test_what_people_do_to_a_number_shows_in_the_index_at_once() -> None:
    world = World(1, EPOCH)
    schedule = CallSchedule(world, INVENTORY)
    start, end = EPOCH + timedelta(hours=1), EPOCH + timedelta(hours=3)
    found(world, schedule, start, end)
    for e164 in INVENTORY[:50]:
        world.label(e164, EPOCH)
    assert found(world, schedule, start, end) == everything(world, start, end)
    for e164 in INVENTORY[:25]:
        world.clear(e164, EPOCH + timedelta(hours=2))
    assert found(world, schedule, start, end) == everything(world, start, end)


def test_a_poll_of_seconds_looks_at_less_than_one_number_in_a_hundred() -> None:
    """What a poll costs: at a million numbers these are some 7,000 (0.2 s), where asking each took a minute."""
    world = World(1, EPOCH)
    schedule = CallSchedule(world, CROWD)
    for hour in range(0, 72, 7):
        since = world.simulated(EPOCH) + hour * HOUR
        assert 0 < len(list(schedule.numbers(since, since + 60))) < len(CROWD) / 100


@pytest.mark.slow
def test_a_feed_of_a_million_numbers_is_polled_every_two_seconds_without_falling_behind(
    own_simulator: RunningSimulator,
) -> None:
    """While the index is made the answers are empty; then calls flow, and a poll takes a fraction of its interval."""
    client = HttpClient(allow=[own_simulator.pair])
    feed = CarrierFeed(client, url=f"{own_simulator.url}/carrier/v1/calls", key="million-n1000000")
    began = time.time()
    page = ReadingsPage([], {"after": str(int(began * 1e6))}, False)
    while not page.observations:
        assert time.time() < began + 300
        page = feed.fetch(page.cursor, limit=50_000)
    took = []
    for _ in range(12):
        at = time.monotonic()
        page = feed.fetch(page.cursor, limit=50_000)
        took.append(time.monotonic() - at)
    assert sorted(took)[6] < 0.5
    assert max(took) < 8
