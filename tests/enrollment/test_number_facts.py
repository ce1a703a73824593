"""The facts behind eligibility: one query for any number of numbers, and each fact what its rule means by it."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Account
from accounts.products import Product
from common.scope import account_scope
from enrollment.models import ServiceAssignment
from enrollment.selectors import number_facts
from enrollment.verdicts import NumberFacts
from phone_numbers.models import PhoneNumber
from phone_numbers.states import CampaignState, Capability, DialingMethod, Origin, Registration
from tests import factories

pytestmark = pytest.mark.django_db


def facts_of(number: PhoneNumber) -> NumberFacts:
    with account_scope(number.account_id):
        ((_, facts),) = number_facts.facts_by_number(PhoneNumber.objects.filter(pk=number.pk))
    return facts


@pytest.mark.parametrize("method", DialingMethod)
@pytest.mark.parametrize("state", CampaignState)
@pytest.mark.parametrize("product", [Product.CONTACT_CENTER, Product.PHONE, Product.OTHER])
def test_a_number_dials_for_the_product_of_an_active_outbound_campaign(
    acme: Account, product: Product, state: CampaignState, method: DialingMethod
) -> None:
    number = factories.make_number(acme)
    factories.make_campaign(acme, numbers=[number], product=product, state=state, dialing_method=method)
    dials = state == CampaignState.ACTIVE and method != DialingMethod.MANUAL
    facts = facts_of(number)
    assert facts.dials_contact_center == (dials and product == Product.CONTACT_CENTER)
    assert facts.dials_phone == (dials and product == Product.PHONE)


def test_one_dialing_campaign_among_others_is_enough(acme: Account) -> None:
    number = factories.make_number(acme)
    factories.make_campaign(acme, numbers=[number], dialing_method=DialingMethod.MANUAL)
    factories.make_campaign(acme, numbers=[number], state=CampaignState.ENDED)
    assert not facts_of(number).dials_contact_center
    factories.make_campaign(acme, numbers=[number], dialing_method=DialingMethod.PREVIEW)
    assert facts_of(number).dials_contact_center


@pytest.mark.parametrize(
    ("e164", "toll_free"), [("+18005550100", True), ("+18885550100", True), ("+18015550100", False)]
)
def test_toll_free_numbers_are_told_by_their_code(acme: Account, e164: str, toll_free: bool) -> None:
    assert facts_of(factories.make_number(acme, e164)).toll_free is toll_free


def test_a_number_of_another_carrier_and_its_states_are_told(acme: Account) -> None:
    number = factories.make_number(
        acme, origin=Origin.BYOC, registration=Registration.REJECTED, capability=Capability.FAILED
    )
    facts = facts_of(number)
    assert facts.byoc
    assert (facts.registration, facts.capability) == (Registration.REJECTED, Capability.FAILED)
    assert (facts.product, facts.country) == (Product.CONTACT_CENTER, "US")


def test_a_seat_counts_for_the_number_that_holds_it(acme: Account) -> None:
    seated, other = factories.make_number(acme), factories.make_number(acme)
    with account_scope(acme):
        for number, held in ((seated, True), (other, False)):
            ServiceAssignment.objects.create(
                account=acme, number=number, service="monitoring", holds_seat=held, since=factories.NOW
            )
    assert facts_of(seated).holds_seat
    assert not facts_of(other).holds_seat
    with account_scope(acme):
        assert number_facts.seats_taken() == 1


def test_many_numbers_are_of_few_kinds_and_cost_one_query(acme: Account, django_assert_num_queries: Any) -> None:
    dialers = [factories.make_number(acme) for _ in range(6)]
    factories.make_campaign(acme, numbers=dialers)
    for _ in range(4):
        factories.make_number(acme, product=Product.PHONE)
    with account_scope(acme), django_assert_num_queries(1):
        kinds = number_facts.kinds_of(PhoneNumber.objects.all())
    assert sorted(count for _, count in kinds) == [4, 6]
    with account_scope(acme), django_assert_num_queries(1):
        facts = dict(number_facts.facts_by_number(PhoneNumber.objects.all()))
    assert {facts[number.pk] for number in dialers} == {next(kind for kind, count in kinds if count == 6)}
    with account_scope(acme):
        found = number_facts.of_kinds(PhoneNumber.objects.all(), [facts[dialers[0].pk]])
        assert {number.pk for number in found} == {number.pk for number in dialers}
