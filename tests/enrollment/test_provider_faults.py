"""The provider down, slow, cut off or limiting in the middle of a registration: the right end, nothing billed twice."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from accounts.models import Account
from common.scope import account_scope
from enrollment.models import NumberAtProvider, ProviderAccount
from enrollment.number_states import AtProvider, JobKind
from phone_numbers.models import PhoneNumber
from phone_numbers.states import Capability, Registration
from tests import factories
from tests.enrollment import number_world as world
from tests.enrollment import provider_world as provider
from tests.simulator import RunningSimulator

pytestmark = pytest.mark.django_db
COUNT = 5
ADDING = "/v2/enterprises"


@pytest.fixture
def key(own_simulator: RunningSimulator) -> str:
    return own_simulator.key(1, prefix="faults")


@pytest.fixture
def numbers(acme: Account, own_simulator: RunningSimulator, key: str, settings: Settings) -> list[PhoneNumber]:
    """Return numbers of acme that wait to be registered and monitored at the simulator."""
    settings.OUTBOUND_ALLOW = frozenset({own_simulator.pair})
    settings.PROVIDER_DEADLINE = 1.0
    provider.name_provider(acme, own_simulator, key)
    found = provider.make_taken(acme, COUNT)
    factories.make_campaign(acme, numbers=found)
    world.start(acme, JobKind.REGISTER, found)
    world.start(acme, JobKind.ENABLE, found)
    return found


def assert_as_without_a_fault(numbers: list[PhoneNumber], simulator: RunningSimulator, key: str) -> None:
    statuses = [factories.status_of(number) for number in numbers]
    assert {status.registration for status in statuses} == {Registration.REGISTERED}
    assert {status.capability for status in statuses} == {Capability.ON}
    assert provider.billed(simulator, key) == COUNT
    there = provider.held(simulator, key)
    assert {there[number.e164] for number in numbers} == {1}


FAULTS = {
    "down": ("server_error", 3),
    "conflict": ("conflict", 1),
    "accepted, and answered with 500": ("error_after", 1),
    "accepted, and no answer": ("lost_answer", 1),
    "slow": ("slow", 1),
    "accepted, and the answer lost": ("reset", 1),
    "answer cut off": ("cut_body", 1),
    "no answer in time": ("timeout", 1),
    "answer too slow": ("slow_drip", 1),
    "too many requests": ("rate_limited", 2),
    "answer that nobody can read": ("malformed_line", 2),
}


@pytest.mark.parametrize(("fault", "times"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_ends_in_the_same_state_and_bills_nothing_twice(
    fault: str, times: int, acme: Account, numbers: list[PhoneNumber], own_simulator: RunningSimulator, key: str
) -> None:
    own_simulator.control("faults", name=fault, times=times, path=ADDING)
    provider.work(acme)
    assert_as_without_a_fault(numbers, own_simulator, key)


@pytest.mark.parametrize("fault", ["server_error", "rate_limited", "reset"])
def test_faults_that_come_and_go_do_so_too(
    fault: str, acme: Account, numbers: list[PhoneNumber], own_simulator: RunningSimulator, key: str
) -> None:
    own_simulator.control("faults", name=fault, every=2, times=6, path=ADDING)
    provider.work(acme)
    own_simulator.control("faults", name=fault, on=False)
    assert_as_without_a_fault(numbers, own_simulator, key)


def test_what_was_sent_without_an_answer_is_looked_up_before_anything_is_sent_again(
    acme: Account, numbers: list[PhoneNumber], own_simulator: RunningSimulator, key: str
) -> None:
    own_simulator.control("faults", name="reset", times=1, path=ADDING)
    provider.work_once(acme)
    assert {world.at_provider(number) for number in numbers} == {AtProvider.UNKNOWN}
    assert provider.billed(own_simulator, key) == COUNT, "the provider took them"
    provider.work(acme)
    posts = [one for one in own_simulator.seen("/reputation/numbers") if one["method"] == "POST"]
    assert len(posts) == 1
    assert_as_without_a_fault(numbers, own_simulator, key)


def test_a_disabled_number_whose_adding_had_no_answer_is_removed_in_the_end(
    acme: Account, numbers: list[PhoneNumber], own_simulator: RunningSimulator, key: str
) -> None:
    monitored = [factories.make_number(acme, provider.in_service(COUNT + 1)[COUNT])]
    factories.make_campaign(acme, numbers=monitored)
    world.start(acme, JobKind.ENABLE, monitored)
    own_simulator.control("faults", name="reset", times=1, path=ADDING)
    provider.work_once(acme)
    world.start(acme, JobKind.DISABLE, monitored)
    provider.work(acme)
    assert world.at_provider(monitored[0]) == AtProvider.ABSENT
    assert monitored[0].e164 not in provider.held(own_simulator, key)


def test_a_fault_while_removing_is_repeated_until_it_is_done(
    acme: Account, numbers: list[PhoneNumber], own_simulator: RunningSimulator, key: str
) -> None:
    provider.work(acme)
    with account_scope(acme):
        world_ids = [number.pk for number in numbers]
        NumberAtProvider.objects.filter(pk__in=world_ids).update(state=AtProvider.REMOVING, due_at=factories.NOW)
    own_simulator.control("faults", name="reset", times=1, path=ADDING)
    provider.work_once(acme)
    provider.work(acme)
    assert {world.at_provider(number) for number in numbers} == {AtProvider.PRESENT}, "registered: still wanted"
    assert provider.held(own_simulator, key)[numbers[0].e164] == 1


def test_while_the_provider_cannot_be_reached_the_numbers_wait_with_the_reason(
    acme: Account, numbers: list[PhoneNumber]
) -> None:
    with account_scope(acme):
        ProviderAccount.objects.update(settings={"base_url": "http://127.0.0.1:9/v2"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.OUTBOUND_ALLOW", frozenset({"127.0.0.1:9"}))
        provider.work_once(acme)
    with account_scope(acme):
        row = NumberAtProvider.objects.first()
    assert row is not None
    assert (row.state, row.claim, row.attempts) == (AtProvider.QUEUED, None, 1)
    assert "Telnyx" in row.reason
    assert row.due_at > row.since


def test_a_key_that_cannot_be_opened_puts_everything_off(acme: Account, numbers: list[PhoneNumber]) -> None:
    with account_scope(acme):
        ProviderAccount.objects.update(secret=b"nonsense")
    provider.work_once(acme)
    assert {world.at_provider(number) for number in numbers} == {AtProvider.QUEUED}
