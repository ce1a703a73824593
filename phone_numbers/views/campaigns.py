"""`/campaigns/` and `/campaigns/<uuid>/`: the account's campaigns, and one with its numbers (D3, D22)."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import django_tables2 as tables
from django.db.models import QuerySet
from django.urls import reverse

from accounts.products import Product
from common import lists
from common.keyset import Page, Sort, choose_sort
from phone_numbers.campaigns import reads, rules
from phone_numbers.campaigns.forms import CampaignFilter, PoolFilter
from phone_numbers.models import Campaign, PhoneNumber
from phone_numbers.states import CampaignState, ReputationStatus
from phone_numbers.templatetags.reputation import STATUS_CLASS
from phone_numbers.views.hub import HubPageMixin


class CampaignTable(tables.Table):  # type: ignore[misc]
    """Columns of the list; those that can be sorted by bear the names of SORTS."""

    name = tables.Column("Campaign")
    product = tables.Column("Product")
    dialing_method = tables.Column("Dialing method")
    state = tables.Column("State")
    numbers = tables.Column("Numbers", empty_values=())
    flagged = tables.Column("Flagged", empty_values=())
    healthy = tables.Column("Healthy", empty_values=())
    created = tables.Column("Created", accessor="created_at")

    class Meta:
        orderable = False


class CampaignListView(HubPageMixin, lists.ListPage):
    """One page of campaigns under the filters, the order and the cursor of its address."""

    template_name = "campaigns/list.html"
    fragment_name = "campaigns/_list.html"
    first_sort = {"name": "name", "state": "state", "created": "-created"}
    menu_names = ("product", "state")

    def get_filterset(self) -> CampaignFilter:
        """Return the filters of this address."""
        return CampaignFilter(self.request.GET, queryset=reads.listed_campaigns())

    def get_sort(self) -> Sort:
        """Return the order of this address."""
        return choose_sort(self.request.GET.get("sort"), reads.SORTS, "name")

    def get_owner(self) -> int:
        """Return the account: another account's cursors are ignored."""
        return self.account.pk

    def get_table(self, page: Page[Campaign]) -> CampaignTable:
        """Return the table around the rows of the page."""
        return CampaignTable(page.rows)

    def get_context(self, page: Page[Campaign]) -> dict[str, Any]:
        """Add the counts of the pools."""
        base = super().get_context(page)
        counts = reads.pool_counts([campaign.pk for campaign in page.rows])
        empty = reads.PoolCounts()
        return base | {
            "rows": [(campaign, counts.get(campaign.pk, empty)) for campaign in page.rows],
            "may_edit": self.membership.may_edit,
        }


class PoolTable(tables.Table):  # type: ignore[misc]
    """Columns of a campaign's numbers."""

    number = tables.Column("Number", accessor="e164")
    area = tables.Column("Area")
    status = tables.Column("Reputation status", accessor="status__status")
    capability = tables.Column("Capability", accessor="status__capability")
    product = tables.Column("Product")
    caller_id = tables.Column("Default caller ID", empty_values=())

    class Meta:
        orderable = False


class CampaignDetailView(HubPageMixin, lists.ListPage):
    """One campaign: its facts, how its numbers are, and a page of them."""

    template_name = "campaigns/detail.html"
    fragment_name = "campaigns/_pool.html"
    first_sort = {"number": "number"}

    @cached_property
    def campaign(self) -> Campaign:
        """Return the campaign of the address."""
        return reads.campaign_for(self.kwargs["uuid"])

    def get_filterset(self) -> PoolFilter:
        """Return the filters of this address."""
        numbers = reads.pool_numbers(self.account, self.campaign)
        return PoolFilter(self.request.GET, queryset=numbers, account=self.account)

    def get_sort(self) -> Sort:
        """Return the order: by number."""
        return choose_sort(self.request.GET.get("sort"), reads.POOL_SORTS, "number")

    def get_owner(self) -> str:
        """Return account and campaign: cursors of another list are ignored."""
        return f"{self.account.pk}:{self.campaign.pk}"

    def get_rows(self, filterset: PoolFilter) -> QuerySet[PhoneNumber]:
        """Return the matching numbers of the pool."""
        matching: QuerySet[PhoneNumber] = filterset.qs
        return matching

    def get_table(self, page: Page[PhoneNumber]) -> PoolTable:
        """Return the table around the rows of the page."""
        return PoolTable(page.rows)

    def get_context(self, page: Page[PhoneNumber]) -> dict[str, Any]:
        """Add the campaign, its counts and what this person may do."""
        counts = reads.status_counts(self.campaign)
        base = super().get_context(page)
        return base | {
            "campaign": self.campaign,
            "counts": counts,
            "chips": self._chips(counts),
            "list_href": self._list_address(),
            "flagged_href": self._list_address(tagged="1"),
            "missing_license": rules.missing_license(Product(self.campaign.product), self.license_kinds),
            "is_active": self.campaign.state == CampaignState.ACTIVE,
            "may_change": self.membership.may_edit and self.campaign.state == CampaignState.ACTIVE,
        }

    def _chips(self, counts: reads.StatusCounts) -> list[tuple[str, str, int, str]]:
        """Return label, color, count and address of each status; the address is the list narrowed to both."""
        return [
            (
                status.label,
                STATUS_CLASS[status],
                counts.by_status.get(status, 0),
                self._list_address(status=status.name.lower()),
            )
            for status in ReputationStatus
        ]

    def _list_address(self, **narrowed: str) -> str:
        address = lists.ListAddress(reverse("numbers:list"), self.request.GET.__class__())
        return address.having(campaign=str(self.campaign.uuid), **narrowed)
