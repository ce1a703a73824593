"""Fifty callers at once: no number twice while others of the step are unused, counted."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from phone_numbers.campaigns import caller_id
from phone_numbers.states import CallerIdOutcome, Rating
from tests.factories import make_campaign, make_number

pytestmark = pytest.mark.django_db(transaction=True)
CALLERS = 50
NUMBERS = 400


def call(account, campaign, times):
    """Choose so often, each with its own clock, as the requests of one caller would."""
    try:
        return [caller_id.choose(account, campaign, "+13035550142", now=timezone.now()) for _ in range(times)]
    finally:
        connection.close()


def choices(account, campaign, *, times):
    """Let all callers choose at once; return how often each number was chosen."""
    with ThreadPoolExecutor(CALLERS) as pool:
        futures = [pool.submit(call, account, campaign, times) for _ in range(CALLERS)]
        found = [one for future in futures for one in future.result()]
    assert {one.outcome for one in found} == {CallerIdOutcome.MATCHED}
    return Counter(one.e164 for one in found)


@pytest.mark.slow
def test_no_number_is_used_twice_while_others_of_its_step_are_unused(acme):
    numbers = [make_number(acme, f"+1303555{line:04d}", rating=Rating.HEALTHY) for line in range(NUMBERS)]
    campaign = make_campaign(acme, numbers=numbers)
    first = choices(acme, campaign, times=NUMBERS // CALLERS)
    assert (len(first), set(first.values())) == (NUMBERS, {1})
    both = first + choices(acme, campaign, times=NUMBERS // CALLERS)
    assert (len(both), set(both.values())) == (NUMBERS, {2})


@pytest.mark.slow
def test_more_callers_than_numbers_wait_for_each_other_and_all_get_one(acme):
    numbers = [make_number(acme, f"+1303555{line:04d}", rating=Rating.HEALTHY) for line in range(3)]
    found = choices(acme, make_campaign(acme, numbers=numbers), times=2)
    assert found.total() == 2 * CALLERS
    assert max(found.values()) - min(found.values()) <= CALLERS


def test_a_cap_holds_under_many_callers(acme):
    number = make_number(acme, "+13035550101", rating=Rating.HEALTHY)
    campaign = make_campaign(acme, numbers=[number], calls_per_day=10)
    now = timezone.now().replace(hour=12) - timedelta(days=1)

    def once(_):
        try:
            return caller_id.choose(acme, campaign, "+13035550142", now=now).outcome
        finally:
            connection.close()

    with ThreadPoolExecutor(CALLERS) as pool:
        outcomes = Counter(pool.map(once, range(CALLERS)))
    assert outcomes[CallerIdOutcome.MATCHED] == 10
