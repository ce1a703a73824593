"""What people do with alerts: acknowledge and mute. Neither ends one: it stays open while it is true (B6)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from remediation.models import Alert

LONGEST_MUTE = timedelta(days=30)


@transaction.atomic
def acknowledge(alerts: QuerySet[Alert], *, actor: User, now: datetime) -> int:
    """Note that somebody has seen the open ones of these alerts; return how many nobody had."""
    fresh = alerts.filter(cleared_at=None, acknowledged_at=None)
    return _ids(fresh).update(acknowledged_at=now, acknowledged_by=actor)


@transaction.atomic
def mute(alerts: QuerySet[Alert], *, until: datetime, actor: User, now: datetime) -> int:
    """Keep the open ones of these alerts quiet until a moment, 30 days ahead at most; return how many.

    Quiet means no e-mail and no banner; they are shown and counted as ever.
    """
    capped = min(until, now + LONGEST_MUTE)
    return _ids(alerts.filter(cleared_at=None)).update(muted_until=capped, muted_by=actor)


@transaction.atomic
def unmute(alerts: QuerySet[Alert]) -> int:
    """Let these alerts be loud again; return how many were muted."""
    return _ids(alerts.filter(muted_until__isnull=False)).update(muted_until=None, muted_by=None)


def _ids(alerts: QuerySet[Alert]) -> QuerySet[Alert]:
    """Return the same alerts without joins and order, as an UPDATE takes them."""
    plain: QuerySet[Alert] = Alert.objects.filter(pk__in=alerts.order_by().values("pk"))
    return plain
