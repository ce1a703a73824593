"""What the drills of the feeds share: an account with a provider account's numbers, its feed, and its end state."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Account
from common.scope import account_scope, all_accounts
from phone_numbers.feeds import leases, polling
from phone_numbers.models import Feed, FeedRun, NumberCount, NumberEvent, NumberStatus, Reading, SourceView
from phone_numbers.services import feeds as feed_services
from phone_numbers.services import inventory
from tests.simulator import RunningSimulator

TELNYX, CARRIERS = "telnyx", "carrier_feed"


def numbers_at(simulator: RunningSimulator, key: str) -> list[str]:
    """Return the numbers that the provider account of a key holds."""
    answer = simulator.call("GET", "/reputation/numbers", key, **{"page[size]": 250}).json()
    return [entry["phone_number"] for entry in answer["data"]]


def add_inventory(account: Account, e164s: list[str]) -> None:
    """Add numbers to an account."""
    with account_scope(account):
        rows = [inventory.NewNumber(e164=e164, country="US") for e164 in e164s]
        inventory.add_numbers(account, rows, now=timezone.now())


def make_feed_at(
    account: Account, simulator: RunningSimulator, key: str, provider: str = TELNYX, **fields: Any
) -> Feed:
    """Make a feed of an account at the simulator that is due now."""
    addresses = {
        TELNYX: {"base_url": f"{simulator.url}/v2"},
        CARRIERS: {"url": f"{simulator.url}/carrier/v1/calls"},
    }
    now = timezone.now()
    values = {"name": provider, "provider": provider, "settings": addresses[provider]} | fields
    with all_accounts():
        feed = Feed.objects.create(account=account, created_at=now, due_at=now, **values)
        feed_services.set_secret(feed, key)
    return feed


def poll_once(feed: Feed) -> FeedRun:
    """Make the feed due, claim it as the tick does, and run it as the worker does."""
    now = timezone.now()
    with all_accounts():
        Feed.objects.filter(pk=feed.pk).update(due_at=now, lease_until=now)
        claims = dict(leases.claim_due_feeds(now=now + timedelta(seconds=1)))
    run = polling.poll_feed(feed.pk, claims[feed.pk])
    assert run is not None
    return run


def end_state(account: Account, *, with_events: bool = True) -> dict[str, list[Any]]:
    """Return everything that a feed leaves behind, free of ids, so that two accounts can be compared row by row."""
    number = "number__e164"
    with account_scope(account):
        readings = Reading.objects.values_list(number, "source__key", "observed_at", "ident", "flagged", "verdict")
        views = SourceView.objects.values_list(number, "source__key", "verdict", "flagged", "marks", "last_seen")
        ratings = NumberStatus.objects.values_list(number, "rating", "flagged_by", "overall", "last_updated")
        state = {"readings": sorted(readings), "views": sorted(views), "ratings": sorted(ratings)}
        if with_events:
            tags = NumberStatus.objects.values_list(number, "rating_since", "tag_since")
            events = NumberEvent.objects.exclude(kind=1).values_list(number, "at", "kind", "from_value", "to_value")
            state |= {"tags": sorted(tags, key=str), "events": sorted(events)}
            state["counts"] = sorted(_counts().items())
    return state


def _counts() -> dict[tuple[int, bool], int]:
    summed: dict[tuple[int, bool], int] = {}
    for row in NumberCount.objects.all():
        key = (row.rating, row.tagged)
        summed[key] = summed.get(key, 0) + row.n
    return {key: n for key, n in summed.items() if n}
