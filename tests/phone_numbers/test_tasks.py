"""The tasks that beat sends: totals, upkeep, the heartbeat. Each is called as a worker calls it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connection
from structlog.testing import capture_logs

from accounts import keys
from accounts.models import Account, ApiReply, User
from common.scope import account_scope
from phone_numbers import tasks
from phone_numbers.feeds import partitions
from phone_numbers.feeds.tasks import poll_feed, rerate_due_numbers
from phone_numbers.models import FeedRun, ImportJob, NumberCount, RatingDay
from phone_numbers.states import ImportState, Rating
from reputation_portal import health
from reputation_portal.tasks import record_heartbeat
from tests import factories

NOW = factories.NOW


@pytest.fixture(autouse=True)
def _clock(db: None) -> object:
    """Stand at NOW: tasks are the outermost layer and read the clock themselves."""
    with time_machine.travel(NOW, tick=False):
        yield


def test_totals_are_folded_and_written_down_for_the_day(acme: Account) -> None:
    for rating in (Rating.SPAM, Rating.SPAM, Rating.HEALTHY):
        factories.make_number(acme, rating=rating)
    tasks.fold_number_counts()
    with account_scope(acme):
        assert sorted(NumberCount.objects.values_list("rating", "n")) == [(Rating.HEALTHY, 1), (Rating.SPAM, 2)]
        days = RatingDay.objects.values_list("day", "rating", "n")
        assert sorted(days) == [(NOW.date(), Rating.HEALTHY, 1), (NOW.date(), Rating.SPAM, 2)]


def test_the_upkeep_makes_partitions_ahead_and_drops_those_past_retention(acme: Account) -> None:
    old = NOW - timedelta(days=500)
    partitions.ensure_partitions(old, old)
    tasks.run_daily_upkeep()
    names = partitions.existing_partitions()
    assert partitions.partition_name(old) not in names
    assert {partitions.partition_name(NOW), partitions.partition_name(NOW + timedelta(days=45))} <= names


def test_the_upkeep_cancels_a_dry_run_that_nobody_answered(acme: Account) -> None:
    with account_scope(acme):
        jobs = [make_checked(acme, NOW - timedelta(days=days)) for days in (13, 15)]
    tasks.run_daily_upkeep()
    with account_scope(acme):
        found = [ImportJob.objects.get(pk=job.pk).state for job in jobs]
    assert found == [ImportState.CHECKED, ImportState.CANCELLED]


def make_checked(account: Account, created_at: datetime) -> ImportJob:
    return ImportJob.objects.create(
        account=account, filename="numbers.csv", size=1, state=ImportState.CHECKED, created_at=created_at
    )


def test_the_upkeep_says_when_totals_differ_from_the_rows(acme: Account) -> None:
    factories.make_number(acme)
    with capture_logs() as quiet:
        tasks.run_daily_upkeep()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE numbers_numbercount SET n = n + 1 WHERE account_id = %s", [acme.pk])
    with capture_logs() as loud:
        tasks.run_daily_upkeep()
    alarm = "counters differ from rows"
    assert [line for line in quiet if line["event"] == alarm] == []
    assert [(line["account"], line["log_level"]) for line in loud if line["event"] == alarm] == [(acme.pk, "error")]


def test_numbers_whose_rating_time_has_changed_are_rated_again(acme: Account) -> None:
    number = factories.make_number(acme, rating=Rating.SPAM, rerate_at=NOW - timedelta(minutes=1))
    later = factories.make_number(acme, rating=Rating.SPAM, rerate_at=NOW + timedelta(minutes=1))
    rerate_due_numbers()
    assert factories.status_of(number).rating == Rating.UNKNOWN
    assert factories.status_of(later).rating == Rating.SPAM


def test_a_message_for_a_feed_that_is_held_no_more_does_nothing(acme: Account) -> None:
    feed = factories.make_feed(acme)
    poll_feed(feed.pk, "00000000-0000-0000-0000-000000000000")
    with account_scope(acme):
        assert not FeedRun.objects.exists()


def test_the_heartbeat_is_what_readiness_reports() -> None:
    assert health.beat_state() == "not seen yet"
    record_heartbeat()
    assert health.beat_state() == "ok"
    with time_machine.travel(NOW + timedelta(seconds=90), tick=False):
        assert health.beat_state() == "last seen 90 s ago"


def test_upkeep_forgets_old_answers_of_the_api(acme: Account, owner: User) -> None:
    key, _ = keys.make_key(acme, name="Dialer", scopes=[], calls_per_minute=1, actor=owner, now=NOW)
    with account_scope(acme):
        for token, age in (("old", 25), ("new", 1)):
            ApiReply.objects.create(account=acme, key=key, token=token, digest="", at=NOW - timedelta(hours=age))
    tasks.run_daily_upkeep()
    with account_scope(acme):
        assert list(ApiReply.objects.values_list("token", flat=True)) == ["new"]
