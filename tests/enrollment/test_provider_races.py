"""Several workers at one account's provider, and people who change their mind meanwhile: each number is added once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from pytest_django import Settings

from accounts.models import Account
from common import slots
from enrollment.number_states import JobKind
from enrollment.services import provider_calls
from phone_numbers.states import Capability, Registration
from tests import factories
from tests.enrollment import number_world as world
from tests.enrollment import provider_world as provider
from tests.simulator import RunningSimulator

pytestmark = pytest.mark.django_db(transaction=True)
WORKERS, COUNT = 4, 150


@pytest.fixture
def key(acme: Account, own_simulator: RunningSimulator, settings: Settings) -> str:
    settings.OUTBOUND_ALLOW = frozenset({own_simulator.pair})
    key = own_simulator.key(1, prefix="races")
    provider.name_provider(acme, own_simulator, key)
    return key


def test_four_workers_at_once_add_each_number_once(acme: Account, own_simulator: RunningSimulator, key: str) -> None:
    numbers = provider.make_taken(acme, COUNT)
    world.start(acme, JobKind.REGISTER, numbers)
    ready = threading.Barrier(WORKERS)

    def work(_: int) -> None:
        try:
            ready.wait(timeout=30)
            provider_calls.take_turn(acme)
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(work, range(WORKERS)))
    assert {factories.status_of(number).registration for number in numbers} == {Registration.REGISTERED}
    assert provider.billed(own_simulator, key) == COUNT
    assert max(provider.held(own_simulator, key).values()) == 1


def test_switching_on_and_off_while_workers_call_ends_as_the_last_person_said(
    acme: Account, own_simulator: RunningSimulator, key: str
) -> None:
    numbers = provider.make_taken(acme, 20)
    factories.make_campaign(acme, numbers=numbers)
    stop = threading.Event()

    def work() -> None:
        try:
            while not stop.is_set():
                provider.work(acme)
        finally:
            connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    for _ in range(4):
        world.start(acme, JobKind.ENABLE, numbers)
        world.start(acme, JobKind.DISABLE, numbers)
    world.start(acme, JobKind.ENABLE, numbers[:10])
    stop.set()
    worker.join(timeout=60)
    provider.work(acme)
    world.review(acme)
    states = [factories.status_of(number).capability for number in numbers]
    assert states == [Capability.ON] * 10 + [Capability.OFF] * 10
    there = provider.held(own_simulator, key)
    assert [there[number.e164] for number in numbers] == [1] * 10 + [0] * 10


def test_an_account_takes_one_worker_at_a_time(acme: Account, own_simulator: RunningSimulator, key: str) -> None:
    numbers = provider.make_taken(acme, 3)
    world.start(acme, JobKind.REGISTER, numbers)
    place = slots.take([slots.Limit("this account's provider", 1, provider_calls.PROVIDER_SLOTS, acme.pk)])
    try:
        provider_calls.work_on(acme)
        assert provider.billed(own_simulator, key) == 0, "somebody else is at it"
    finally:
        place.release()
    provider_calls.work_on(acme)
    assert provider.billed(own_simulator, key) == 3
