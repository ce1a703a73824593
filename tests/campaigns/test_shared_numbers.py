"""A number in several campaigns: its caps, its rest and its turn count all its calls, whichever campaign makes them."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from common.scope import account_scope, all_accounts
from phone_numbers.campaigns import caller_id
from phone_numbers.models import CampaignNumber
from phone_numbers.states import CallerIdOutcome, CampaignState, Rating
from tests.factories import NOW, make_campaign, make_number

pytestmark = pytest.mark.django_db(transaction=True)
DENVER = "+13035550142"
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
CALLERS = 24


def healthy(account, line):
    return make_number(account, f"+1303555{line:04d}", rating=Rating.HEALTHY)


def call(campaign, now=NOW):
    return caller_id.choose(campaign.account, campaign, DENVER, now=now).e164


def uses(number):
    """Return the calls of the day in each campaign that has the number, oldest campaign first."""
    with all_accounts():
        return list(
            CampaignNumber.objects.filter(number=number).order_by("campaign_id").values_list("day_uses", flat=True)
        )


@pytest.mark.parametrize("cap", ["calls_per_hour", "calls_per_day"])
def test_a_cap_counts_the_calls_of_all_campaigns(acme, cap):
    number = healthy(acme, 101)
    sales, service = (make_campaign(acme, numbers=[number], **{cap: 2}) for _ in range(2))
    assert [call(campaign) for campaign in (sales, service, sales, service)] == [number.e164, number.e164, None, None]
    assert uses(number) == [2, 2]
    assert call(service, now=NOW + DAY) == number.e164
    assert uses(number) == [1, 1]


def test_a_number_rests_after_the_calls_of_all_campaigns(acme):
    near, far = healthy(acme, 101), make_number(acme, "+15125550101", rating=Rating.HEALTHY)
    sales = make_campaign(acme, numbers=[near])
    service = make_campaign(acme, numbers=[near, far], rest_after=1)
    assert [call(sales), call(service), call(service)] == [near.e164, far.e164, near.e164]


def test_the_least_recently_used_is_the_one_that_no_campaign_used(acme):
    numbers = [healthy(acme, line) for line in (101, 102, 103)]
    sales, service = (make_campaign(acme, numbers=numbers) for _ in range(2))
    turns = [call(campaign, now=NOW + place * SECOND) for place, campaign in enumerate([sales, service] * 3)]
    assert Counter(turns) == {number.e164: 2 for number in numbers}
    assert turns[:3] == turns[3:]


def test_a_number_that_joins_another_campaign_brings_its_calls_along(acme):
    number, unused = healthy(acme, 101), healthy(acme, 102)
    sales = make_campaign(acme, numbers=[number], calls_per_day=2)
    assert [call(sales), call(sales)] == [number.e164, number.e164]
    service = make_campaign(acme, numbers=[number, unused], calls_per_day=2)
    assert (uses(number), uses(unused)) == ([2, 2], [0])
    assert [call(service) for _ in range(3)] == [unused.e164, unused.e164, None]


def test_ended_campaigns_and_other_accounts_are_left_alone(acme, globex):
    number, same = healthy(acme, 101), healthy(globex, 101)
    ended = make_campaign(acme, numbers=[number], state=CampaignState.ENDED)
    sales, theirs = make_campaign(acme, numbers=[number]), make_campaign(globex, numbers=[same])
    assert (call(sales), call(theirs)) == (number.e164, same.e164)
    assert (uses(number), uses(same)) == ([0, 1], [1])
    with account_scope(acme):
        assert not CampaignNumber.objects.filter(campaign=ended, day_uses__gt=0).exists()


def test_a_number_in_one_campaign_costs_no_further_statement(acme, django_assert_num_queries):
    lone, shared = healthy(acme, 101), healthy(acme, 102)
    sales = make_campaign(acme, numbers=[lone])
    service, support = (make_campaign(acme, numbers=[shared]) for _ in range(2))
    for campaign, statements in ((sales, 1), (service, 2), (support, 2)):
        call(campaign)  # prepares the statements
        with django_assert_num_queries(statements):
            call(campaign)


def test_what_goes_wrong_behind_a_choice_takes_no_number_from_the_caller(acme, monkeypatch, caplog):
    number = healthy(acme, 101)
    sales, _ = (make_campaign(acme, numbers=[number]) for _ in range(2))

    def broken(_params):
        raise ConnectionError("the server went away")

    monkeypatch.setattr(caller_id._TELL_OTHERS, "fetchone", broken)
    assert call(sales) == number.e164
    assert uses(number) == [1, 0]
    assert "the server went away" in caplog.text


@pytest.mark.slow
@pytest.mark.parametrize("together", [1, 4])  # calls in one transaction, as with an idempotency key
def test_many_callers_of_three_campaigns_count_every_call_and_never_wait_for_each_other_in_a_circle(acme, together):
    numbers = [healthy(acme, line) for line in range(40)]
    campaigns = [make_campaign(acme, numbers=numbers[first:]) for first in (0, 5, 10)]
    first_day = timezone.now().replace(hour=12)

    def caller(place):
        campaign = campaigns[place % len(campaigns)]
        try:
            found = []
            for _ in range(6):
                with transaction.atomic():
                    found += [caller_id.choose(acme, campaign, DENVER, now=first_day) for _ in range(together)]
            return found
        finally:
            connection.close()

    with ThreadPoolExecutor(CALLERS) as pool:
        chosen = [one for found in pool.map(caller, range(CALLERS)) for one in found]
    assert {one.outcome for one in chosen} == {CallerIdOutcome.MATCHED}
    counted = Counter(one.e164 for one in chosen)
    assert counted.total() == CALLERS * 6 * together
    for place, number in enumerate(numbers):
        memberships = 1 + (place >= 5) + (place >= 10)
        assert uses(number) == [counted[number.e164]] * memberships
