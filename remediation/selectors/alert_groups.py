"""Reads of the Alerts page and of the strip under the top bar: groups by their address, and what polls compare."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from phone_numbers.campaigns import reads
from phone_numbers.models import Campaign, PhoneNumber
from phone_numbers.states import Capability
from remediation.models import Alert
from remediation.selectors import alerts, counts
from remediation.states import AlertKind

ALONE = "none"  # the address's word for numbers in no campaign


@dataclass(frozen=True, slots=True)
class Strip:
    """What the strip says: how many numbers have an open tag alert (D22), and how many of them are muted.

    `defaults`: of how many campaigns the default caller ID is among them, which matching does not skip (R92).
    """

    count: int = 0
    muted: int = 0
    defaults: int = 0

    @property
    def is_quiet(self) -> bool:
        """Tell whether somebody asked for quiet about all of them."""
        return self.muted == self.count

    @property
    def version(self) -> str:
        """Return a text that changes when the strip would read differently."""
        return f"{self.count}-{self.muted}-{self.defaults}"


def strip(*, now: datetime) -> Strip:
    """Return what the strip says: one sum, since it stands on every page."""
    found, none = counts.open_alerts(now=now), counts.OpenAlerts()
    tags, defaults = (found.get(kind, none) for kind in (AlertKind.TAG, AlertKind.DEFAULT_FLAGGED))
    return Strip(tags.count, tags.muted, defaults.count - defaults.muted)


def key_of(word: str) -> str:
    """Return a group's key from the address's word: a campaign's uuid, or ALONE. Http404 when there is none."""
    if word == ALONE:
        return ""
    try:
        uuid = UUID(word)
    except ValueError as error:
        raise Http404("There is no such group of alerts.") from error
    return f"campaign:{reads.campaign_for(uuid).pk}"


def word_of(campaign: Campaign | None) -> str:
    """Return the address's word for a group."""
    return str(campaign.uuid) if campaign else ALONE


def of_group(word: str) -> QuerySet[Alert]:
    """Return the open tag alerts of a group, by the address's word for it."""
    return alerts.alerts_in(key_of(word))


@dataclass(frozen=True, slots=True)
class NumberAlert:
    """What the panel says of one number: its tag alert, and whether monitoring is to be offered (R81, D21)."""

    alert: Alert | None
    others: list[Alert]
    offers_monitoring: bool


def of_number(number: PhoneNumber) -> NumberAlert:
    """Return what is open about one number."""
    found = list(alerts.alerts_of_number(number))
    tag = next((alert for alert in found if alert.kind == AlertKind.TAG), None)
    others = [alert for alert in found if alert.kind != AlertKind.TAG]
    is_off = number.status.capability in (Capability.OFF, Capability.FAILED)
    return NumberAlert(tag, others, number.status.is_tagged and is_off)
