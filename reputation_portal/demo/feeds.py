"""The demo's feeds: they ask the provider simulator at the address of this start."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from accounts.models import Account
from common.scope import all_accounts
from phone_numbers.models import Feed
from phone_numbers.services import feeds as feed_services

PROVIDER_SECONDS = 30
CARRIER_SECONDS = 5
COMPLAINT_SECONDS = 3600


def demo_key(slug: str, count: int) -> str:
    """Return the bearer key of an account at the simulator; it says how many numbers that account holds."""
    return f"demo-{slug}-n{count}"


def point_feeds(accounts: dict[str, Account], *, counts: dict[str, int], address: str, now: datetime) -> None:
    """Create the demo's feeds, or point them to where the simulator listens now."""
    for slug, account in accounts.items():
        key = demo_key(slug, counts[slug])
        _point(account, "Telnyx", "telnyx", {"base_url": f"{address}/v2"}, key, PROVIDER_SECONDS, now)
        calls = {"url": f"{address}/carrier/v1/calls"}
        _point(account, "Carrier test calls", "carrier_feed", calls, key, CARRIER_SECONDS, now)
    files = {"address": f"{address}/ftc/DNC_Complaint_Numbers_{{date}}.csv"}
    _point(None, "FTC reported calls", "ftc", files, "", COMPLAINT_SECONDS, now)


def _point(
    account: Account | None,
    name: str,
    provider: str,
    settings: dict[str, Any],
    secret: str,
    seconds: int,
    now: datetime,
) -> None:
    defaults = {
        "provider": provider,
        "settings": settings,
        "interval_seconds": seconds,
        "created_at": now,
        "due_at": now,
    }
    with all_accounts():
        feed, created = Feed.objects.get_or_create(account=account, name=name, defaults=defaults)
        if created and secret:
            feed_services.set_secret(feed, secret)
        if feed.settings != settings:
            Feed.objects.filter(pk=feed.pk).update(settings=settings, due_at=now, paused=False)
