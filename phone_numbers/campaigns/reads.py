"""Reads of the campaigns pages."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.http import Http404

from accounts.models import Account
from phone_numbers.models import Campaign, CampaignNumber, NumberStatus, PhoneNumber
from phone_numbers.selectors import listing
from phone_numbers.states import ReputationStatus

SORTS = {"name": ("name", "id"), "state": ("state", "name", "id"), "created": ("created_at", "id")}
POOL_SORTS = {"number": ("e164",)}
PICKED = 50
_TAGGED = Q(number__status__tag_since__isnull=False)
_HEALTHY = Q(number__status__status=ReputationStatus.HEALTHY)


@dataclass(frozen=True, slots=True)
class PoolCounts:
    """How many numbers a campaign has, and how many of them are tagged as spam (D20) and healthy."""

    numbers: int = 0
    flagged: int = 0
    healthy: int = 0


def listed_campaigns() -> QuerySet[Campaign]:
    """Return the campaigns of the open account."""
    return Campaign.objects.all()


def campaign_for(uuid: UUID) -> Campaign:
    """Return a campaign of the open account with its default caller ID; another account's does not exist (Http404)."""
    found = Campaign.objects.select_related("default_number__status").filter(uuid=uuid).first()
    if found is None:
        raise Http404("There is no such campaign.")
    return found


def pool_counts(campaign_ids: Collection[int]) -> dict[int, PoolCounts]:
    """Return the counts of these campaigns' pools by key; one without numbers is left out."""
    rows = (
        CampaignNumber.objects.filter(campaign__in=campaign_ids)
        .order_by()
        .values_list("campaign")
        .annotate(numbers=Count("pk"), flagged=Count("pk", filter=_TAGGED), healthy=Count("pk", filter=_HEALTHY))
    )
    return {pk: PoolCounts(*counts) for pk, *counts in rows}


@dataclass(frozen=True, slots=True)
class StatusCounts:
    """The numbers of one pool by reputation status, and how many of them are tagged."""

    by_status: dict[int, int]
    flagged: int

    @property
    def numbers(self) -> int:
        """Return how many numbers there are."""
        return sum(self.by_status.values())


def status_counts(campaign: Campaign) -> StatusCounts:
    """Return how the numbers of a campaign are."""
    statuses = NumberStatus.objects.filter(number__campaign_numbers__campaign=campaign).order_by()
    rows = list(
        statuses.values_list("status").annotate(n=Count("pk"), tagged=Count("pk", filter=Q(tag_since__isnull=False)))
    )
    return StatusCounts({status: n for status, n, _ in rows}, sum(tagged for _, _, tagged in rows))


def pool_numbers(account: Account, campaign: Campaign) -> QuerySet[PhoneNumber]:
    """Return the numbers of a campaign with their statuses."""
    return listing.listed_numbers(account).filter(campaign_numbers__campaign=campaign)


def numbers_to_pick(account: Account, campaign: Campaign, q: str) -> tuple[list[PhoneNumber], bool]:
    """Return up to PICKED numbers that a search finds outside the pool, and whether there are more."""
    outside = listing.listed_numbers(account).exclude(campaign_numbers__campaign=campaign)
    found = list(listing.found(outside, account, q).order_by("e164")[: PICKED + 1])
    return found[:PICKED], len(found) > PICKED
