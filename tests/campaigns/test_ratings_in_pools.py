"""Pools know rating and tag of their numbers: whatever writes a status carries them on, in the same transaction."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import F

from common.scope import account_scope
from phone_numbers.campaigns import caller_id, effects, pools
from phone_numbers.feeds import ingest
from phone_numbers.models import CampaignNumber, NumberStatus
from phone_numbers.states import Rating
from providers.base import Observation
from tests.factories import NOW, make_campaign, make_number

DENVER = "+13035550142"


def in_pools(number):
    with account_scope(number.account_id):
        own = CampaignNumber.objects.filter(number=number).order_by("campaign_id")
        return list(own.values_list("rating", "tagged", "turn"))


def flags(number, n=12):
    """Return a page that makes a number Spam."""
    return [Observation(number.e164, "att", NOW, flagged=True, ident=str(place)) for place in range(n)]


@pytest.mark.django_db
def test_a_number_joins_with_the_rating_and_the_tag_that_it_has(acme):
    healthy = make_number(acme, "+13035550101", rating=Rating.HEALTHY)
    mixed = make_number(acme, "+13035550102", rating=Rating.MIXED)
    spam = make_number(acme, "+13035550103", rating=Rating.SPAM, tag_since=NOW)
    unknown = make_number(acme, "+13035550104")
    make_campaign(acme, numbers=[healthy, mixed, spam, unknown])
    found = [in_pools(number)[0] for number in (healthy, mixed, spam, unknown)]
    assert found == [(1, False, 1), (2, False, 2), (3, True, 3), (0, False, 2)]


@pytest.mark.django_db
def test_a_page_of_a_feed_reaches_all_pools_of_its_numbers_and_no_other(acme, globex):
    number = make_number(acme, "+13035550101", rating=Rating.HEALTHY)
    same = make_number(globex, "+13035550101", rating=Rating.HEALTHY)
    for account, own in ((acme, number), (acme, number), (globex, same)):
        make_campaign(account, numbers=[own])
    ingest.ingest_page(acme, flags(number), now=NOW)
    assert in_pools(number) == [(3, True, 3)] * 2
    assert in_pools(same) == [(1, False, 1)]


@pytest.mark.django_db
def test_a_tag_that_clears_makes_the_number_eligible_at_once(acme):
    number = make_number(acme, "+13035550101", rating=Rating.SPAM, tag_since=NOW)
    campaign = make_campaign(acme, numbers=[number])
    with account_scope(acme):
        assert caller_id.choose(acme, campaign, DENVER, now=NOW).e164 is None
        NumberStatus.objects.filter(number=number).update(rating=Rating.HEALTHY, tag_since=None)
        assert caller_id.choose(acme, campaign, DENVER, now=NOW).e164 == number.e164


@pytest.mark.django_db
def test_a_pool_that_knows_no_tag_yet_gives_no_tagged_number(acme):
    number = make_number(acme, "+13035550101", rating=Rating.SPAM, tag_since=NOW)
    campaign = make_campaign(acme, numbers=[number])
    with account_scope(acme):
        CampaignNumber.objects.update(rating=Rating.HEALTHY, tagged=False)
        assert caller_id.choose(acme, campaign, DENVER, now=NOW).e164 is None


@pytest.mark.django_db
def test_uses_of_a_number_leave_the_rating_alone(acme):
    number = make_number(acme, "+13035550101", rating=Rating.HEALTHY)
    make_campaign(acme, numbers=[number])
    with account_scope(acme):
        CampaignNumber.objects.update(day_uses=F("day_uses") + 1, last_used_at=NOW)
        NumberStatus.objects.update(last_updated=NOW + timedelta(hours=1))
    assert in_pools(number) == [(1, False, 1)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("change", [pools.add_numbers, pools.remove_numbers])
def test_a_number_that_is_flagged_while_it_joins_or_leaves_is_known_as_flagged(acme, owner, change):
    """The change waits until the page is written, or the page until the change is made; neither is lost."""
    number = make_number(acme, "+13035550101", rating=Rating.HEALTHY)
    campaign = make_campaign(acme, numbers=[number] if change is pools.remove_numbers else [])
    other = make_campaign(acme, numbers=[number])
    held, errors = threading.Event(), []

    def changing():
        try:
            held.wait(10)
            shown = effects.NOTHING.token
            change(acme, campaign, [number.pk], kinds=frozenset(), shown=shown, actor=owner, now=NOW)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=changing)
    thread.start()
    with transaction.atomic(), account_scope(acme):
        ingest.ingest_page(acme, flags(number), now=NOW)
        held.set()
        _wait_for_waiters()
    thread.join(20)
    assert not errors
    assert set(in_pools(number)) == {(3, True, 3)}
    assert len(in_pools(number)) == (2 if change is pools.add_numbers else 1)
    assert other.pk


def _wait_for_waiters():
    """Return when a row lock of this transaction is waited for."""
    with connection.cursor() as cursor:
        for _ in range(2_000):
            cursor.execute(
                "SELECT count(*), pg_sleep(0.005) FROM pg_locks WHERE NOT granted "
                "AND transactionid = (pg_current_xact_id()::text::bigint & 4294967295)::text::xid"
            )
            if cursor.fetchone()[0]:
                return
    raise AssertionError("Nobody waits.")
