"""`/api/v1/cases/` and `/api/v1/alerts`: labels under repair, and what needs attention."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.scopes import ApiScope
from api import paging, schema
from api.base import ApiView, moment
from api.views.numbers import source_keys
from common.keyset import choose_sort
from remediation.filters import ENDED, EVERY, AlertFilter, CaseFilter
from remediation.models import Alert, Case
from remediation.selectors import alerts, cases
from remediation.states import AlertKind, CaseState


class CaseSerializer(serializers.Serializer[Any]):
    """The repair of one label of one number."""

    id = serializers.UUIDField()
    number_id = serializers.UUIDField()
    number = serializers.CharField()
    state = serializers.CharField()
    state_since = serializers.DateTimeField()
    reason = serializers.CharField(allow_blank=True)
    attempt = serializers.IntegerField()
    carriers = serializers.ListField(child=serializers.CharField())
    provider = serializers.CharField(allow_blank=True)
    tagged_since = serializers.DateTimeField()
    opened_at = serializers.DateTimeField()
    target_at = serializers.DateTimeField()
    limit_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)


class CasePageSerializer(paging.PageSerializer):
    """A page of cases."""

    results = CaseSerializer(many=True)


CASE = {
    "id": "c9d2a1f4-7f53-4f57-8c43-0f6b3a6f5e21",
    "number_id": "7f7c3a52-1c39-4b9c-9b51-6f2f3c1c8a55",
    "number": "+13035550101",
    "state": "in_review",
    "state_since": "2026-11-19T16:20:00.000Z",
    "reason": "",
    "attempt": 1,
    "carriers": ["att"],
    "provider": "telnyx",
    "tagged_since": "2026-11-19T14:05:00.000Z",
    "opened_at": "2026-11-19T14:05:02.000Z",
    "target_at": "2026-11-21T14:05:02.000Z",
    "limit_at": "2026-11-26T14:05:02.000Z",
    "closed_at": None,
}
ALERT = {
    "id": "5b1c9a3e-2f44-4b0e-8a59-6a3f5d7e9c02",
    "kind": "tag",
    "words": "Flagged as spam by AT&T",
    "number_id": "7f7c3a52-1c39-4b9c-9b51-6f2f3c1c8a55",
    "number": "+13035550101",
    "campaign_id": None,
    "since": "2026-11-19T14:05:00.000Z",
    "raised_at": "2026-11-19T14:05:02.000Z",
    "acknowledged_at": None,
    "muted_until": None,
    "cleared_at": None,
}
NUMBER = schema.text("q", "Any run of digits of the number.")
CASE_FILTERS = [
    NUMBER,
    schema.word("show", (ENDED, EVERY), "The ended cases, or all; without it and `state`, the open ones."),
    schema.words("state", CaseState.values, "Where a case stands."),
    schema.texts("provider", "Keys of the providers that have it."),
    schema.texts("carrier", "Keys of the carriers that showed the label when it was opened."),
    schema.word("overdue", ("1",), "Open and past its target."),
    schema.word("follow_up", ("1",), "Filed by hand, and due to be looked at again."),
]
# What the account has none of matches nothing.
OF_THE_ACCOUNT = frozenset({"provider", "carrier"})


class CaseListView(ApiView):
    """The cases of the account."""

    scopes = {"GET": ApiScope.CASES_READ}

    @schema.call(
        "List cases",
        scope=ApiScope.CASES_READ,
        answers={200: CasePageSerializer},
        refusals=(400,),
        parameters=[*CASE_FILTERS, *schema.paging(cases.SORTS)],
        operation_id="cases_list",
        examples=[schema.page_example(CASE)],
    )
    def get(self, request: Request) -> Response:
        """Return one page under the filters of the page Cases, which have the same names."""
        filters = CaseFilter(request.query_params, account=self.account, user=self.key.made_by, now=self.now)
        if wrong := {name: words for name, words in filters.errors.items() if name not in OF_THE_ACCOUNT}:
            raise exceptions.ValidationError(wrong)
        rows = filters.qs if filters.is_valid() else cases.listed_cases().none()
        sort, keys = choose_sort(request.query_params.get("sort"), cases.SORTS, cases.DEFAULT_SORT), source_keys()
        page = paging.page_of(request, rows, sort, owner=self.account.pk, as_dict=lambda case: case_as_dict(case, keys))
        return Response(page)


class CaseView(ApiView):
    """One case."""

    scopes = {"GET": ApiScope.CASES_READ}

    @schema.call(
        "Read a case",
        scope=ApiScope.CASES_READ,
        answers={200: CaseSerializer},
        refusals=(404,),
        parameters=[schema.ID],
        operation_id="cases_read",
        examples=[schema.example(CASE)],
    )
    def get(self, request: Request, uuid: UUID) -> Response:
        """Return the case."""
        return Response(case_as_dict(cases.case_for(uuid), source_keys()))


class AlertSerializer(serializers.Serializer[Any]):
    """Something an admin must know; `number` is null where it is about a campaign or a feed."""

    id = serializers.UUIDField()
    kind = serializers.CharField()
    words = serializers.CharField(allow_blank=True)
    number_id = serializers.UUIDField(allow_null=True)
    number = serializers.CharField(allow_null=True)
    campaign_id = serializers.UUIDField(allow_null=True)
    since = serializers.DateTimeField()
    raised_at = serializers.DateTimeField()
    acknowledged_at = serializers.DateTimeField(allow_null=True)
    muted_until = serializers.DateTimeField(allow_null=True)
    cleared_at = serializers.DateTimeField(allow_null=True)


class AlertPageSerializer(paging.PageSerializer):
    """A page of alerts."""

    results = AlertSerializer(many=True)


class AlertListView(ApiView):
    """The alerts of the account, the past ones included unless narrowed."""

    scopes = {"GET": ApiScope.CASES_READ}

    @schema.call(
        "List alerts",
        scope=ApiScope.CASES_READ,
        answers={200: AlertPageSerializer},
        refusals=(400,),
        parameters=[
            NUMBER,
            schema.words("state", ("open", "cleared"), "Still true, or history."),
            schema.words("kind", AlertKind.values, "What it is about."),
            *schema.paging(alerts.SORTS),
        ],
        operation_id="alerts_list",
        examples=[schema.page_example(ALERT)],
    )
    def get(self, request: Request) -> Response:
        """Return one page."""
        rows = Alert.objects.select_related("number", "campaign").defer("number__search_groups")
        if len(wanted := set(request.query_params.getlist("state"))) == 1:
            rows = rows.filter(cleared_at__isnull=wanted == {"open"})
        filters = AlertFilter(request.query_params, account=self.account, queryset=rows)
        if not filters.is_valid():
            raise exceptions.ValidationError(filters.errors)
        sort = choose_sort(request.query_params.get("sort"), alerts.SORTS, alerts.DEFAULT_SORT)
        return Response(paging.page_of(request, filters.qs, sort, owner=self.account.pk, as_dict=alert_as_dict))


def case_as_dict(case: Case, keys: dict[int, str]) -> dict[str, Any]:
    """Return a case as it is sent."""
    return {
        "id": str(case.uuid),
        "number_id": str(case.number.uuid),
        "number": case.number.e164,
        "state": str(case.state),
        "state_since": moment(case.state_since),
        "reason": case.reason,
        "attempt": case.attempt,
        "carriers": [keys.get(pk, str(pk)) for pk in case.carriers],
        "provider": case.provider,
        "tagged_since": moment(case.tag_since),
        "opened_at": moment(case.opened_at),
        "target_at": moment(case.target_at),
        "limit_at": moment(case.limit_at),
        "closed_at": moment(case.closed_at),
    }


def alert_as_dict(alert: Alert) -> dict[str, Any]:
    """Return an alert as it is sent."""
    return {
        "id": str(alert.uuid),
        "kind": str(alert.kind),
        "words": alert.words,
        "number_id": str(alert.number.uuid) if alert.number else None,
        "number": alert.number.e164 if alert.number else None,
        "campaign_id": str(alert.campaign.uuid) if alert.campaign else None,
        "since": moment(alert.since),
        "raised_at": moment(alert.raised_at),
        "acknowledged_at": moment(alert.acknowledged_at),
        "muted_until": moment(alert.muted_until),
        "cleared_at": moment(alert.cleared_at),
    }
