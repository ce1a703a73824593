"""The effect of joining and leaving campaigns on monitoring (D3): asked before anything is done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.eligibility_words import COUNTRY_WORDS, ReasonCode, reason_words
from accounts.models import Account
from accounts.products import LicenseKind, Product
from common.scope import account_scope
from phone_numbers.campaigns import effects, rules
from phone_numbers.campaigns.effects import Effect
from phone_numbers.models import Campaign, PhoneNumber
from phone_numbers.states import CampaignState, Capability, DialingMethod
from tests import factories

pytestmark = pytest.mark.django_db
KINDS = frozenset(factories.EVERY_LICENSE)


@pytest.fixture(autouse=True)
def _inside(acme: Account) -> Iterator[None]:
    with account_scope(acme):
        yield


def removal(campaign: Campaign, kinds: frozenset[LicenseKind] = KINDS) -> Effect:
    return effects.effect_of_removal(campaign, effects.pool(campaign), kinds)


def addition(campaign: Campaign, *numbers: PhoneNumber, kinds: frozenset[LicenseKind] = KINDS) -> Effect:
    chosen = PhoneNumber.objects.filter(pk__in=[number.pk for number in numbers])
    return effects.effect_of_addition(campaign, chosen, kinds)


def test_leaving_the_last_outbound_campaign_ends_the_monitoring_of_those_that_are_on(acme: Account) -> None:
    on, verifying, off = (
        factories.make_number(acme, capability=capability)
        for capability in (Capability.ON, Capability.VERIFYING, Capability.OFF)
    )
    effect = removal(factories.make_campaign(acme, numbers=[on, verifying, off]))
    assert effect.stops == 3
    assert effect.ending.ids == (on.pk,)
    assert effect.verifying.shown == (verifying.e164,)


@pytest.mark.parametrize(
    ("other", "stops"),
    [
        ({}, 0),
        ({"product": Product.PHONE, "dialing_method": DialingMethod.POWER}, 0),
        ({"dialing_method": DialingMethod.MANUAL}, 1),
        ({"state": CampaignState.ENDED}, 1),
        ({"product": Product.OTHER}, 1),
    ],
)
def test_another_campaign_keeps_the_number_only_if_it_dials_outbound(
    acme: Account, other: dict[str, object], stops: int
) -> None:
    number = factories.make_number(acme, capability=Capability.ON)
    factories.make_campaign(acme, numbers=[number], **other)
    assert removal(factories.make_campaign(acme, numbers=[number])).stops == stops


def test_another_campaign_without_its_license_does_not_keep_the_number(acme: Account) -> None:
    number = factories.make_number(acme, capability=Capability.ON)
    factories.make_campaign(acme, numbers=[number], product=Product.PHONE)
    campaign = factories.make_campaign(acme, numbers=[number])
    assert removal(campaign, KINDS - {LicenseKind.AUTO_DIALER}).ending.ids == (number.pk,)


@pytest.mark.parametrize(
    "fields", [{"dialing_method": DialingMethod.MANUAL}, {"state": CampaignState.ENDED}, {"product": Product.OTHER}]
)
def test_leaving_or_joining_a_campaign_that_does_not_dial_changes_nothing(
    acme: Account, fields: dict[str, object]
) -> None:
    number = factories.make_number(acme, capability=Capability.ON)
    assert removal(factories.make_campaign(acme, numbers=[number], **fields)).is_empty
    assert addition(factories.make_campaign(acme, **fields), number).is_empty


def test_joining_again_restores_only_those_that_a_campaign_was_missing(acme: Account) -> None:
    left, ended_otherwise = (
        factories.make_number(acme, capability=Capability.NO_LONGER_ELIGIBLE, capability_reason=reason)
        for reason in (rules.LEFT_LAST_CAMPAIGN, "The license has ended.")
    )
    effect = addition(factories.make_campaign(acme), left, ended_otherwise)
    assert effect.starts == effect.able == 2
    assert effect.restored.ids == (left.pk,)


def test_numbers_that_still_cannot_be_monitored_are_counted_by_their_reason(acme: Account) -> None:
    reason = rules.LEFT_LAST_CAMPAIGN
    fields = {"capability": Capability.NO_LONGER_ELIGIBLE, "capability_reason": reason}
    canadian = factories.make_number(acme, "+14165550123", country="CA", **fields)
    other = factories.make_number(acme, product=Product.OTHER)
    toll_free = factories.make_number(acme, "+18005550123", country="CA")
    effect = addition(factories.make_campaign(acme), canadian, other, toll_free)
    assert effect.starts == 3
    assert effect.able == 1
    assert not effect.restored
    assert dict(effect.unable) == {COUNTRY_WORDS["CA"]: 1, reason_words(ReasonCode.PRODUCT_NOT_ELIGIBLE): 1}


def test_a_number_that_dials_elsewhere_already_starts_nothing(acme: Account) -> None:
    number = factories.make_number(acme)
    factories.make_campaign(acme, numbers=[number])
    assert addition(factories.make_campaign(acme), number).is_empty


def test_a_change_of_the_method_or_the_end_concerns_the_whole_pool(acme: Account) -> None:
    number = factories.make_number(acme, capability=Capability.ON)
    campaign = factories.make_campaign(acme, numbers=[number])
    now = effects.dialing_of(campaign)
    for after in (replace(now, method=DialingMethod.MANUAL), replace(now, state=CampaignState.ENDED)):
        assert effects.effect_of_change(campaign, after, KINDS).ending.ids == (number.pk,)
    assert effects.effect_of_change(campaign, replace(now, method=DialingMethod.POWER), KINDS).is_empty
    manual = factories.make_campaign(acme, numbers=[factories.make_number(acme)], dialing_method=DialingMethod.MANUAL)
    assert effects.effect_of_change(manual, now, KINDS).starts == 1


def test_the_token_stands_for_the_moves_of_monitoring(acme: Account) -> None:
    campaign = factories.make_campaign(acme, numbers=[factories.make_number(acme, capability=Capability.ON)])
    before = removal(campaign).token
    assert before == removal(campaign).token
    factories.make_campaign(acme, numbers=list(effects.pool(campaign)))
    assert removal(campaign).token == effects.NOTHING.token != before


def test_an_effect_takes_as_many_queries_for_many_numbers_as_for_few(acme: Account) -> None:
    def queries(count: int) -> int:
        campaign = factories.make_campaign(acme, numbers=[factories.make_number(acme) for _ in range(count)])
        with CaptureQueriesContext(connection) as captured:
            removal(campaign)
            addition(factories.make_campaign(acme), *effects.pool(campaign))
        return len(captured)

    assert queries(2) == queries(20)
