"""`POST /api/v1/campaigns/<uuid>/caller-id`: which number a call should show (D25)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, PolymorphicProxySerializer
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.scopes import ApiScope
from api import problems, schema
from api.base import ApiView
from common.phone import NumberError, parse_number
from phone_numbers.campaigns import caller_id
from phone_numbers.models import Campaign
from phone_numbers.states import CallerIdOutcome

MOST = 1_000
STEPS = ("exchange", "area_code", "state", "any")
DESTINATION = {"type": "string", "minLength": 1, "maxLength": 80, "pattern": schema.PRINTABLE}
ONE_OR_MANY = "Send either `destination` or `destinations`."


class CallerIdRequestSerializer(serializers.Serializer[Any]):
    """Whom the call is for, or whom each of several calls is for."""

    destination = serializers.CharField(required=False, max_length=80, help_text="A number in any usual spelling.")
    destinations = serializers.ListField(
        child=serializers.CharField(max_length=80), required=False, min_length=1, max_length=MOST
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for exactly one of the two."""
        if len(attrs) != 1:
            raise serializers.ValidationError({"destination": [ONE_OR_MANY]})
        return attrs


class CallerIdSerializer(serializers.Serializer[Any]):
    """The caller ID of one call."""

    destination = serializers.CharField(help_text="As it was sent.")
    caller_id = serializers.CharField(allow_null=True, help_text="E.164, or null for no caller ID.")
    number_id = serializers.UUIDField(allow_null=True)
    outcome = serializers.ChoiceField(choices=CallerIdOutcome.choices)
    step = serializers.ChoiceField(choices=STEPS, allow_null=True)
    rating = serializers.CharField(allow_null=True)
    tagged = serializers.BooleanField(help_text="True only for a default that is tagged as spam.")
    reason = serializers.CharField()


class CallerIdsSerializer(serializers.Serializer[Any]):
    """The caller IDs of several calls, in the order in which they were asked for."""

    results = CallerIdSerializer(many=True)


ANSWER = PolymorphicProxySerializer(
    "CallerIdAnswer", [CallerIdSerializer, CallerIdsSerializer], resource_type_field_name=None
)
EXAMPLES = [
    OpenApiExample("One call", {"destination": "+13035550142"}, request_only=True),
    OpenApiExample("Several calls", {"destinations": ["+13035550142", "(512) 555-0142"]}, request_only=True),
    OpenApiExample(
        "Matched",
        {
            "destination": "+13035550142",
            "caller_id": "+13035550101",
            "number_id": "7f7c3a52-1c39-4b9c-9b51-6f2f3c1c8a55",
            "outcome": "matched",
            "step": "exchange",
            "rating": "healthy",
            "tagged": False,
            "reason": "Same area code and exchange.",
        },
        response_only=True,
    ),
]


class CallerIdView(ApiView):
    """Chooses a number of the campaign's pool, and counts its use."""

    scopes = {"POST": ApiScope.CALLER_ID, "GET": ApiScope.CALLER_ID}

    @schema.call(
        "Choose a caller ID",
        scope=ApiScope.CALLER_ID,
        answers={200: OpenApiResponse(ANSWER)},
        refusals=(400, 404, 409, 415, 422),
        parameters=[schema.ID, schema.IDEMPOTENCY],
        request=CallerIdRequestSerializer,
        examples=EXAMPLES,
        operation_id="caller_id_choose",
        description=(
            "Choose a number of the pool for one call, or for up to 1,000.\n\nSame area code and exchange, same area "
            "code, same state, any; within a step Healthy before Mixed and unknown, then the least recently used. A "
            "number tagged as spam is never chosen; only the campaign's default is given even so, when nothing else is "
            "left. Each answer counts as one use."
        ),
    )
    def post(self, request: Request, uuid: UUID) -> Response:
        """Choose."""
        campaign = self.campaign(uuid)
        asked = _asked(request.data)
        return self.once(lambda: (200, self._answer(campaign, asked)))

    @schema.call(
        "Choose a caller ID, as plain text",
        scope=ApiScope.CALLER_ID,
        answers={(200, "text/plain"): OpenApiTypes.STR},
        refusals=(400, 404, 409),
        parameters=[
            schema.ID,
            OpenApiParameter(
                "destination",
                {"type": "string", "minLength": 1, "maxLength": 80, "pattern": schema.PRINTABLE},
                required=True,
            ),
        ],
        operation_id="caller_id_plain",
        description=(
            "For dialplans: the same decision for one call as a line of text, the number in E.164, empty for no caller "
            "ID. It is a GET because dialplans can hardly do anything else; it counts as a use like the other."
        ),
    )
    def get(self, request: Request, uuid: UUID) -> HttpResponse:
        """Choose for one call, and answer with the number alone."""
        campaign = self.campaign(uuid)
        found = self._choose(campaign, request.query_params.get("destination", ""), "destination")
        answer = HttpResponse(found["caller_id"] or "", content_type="text/plain; charset=utf-8")
        answer["Cache-Control"] = "no-store"
        return answer

    def campaign(self, uuid: UUID) -> Campaign:
        """Return a campaign of the account. Http404, another account's included."""
        found = caller_id.campaign_for(self.account, uuid)
        if found is None:
            raise Http404
        return found

    def _answer(self, campaign: Campaign, asked: dict[str, Any]) -> dict[str, Any]:
        if "destination" in asked:
            return self._choose(campaign, asked["destination"], "destination")
        places = enumerate(asked["destinations"])
        parsed = [(given, _e164(given, f"destinations.{place}")) for place, given in places]
        return {"results": [self._chosen(campaign, given, e164) for given, e164 in parsed]}

    def _choose(self, campaign: Campaign, given: str, field: str) -> dict[str, Any]:
        return self._chosen(campaign, given, _e164(given, field))

    def _chosen(self, campaign: Campaign, given: str, e164: str) -> dict[str, Any]:
        try:
            found = caller_id.choose(self.account, campaign, e164, now=self.now)
        except caller_id.CampaignNotActiveError as error:
            raise problems.Conflict(str(error)) from error
        return told(given, found)


def told(given: str, found: caller_id.CallerId) -> dict[str, Any]:
    """Return a caller ID as the API tells it; `given` is the destination as it was sent."""
    return {
        "destination": given,
        "caller_id": found.e164,
        "number_id": found.uuid,
        "outcome": found.outcome.value,
        "step": STEPS[found.step - 1] if found.step else None,
        "rating": found.rating.name.lower() if found.rating is not None else None,
        "tagged": found.tagged,
        "reason": found.reason,
    }


def _asked(sent: Any) -> dict[str, Any]:
    """Return what was asked. The usual request is seen at a glance, since the serializer would take longest of all."""
    if isinstance(sent, dict) and len(sent) == 1 and isinstance(sent.get("destination"), str):
        return sent
    asked = CallerIdRequestSerializer(data=sent)
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)


def _e164(given: str, field: str) -> str:
    try:
        return parse_number(given).e164
    except NumberError as error:
        raise exceptions.ValidationError({field: [str(error)]}) from error
