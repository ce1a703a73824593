"""The peer of a caller ID: a call behind the same key check that reads one row."""

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.scopes import ApiScope
from api.base import ApiView
from phone_numbers.models import Campaign


class OneRowView(ApiView):
    """Reads a campaign by its uuid."""

    scopes = {"POST": ApiScope.CALLER_ID}

    def post(self, request: Request, uuid: UUID) -> Response:
        """Return the campaign's name."""
        campaign = Campaign.objects.get(uuid=uuid)
        return Response({"id": str(campaign.uuid), "name": campaign.name, "state": campaign.state})
