"""A changed rule is followed by every number of the account, in batches, and only when it changed (D19)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import override_settings

from common.scope import account_scope
from phone_numbers.feeds import applied, ingest, rules, tasks
from phone_numbers.models import AppliedRule, Feed, NumberStatus
from phone_numbers.services import feeds as feed_services
from phone_numbers.states import Rating
from providers.base import Observation, Verdict
from tests.factories import NOW, make_feed, make_number

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def read(account, number, *, source="telnyx", hours=100, verdict=Verdict.SPAM, times=1):
    """Take readings of a number, the newest so many hours ago."""
    page = [
        Observation(
            e164=number.e164,
            source=source,
            observed_at=NOW - (hours + ago) * HOUR,
            flagged=verdict != Verdict.HEALTHY,
            verdict=verdict if source == "telnyx" else None,
        )
        for ago in range(times)
    ]
    with account_scope(account):
        ingest.ingest_page(account, page, now=NOW)


def rating_of(account, number):
    with account_scope(account):
        return NumberStatus.objects.get(number=number).rating


def test_a_feeds_own_check_period_makes_its_verdicts_stale_and_live_again(acme):
    number, feed = make_number(acme), make_feed(acme)
    read(acme, number, hours=100)
    applied.follow(acme, now=NOW)
    assert rating_of(acme, number) == Rating.SPAM
    change_period(feed, 48)
    assert applied.follow(acme, now=NOW) == 1
    assert rating_of(acme, number) == Rating.UNKNOWN
    change_period(feed, 60)
    applied.follow(acme, now=NOW)
    assert rating_of(acme, number) == Rating.SPAM


def change_period(feed, hours):
    with account_scope(feed.account_id):
        Feed.objects.filter(pk=feed.pk).update(check_period_hours=hours)


def test_of_several_feeds_for_one_source_the_longest_period_counts(acme):
    make_feed(acme, check_period_hours=10)
    make_feed(acme, provider="telnyx_refresh", check_period_hours=30)
    make_feed(acme, provider="hiya", check_period_hours=5)
    rule = rules.rule_for(acme)
    assert rule.provider_limit("telnyx") == 60 * HOUR
    assert rule.provider_limit("hiya") == 10 * HOUR
    assert rule.provider_limit("another") == 144 * HOUR


def test_another_accounts_feeds_do_not_bear_on_the_rule(acme, globex):
    make_feed(globex, check_period_hours=1)
    assert rules.rule_for(acme).check_periods == {}


def test_settings_of_the_portal_are_followed_after_a_restart(acme):
    number = make_number(acme)
    read(acme, number, source="att", hours=1, times=4)
    applied.follow(acme, now=NOW)
    assert rating_of(acme, number) == Rating.SPAM
    with override_settings(RATING_MIN_OBSERVATIONS=9):
        assert applied.follow(acme, now=NOW) == 1
        assert rating_of(acme, number) == Rating.MIXED
    with override_settings(RATING_WINDOW=timedelta(minutes=10)):
        applied.follow(acme, now=NOW)
        assert rating_of(acme, number) == Rating.UNKNOWN


def test_an_unchanged_rule_costs_no_rating(acme):
    make_number(acme)
    assert applied.follow(acme, now=NOW) == 1
    assert applied.follow(acme, now=NOW) == 0


def test_thresholds_rate_only_flagged_numbers_again(acme):
    flagged, quiet = make_number(acme), make_number(acme)
    read(acme, flagged, source="att", hours=1, times=4)
    read(acme, quiet, source="att", hours=1, times=4, verdict=Verdict.HEALTHY)
    applied.follow(acme, now=NOW)
    with override_settings(RATING_SPAM_SHARE=90):
        assert applied.follow(acme, now=NOW) == 1


def test_batches_reach_every_number_and_go_on_where_they_stopped(acme, monkeypatch):
    monkeypatch.setattr(applied, "BATCH", 2)
    for _ in range(5):
        make_number(acme)
    wanted = applied.fingerprint(rules.rule_for(acme))
    with account_scope(acme):
        AppliedRule.objects.create(account=acme)
        first = applied._batch(acme, wanted, now=NOW)
        kept = AppliedRule.objects.get()
    assert first == (2, True)
    assert (kept.target, kept.rated_by) == (wanted, {})
    assert applied.follow(acme, now=NOW) == 3


def test_a_long_run_gives_its_worker_back_and_asks_for_another(acme, monkeypatch, django_capture_on_commit_callbacks):
    sent = []
    monkeypatch.setattr("common.wakeup.current_app.send_task", sent.append)
    monkeypatch.setattr(tasks, "RUN_SECONDS", 0.0)
    number = make_number(acme, rating=Rating.SPAM, rerate_at=NOW)
    for run in (tasks.follow_changed_rules, tasks.rerate_due_numbers):
        with django_capture_on_commit_callbacks(execute=True):
            run()
    assert sent == ["phone_numbers.feeds.follow_changed_rules", "phone_numbers.feeds.rerate_due_numbers"]
    assert rating_of(acme, number) == Rating.SPAM
    monkeypatch.setattr(tasks, "RUN_SECONDS", 30.0)
    with django_capture_on_commit_callbacks(execute=True):
        tasks.follow_changed_rules()
    assert sent[2:] == ["remediation.detect_changes"]
    assert rating_of(acme, number) == Rating.UNKNOWN


def test_a_changed_feed_wakes_the_worker(acme, owner, django_capture_on_commit_callbacks, monkeypatch):
    sent = []
    monkeypatch.setattr("common.wakeup.current_app.send_task", sent.append)
    feed = make_feed(acme)
    with django_capture_on_commit_callbacks(execute=True):
        feed_services.change_feed(
            feed,
            name="Telnyx",
            settings={},
            secret="",
            interval_seconds=60,
            check_period_hours=24,
            actor=owner,
            now=NOW,
        )
    assert sent == ["phone_numbers.feeds.follow_changed_rules"]
    with account_scope(acme):
        assert Feed.objects.get().check_period_hours == 24
