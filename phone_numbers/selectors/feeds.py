"""Reads about feeds for people: what state each is in, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.http import Http404

from accounts.models import Account
from common.scope import all_accounts
from phone_numbers.feeds import checks
from phone_numbers.feeds.rules import check_period_of
from phone_numbers.models import Feed, FeedRun
from phone_numbers.states import FeedState
from providers import registry

RUNS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """How a feed is, in one word with the color class of the style sheet, and a sentence that says more."""

    word: str
    css: str
    sentence: str


def feeds_for(account: Account | None) -> list[Feed]:
    """Return the account's feeds and those of the platform, by name; the platform's belong to nobody's account."""
    with all_accounts():
        own = Q(account=account) if account else Q(pk__in=[])
        return list(Feed.objects.filter(own | Q(account=None)).order_by("account_id", "name"))


def feed_for(account: Account | None, uuid: str) -> Feed:
    """Return one of those feeds; another account's is Http404, like one that does not exist."""
    for feed in feeds_for(account):
        if str(feed.uuid) == str(uuid):
            return feed
    raise Http404("No such feed.")


def recent_runs(feed: Feed) -> list[FeedRun]:
    """Return a feed's newest runs, newest first."""
    with all_accounts():
        return list(FeedRun.objects.filter(feed=feed).order_by("-started_at")[:RUNS_SHOWN])


def is_stale(feed: Feed, *, now: datetime) -> bool:
    """Tell whether a feed had no success for twice its interval (D19)."""
    last = feed.last_success_at or feed.created_at
    return now - last > 2 * timedelta(seconds=feed.interval_seconds)


def health_of(feed: Feed, *, now: datetime) -> FeedHealth:
    """Say how a feed is. A paused feed with an error was stopped because only a person can mend it."""
    if feed.paused and feed.last_error:
        return FeedHealth("Stopped", "is-spam", feed.last_error)
    if feed.paused:
        return FeedHealth("Paused", "is-none", "Paused by a person. Nothing is asked until it is resumed.")
    if feed.failures:
        times = "once" if feed.failures == 1 else f"{feed.failures} times in a row"
        return FeedHealth("Failing", "is-spam", f"Failed {times}: {feed.last_error}")
    if spent_until(feed, now=now):
        return FeedHealth(
            "Budget used",
            "is-mixed",
            f"Today's budget of {feed.daily_budget:,} billed checks is used up. It goes on at 00:00 UTC.",
        )
    if feed.state == FeedState.LEASED and feed.lease_until and feed.lease_until > now:
        return FeedHealth("Running", "is-progress", "A worker is reading it now.")
    if feed.last_success_at is None:
        return FeedHealth("Waiting", "is-none", "Waiting for its first run.")
    if is_stale(feed, now=now):
        return FeedHealth("Stale", "is-mixed", "No success for more than twice its interval. Are the workers running?")
    return FeedHealth("Healthy", "is-healthy", "Up to date.")


def spent_until(feed: Feed, *, now: datetime) -> bool:
    """Tell whether the feed waits for tomorrow's budget."""
    return feed.daily_budget is not None and checks.left_today(feed, now=now) == 0


@dataclass(frozen=True, slots=True)
class Spending:
    """Billed checks of a feed: used today, the budget (None: no limit), and the forecast in words."""

    used: int
    budget: int | None
    forecast: str


def spending_of(feed: Feed, *, now: datetime) -> Spending | None:
    """Return a feed's billed checks, or None for a feed that bills nothing."""
    kind = registry.KINDS.get(feed.provider)
    if kind is None or not kind.billed:
        return None
    expected = checks.stored_forecast(feed)
    words = expected.words(feed.daily_budget) if expected else "Known after the first run."
    return Spending(checks.used_today(feed, now=now), feed.daily_budget, words)


def check_period_seconds(feed: Feed) -> int | None:
    """Return a feed's check period in seconds (D19), or None for a feed without verdicts of its own."""
    kind = registry.KINDS.get(feed.provider)
    return int(check_period_of(feed).total_seconds()) if kind and kind.verdicts_of else None


def provider_name(feed: Feed) -> str:
    """Return the provider's name for people."""
    kind = registry.KINDS.get(feed.provider)
    return kind.name if kind else feed.provider


def shown_settings(feed: Feed) -> list[dict[str, str]]:
    """Return a feed's settings as label and value; its key is not among them."""
    kind = registry.KINDS.get(feed.provider)
    return [{"label": one.label, "value": feed.settings.get(one.name, "")} for one in kind.settings] if kind else []
