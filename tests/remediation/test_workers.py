"""Real beats, workers and Redis: from the reading to the submitted case by themselves, each number sent once."""

from __future__ import annotations

import signal

import pytest
from django.utils import timezone

from common.scope import account_scope
from phone_numbers.feeds import partitions
from phone_numbers.states import Capability
from remediation.models import Alert, Case
from tests import factories
from tests.feeds.crew import beat, emptied_broker, processes, wait_for, worker
from tests.remediation import remediation_world as world

NUMBERS = 8
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
