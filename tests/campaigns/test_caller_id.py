"""Caller IDs are claimed by the order of D25: SQL chooses what the pure rule chooses, and never a flagged number."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from common.scope import account_scope
from phone_numbers.campaigns import caller_id, lifecycle, matching
from phone_numbers.campaigns.matching import Step
from phone_numbers.feeds import ingest
from phone_numbers.models import AreaPrefix, CallerIdChoice, Campaign, CampaignNumber, NumberStatus, PhoneNumber
from phone_numbers.states import CallerIdOutcome, CampaignState, Rating
from providers.base import Observation
from tests.factories import NOW, make_campaign, make_number

pytestmark = pytest.mark.django_db
DENVER = "+13035550142"
DESTINATIONS = [DENVER, "+17205550142", "+15126660199", "+18005550111", "+12125550100", "+442079460000"]
POLICY_FIELDS = ("use_mixed", "calls_per_hour", "calls_per_day", "rest_after")
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def areas(db):
    """303 and 720 are in Colorado, 512 in Texas."""
    for prefix, state in (("1303", "CO"), ("1720", "CO"), ("1512", "TX")):
        AreaPrefix.objects.get_or_create(prefix=prefix, defaults={"area": state, "state": state})


def number_in(account, e164, **fields):
    state = {"+1303": "CO", "+1720": "CO", "+1512": "TX"}.get(e164[:5], "")
    return make_number(account, e164, state=state, **{"rating": Rating.HEALTHY} | fields)


def campaign_of(account, *numbers, **fields):
    return make_campaign(account, numbers=numbers, **fields)


def used(campaign, number, **fields):
    with account_scope(campaign.account_id):
        CampaignNumber.objects.filter(campaign=campaign, number=number).update(**fields)


def chosen(campaign, destination=DENVER, now=NOW):
    return caller_id.choose(campaign.account, campaign, destination, now=now)


def test_the_nearest_number_comes_first_and_then_the_next_nearest(acme):
    same_exchange = number_in(acme, "+13035550101")
    same_area = number_in(acme, "+13036660101")
    same_state = number_in(acme, "+17205550101")
    elsewhere = number_in(acme, "+15125550101")
    campaign = campaign_of(acme, elsewhere, same_state, same_area, same_exchange, calls_per_day=1)
    found = [chosen(campaign) for _ in range(4)]
    assert [one.e164 for one in found] == [same_exchange.e164, same_area.e164, same_state.e164, elsewhere.e164]
    assert [one.step for one in found] == list(Step)
    assert {one.outcome for one in found} == {CallerIdOutcome.MATCHED}


def test_within_a_step_healthy_comes_before_mixed_and_unknown_and_then_the_least_recently_used(acme):
    unknown = number_in(acme, "+13035550101", rating=Rating.UNKNOWN)
    mixed = number_in(acme, "+13035550102", rating=Rating.MIXED)
    healthy, other = (number_in(acme, f"+1303555010{digit}") for digit in (3, 4))
    campaign = campaign_of(acme, unknown, mixed, healthy, other)
    used(campaign, healthy, last_used_at=NOW - HOUR)
    used(campaign, other, last_used_at=NOW - 2 * HOUR)
    assert [chosen(campaign, now=NOW + timedelta(seconds=n)).e164 for n in range(3)] == [
        other.e164,
        healthy.e164,
        other.e164,
    ]


def test_mixed_numbers_are_left_out_where_the_campaign_says_so(acme):
    mixed = number_in(acme, "+13035550102", rating=Rating.MIXED)
    assert chosen(campaign_of(acme, mixed)).e164 == mixed.e164
    assert chosen(campaign_of(acme, mixed, use_mixed=False)).outcome == CallerIdOutcome.NONE


def test_a_number_at_its_cap_is_skipped_until_the_hour_or_the_day_is_over(acme):
    one = number_in(acme, "+13035550101")
    hourly = campaign_of(acme, one, calls_per_hour=2)
    assert [chosen(hourly).e164 for _ in range(3)] == [one.e164, one.e164, None]
    assert chosen(hourly, now=NOW + HOUR).e164 == one.e164
    other = number_in(acme, "+13035550102")
    daily = campaign_of(acme, other, calls_per_day=1)
    assert [chosen(daily, now=NOW + hours * HOUR).e164 for hours in (0, 1, 24)] == [other.e164, None, other.e164]


def test_a_resting_number_comes_after_all_others_but_before_the_default(acme):
    near, far = number_in(acme, "+13035550101"), number_in(acme, "+15125550101")
    campaign = campaign_of(acme, near, far, rest_after=2)
    assert [chosen(campaign).e164 for _ in range(6)] == [
        near.e164,
        near.e164,
        far.e164,
        far.e164,
        near.e164,
        near.e164,
    ]


def test_the_flagged_default_is_used_only_when_every_step_is_empty_and_the_reason_is_kept(acme, owner):
    default = number_in(acme, "+13035550101", rating=Rating.SPAM, tag_since=NOW)
    other = number_in(acme, "+15125550101")
    campaign = campaign_of(acme, default, other, calls_per_day=1)
    make_default(campaign, default, owner)
    first, second = chosen(campaign), chosen(campaign)
    assert (first.e164, first.outcome) == (other.e164, CallerIdOutcome.MATCHED)
    assert (second.e164, second.outcome, second.tagged) == (default.e164, CallerIdOutcome.DEFAULT, True)
    with account_scope(acme):
        kept = CallerIdChoice.objects.get(outcome=CallerIdOutcome.DEFAULT)
    assert "tagged as spam" in kept.reason
    assert kept.destination == "+1303555"


def make_default(campaign, number, owner):
    lifecycle.choose_default(campaign.account, campaign, number, actor=owner, now=NOW)
    campaign.refresh_from_db()


def test_a_default_in_good_order_takes_part_in_the_steps_like_any_other_number(acme, owner):
    default, near = number_in(acme, "+15125550101"), number_in(acme, "+13035550101")
    campaign = campaign_of(acme, default, near)
    make_default(campaign, default, owner)
    assert chosen(campaign).e164 == near.e164
    assert chosen(campaign, "+15125550177").outcome == CallerIdOutcome.MATCHED


def test_without_a_number_and_a_default_there_is_no_caller_id_and_the_campaign_says_when(acme):
    campaign = campaign_of(acme, number_in(acme, "+13035550101", rating=Rating.SPAM, tag_since=NOW))
    found = chosen(campaign)
    campaign.refresh_from_db()
    assert (found.e164, found.outcome) == (None, CallerIdOutcome.NONE)
    assert "no default" in found.reason
    assert campaign.no_caller_id_at == NOW


def test_a_flag_written_by_a_feeds_page_is_honored_by_the_next_choice_and_lifted_by_the_next_clean_one(acme):
    near, far = number_in(acme, "+13035550101"), number_in(acme, "+15125550101")
    campaign = campaign_of(acme, near, far)
    read(acme, near, flagged=True, ago=4)
    assert chosen(campaign).e164 == far.e164
    read(acme, near, flagged=False, ago=0)
    assert chosen(campaign).e164 == near.e164


def read(account, number, *, flagged, ago):
    page = [
        Observation(number.e164, "att", NOW - timedelta(minutes=ago * 60 + place), flagged, ident=str(place))
        for place in range(4)
    ]
    with account_scope(account):
        ingest.ingest_page(account, page, now=NOW)


def test_an_ended_campaign_chooses_nothing(acme):
    campaign = campaign_of(acme, number_in(acme, "+13035550101"), state=CampaignState.ENDED)
    with pytest.raises(caller_id.CampaignNotActiveError):
        chosen(campaign)


def test_places_in_the_pool_are_copied_and_follow_the_number(acme):
    number, toll_free = number_in(acme, "+13035550101"), make_number(acme, "+18005550101")
    campaign = campaign_of(acme, number, toll_free)
    with account_scope(acme):
        PhoneNumber.objects.filter(pk=number.pk).update(state="WY")
        places = CampaignNumber.objects.filter(campaign=campaign).order_by("number__e164")
        found = list(places.values_list("area_code", "exchange", "state"))
    assert found == [("+1303", "+1303555", "WY"), ("+1800", "+1800555", "")]


def test_a_sampled_choice_says_what_each_step_had(acme, settings):
    settings.CALLER_ID_SAMPLE_PERCENT = 100
    tagged = number_in(acme, "+13035550101", rating=Rating.SPAM, tag_since=NOW)
    far = number_in(acme, "+15125550101")
    chosen(campaign_of(acme, tagged, far))
    with account_scope(acme):
        kept = CallerIdChoice.objects.get()
    assert kept.number_id == far.pk
    assert kept.steps[0] == {"step": 1, "usable": 0, "resting": 0, "skipped": {"tagged": 1}}
    assert kept.steps[3] == {"step": 4, "usable": 1, "resting": 0, "skipped": {}}


def test_old_choices_are_forgotten(acme):
    chosen(campaign_of(acme))
    with account_scope(acme):
        assert caller_id.forget_old_choices(now=NOW + timedelta(days=29)) == 0
        assert caller_id.forget_old_choices(now=NOW + timedelta(days=31)) == 1


# --- SQL equals the pure rule ---

facts = st.fixed_dictionaries(
    {
        "e164": st.sampled_from(
            [
                f"+1{area}{exchange}01{line:02d}"
                for area in (303, 720, 512, 800)
                for exchange in (555, 666)
                for line in (1, 2, 3)
            ]
        ),
        "rating": st.sampled_from(Rating),
        "tagged": st.booleans(),
        "used_hours": st.integers(0, 30),
        "hour_uses": st.integers(0, 3),
        "day_uses": st.integers(0, 3),
    }
)
policies = st.builds(
    matching.Policy,
    use_mixed=st.booleans(),
    calls_per_hour=st.none() | st.integers(1, 3),
    calls_per_day=st.none() | st.integers(1, 3),
    rest_after=st.none() | st.integers(1, 3),
)


def add_to_pool(campaign, fact, serial):
    tagged = fact["tagged"] or fact["rating"] == Rating.SPAM
    number = number_in(campaign.account, fact["e164"], rating=fact["rating"], tag_since=NOW if tagged else None)
    last: datetime = NOW - fact["used_hours"] * HOUR - timedelta(seconds=serial)
    with account_scope(campaign.account_id):
        CampaignNumber.objects.create(
            account=campaign.account,
            campaign=campaign,
            number=number,
            added_at=NOW,
            last_used_at=last,
            hour_at=matching.hour_of(last),
            hour_uses=fact["hour_uses"],
            day_on=last.date(),
            day_uses=fact["day_uses"],
        )


@hypothesis_settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    pool=st.lists(facts, max_size=10, unique_by=lambda fact: fact["e164"]),
    policy=policies,
    destination=st.sampled_from(DESTINATIONS),
    default=st.none() | st.integers(0, 9),
)
def test_the_claim_is_what_the_rule_says_and_a_flagged_number_only_ever_the_default(
    acme, pool, policy, destination, default
):
    with transaction.atomic(), account_scope(acme):
        campaign = make_campaign(acme, **{name: getattr(policy, name) for name in POLICY_FIELDS})
        for serial, fact in enumerate(pool):
            add_to_pool(campaign, fact, serial)
        set_default(campaign, pool, default)
        place = caller_id.destination_of(destination)
        expected = matching.match(caller_id.pool_of(campaign), place, policy, now=NOW)
        steps = caller_id.steps_of(acme, campaign, destination, now=NOW)
        found = caller_id.choose(acme, campaign, destination, now=NOW)
        status = NumberStatus.objects.filter(number__e164=found.e164).first()
        transaction.set_rollback(True)
    assert steps == [told(report) for report in expected.reports]
    assert found.step == expected.step
    if expected.number is not None:
        assert found.e164 == expected.number.e164
        assert status.tag_since is None
    else:
        assert found.outcome == (CallerIdOutcome.DEFAULT if campaign.default_number else CallerIdOutcome.NONE)
        assert found.e164 == (campaign.default_number.e164 if campaign.default_number else None)


def told(report):
    """What is kept of a step."""
    skipped = {str(reason): n for reason, n in report.skipped.items()}
    return {"step": report.step, "usable": len(report.usable), "resting": report.resting, "skipped": skipped}


def set_default(campaign, pool, default):
    if default is not None and default < len(pool):
        campaign.default_number = PhoneNumber.objects.get(e164=pool[default]["e164"])
        Campaign.objects.filter(pk=campaign.pk).update(default_number=campaign.default_number)
