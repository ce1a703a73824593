"""Seats: counted live under the lock, never one too many; licenses that end or shrink (R20, D30)."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import connection

from accounts.models import Account, License
from accounts.products import LicenseKind, Product
from common.scope import account_scope
from enrollment.models import ServiceAssignment
from enrollment.number_states import JobKind
from phone_numbers.models import PhoneNumber
from phone_numbers.states import Capability
from tests import factories
from tests.enrollment import number_world as world
from tests.factories import NOW

ALL_TAKEN = "All seats of Spam Monitoring and Remediation are taken."


def make_phones(account: Account, count: int) -> list[PhoneNumber]:
    """Make numbers in a Phone campaign: each needs a seat."""
    numbers = [factories.make_number(account, product=Product.PHONE) for _ in range(count)]
    factories.make_campaign(account, numbers=numbers, product=Product.PHONE)
    return numbers


def switch_on(account: Account, numbers: Iterable[PhoneNumber], *, hour: int) -> None:
    """Enable numbers and let their first reading come; the hour tells who was first."""
    numbers = list(numbers)
    world.start(account, JobKind.ENABLE, numbers, now=NOW + timedelta(hours=hour))
    for number in numbers:
        factories.make_view(number, "verizon")
    world.review(account, now=NOW + timedelta(hours=hour, minutes=1))


def capabilities(numbers: Iterable[PhoneNumber]) -> list[Capability]:
    return [Capability(factories.status_of(number).capability) for number in numbers]


def set_seats(account: Account, seats: int, *, ends_on: date | None = None) -> None:
    with account_scope(account):
        License.objects.filter(kind=LicenseKind.SPAM_MONITORING).update(seats=seats, ends_on=ends_on)


ON, ENDING = Capability.ON, Capability.NO_LONGER_ELIGIBLE


@pytest.mark.django_db
def test_a_selection_gets_the_seats_that_are_free_and_the_rest_is_told(acme: Account) -> None:
    set_seats(acme, 2)
    numbers = make_phones(acme, 3)
    job = world.start(acme, JobKind.ENABLE, numbers)
    assert (job.done, job.skipped) == (2, 1)
    assert world.reasons(job)[numbers[2].e164].startswith(ALL_TAKEN)
    assert world.seats_held(acme) == 2


@pytest.mark.django_db
def test_a_number_of_a_contact_center_campaign_takes_no_seat(acme: Account) -> None:
    set_seats(acme, 0)
    numbers = world.make_dialers(acme, 2, product=Product.PHONE)
    assert world.start(acme, JobKind.ENABLE, numbers).done == 2
    assert world.seats_held(acme) == 0


@pytest.mark.django_db
def test_fewer_seats_end_the_newest_numbers_after_seven_days(acme: Account) -> None:
    old, middle, new = make_phones(acme, 3)
    for hour, number in enumerate((old, middle, new)):
        switch_on(acme, [number], hour=hour)
    set_seats(acme, 1)
    world.review(acme, now=NOW + timedelta(hours=5))
    assert capabilities([old, middle, new]) == [ON, ENDING, ENDING]
    assert factories.status_of(new).capability_reason.startswith(ALL_TAKEN)
    assert world.seats_held(acme) == 1
    world.review(acme, now=NOW + timedelta(hours=5, days=7))
    assert capabilities([old, middle, new]) == [ON, Capability.OFF, Capability.OFF]


@pytest.mark.django_db
def test_seats_that_come_back_restore_the_oldest_first(acme: Account) -> None:
    old, middle, new = make_phones(acme, 3)
    for hour, number in enumerate((old, middle, new)):
        switch_on(acme, [number], hour=hour)
    set_seats(acme, 1)
    world.review(acme, now=NOW + timedelta(hours=5))
    set_seats(acme, 2)
    world.review(acme, now=NOW + timedelta(hours=6))
    assert capabilities([old, middle, new]) == [ON, ON, ENDING]
    world.start(acme, JobKind.DISABLE, [old], now=NOW + timedelta(hours=7))
    world.review(acme, now=NOW + timedelta(hours=7))
    assert capabilities([old, middle, new]) == [Capability.OFF, ON, ON]
    assert world.seats_held(acme) == 2


@pytest.mark.django_db
def test_a_license_that_ends_ends_monitoring_and_its_renewal_restores_it(acme: Account) -> None:
    (number,) = make_phones(acme, 1)
    switch_on(acme, [number], hour=0)
    set_seats(acme, 100, ends_on=NOW.date())
    world.review(acme, now=NOW + timedelta(hours=6))
    assert capabilities([number]) == [ON]
    world.review(acme, now=NOW + timedelta(days=1))
    assert capabilities([number]) == [ENDING]
    assert "no Spam Monitoring and Remediation license" in factories.status_of(number).capability_reason
    set_seats(acme, 100)
    world.review(acme, now=NOW + timedelta(days=2))
    assert capabilities([number]) == [ON]
    assert world.seats_held(acme) == 1


@pytest.mark.django_db
def test_no_new_seat_is_given_while_more_are_held_than_are_in_force(acme: Account) -> None:
    *used, another = make_phones(acme, 4)
    switch_on(acme, used, hour=0)
    set_seats(acme, 2)
    job = world.start(acme, JobKind.ENABLE, [another], now=NOW + timedelta(hours=1))
    assert world.reasons(job)[another.e164].startswith(ALL_TAKEN)


@pytest.mark.django_db
def test_a_number_that_joins_a_contact_center_campaign_gives_its_seat_back(acme: Account) -> None:
    (number,) = make_phones(acme, 1)
    switch_on(acme, [number], hour=0)
    assert world.seats_held(acme) == 1
    factories.make_campaign(acme, numbers=[number])
    world.review(acme, now=NOW + timedelta(hours=2))
    assert world.seats_held(acme) == 0
    assert capabilities([number]) == [ON]


@pytest.mark.django_db(transaction=True)
def test_five_hundred_requests_at_once_for_a_hundred_seats_give_exactly_a_hundred(acme: Account) -> None:
    numbers = make_phones(acme, 500)
    ready = threading.Barrier(20)

    def enable(share: list[PhoneNumber]) -> int:
        try:
            ready.wait(timeout=30)
            return sum(world.start(acme, JobKind.ENABLE, [number]).done for number in share)
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        done = sum(pool.map(enable, [numbers[place::20] for place in range(20)]))
    assert done == 100
    assert world.seats_held(acme) == 100
    with account_scope(acme):
        assert ServiceAssignment.objects.count() == 100
    assert sum(one == Capability.VERIFYING for one in capabilities(numbers)) == 100
