"""Writes about feeds by people: adding, changing, pausing, running now. Each leaves a line in the audit trail."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from accounts.models import Account, User
from accounts.services import record_audit
from common.scope import all_accounts
from common.sealed import seal
from common.wakeup import wake_on_commit
from phone_numbers.models import Feed

FOLLOW_TASK = "phone_numbers.feeds.follow_changed_rules"  # a feed's check period bears on what its verdicts count


def secret_place(feed: Feed) -> str:
    """Return what a feed's secret is bound to."""
    return f"numbers_feed:{feed.pk}:secret"


def set_secret(feed: Feed, secret: str) -> None:
    """Seal and keep a feed's secret; it is never shown again."""
    feed.secret = seal(secret, place=secret_place(feed))
    feed.save(update_fields=["secret"])


@transaction.atomic
def add_feed(
    account: Account | None,
    *,
    name: str,
    provider: str,
    settings: Mapping[str, str],
    secret: str,
    interval_seconds: int,
    actor: User,
    now: datetime,
    daily_budget: int | None = None,
    check_period_hours: int | None = None,
) -> Feed:
    """Add a feed that is due at once. IntegrityError when the account has one of that name."""
    with all_accounts():
        feed = Feed.objects.create(
            account=account,
            name=name,
            provider=provider,
            settings=dict(settings),
            interval_seconds=interval_seconds,
            daily_budget=daily_budget,
            check_period_hours=check_period_hours,
            created_at=now,
            due_at=now,
        )
        if secret:
            set_secret(feed, secret)
        record_audit(account, actor=actor, action="feed.added", target=name, now=now, provider=provider)
    wake_on_commit(FOLLOW_TASK)
    return feed


@transaction.atomic
def change_feed(
    feed: Feed,
    *,
    name: str,
    settings: Mapping[str, str],
    secret: str,
    interval_seconds: int,
    actor: User,
    now: datetime,
    daily_budget: int | None = None,
    check_period_hours: int | None = None,
) -> None:
    """Change a feed's settings; an empty `secret` keeps the one there is. A feed that was stopped is tried again."""
    feed.name, feed.settings, feed.interval_seconds = name, dict(settings), interval_seconds
    feed.daily_budget, feed.check_period_hours = daily_budget, check_period_hours
    feed.paused, feed.failures, feed.last_error, feed.due_at = False, 0, "", now
    with all_accounts():
        feed.save(
            update_fields=[
                "name",
                "settings",
                "interval_seconds",
                "daily_budget",
                "check_period_hours",
                "paused",
                "failures",
                "last_error",
                "due_at",
            ]
        )
        if secret:
            set_secret(feed, secret)
        record_audit(
            feed.account, actor=actor, action="feed.changed", target=name, now=now, secret_replaced=bool(secret)
        )
    wake_on_commit(FOLLOW_TASK)


@transaction.atomic
def pause_feed(feed: Feed, *, actor: User, now: datetime) -> None:
    """Stop asking; a run that is under way ends by itself."""
    with all_accounts():
        Feed.objects.filter(pk=feed.pk).update(paused=True, last_error="", failures=0)
        record_audit(feed.account, actor=actor, action="feed.paused", target=feed.name, now=now)


@transaction.atomic
def resume_feed(feed: Feed, *, actor: User, now: datetime) -> None:
    """Ask again, from where the cursor stands, at once."""
    with all_accounts():
        Feed.objects.filter(pk=feed.pk).update(paused=False, due_at=now, last_error="", failures=0)
        record_audit(feed.account, actor=actor, action="feed.resumed", target=feed.name, now=now)


@transaction.atomic
def run_feed_now(feed: Feed, *, actor: User, now: datetime) -> None:
    """Make a feed due now; the next tick hands it to a worker (within about two seconds)."""
    with all_accounts():
        Feed.objects.filter(pk=feed.pk).update(due_at=now)
        record_audit(feed.account, actor=actor, action="feed.run_now", target=feed.name, now=now)
