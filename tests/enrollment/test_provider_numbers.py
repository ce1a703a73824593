"""Numbers at the account's provider, over HTTP: added once, never twice, removed when nobody needs them (D27)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Account
from accounts.products import Product
from common.scope import account_scope
from enrollment.models import NumberAtProvider, NumberOwnership, ProviderAccount
from enrollment.number_states import AtProvider, JobKind
from enrollment.provider_states import GateState, Ownership
from enrollment.services import provider_numbers
from phone_numbers.models import PhoneNumber
from phone_numbers.states import Capability, Registration
from tests import factories
from tests.enrollment import number_world as world
from tests.enrollment import provider_world as provider
from tests.simulator import RunningSimulator

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _reach_simulator(settings: Settings, own_simulator: RunningSimulator) -> None:
    settings.OUTBOUND_ALLOW = frozenset({own_simulator.pair})


@pytest.fixture
def key(own_simulator: RunningSimulator) -> str:
    return own_simulator.key(1, prefix="numbers")


@pytest.fixture
def simulated(acme: Account, own_simulator: RunningSimulator, key: str) -> ProviderAccount:
    """acme names the simulator as its provider."""
    return provider.name_provider(acme, own_simulator, key)


def registrations(numbers: list[PhoneNumber]) -> list[Registration]:
    return [Registration(factories.status_of(number).registration) for number in numbers]


def test_numbers_are_added_in_one_call_and_registered(
    acme: Account, simulated: ProviderAccount, own_simulator: RunningSimulator, key: str
) -> None:
    numbers = provider.make_taken(acme, 3)
    world.start(acme, JobKind.REGISTER, numbers)
    assert registrations(numbers) == [Registration.IN_PROGRESS] * 3
    provider.work(acme)
    assert registrations(numbers) == [Registration.REGISTERED] * 3
    assert provider.billed(own_simulator, key) == 3
    assert len([one for one in own_simulator.seen("/reputation/numbers") if one["method"] == "POST"]) == 1


def test_one_bad_number_does_not_fail_the_others_of_its_call(
    acme: Account, simulated: ProviderAccount, own_simulator: RunningSimulator, key: str
) -> None:
    good = provider.make_taken(acme, 99)
    bad = provider.make_hosted_elsewhere(acme)
    world.start(acme, JobKind.REGISTER, [*good, bad])
    provider.work(acme)
    assert set(registrations(good)) == {Registration.REGISTERED}
    assert registrations([bad]) == [Registration.REJECTED]
    *_, (_, to, reason) = world.events_of(bad)
    assert to == "rejected"
    assert "external_verification_required" in reason
    assert provider.billed(own_simulator, key) == 99
    assert max(provider.held(own_simulator, key).values()) == 1


def test_more_than_a_call_takes_is_sent_in_several(
    acme: Account, simulated: ProviderAccount, own_simulator: RunningSimulator, key: str
) -> None:
    numbers = provider.make_taken(acme, 230)
    world.start(acme, JobKind.REGISTER, numbers[:115])
    world.start(acme, JobKind.REGISTER, numbers[115:])
    provider.work(acme)
    assert set(registrations(numbers)) == {Registration.REGISTERED}
    assert provider.billed(own_simulator, key) == 230


def test_a_number_that_the_business_had_there_already_is_taken_over_free_of_charge(
    acme: Account, simulated: ProviderAccount, own_simulator: RunningSimulator, key: str
) -> None:
    (before,) = provider.held(own_simulator, key)
    number, other = factories.make_number(acme, before), *provider.make_taken(acme, 1)
    world.start(acme, JobKind.REGISTER, [number, other])
    provider.work(acme)
    assert registrations([number, other]) == [Registration.REGISTERED] * 2
    assert provider.billed(own_simulator, key) == 1


def test_monitoring_is_on_once_the_number_is_there_and_both_gates_are_open(
    acme: Account, simulated: ProviderAccount
) -> None:
    (number,) = provider.make_taken(acme, 1)
    factories.make_campaign(acme, numbers=[number])
    world.start(acme, JobKind.ENABLE, [number])
    with account_scope(acme):
        ProviderAccount.objects.update(letter_gate=GateState.PENDING)
    provider.work_once(acme)
    assert factories.status_of(number).capability == Capability.VERIFYING
    with account_scope(acme):
        ProviderAccount.objects.update(letter_gate=GateState.APPROVED)
    provider.work(acme)
    assert factories.status_of(number).capability == Capability.ON


def test_a_refused_number_fails_with_the_providers_reason_and_can_be_tried_again(
    acme: Account, simulated: ProviderAccount, own_simulator: RunningSimulator, key: str
) -> None:
    number = provider.make_hosted_elsewhere(acme)
    factories.make_campaign(acme, numbers=[number])
    world.start(acme, JobKind.ENABLE, [number])
    provider.work(acme)
    status = factories.status_of(number)
    assert status.capability == Capability.FAILED
    assert "external_verification_required" in status.capability_reason
    assert world.at_provider(number) == AtProvider.ABSENT
    assert world.start(acme, JobKind.ENABLE, [number]).done == 1
    assert world.at_provider(number) == AtProvider.QUEUED
    assert provider.billed(own_simulator, key) == 0


def test_a_number_serves_both_services_and_leaves_with_the_last(
    acme: Account, simulated: ProviderAccount, own_simulator: RunningSimulator, key: str
) -> None:
    both, monitored = provider.make_taken(acme, 2)
    factories.make_campaign(acme, numbers=[both, monitored])
    world.start(acme, JobKind.REGISTER, [both])
    provider.work(acme)
    world.start(acme, JobKind.ENABLE, [both, monitored])
    provider.work(acme)
    assert provider.billed(own_simulator, key) == 2, "what is there is not added for the second service"
    world.start(acme, JobKind.DISABLE, [both, monitored])
    provider.work(acme)
    assert world.at_provider(both) == AtProvider.PRESENT
    assert world.at_provider(monitored) == AtProvider.ABSENT
    assert both.e164 in provider.held(own_simulator, key)
    assert monitored.e164 not in provider.held(own_simulator, key)


def test_disabled_and_enabled_again_before_anybody_looked_nothing_is_sent(
    acme: Account, simulated: ProviderAccount, own_simulator: RunningSimulator, key: str
) -> None:
    (number,) = provider.make_taken(acme, 1)
    factories.make_campaign(acme, numbers=[number])
    world.start(acme, JobKind.ENABLE, [number])
    provider.work(acme)
    world.start(acme, JobKind.DISABLE, [number])
    assert world.at_provider(number) == AtProvider.REMOVING
    world.start(acme, JobKind.ENABLE, [number])
    assert world.at_provider(number) == AtProvider.PRESENT
    world.review(acme)
    assert factories.status_of(number).capability == Capability.ON
    assert provider.billed(own_simulator, key) == 1


def test_a_number_that_is_not_wanted_any_more_is_not_added(
    acme: Account, simulated: ProviderAccount, own_simulator: RunningSimulator, key: str
) -> None:
    (number,) = provider.make_taken(acme, 1)
    factories.make_campaign(acme, numbers=[number])
    world.start(acme, JobKind.ENABLE, [number])
    world.start(acme, JobKind.DISABLE, [number])
    provider.work(acme)
    assert provider.billed(own_simulator, key) == 0
    assert world.at_provider(number) == AtProvider.ABSENT


def test_what_was_refused_together_without_a_word_is_sent_in_halves(acme: Account, simulated: ProviderAccount) -> None:
    numbers = provider.make_taken(acme, 8)
    world.start(acme, JobKind.REGISTER, numbers)
    with account_scope(acme):
        NumberAtProvider.objects.update(halvings=5)
        claim = provider_numbers.claim_queued(limit=100, now=factories.NOW)
        assert claim is not None
        assert len(claim.numbers) == 3, "100 halved five times"


def test_a_seat_is_taken_once_for_a_number_that_is_verified_at_the_provider(
    acme: Account, simulated: ProviderAccount
) -> None:
    (number,) = provider.make_taken(acme, 1, product=Product.PHONE)
    factories.make_campaign(acme, numbers=[number], product=Product.PHONE)
    world.start(acme, JobKind.ENABLE, [number])
    provider.work(acme)
    assert factories.status_of(number).capability == Capability.ON
    assert world.seats_held(acme) == 1


def test_numbers_that_were_served_before_the_provider_was_named_are_asked_for_there(
    acme: Account, own_simulator: RunningSimulator, key: str
) -> None:
    (number,) = provider.make_taken(acme, 1)
    world.start(acme, JobKind.REGISTER, [number])
    world.review(acme)
    assert registrations([number]) == [Registration.REGISTERED], "by the portal's own check"
    provider.name_provider(acme, own_simulator, key)
    world.review(acme)
    provider.work(acme)
    assert world.at_provider(number) == AtProvider.PRESENT
    assert provider.billed(own_simulator, key) == 1


def test_a_number_that_the_provider_removed_by_itself_is_served_no_more(
    acme: Account, simulated: ProviderAccount, own_simulator: RunningSimulator, key: str
) -> None:
    (number,) = provider.make_taken(acme, 1)
    factories.make_campaign(acme, numbers=[number])
    world.start(acme, JobKind.REGISTER, [number])
    world.start(acme, JobKind.ENABLE, [number])
    provider.work(acme)
    with account_scope(acme):
        later = timezone.now() + timedelta(hours=1)
        NumberOwnership.objects.create(account=acme, number=number, state=Ownership.REMOVED, since=later, read_at=later)
    world.review(acme, now=later)
    status = factories.status_of(number)
    assert (status.capability, status.registration) == (Capability.OFF, Registration.NOT_REGISTERED)
    assert status.capability_reason == "The provider removed the number, since its ownership was not confirmed."
    assert world.at_provider(number) == AtProvider.ABSENT
    provider.work(acme)
    assert provider.billed(own_simulator, key) == 1, "nothing is added again by itself"
