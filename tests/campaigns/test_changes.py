"""Campaigns are created, changed, ended, filled and emptied: each change once, with its events, and never unseen."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import Account, User
from accounts.products import Product
from common.scope import account_scope
from phone_numbers.campaigns import changes, choosing, effects, lifecycle, pools, rules
from phone_numbers.models import Campaign, PhoneNumber
from phone_numbers.states import CampaignState, Capability, DialingMethod
from tests import factories
from tests.campaigns.campaign_world import agreement, audited, events_of, pool_of

pytestmark = pytest.mark.django_db
NOW = factories.NOW
TYPED = {"name": "Renewals", "product": Product.CONTACT_CENTER, "dialing_method": DialingMethod.PREVIEW}


def read(campaign: Campaign) -> Campaign:
    with account_scope(campaign.account_id):
        return Campaign.objects.get(pk=campaign.pk)


def effect_of_leaving(account: Account, campaign: Campaign) -> effects.Effect:
    with account_scope(account):
        kinds = frozenset(factories.EVERY_LICENSE)
        return effects.effect_of_removal(campaign, effects.pool(campaign), kinds)


def monitored(acme: Account) -> tuple[PhoneNumber, Campaign]:
    number = factories.make_number(acme, capability=Capability.ON)
    return number, factories.make_campaign(acme, "Renewals", numbers=[number])


# --- Create and change -----------------------------------------------------------------------------------------------
def test_a_campaign_is_created_active_and_audited(acme: Account, admin: User) -> None:
    campaign = lifecycle.create_campaign(acme, actor=admin, now=NOW, **TYPED)
    assert (campaign.state, campaign.default_number_id) == (CampaignState.ACTIVE, None)
    assert audited(acme) == ["campaign.created"]


def test_a_name_is_taken_in_any_capitals_and_only_in_its_account(acme: Account, globex: Account, admin: User) -> None:
    factories.make_campaign(acme, "RENEWALS")
    with pytest.raises(lifecycle.NameTakenError, match="already"):
        lifecycle.create_campaign(acme, actor=admin, now=NOW, **TYPED)
    assert lifecycle.create_campaign(globex, actor=admin, now=NOW, **TYPED).pk


def test_a_change_is_kept_once(acme: Account, admin: User) -> None:
    campaign = factories.make_campaign(acme, "Old name")
    assert lifecycle.change_campaign(acme, campaign, **TYPED, **agreement(acme, admin))
    assert not lifecycle.change_campaign(acme, campaign, **TYPED, **agreement(acme, admin))
    assert read(campaign).name == "Renewals"
    assert audited(acme) == ["campaign.changed"]


def test_a_campaign_may_keep_its_own_name_and_not_take_anothers(acme: Account, admin: User) -> None:
    factories.make_campaign(acme, "Renewals")
    campaign = factories.make_campaign(acme, "Other")
    with pytest.raises(lifecycle.NameTakenError):
        lifecycle.change_campaign(acme, campaign, **TYPED, **agreement(acme, admin))
    typed = TYPED | {"name": "other"}
    assert lifecycle.change_campaign(acme, campaign, **typed, **agreement(acme, admin))


def test_a_change_to_manual_ends_the_monitoring_it_announced(acme: Account, admin: User) -> None:
    number, campaign = monitored(acme)
    agreed = agreement(acme, admin, effect_of_leaving(acme, campaign))
    lifecycle.change_campaign(acme, campaign, **TYPED | {"dialing_method": DialingMethod.MANUAL}, **agreed)
    assert factories.status_of(number).capability == Capability.NO_LONGER_ELIGIBLE


# --- End -------------------------------------------------------------------------------------------------------------
def test_an_end_moves_monitoring_with_its_reason_its_time_and_its_event(acme: Account, admin: User) -> None:
    number, campaign = monitored(acme)
    agreed = agreement(acme, admin, effect_of_leaving(acme, campaign))
    lifecycle.end_campaign(acme, campaign, **agreed)
    status = factories.status_of(number)
    assert (status.capability, status.capability_since) == (Capability.NO_LONGER_ELIGIBLE, NOW)
    assert status.capability_reason == rules.LEFT_LAST_CAMPAIGN
    assert events_of(number) == [("on", "no_longer_eligible", rules.LEFT_LAST_CAMPAIGN)]
    assert audited(acme) == ["campaign.ended"]
    assert pool_of(campaign) == [number.e164]


def test_an_ended_campaign_stays_as_it_was(acme: Account, admin: User) -> None:
    number = factories.make_number(acme)
    campaign = factories.make_campaign(acme, numbers=[number], state=CampaignState.ENDED)
    agreed = agreement(acme, admin)
    with pytest.raises(changes.CampaignEndedError):
        lifecycle.end_campaign(acme, campaign, **agreed)
    with pytest.raises(changes.CampaignEndedError):
        lifecycle.change_campaign(acme, campaign, **TYPED, **agreed)
    with pytest.raises(changes.CampaignEndedError):
        pools.add_numbers(acme, campaign, [factories.make_number(acme).pk], **agreed)
    with pytest.raises(changes.CampaignEndedError):
        pools.remove_numbers(acme, campaign, [number.pk], **agreed)
    with pytest.raises(changes.CampaignEndedError):
        lifecycle.choose_default(acme, campaign, number, actor=admin, now=NOW)
    assert audited(acme) == []


# --- The pool --------------------------------------------------------------------------------------------------------
def test_numbers_join_once_with_an_event_each(acme: Account, admin: User) -> None:
    numbers = [factories.make_number(acme) for _ in range(3)]
    campaign = factories.make_campaign(acme, "Renewals", numbers=numbers[:1])
    ids = [number.pk for number in numbers]
    assert pools.add_numbers(acme, campaign, ids, **agreement(acme, admin)) == 2
    assert pools.add_numbers(acme, campaign, ids, **agreement(acme, admin)) == 0
    assert [events_of(number) for number in numbers] == [[], *[[("", "Renewals", "Campaign: joined")]] * 2]
    assert audited(acme) == ["campaign.numbers_added"]


def test_numbers_of_another_account_never_join(acme: Account, globex: Account, admin: User) -> None:
    campaign = factories.make_campaign(acme)
    foreign = factories.make_number(globex)
    assert pools.add_numbers(acme, campaign, [foreign.pk], **agreement(acme, admin)) == 0
    assert pool_of(campaign) == []


def test_leaving_and_joining_again_ends_and_restores_monitoring(acme: Account, admin: User) -> None:
    number, campaign = monitored(acme)
    leaving = agreement(acme, admin, effect_of_leaving(acme, campaign))
    assert pools.remove_numbers(acme, campaign, [number.pk], **leaving) == 1
    assert factories.status_of(number).capability == Capability.NO_LONGER_ELIGIBLE
    with account_scope(acme):
        chosen = PhoneNumber.objects.filter(pk=number.pk)
        effect = effects.effect_of_addition(campaign, chosen, leaving["kinds"])
    assert pools.add_numbers(acme, campaign, [number.pk], **agreement(acme, admin, effect)) == 1
    assert factories.status_of(number).capability == Capability.ON
    assert [event[:2] for event in events_of(number)] == [
        ("Renewals", ""),
        ("on", "no_longer_eligible"),
        ("", "Renewals"),
        ("no_longer_eligible", "on"),
    ]


def test_a_second_removal_does_nothing(acme: Account, admin: User) -> None:
    number = factories.make_number(acme)
    campaign = factories.make_campaign(acme, numbers=[number])
    assert pools.remove_numbers(acme, campaign, [number.pk], **agreement(acme, admin)) == 1
    assert pools.remove_numbers(acme, campaign, [number.pk], **agreement(acme, admin)) == 0
    assert audited(acme) == ["campaign.numbers_removed"]


def test_nothing_is_done_that_nobody_was_shown(acme: Account, admin: User) -> None:
    number, campaign = monitored(acme)
    unseen = agreement(acme, admin)
    with pytest.raises(changes.EffectChangedError) as caught:
        pools.remove_numbers(acme, campaign, [number.pk], **unseen)
    assert caught.value.effect.ending.ids == (number.pk,)
    with pytest.raises(changes.EffectChangedError):
        lifecycle.end_campaign(acme, campaign, **unseen)
    assert pool_of(campaign) == [number.e164]
    assert factories.status_of(number).capability == Capability.ON
    assert audited(acme) == []


# --- The default caller ID -------------------------------------------------------------------------------------------
def test_a_number_of_the_pool_becomes_the_default_and_leaves_with_it(acme: Account, admin: User) -> None:
    number = factories.make_number(acme)
    campaign = factories.make_campaign(acme, numbers=[number])
    assert lifecycle.choose_default(acme, campaign, number, actor=admin, now=NOW)
    assert not lifecycle.choose_default(acme, campaign, number, actor=admin, now=NOW)
    assert read(campaign).default_number_id == number.pk
    pools.remove_numbers(acme, campaign, [number.pk], **agreement(acme, admin))
    assert read(campaign).default_number_id is None


def test_the_default_can_be_cleared_and_is_never_a_number_outside_the_pool(acme: Account, admin: User) -> None:
    number = factories.make_number(acme)
    campaign = factories.make_campaign(acme, numbers=[number])
    with pytest.raises(lifecycle.NotInPoolError):
        lifecycle.choose_default(acme, campaign, factories.make_number(acme), actor=admin, now=NOW)
    lifecycle.choose_default(acme, campaign, number, actor=admin, now=NOW)
    assert lifecycle.choose_default(acme, campaign, None, actor=admin, now=NOW)
    assert audited(acme) == ["campaign.default_chosen", "campaign.default_chosen"]


@transaction.atomic
def choose_by_hand(campaign: Campaign, number: PhoneNumber) -> None:
    with account_scope(campaign.account_id):
        Campaign.objects.filter(pk=campaign.pk).update(default_number=number)
    connection.check_constraints()


def test_the_database_refuses_a_default_outside_the_pool(acme: Account) -> None:
    campaign, outside = factories.make_campaign(acme), factories.make_number(acme)
    with pytest.raises(IntegrityError, match="numbers_campaign_default_in_pool"):
        choose_by_hand(campaign, outside)


def test_a_number_that_is_the_default_can_be_deleted(acme: Account, admin: User) -> None:
    number = factories.make_number(acme)
    campaign = factories.make_campaign(acme, numbers=[number])
    lifecycle.choose_default(acme, campaign, number, actor=admin, now=NOW)
    with account_scope(acme):
        number.delete()
    assert read(campaign).default_number_id is None


# --- Reading what was pasted -----------------------------------------------------------------------------------------
def test_each_entry_is_ready_or_refused_with_its_reason(acme: Account, globex: Account) -> None:
    member, ready = factories.make_number(acme, "+13035550101"), factories.make_number(acme, "+13035550102")
    factories.make_number(globex, "+13035550103")
    campaign = factories.make_campaign(acme, numbers=[member])
    with account_scope(acme):
        chosen = choosing.choose_numbers(
            campaign, "(303) 555-0101\r\n303-555-0102, +1 303 555 0102;303 555 0103\tnonsense\n\n"
        )
    assert chosen.ready == {"+13035550102": ready.pk}
    assert {refused.given: refused.reason for refused in chosen.refused} == {
        "nonsense": "It contains letters. Write the digits instead.",
        "(303) 555-0101": "It is in this campaign already.",
        "303 555 0103": "The account has no such number. Add it by an import first.",
    }


def test_too_many_entries_are_refused_in_words(acme: Account) -> None:
    campaign = factories.make_campaign(acme)
    with account_scope(acme), pytest.raises(choosing.TooManyNumbersError, match="import a file"):
        choosing.choose_numbers(campaign, "x\n" * (choosing.LIMIT + 1))
