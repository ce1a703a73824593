"""Providers that are no plain list, polled through HTTP to the tables: what was billed, and that nothing doubles."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import Account
from common.scope import account_scope, all_accounts
from phone_numbers.feeds import partitions, polling
from phone_numbers.models import Complaint, Feed, FeedRun, Reading, SourceView
from phone_numbers.services import feeds as feed_services
from providers import ftc_api
from tests.feeds.feed_world import add_inventory, numbers_at, poll_once
from tests.simulator import RunningSimulator

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def reach_simulator(settings, own_simulator):
    settings.OUTBOUND_ALLOW = frozenset({own_simulator.pair})
    now = timezone.now()
    partitions.ensure_partitions(now - timedelta(days=40), now)


def make_feed(account: Account | None, provider: str, settings: dict[str, str], secret: str, **fields: object) -> Feed:
    now = timezone.now()
    values = {"name": provider, "provider": provider, "settings": settings, "created_at": now, "due_at": now} | fields
    with all_accounts():
        feed = Feed.objects.create(account=account, **values)
        feed_services.set_secret(feed, secret)
    return feed


def hiya_feed(account: Account, simulator: RunningSimulator, **fields: object) -> Feed:
    settings = {"base_url": f"{simulator.url}/hiya", "app_id": "PROD_portal-n0"}
    return make_feed(account, "hiya", settings, "secret", **fields)


def refresh_feed(account: Account, simulator: RunningSimulator, **fields: object) -> Feed:
    settings = {"base_url": f"{simulator.url}/v2", "enterprise_id": simulator.enterprise("portal-n120")}
    return make_feed(account, "telnyx_refresh", settings, "portal-n120", **fields)


BILLED = [
    pytest.param(hiya_feed, "PROD_portal-n0", "hiya", id="hiya"),
    pytest.param(refresh_feed, "portal-n120", "telnyx", id="telnyx_refresh"),
]


def billed(simulator: RunningSimulator, key: str) -> int:
    return sum(one["count"] for one in simulator.billed(key))


def observed(account: Account, source: str) -> set[str]:
    with account_scope(account):
        return set(Reading.objects.filter(source__key=source).values_list("number__e164", flat=True))


@pytest.mark.parametrize(("make", "key", "source"), BILLED)
def test_a_billed_source_is_asked_once_per_number_and_the_run_says_what_the_ledger_says(
    acme, own_simulator, make, key, source
):
    numbers = numbers_at(own_simulator, "portal-n120")
    add_inventory(acme, numbers)
    feed = make(acme, own_simulator)
    first, second = poll_once(feed), poll_once(feed)
    assert (first.error, first.billed, first.stored) == ("", 120, len(observed(acme, source)))
    assert first.stored > 100
    assert (second.error, second.billed) == ("", 0)
    assert billed(own_simulator, key) == 120
    with account_scope(acme):
        assert set(SourceView.objects.values_list("source__key", flat=True)) == {source}


@pytest.mark.parametrize(("make", "key", "source"), BILLED)
def test_a_budget_is_never_passed_whatever_is_lost(acme, own_simulator, make, key, source):
    add_inventory(acme, numbers_at(own_simulator, "portal-n120"))
    feed = make(acme, own_simulator, daily_budget=150)
    own_simulator.control("faults", name="reset", times=1)
    for _ in range(4):
        poll_once(feed)
    with all_accounts():
        counted = sum(FeedRun.objects.filter(feed=feed).values_list("billed", flat=True))
    assert billed(own_simulator, key) <= counted <= 150
    assert len(observed(acme, source)) >= 45


def last_days() -> dict[str, str]:
    """A cursor that leaves four days to read."""
    return {"day": (datetime.now(UTC).date() - timedelta(days=5)).isoformat()}


def ftc_feed(simulator: RunningSimulator, provider: str, **fields: object) -> Feed:
    path = {"ftc": "DNC_Complaint_Numbers_{date}.csv", "ftc_api": "v0/dnc-complaints"}[provider]
    settings = {"address": f"{simulator.url}/ftc/{path}"}
    return make_feed(None, provider, settings, "key", cursor=last_days(), **fields)


def poll_until_caught_up(feed: Feed) -> list[FeedRun]:
    runs = [poll_once(feed)]
    while feed.refresh_from_db() or feed.due_at <= timezone.now():
        runs.append(poll_once(feed))
    return runs


def complaints(account: Account) -> int:
    with account_scope(account):
        return Complaint.objects.count()


def test_the_api_brings_the_files_complaints_and_both_together_bring_each_once(acme, own_simulator):
    add_inventory(acme, numbers_at(own_simulator, "portal-n120"))
    api = poll_until_caught_up(ftc_feed(own_simulator, "ftc_api", interval_seconds=86_400))
    by_api = complaints(acme)
    files = poll_until_caught_up(ftc_feed(own_simulator, "ftc", interval_seconds=86_400))
    assert {run.error for run in [*api, *files]} == {""}
    assert sum(run.calls for run in api) > 10
    assert by_api > 0
    file_days = complaints(acme) - by_api
    assert sum(run.stored for run in files) == file_days
    assert sum(run.duplicate for run in files) >= by_api - file_days


def test_a_day_of_the_api_that_breaks_off_goes_on_where_it_stood(acme, own_simulator, monkeypatch):
    monkeypatch.setattr(polling, "RUN_TIME", 0.0)
    monkeypatch.setattr(ftc_api, "PAGES_A_PART", 3)
    add_inventory(acme, numbers_at(own_simulator, "portal-n120"))
    feed = ftc_feed(own_simulator, "ftc_api", interval_seconds=86_400)
    begun = poll_once(feed)
    own_simulator.control("faults", name="server_error")
    broken = poll_once(feed)
    feed.refresh_from_db()
    assert (begun.calls, feed.cursor["part"]["offset"]) == (3, 150)
    assert "fault of its own" in broken.error
    own_simulator.control("faults")
    rest = poll_until_caught_up(feed)
    assert {run.error for run in rest} == {""}
    assert "part" not in feed.cursor
    calm = poll_until_caught_up(ftc_feed(own_simulator, "ftc_api", name="again", interval_seconds=86_400))
    assert sum(run.fetched for run in calm) == sum(run.fetched for run in [begun, *rest])
    assert sum(run.stored for run in calm) == 0
