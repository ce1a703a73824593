"""Reads of alerts: the groups of the Alerts page, those of one number or campaign, and the history (D22)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Min, Q, QuerySet
from django.http import Http404

from accounts.models import User
from phone_numbers.models import Campaign, PhoneNumber
from remediation.models import Alert, AlertSubscription
from remediation.states import AlertKind, AlertMail

DEFAULT_SORT = "-raised"
SORTS = {"raised": ("raised_at", "id")}


@dataclass(frozen=True, slots=True)
class AlertGroup:
    """Open tag alerts that are shown as one line: those of a campaign, or those of numbers in none (`campaign` None).

    `unmuted` and `unacknowledged` count what still asks for attention.
    """

    key: str
    campaign: Campaign | None
    count: int
    unacknowledged: int
    unmuted: int
    first_since: datetime
    newest_at: datetime

    @property
    def all_acknowledged(self) -> bool:
        """Tell whether somebody has seen each of them."""
        return self.unacknowledged == 0

    @property
    def all_muted(self) -> bool:
        """Tell whether all of them are quiet."""
        return self.unmuted == 0


def tag_groups(*, now: datetime) -> list[AlertGroup]:
    """Return the open tag alerts in groups, the one with the newest alert first: two queries at any size."""
    quiet = Q(muted_until__gt=now)
    rows = list(
        _open()
        .filter(kind=AlertKind.TAG)
        .order_by()
        .values("group", "campaign")
        .annotate(
            count=Count("pk"),
            unacknowledged=Count("pk", filter=Q(acknowledged_at=None)),
            muted=Count("pk", filter=quiet),
            first_since=Min("since"),
            newest_at=Max("raised_at"),
        )
    )
    campaigns = Campaign.objects.in_bulk([row["campaign"] for row in rows if row["campaign"]])
    return sorted((_group(row, campaigns) for row in rows), key=lambda group: group.newest_at, reverse=True)


def _group(row: Mapping[str, Any], campaigns: dict[int, Campaign]) -> AlertGroup:
    return AlertGroup(
        key=row["group"],
        campaign=campaigns.get(row["campaign"]) if row["campaign"] else None,
        count=row["count"],
        unacknowledged=row["unacknowledged"],
        unmuted=row["count"] - row["muted"],
        first_since=row["first_since"],
        newest_at=row["newest_at"],
    )


def alerts_in(group: str) -> QuerySet[Alert]:
    """Return the open tag alerts of one group, newest first; '' are those of numbers in no campaign."""
    found = _open().filter(kind=AlertKind.TAG, group=group)
    return _shown(found).order_by("-raised_at", "-pk")


def other_alerts() -> QuerySet[Alert]:
    """Return the open alerts of the other kinds, newest first; they are counted apart."""
    return _shown(_open().exclude(kind=AlertKind.TAG)).order_by("-raised_at", "-pk")


def past_alerts() -> QuerySet[Alert]:
    """Return the alerts that cleared: the history."""
    return _shown(Alert.objects.filter(cleared_at__isnull=False))


def alert_for(uuid: UUID) -> Alert:
    """Return one alert of the open account; another account's does not exist (Http404)."""
    found = _shown(Alert.objects.filter(uuid=uuid)).first()
    if found is None:
        raise Http404("There is no such alert.")
    return found


def alerts_of_number(number: PhoneNumber) -> QuerySet[Alert]:
    """Return the open alerts about one number, the tag's first."""
    return _shown(_open().filter(number=number)).order_by("-kind", "-pk")


def alerts_of_campaign(campaign: Campaign) -> QuerySet[Alert]:
    """Return the open alerts about a campaign's pool, without those of its single numbers."""
    return _shown(_open().filter(campaign=campaign).exclude(kind=AlertKind.TAG)).order_by("kind", "-pk")


def tag_count_of_campaign(campaign: Campaign) -> int:
    """Return how many numbers in a campaign's pool have an open tag alert, whichever group they are shown in."""
    return _open().filter(kind=AlertKind.TAG, number__campaign_numbers__campaign=campaign).count()


def mail_of(user: User) -> AlertMail:
    """Return how a person is told of the open account's alerts."""
    found = AlertSubscription.objects.filter(user=user).first()
    return AlertMail(found.mail) if found else AlertMail.OFF


def _open() -> QuerySet[Alert]:
    return Alert.objects.filter(cleared_at=None)


def _shown(alerts: QuerySet[Alert]) -> QuerySet[Alert]:
    related = alerts.select_related("number__status", "campaign", "feed", "case", "acknowledged_by", "muted_by")
    return related.defer("number__search_groups", "feed__secret", "feed__settings", "feed__cursor")
