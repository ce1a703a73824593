"""`/api/v1/campaigns`: the pools of numbers that calls are made from."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.products import Product
from accounts.scopes import ApiScope
from api import paging, schema
from api.base import ApiView, moment
from common.keyset import choose_sort
from phone_numbers.campaigns import reads
from phone_numbers.campaigns.forms import CampaignFilter
from phone_numbers.models import Campaign
from phone_numbers.states import CampaignState


class CampaignSerializer(serializers.Serializer[Any]):
    """A campaign with the counts of its pool."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    product = serializers.CharField()
    dialing_method = serializers.CharField()
    state = serializers.CharField()
    default_number = serializers.CharField(allow_null=True, help_text="The default caller ID, E.164.")
    use_mixed = serializers.BooleanField()
    calls_per_hour = serializers.IntegerField(allow_null=True)
    calls_per_day = serializers.IntegerField(allow_null=True)
    rest_after = serializers.IntegerField(allow_null=True)
    numbers = serializers.IntegerField()
    flagged = serializers.IntegerField()
    healthy = serializers.IntegerField()
    no_caller_id_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class CampaignPageSerializer(paging.PageSerializer):
    """A page of campaigns."""

    results = CampaignSerializer(many=True)


CAMPAIGN = {
    "id": "0d6c7f1e-52a3-4d0f-9a55-0f8f4f2f0b11",
    "name": "Renewals",
    "product": "contact_center",
    "dialing_method": "predictive",
    "state": "active",
    "default_number": "+13035550101",
    "use_mixed": True,
    "calls_per_hour": 20,
    "calls_per_day": None,
    "rest_after": 80,
    "numbers": 120,
    "flagged": 4,
    "healthy": 98,
    "no_caller_id_at": None,
    "created_at": "2026-03-02T09:00:00.000Z",
}
FILTERS = [
    schema.text("q", "Any part of the name."),
    schema.words("product", (one.key for one in Product), "Product of the campaign."),
    schema.words("state", CampaignState.values, "Active or ended."),
]


class CampaignListView(ApiView):
    """The campaigns of the account."""

    scopes = {"GET": ApiScope.CAMPAIGNS_READ}

    @schema.call(
        "List campaigns",
        scope=ApiScope.CAMPAIGNS_READ,
        answers={200: CampaignPageSerializer},
        refusals=(400,),
        parameters=[*FILTERS, *schema.paging(reads.SORTS)],
        operation_id="campaigns_list",
        examples=[schema.page_example(CAMPAIGN)],
    )
    def get(self, request: Request) -> Response:
        """Return one page."""
        self.hub()
        rows = reads.listed_campaigns().select_related("default_number")
        filters = CampaignFilter(request.query_params, queryset=rows)
        if not filters.is_valid():
            raise exceptions.ValidationError(filters.errors)
        sort = choose_sort(request.query_params.get("sort"), reads.SORTS, "name")
        page = paging.page_of(request, filters.qs, sort, owner=self.account.pk, as_dict=lambda campaign: campaign)
        counts = reads.pool_counts([campaign.pk for campaign in page["results"]])
        page["results"] = [campaign_as_dict(one, counts.get(one.pk, reads.PoolCounts())) for one in page["results"]]
        return Response(page)


class CampaignView(ApiView):
    """One campaign."""

    scopes = {"GET": ApiScope.CAMPAIGNS_READ}

    @schema.call(
        "Read a campaign",
        scope=ApiScope.CAMPAIGNS_READ,
        answers={200: CampaignSerializer},
        refusals=(404,),
        parameters=[schema.ID],
        operation_id="campaigns_read",
        examples=[schema.example(CAMPAIGN)],
    )
    def get(self, request: Request, uuid: UUID) -> Response:
        """Return the campaign."""
        self.hub()
        campaign = reads.campaign_for(uuid)
        counts = reads.pool_counts([campaign.pk])
        return Response(campaign_as_dict(campaign, counts.get(campaign.pk, reads.PoolCounts())))


def campaign_as_dict(campaign: Campaign, counts: reads.PoolCounts) -> dict[str, Any]:
    """Return a campaign as it is sent."""
    return {
        "id": str(campaign.uuid),
        "name": campaign.name,
        "product": Product(campaign.product).key,
        "dialing_method": campaign.dialing_method,
        "state": campaign.state,
        "default_number": campaign.default_number.e164 if campaign.default_number else None,
        "use_mixed": campaign.use_mixed,
        "calls_per_hour": campaign.calls_per_hour,
        "calls_per_day": campaign.calls_per_day,
        "rest_after": campaign.rest_after,
        "numbers": counts.numbers,
        "flagged": counts.flagged,
        "healthy": counts.healthy,
        "no_caller_id_at": moment(campaign.no_caller_id_at),
        "created_at": moment(campaign.created_at),
    }
