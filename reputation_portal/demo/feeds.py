"""The demo's feeds: they ask the provider simulator at the address of this start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from accounts.models import Account
from common.scope import all_accounts
from phone_numbers.models import Feed
from phone_numbers.services import feeds as feed_services
from providers.simulator.state import enterprise_id

PROVIDER_SECONDS = 30
CARRIER_SECONDS = 5
COMPLAINT_SECONDS = 3600
BILLED_SECONDS = 6 * 3600
REFRESH_BUDGET = 1_000  # checks a day: below what acme's numbers would take, so that the forecast has something to say
HIYA_BUDGET = 500


@dataclass(frozen=True, slots=True)
class DemoFeed:
    """One feed of the demo. `budget` is in billed checks a day, None for a feed that bills nothing."""

    account: Account | None
    name: str
    provider: str
    settings: Mapping[str, str]
    secret: str
    seconds: int
    budget: int | None = None


def demo_key(slug: str, count: int) -> str:
    """Return the bearer key of an account at the simulator; it says how many numbers that account holds."""
    return f"demo-{slug}-n{count}"


def point_feeds(accounts: dict[str, Account], *, counts: dict[str, int], address: str, now: datetime) -> None:
    """Create the demo's feeds, or point them to where the simulator listens now."""
    for slug, account in accounts.items():
        for feed in _observing(account, demo_key(slug, counts[slug]), address):
            _point(feed, now)
    for feed in (
        _refreshing(accounts["acme"], demo_key("acme", counts["acme"]), address),
        _asking_hiya(accounts["globex"], address),
        *_complaints(address),
    ):
        _point(feed, now)


def _observing(account: Account, key: str, address: str) -> Iterator[DemoFeed]:
    base = {"base_url": f"{address}/v2"}
    yield DemoFeed(account, "Telnyx", "telnyx", base, key, PROVIDER_SECONDS)
    calls = {"url": f"{address}/carrier/v1/calls"}
    yield DemoFeed(account, "Carrier test calls", "carrier_feed", calls, key, CARRIER_SECONDS)


def _refreshing(account: Account, key: str, address: str) -> DemoFeed:
    """Return the billed feed of acme. It speaks for the same source as the free one, so that it never slows a case."""
    settings = {"base_url": f"{address}/v2", "enterprise_id": enterprise_id(key)}
    return DemoFeed(
        account, "Telnyx, flagged numbers first", "telnyx_refresh", settings, key, BILLED_SECONDS, REFRESH_BUDGET
    )


def _asking_hiya(account: Account, address: str) -> DemoFeed:
    """Return the feed of Hiya: for globex, since its verdict of six hours ago would keep acme's cases from clearing."""
    settings = {"base_url": f"{address}/hiya", "app_id": "PROD_demo-n0"}
    return DemoFeed(account, "Hiya", "hiya", settings, "demo", BILLED_SECONDS, HIYA_BUDGET)


def _complaints(address: str) -> Iterator[DemoFeed]:
    files = {"address": f"{address}/ftc/DNC_Complaint_Numbers_{{date}}.csv"}
    yield DemoFeed(None, "FTC reported calls", "ftc", files, "", COMPLAINT_SECONDS)
    rows = {"address": f"{address}/fcc/resource/vakf-fz8e.json"}
    yield DemoFeed(None, "FCC unwanted calls", "fcc", rows, "", COMPLAINT_SECONDS)


def _point(demo: DemoFeed, now: datetime) -> None:
    defaults = {
        "provider": demo.provider,
        "settings": dict(demo.settings),
        "interval_seconds": demo.seconds,
        "daily_budget": demo.budget,
        "created_at": now,
        "due_at": now,
    }
    with all_accounts():
        feed, created = Feed.objects.get_or_create(account=demo.account, name=demo.name, defaults=defaults)
        if created and demo.secret:
            feed_services.set_secret(feed, demo.secret)
        if feed.settings != demo.settings:
            Feed.objects.filter(pk=feed.pk).update(settings=dict(demo.settings), due_at=now, paused=False)
