"""Monitoring on and off without a provider: the portal's own check (R71-R80, D7, D16, D17, D27)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.models import Account
from accounts.products import LicenseKind, Product
from common.scope import account_scope
from enrollment.models import EnrolledService, OutgoingMail, ServiceAssignment
from enrollment.number_states import JobKind, JobState
from phone_numbers.states import Capability, Registration
from tests import factories
from tests.enrollment import number_world as world
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def test_enabling_starts_verification_and_the_first_reading_ends_it(acme: Account) -> None:
    (number,) = world.make_dialers(acme, 1)
    job = world.start(acme, JobKind.ENABLE, [number])
    assert (job.state, job.done, job.skipped) == (JobState.DONE, 1, 0)
    assert factories.status_of(number).capability == Capability.VERIFYING
    world.review(acme)
    assert factories.status_of(number).capability == Capability.VERIFYING, "nobody has reported yet"
    factories.make_view(number, "verizon")
    world.review(acme)
    assert factories.status_of(number).capability == Capability.ON
    assert [move[:2] for move in world.events_of(number)] == [("off", "verifying"), ("verifying", "on")]


def test_a_number_that_no_source_reports_on_fails_with_the_next_step(acme: Account) -> None:
    (number,) = world.make_dialers(acme, 1)
    world.start(acme, JobKind.ENABLE, [number])
    world.review(acme, now=NOW + timedelta(days=6))
    assert factories.status_of(number).capability == Capability.VERIFYING
    world.review(acme, now=NOW + timedelta(days=7))
    status = factories.status_of(number)
    assert status.capability == Capability.FAILED
    assert "No source has reported on the number in 7 days" in status.capability_reason
    assert world.assignment_of(number) is None


def test_a_failed_number_can_be_enabled_again(acme: Account) -> None:
    (number,) = world.make_dialers(acme, 1, capability=Capability.FAILED, capability_reason="It was not in service.")
    assert world.start(acme, JobKind.ENABLE, [number]).done == 1
    status = factories.status_of(number)
    assert (status.capability, status.capability_reason) == (Capability.VERIFYING, "")


def test_each_skipped_number_says_why(acme: Account) -> None:
    dialer, monitored = world.make_dialers(acme, 2)
    world.start(acme, JobKind.ENABLE, [monitored])
    idle = factories.make_number(acme)
    canadian = factories.make_number(acme, "+14165550123", country="CA")
    other = factories.make_number(acme, product=Product.OTHER)
    job = world.start(acme, JobKind.ENABLE, [dialer, monitored, idle, canadian, other])
    assert (job.total, job.done, job.skipped) == (5, 1, 4)
    said = world.reasons(job)
    assert said[dialer.e164] == ""
    assert said[monitored.e164] == "It is being verified already."
    assert "in no active outbound campaign" in said[idle.e164]
    assert "Canadian" in said[canadian.e164]
    assert "Only Contact Center and Phone numbers" in said[other.e164]


def test_nobody_is_monitored_before_the_business_is_approved(globex: Account) -> None:
    (number,) = world.make_dialers(globex, 1)
    job = world.start(globex, JobKind.ENABLE, [number])
    assert job.done == 0
    assert "The business is not enrolled in this service" in world.reasons(job)[number.e164]
    assert factories.status_of(number).capability == Capability.OFF


def test_disabling_cancels_a_verification_and_frees_the_seat_and_twice_is_harmless(acme: Account) -> None:
    number = factories.make_number(acme, product=Product.PHONE)
    factories.make_campaign(acme, numbers=[number], product=Product.PHONE)
    world.start(acme, JobKind.ENABLE, [number])
    assert world.seats_held(acme) == 1
    assert world.start(acme, JobKind.DISABLE, [number]).done == 1
    assert factories.status_of(number).capability == Capability.OFF
    assert world.seats_held(acme) == 0
    again = world.start(acme, JobKind.DISABLE, [number])
    assert (again.done, again.skipped) == (0, 1)
    assert world.reasons(again)[number.e164] == "It is not monitored."
    assert [move[:2] for move in world.events_of(number)] == [("off", "verifying"), ("verifying", "off")]


def test_registering_without_a_provider_is_the_portals_own_check(acme: Account) -> None:
    number, rejected = factories.make_number(acme), factories.make_number(acme, registration=Registration.REJECTED)
    job = world.start(acme, JobKind.REGISTER, [number, rejected])
    assert job.done == 2
    assert factories.status_of(number).registration == Registration.IN_PROGRESS
    world.review(acme)
    assert factories.status_of(number).registration == Registration.REGISTERED
    assert factories.status_of(rejected).registration == Registration.REGISTERED
    assert world.assignment_of(number, EnrolledService.REGISTRATION) is not None
    again = world.start(acme, JobKind.REGISTER, [number])
    assert world.reasons(again)[number.e164] == "It is registered already."


def test_registration_needs_its_license(db: None) -> None:
    account = factories.make_account(kinds=[LicenseKind.CONTACT_CENTER_ELITE])
    factories.make_enrollment(account, EnrolledService.REGISTRATION)
    number = factories.make_number(account)
    job = world.start(account, JobKind.REGISTER, [number])
    assert "Enterprise Spam Registration license" in world.reasons(job)[number.e164]


# --- Leaving and coming back (D3) ---


def monitored(account: Account, count: int = 1, **fields: object) -> list:
    """Return numbers that are on, in a campaign."""
    numbers = world.make_dialers(account, count, **fields)
    world.start(account, JobKind.ENABLE, numbers)
    for number in numbers:
        factories.make_view(number, "verizon")
    world.review(account)
    return numbers


def leave_campaigns(*numbers: object) -> None:
    """Take numbers out of their campaigns as an import would, without a word to anybody."""
    for number in numbers:
        with account_scope(number.account_id):
            number.campaign_numbers.all().delete()


def test_a_number_without_a_campaign_is_served_seven_days_then_switched_off(acme: Account) -> None:
    factories.make_member(acme, "owner@acme.example")
    (number,) = monitored(acme)
    leave_campaigns(number)
    world.review(acme, now=NOW + timedelta(hours=1))
    status = factories.status_of(number)
    assert status.capability == Capability.NO_LONGER_ELIGIBLE
    assert status.capability_reason == "It is in no active outbound campaign any more."
    assert world.assignment_of(number).ends_at == NOW + timedelta(hours=1, days=7)
    world.review(acme, now=NOW + timedelta(days=7))
    assert factories.status_of(number).capability == Capability.NO_LONGER_ELIGIBLE
    world.review(acme, now=NOW + timedelta(days=7, hours=1))
    assert factories.status_of(number).capability == Capability.OFF
    assert world.assignment_of(number) is None
    *_, (_, to, reason) = world.events_of(number)
    assert to == "off"
    assert reason.startswith("Monitoring ended after 7 days")
    with account_scope(acme):
        kinds = list(OutgoingMail.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["numbers.verified", "numbers.ending", "numbers.switched_off"]


def test_joining_a_campaign_again_by_any_way_restores_it(acme: Account) -> None:
    (number,) = monitored(acme)
    leave_campaigns(number)
    world.review(acme, now=NOW + timedelta(hours=1))
    factories.make_campaign(acme, numbers=[number])
    world.review(acme, now=NOW + timedelta(hours=2))
    assert factories.status_of(number).capability == Capability.ON
    assert world.assignment_of(number).ends_at is None


def test_a_verification_fails_when_the_campaign_ends_meanwhile(acme: Account) -> None:
    (number,) = world.make_dialers(acme, 1)
    world.start(acme, JobKind.ENABLE, [number])
    leave_campaigns(number)
    world.review(acme)
    status = factories.status_of(number)
    assert status.capability == Capability.FAILED
    assert "no active outbound campaign" in status.capability_reason


def test_a_number_that_was_switched_on_elsewhere_gets_its_assignment(acme: Account) -> None:
    number = factories.make_number(acme, product=Product.PHONE, capability=Capability.ON)
    factories.make_campaign(acme, numbers=[number], product=Product.PHONE)
    world.review(acme)
    assert world.assignment_of(number).holds_seat
    assert factories.status_of(number).capability == Capability.ON


# --- What the person hears ---


def test_one_mail_tells_the_person_when_the_verification_has_finished(acme: Account) -> None:
    person = factories.make_member(acme, "owner@acme.example")
    good, bad = world.make_dialers(acme, 2)
    world.start(acme, JobKind.ENABLE, [good, bad], actor=person)
    factories.make_view(good, "verizon")
    world.review(acme)
    with account_scope(acme):
        assert not OutgoingMail.objects.exists(), "one number is still being verified"
    world.review(acme, now=NOW + timedelta(days=8))
    world.review(acme, now=NOW + timedelta(days=8))
    with account_scope(acme):
        (mail,) = OutgoingMail.objects.all()
    assert mail.to == "owner@acme.example"
    assert mail.subject == "Verification finished: 1 on, 1 failed"


def test_the_assignments_of_another_account_are_left_alone(acme: Account, globex: Account) -> None:
    (number,) = monitored(acme)
    world.review(globex)
    with account_scope(globex):
        assert not ServiceAssignment.objects.exists()
    assert factories.status_of(number).capability == Capability.ON
