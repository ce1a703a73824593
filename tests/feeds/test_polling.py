"""Feeds are polled over HTTP against the simulator, under leases, and end where no fault would have ended."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from common.scope import account_scope, all_accounts
from phone_numbers.feeds import leases, partitions, polling
from phone_numbers.models import Complaint, Feed, FeedRun, NumberStatus, Reading
from phone_numbers.services import feeds as feed_services
from phone_numbers.states import FeedState, Rating
from tests.feeds import feed_world


@pytest.fixture(autouse=True)
def reach_simulator(settings, simulator, own_simulator):
    """Let feeds reach both simulators, and make this month's partitions."""
    settings.OUTBOUND_ALLOW = frozenset({simulator.pair, own_simulator.pair})
    now = timezone.now()
    partitions.ensure_partitions(now - timedelta(days=40), now)


@pytest.mark.django_db
def test_a_poll_brings_the_readings_of_the_providers_list_pages(acme, simulator):
    key = simulator.key(60)
    feed_world.add_inventory(acme, feed_world.numbers_at(simulator, key))
    feed = feed_world.make_feed_at(acme, simulator, key)
    run = feed_world.poll_once(feed)
    with account_scope(acme):
        rated = NumberStatus.objects.exclude(rating=Rating.UNKNOWN).count()
        readings = Reading.objects.count()
    feed.refresh_from_db()
    assert run.error == ""
    assert run.stored == readings == rated
    assert rated > 40
    assert (feed.state, feed.failures, feed.last_error) == (FeedState.DUE, 0, "")
    assert feed.last_success_at is not None
    assert simulator.billed(key) == []


@pytest.mark.django_db
def test_asking_again_stores_nothing_twice(acme, simulator):
    key = simulator.key(30)
    feed_world.add_inventory(acme, feed_world.numbers_at(simulator, key))
    feed = feed_world.make_feed_at(acme, simulator, key)
    first = feed_world.poll_once(feed)
    second = feed_world.poll_once(feed)
    assert first.stored > 20
    assert (second.stored, second.duplicate) == (0, first.stored)


@pytest.mark.django_db
@pytest.mark.parametrize("fault", ["rate_limited", "server_error", "cut_body", "reset"])
def test_a_passing_fault_backs_off_and_then_loses_nothing(acme, own_simulator, fault):
    key = own_simulator.key(30)
    feed_world.add_inventory(acme, feed_world.numbers_at(own_simulator, key))
    feed = feed_world.make_feed_at(acme, own_simulator, key)
    own_simulator.control("faults", name=fault, times=10)
    failed = feed_world.poll_once(feed)
    with all_accounts():
        feed.refresh_from_db()
        assert Reading.objects.count() == 0
    own_simulator.control("faults", name=fault, on=False)
    recovered = feed_world.poll_once(feed)
    assert failed.error
    assert feed.failures == 1
    assert feed.last_error == failed.error
    assert feed.due_at > failed.finished_at
    assert not feed.paused
    assert recovered.error == ""
    assert recovered.stored > 20


@pytest.mark.django_db
def test_a_wrong_key_stops_the_feed_and_says_why(acme, simulator):
    feed = feed_world.make_feed_at(acme, simulator, simulator.key(5))
    with all_accounts():
        feed_services.set_secret(feed, "bad key with spaces")
    run = feed_world.poll_once(feed)
    feed.refresh_from_db()
    assert feed.paused
    assert "Enter it" in run.error or "Copy it" in run.error


@pytest.mark.django_db
def test_a_secret_moved_to_another_feed_does_not_open(acme, simulator):
    one = feed_world.make_feed_at(acme, simulator, simulator.key(5))
    other = feed_world.make_feed_at(acme, simulator, simulator.key(5), name="Other")
    with all_accounts():
        Feed.objects.filter(pk=other.pk).update(secret=bytes(one.secret))
    run = feed_world.poll_once(other)
    assert "cannot be read" in run.error


@pytest.mark.django_db
def test_a_feed_is_claimed_once(acme, simulator):
    feed = feed_world.make_feed_at(acme, simulator, simulator.key(5))
    now = timezone.now()
    with all_accounts():
        first = leases.claim_due_feeds(now=now)
        second = leases.claim_due_feeds(now=now)
        later = leases.claim_due_feeds(now=now + leases.WAITING_LEASE)
    assert [feed_id for feed_id, _ in first] == [feed.pk]
    assert second == []
    assert [feed_id for feed_id, _ in later] == [feed.pk]


@pytest.mark.django_db
def test_a_worker_that_lost_its_lease_writes_nothing(acme, simulator):
    key = simulator.key(20)
    feed_world.add_inventory(acme, feed_world.numbers_at(simulator, key))
    feed = feed_world.make_feed_at(acme, simulator, key)
    assert polling.poll_feed(feed.pk, uuid.uuid4()) is None
    with account_scope(acme):
        assert not FeedRun.objects.exists()
        assert not Reading.objects.exists()


@pytest.mark.django_db
def test_the_daily_files_bring_complaints_about_our_numbers_only(acme, simulator):
    key = simulator.key(40)
    feed_world.add_inventory(acme, feed_world.numbers_at(simulator, key))
    address = f"{simulator.url}/ftc/DNC_Complaint_Numbers_{{date}}.csv"
    now = timezone.now()
    with all_accounts():
        feed = Feed.objects.create(
            name="FTC",
            provider="ftc",
            settings={"address": address},
            cursor={"day": (now - timedelta(days=5)).date().isoformat()},
            created_at=now,
            due_at=now,
        )
    first, second = feed_world.poll_once(feed), feed_world.poll_once(feed)
    third = feed_world.poll_once(feed)
    feed.refresh_from_db()
    with account_scope(acme):
        kept = Complaint.objects.count()
        assert not NumberStatus.objects.exclude(rating=Rating.UNKNOWN).exists()
    assert first.error == second.error == third.error == ""
    assert third.stored == 0
    assert first.stored + second.stored == kept > 0
    assert first.fetched > first.stored
    assert feed.cursor["day"] <= now.date().isoformat()
