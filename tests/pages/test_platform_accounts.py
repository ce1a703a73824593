"""Accounts and licenses, for platform staff: what a change does to numbers is shown first (D28, D30)."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Account, AuditEvent, License, User
from accounts.products import LicenseKind, Product
from common.scope import account_scope, all_accounts
from enrollment.models import SeatPool
from enrollment.number_states import JobKind
from enrollment.services import number_review
from phone_numbers.models import PhoneNumber
from phone_numbers.states import Capability
from tests import factories
from tests.conftest import ClientFor
from tests.enrollment import number_world as world

pytestmark = pytest.mark.django_db
LIST = "/reviews/accounts/"


@pytest.fixture
def client(client_for: ClientFor, reviewer: User) -> Client:
    return client_for(reviewer)


def license_of(account: Account, kind: LicenseKind = LicenseKind.SPAM_MONITORING) -> License:
    with account_scope(account):
        return License.objects.get(kind=kind)


def monitored_phones(account: Account, count: int) -> list[PhoneNumber]:
    """Return numbers that are monitored and hold a seat each."""
    numbers = [factories.make_number(account, product=Product.PHONE) for _ in range(count)]
    factories.make_campaign(account, numbers=numbers, product=Product.PHONE)
    for minute, number in enumerate(numbers):
        now = timezone.now() + timedelta(minutes=minute)
        world.start(account, JobKind.ENABLE, [number], now=now)
        factories.make_view(number, "verizon")
    world.review(account, now=timezone.now())
    return numbers


def words(response: Any) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", response.content.decode())))


def agreed(response: Any) -> dict[str, str]:
    (shown,) = re.findall(r'name="shown" value="(\w+)"', response.content.decode())
    return {"shown": shown, "step": "confirm"}


def test_the_list_shows_licenses_seats_and_monitored_numbers(client: Client, acme: Account, globex: Account) -> None:
    monitored_phones(acme, 2)
    text = words(client.get(LIST))
    assert "Acme acme Enterprise Spam Registration, Spam Monitoring and Remediation" in text
    assert re.search(r"Acme acme .* 2 100 2 Globex", text)
    assert "Globex" not in words(client.get(LIST, {"q": "acm"}))
    assert "No account is called like that" in words(client.get(LIST, {"q": "nobody"}))


def test_the_list_costs_the_same_for_many_accounts(client: Client, django_assert_num_queries: Any) -> None:
    factories.make_account(kinds=factories.EVERY_LICENSE)
    client.get(LIST)
    with django_assert_num_queries(6):
        client.get(LIST)
    for _ in range(12):
        factories.make_account(kinds=factories.EVERY_LICENSE)
    with django_assert_num_queries(6):
        client.get(LIST)


def test_fewer_seats_say_how_many_numbers_will_end_and_then_do_it(
    client: Client, acme: Account, reviewer: User
) -> None:
    numbers = monitored_phones(acme, 3)
    address = f"{LIST}{acme.uuid}/licenses/{license_of(acme).pk}/"
    typed = {"seats": 1, "starts_on": "2020-01-01", "ends_on": ""}
    shown = client.post(address, typed)
    assert "Seats: 100 now, 1 from" in words(shown)
    assert "2 monitored numbers become No longer eligible" in words(shown)
    assert license_of(acme).seats == 100, "nothing is done before it is confirmed"
    assert client.post(address, typed | agreed(shown)).status_code == 302
    assert license_of(acme).seats == 1
    with account_scope(acme):
        number_review.review(acme, now=timezone.now())
        event = AuditEvent.objects.get(action="license.changed")
    assert (event.actor, event.detail["before"]["seats"], event.detail["after"]["seats"]) == (reviewer, 100, 1)
    states = [factories.status_of(number).capability for number in numbers]
    assert states == [Capability.ON, Capability.NO_LONGER_ELIGIBLE, Capability.NO_LONGER_ELIGIBLE]


def test_a_license_that_is_to_end_says_when_and_what_then(client: Client, acme: Account) -> None:
    world.start(acme, JobKind.ENABLE, world.make_dialers(acme, 1))
    with account_scope(acme):
        for number in PhoneNumber.objects.all():
            factories.make_view(number, "verizon")
    world.review(acme)
    last = timezone.localdate() + timedelta(days=10)
    address = f"{LIST}{acme.uuid}/licenses/{license_of(acme, LicenseKind.CONTACT_CENTER_ELITE).pk}/"
    text = words(client.post(address, {"starts_on": "2020-01-01", "ends_on": last.isoformat()}))
    after = last + timedelta(days=1)
    assert f"1 monitored number becomes No longer eligible on {after.day} {after:%b %Y}" in text


def test_what_changed_meanwhile_is_shown_again(client: Client, acme: Account) -> None:
    address = f"{LIST}{acme.uuid}/licenses/{license_of(acme).pk}/"
    shown = client.post(address, {"seats": 50, "starts_on": "2020-01-01"})
    with account_scope(acme):
        License.objects.filter(kind=LicenseKind.SPAM_MONITORING).update(seats=70)
    response = client.post(address, {"seats": 50, "starts_on": "2020-01-01"} | agreed(shown))
    assert response.status_code == 409
    assert "Something has changed since you looked." in words(response)
    assert license_of(acme).seats == 70


def test_a_license_is_added_and_the_numbers_are_looked_over(client: Client, globex: Account) -> None:
    address = f"{LIST}{globex.uuid}/licenses/add/"
    typed = {"kind": "smr", "seats": 20, "starts_on": timezone.localdate().isoformat()}
    shown = client.post(address, typed)
    assert "Seats: 100 now, 120 from" in words(shown)
    client.post(address, typed | agreed(shown))
    with account_scope(globex):
        assert License.objects.filter(kind="smr").count() == 2
    with all_accounts():
        assert SeatPool.objects.get(account=globex).review_due_at <= timezone.now()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"kind": "smr", "starts_on": "2026-01-01"}, "Say how many seats this license has."),
        ({"kind": "smr", "seats": "-1", "starts_on": "2026-01-01"}, "greater than or equal to 0"),
        ({"kind": "smr", "seats": "9" * 30, "starts_on": "2026-01-01"}, "less than or equal to"),
        ({"kind": "esr", "starts_on": "2026-02-01", "ends_on": "2026-01-01"}, "The last day lies before the first."),
        ({"kind": "esr", "starts_on": "\0"}, "Enter a valid date."),
        ({"kind": "<b>", "starts_on": "2026-01-01"}, "Select a valid choice."),
        ({}, "This field is required."),
    ],
)
def test_nonsense_gives_a_message_at_the_field(typed: dict[str, str], said: str, client: Client, acme: Account) -> None:
    response = client.post(f"{LIST}{acme.uuid}/licenses/add/", typed)
    assert response.status_code == 400
    assert said in words(response)


def test_a_license_of_another_account_is_not_there(client: Client, acme: Account, globex: Account) -> None:
    assert client.get(f"{LIST}{acme.uuid}/licenses/{license_of(globex).pk}/").status_code == 404
