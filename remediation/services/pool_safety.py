"""Pool safety (B10, D25): flagged defaults, thin areas, numbers that should rest, unserved calls, failing feeds."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from accounts.eligibility import TOLL_FREE_PREFIXES
from accounts.models import Account
from common.scope import account_scope, all_accounts
from phone_numbers.models import Feed
from phone_numbers.selectors import feeds
from remediation.models import Alert
from remediation.services import detection_sql, pool_safety_sql
from remediation.states import AT_PROVIDER, AlertKind, CaseState

POOL_KINDS = (AlertKind.DEFAULT_FLAGGED, AlertKind.NEEDS_REST, AlertKind.AREA_FLOOR, AlertKind.NO_CALLER_ID)
UNSERVED = timedelta(hours=1)  # after the last call that got no caller ID the alert clears (D25)
RESTING = (*AT_PROVIDER, CaseState.AWAITING_CLEAN_READING)
ALARMING = "is-spam"  # the color class of feeds that fail or were stopped


def accounts_with_pools() -> list[int]:
    """Return the ids of the accounts whose pools can be in trouble, or were."""
    with connection.cursor() as cursor:
        cursor.execute(pool_safety_sql.ACCOUNTS, {"kinds": list(POOL_KINDS)})
        return [account_id for (account_id,) in cursor.fetchall()]


@transaction.atomic
def follow_pools(account: Account, *, now: datetime) -> None:
    """Open and clear the alerts about the account's campaigns; those that stay get their newest words."""
    params: dict[str, Any] = {
        "space": detection_sql.LOCK_SPACE,
        "account": account.pk,
        "now": now,
        "kinds": list(POOL_KINDS),
        "resting": list(RESTING),
        "floor": settings.POOL_AREA_FLOOR,
        "unserved_since": now - UNSERVED,
        "toll_free": [prefix[-3:] for prefix in TOLL_FREE_PREFIXES],
    }
    with connection.cursor() as cursor:
        cursor.execute(detection_sql.LOCK, params)
        cursor.execute(pool_safety_sql.CLEAR, params)
        cursor.execute(pool_safety_sql.RAISE, params)


def follow_feeds(*, now: datetime) -> None:
    """Open an alert for each feed that fails, and clear those of feeds that work again."""
    with all_accounts():
        owned = list(Feed.objects.filter(account__isnull=False).select_related("account"))
    for feed in owned:
        health = feeds.health_of(feed, now=now)
        _follow_feed(feed, health.sentence if health.css == ALARMING else "", now=now)


@transaction.atomic
def _follow_feed(feed: Feed, trouble: str, *, now: datetime) -> None:
    with account_scope(feed.account):
        alert = Alert.objects.filter(kind=AlertKind.FEED_FAILING, subject=str(feed.pk), cleared_at=None)
        words = f"The feed {feed.name}: {trouble}"[:300]
        if not trouble:
            alert.update(cleared_at=now, cleared_because="The feed works again")
        elif not alert.update(words=words):
            Alert.objects.bulk_create([_feed_alert(feed, words, now)], ignore_conflicts=True)


def _feed_alert(feed: Feed, words: str, now: datetime) -> Alert:
    return Alert(
        account=feed.account,
        kind=AlertKind.FEED_FAILING,
        subject=str(feed.pk),
        feed=feed,
        words=words,
        since=feed.last_success_at or feed.created_at,
        raised_at=now,
    )
