"""Real beats, workers and Redis: from the reading to the submitted case by themselves, each number sent once."""

from __future__ import annotations

import signal
import statistics

import pytest
from django.urls import reverse
from django.utils import timezone

from common.scope import account_scope
from phone_numbers.feeds import partitions
from phone_numbers.models import PhoneNumber
from phone_numbers.states import Capability
from remediation.models import Alert, Case
from tests import factories
from tests.feeds import feed_world, test_label_speed
from tests.feeds.crew import beat, emptied_broker, processes, wait_for, worker
from tests.remediation import remediation_world as world

NUMBERS = 8
PORTALS_SHARE = 1.0  # seconds, on a machine with nothing else to do
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.slow
def test_two_beats_and_three_workers_submit_each_number_once(drill, tmp_path, monkeypatch):
    monkeypatch.setenv("REMEDIATION_POLL", "1s")
    partitions.ensure_partitions(timezone.now() - world.DAY, timezone.now())
    broker = emptied_broker()
    drill.simulator.control("outcomes", outcomes=["remediated"] * NUMBERS)
    numbers = [factories.make_number(drill.account, e164, capability=Capability.ON) for e164 in drill.e164s[:NUMBERS]]
    for number in numbers:
        drill.simulator.control("label", number=number.e164)

    def states() -> set[str]:
        with account_scope(drill.account):
            return set(Case.objects.values_list("state", flat=True))

    crew = [worker("one"), worker("two"), worker("three"), beat(tmp_path, "a"), beat(tmp_path, "b")]
    with processes(drill.simulator.pair, *crew) as started:
        world.flag(drill.account, numbers, timezone.now())
        wait_for(lambda: states() == {"submitted"}, seconds=60)
        broker.flushdb()
        started[0].send_signal(signal.SIGKILL)
        drill.simulator.control("advance", seconds=3 * world.DAY.total_seconds())
        wait_for(lambda: states() == {"awaiting_clean_reading"}, seconds=200)
        world.clean(drill.account, numbers, timezone.now())
        wait_for(lambda: states() == {"cleared"}, seconds=60)
    broker.flushdb()
    assert (drill.billed(), drill.requests()) == (NUMBERS, 1)
    with account_scope(drill.account):
        assert Case.objects.count() == Alert.objects.count() == NUMBERS
        assert not Alert.objects.filter(cleared_at=None).exists()
    assert [case.sent for case in world.cases(drill.account)] == [1] * NUMBERS


@pytest.mark.slow
def test_a_reading_shows_in_every_place_within_5_seconds(acme, owner, client_for, own_simulator, tmp_path):
    """A page that is open asks for the strip every four seconds, so the portal itself has one (R81-R83, D22)."""
    partitions.ensure_partitions(timezone.now() - world.DAY, timezone.now())
    numbers = [factories.make_number(acme, e164, capability=Capability.ON) for e164 in test_label_speed.NUMBERS]
    campaign = factories.make_campaign(acme, "Renewals", numbers=numbers)
    key = own_simulator.key(1)
    feed_world.make_feed_at(acme, own_simulator, key, feed_world.CARRIERS, interval_seconds=2)
    client, broker = client_for(owner), emptied_broker()

    def shows(address: str, *words: str, **headers: str) -> bool:
        html = client.get(address, headers=headers).content.decode()
        return all(one in html for one in words)

    def shown(number: PhoneNumber, count: int) -> bool:
        strip = f"{count} number{' is' if count == 1 else 's are'} flagged as spam."
        panel = reverse("cases:of_number", args=[number.uuid])
        return (
            shows(panel, "Open case", "Needs a person", **{"HX-Request": "true"})
            and shows(f"/cases/?q={number.e164[2:]}", 'class="phone"')
            and all(
                shows(place, strip, f'id="alerts-count">{count}<')
                for place in ("/", "/numbers/", reverse("campaigns:detail", args=[campaign.uuid]))
            )
        )

    def seconds_until_shown(number: PhoneNumber, count: int) -> float:
        offered = timezone.now()
        own_simulator.control("calls", calls=test_label_speed.calls_about(number.e164))
        looks = [timezone.now()]
        wait_for(lambda: looks.append(timezone.now()) or shown(number, count), seconds=90)
        return (looks[-1] - test_label_speed.fetch_of(own_simulator, offered)).total_seconds()

    with processes(own_simulator.pair, worker("speed"), beat(tmp_path, "a")):
        wait_for(lambda: bool(own_simulator.seen("/carrier")), seconds=90)
        taken = [seconds_until_shown(number, count) for count, number in enumerate(numbers, start=1)]
    broker.flushdb()
    assert statistics.median(taken) <= PORTALS_SHARE * test_label_speed.busyness()
