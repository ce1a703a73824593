"""`/api/v1/numbers`: the inventory with its reputation, one number, its history and its readings."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.products import Product
from accounts.scopes import ApiScope
from api import paging, schema
from api.base import ApiView, moment, words_of
from phone_numbers import states
from phone_numbers.filters import SERVICE_WORDS, NumberFilter
from phone_numbers.models import NumberEvent, PhoneNumber, Reading, Source
from phone_numbers.selectors import history, listing
from phone_numbers.states import Metric, Service

SCORES = (*Metric.values, "overall")


class NumberSerializer(serializers.Serializer[Any]):
    """A number as the list shows it. Scores are 0-100; null is not enough data, or not licensed."""

    id = serializers.UUIDField()
    number = serializers.CharField(help_text="E.164 with its plus sign.")
    label = serializers.CharField(allow_blank=True)
    area = serializers.CharField(allow_blank=True)
    state = serializers.CharField(allow_blank=True)
    country = serializers.CharField(allow_blank=True)
    product = serializers.CharField()
    source = serializers.CharField()
    registration = serializers.CharField(allow_null=True)
    rating = serializers.CharField()
    status = serializers.CharField()
    tagged_since = serializers.DateTimeField(allow_null=True)
    flagged_by = serializers.ListField(child=serializers.CharField())
    capability = serializers.CharField()
    capability_reason = serializers.CharField(allow_blank=True)
    services = serializers.ListField(child=serializers.CharField())
    maturity = serializers.IntegerField(allow_null=True)
    connection = serializers.IntegerField(allow_null=True)
    engagement = serializers.IntegerField(allow_null=True)
    sentiment = serializers.IntegerField(allow_null=True)
    overall = serializers.IntegerField(allow_null=True)
    complaints_90d = serializers.IntegerField()
    last_updated = serializers.DateTimeField(allow_null=True)


class NumberPageSerializer(paging.PageSerializer):
    """A page of numbers."""

    results = NumberSerializer(many=True)


class EventSerializer(serializers.Serializer[Any]):
    """A line of a number's history."""

    at = serializers.DateTimeField()
    kind = serializers.CharField()
    old = serializers.CharField(allow_blank=True)
    new = serializers.CharField(allow_blank=True)
    source = serializers.CharField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)


class EventPageSerializer(paging.PageSerializer):
    """A page of history."""

    results = EventSerializer(many=True)


class ReadingSerializer(serializers.Serializer[Any]):
    """One observation of a number by a source."""

    observed_at = serializers.DateTimeField()
    source = serializers.CharField()
    flagged = serializers.BooleanField()
    verdict = serializers.CharField(allow_null=True)
    category = serializers.CharField(allow_blank=True)
    maturity = serializers.IntegerField(allow_null=True)
    connection = serializers.IntegerField(allow_null=True)
    engagement = serializers.IntegerField(allow_null=True)
    sentiment = serializers.IntegerField(allow_null=True)


class ReadingPageSerializer(paging.PageSerializer):
    """A page of readings."""

    results = ReadingSerializer(many=True)


NUMBER = {
    "id": "7f7c3a52-1c39-4b9c-9b51-6f2f3c1c8a55",
    "number": "+13035550101",
    "label": "Front desk",
    "area": "Denver, CO",
    "state": "CO",
    "country": "US",
    "product": "contact_center",
    "source": "native",
    "registration": "registered",
    "rating": "spam",
    "status": "spam",
    "tagged_since": "2026-11-19T14:05:00.000Z",
    "flagged_by": ["att"],
    "capability": "on",
    "capability_reason": "",
    "services": ["registration", "monitoring"],
    "maturity": 81,
    "connection": 64,
    "engagement": None,
    "sentiment": 22,
    "overall": 22,
    "complaints_90d": 3,
    "last_updated": "2026-11-20T08:15:30.000Z",
}
EVENT = {
    "at": "2026-11-19T14:05:00.000Z",
    "kind": "rating",
    "old": "mixed",
    "new": "spam",
    "source": "att",
    "reason": "Flagged in 6 of the last 10 calls.",
}
READING = {
    "observed_at": "2026-11-20T08:15:30.000Z",
    "source": "att",
    "flagged": True,
    "verdict": None,
    "category": "Spam Likely",
    "maturity": None,
    "connection": None,
    "engagement": None,
    "sentiment": None,
}
FILTERS = [
    schema.text("q", "Any run of digits, an area, or a label."),
    schema.words("product", (one.key for one in Product), "Product of the number."),
    schema.words("registration", (one.name.lower() for one in states.Registration), "Registration status."),
    schema.words("rating", (one.name.lower() for one in states.Rating), "Spam rating."),
    schema.words("status", (one.name.lower() for one in states.ReputationStatus), "Reputation status."),
    schema.words("service", (word for word, _ in SERVICE_WORDS), "Active services."),
    schema.words("capability", (one.name.lower() for one in states.Capability), "Monitoring."),
    schema.words("source", (one.name.lower() for one in states.Origin), "Where the number comes from."),
    schema.words("tagged", ("yes", "no"), "With or without the spam tag."),
    schema.texts("flagged_by", "Keys of carriers that flag the number now."),
    schema.texts("campaign", "Ids of campaigns that the number is in."),
    schema.texts("area", "Cities, or states such as TX."),
]
# What an account has none of matches nothing; the page would explain it, a program wants its empty page.
OF_THE_ACCOUNT = frozenset({"flagged_by", "campaign", "area"})


class NumberListView(ApiView):
    """The numbers of the account."""

    scopes = {"GET": ApiScope.NUMBERS_READ}

    @schema.call(
        "List numbers",
        scope=ApiScope.NUMBERS_READ,
        answers={200: NumberPageSerializer},
        refusals=(400,),
        parameters=[*FILTERS, *schema.paging(listing.SORTS)],
        operation_id="numbers_list",
        examples=[schema.page_example(NUMBER, following="/api/v1/numbers?after=eyJhIjoxfQ")],
    )
    def get(self, request: Request) -> Response:
        """Return one page under the filters of the list page, which have the same names."""
        features = self.hub()
        filters = NumberFilter(request.query_params, account=self.account)
        if wrong := {name: words for name, words in filters.errors.items() if name not in OF_THE_ACCOUNT}:
            raise exceptions.ValidationError(wrong)
        keys = source_keys()
        sort = listing.sort_of(request.query_params.get("sort"))
        page = paging.page_of(
            request,
            filters.page_numbers(sort),
            sort,
            owner=self.account.pk,
            as_dict=lambda number: number_as_dict(number, keys, with_scores=features.reports),
        )
        return Response(page)


class NumberView(ApiView):
    """One number."""

    scopes = {"GET": ApiScope.NUMBERS_READ}

    @schema.call(
        "Read a number",
        scope=ApiScope.NUMBERS_READ,
        answers={200: NumberSerializer},
        refusals=(404,),
        parameters=[schema.ID],
        operation_id="numbers_read",
        examples=[schema.example(NUMBER)],
    )
    def get(self, request: Request, uuid: UUID) -> Response:
        """Return the number."""
        features = self.hub()
        return Response(number_as_dict(self.number(uuid), source_keys(), with_scores=features.reports))

    def number(self, uuid: UUID) -> PhoneNumber:
        """Return a number of the account. Http404, another account's included."""
        found = listing.listed_numbers(self.account).filter(uuid=uuid).first()
        if found is None:
            raise Http404
        return found


class NumberHistoryView(NumberView):
    """What happened to a number."""

    @schema.call(
        "Read a number's history",
        scope=ApiScope.NUMBERS_READ,
        answers={200: EventPageSerializer},
        refusals=(400, 404),
        parameters=[schema.ID, *schema.paging(())[1:]],
        operation_id="numbers_history",
        examples=[schema.page_example(EVENT)],
    )
    def get(self, request: Request, uuid: UUID) -> Response:
        """Return a page of events, newest first."""
        self.hub()
        number = self.number(uuid)
        events = NumberEvent.objects.filter(number=number).select_related("source")
        return Response(paging.page_of(request, events, history.NEWEST_EVENTS, owner=number.pk, as_dict=event_as_dict))


class NumberReadingsView(NumberView):
    """What sources said about a number."""

    @schema.call(
        "Read a number's readings",
        scope=ApiScope.NUMBERS_READ,
        answers={200: ReadingPageSerializer},
        refusals=(400, 404),
        parameters=[schema.ID, *schema.paging(())[1:]],
        operation_id="numbers_readings",
        examples=[schema.page_example(READING)],
    )
    def get(self, request: Request, uuid: UUID) -> Response:
        """Return a page of readings, newest first."""
        with_scores = self.hub().reports
        number = self.number(uuid)
        readings = Reading.objects.filter(number=number).select_related("source").defer("raw")
        return Response(
            paging.page_of(
                request,
                readings,
                history.NEWEST_READINGS,
                owner=number.pk,
                as_dict=lambda reading: reading_as_dict(reading, with_scores=with_scores),
            )
        )


def source_keys() -> dict[int, str]:
    """Return the keys of sources by id."""
    return dict(Source.objects.values_list("pk", "key"))


def number_as_dict(number: PhoneNumber, keys: dict[int, str], *, with_scores: bool) -> dict[str, Any]:
    """Return a number as it is sent; without the license scores and registration are null (D1)."""
    status = number.status
    services = words_of([(bool(status.services & one), one.name.lower()) for one in Service])
    return {
        "id": str(number.uuid),
        "number": number.e164,
        "label": number.label,
        "area": number.area,
        "state": number.state,
        "country": number.country,
        "product": Product(number.product).key,
        "source": states.Origin(number.origin).name.lower(),
        "registration": states.Registration(status.registration).name.lower() if with_scores else None,
        "rating": states.Rating(status.rating).name.lower(),
        "status": states.ReputationStatus(status.status).name.lower(),
        "tagged_since": moment(status.tag_since),
        "flagged_by": [keys.get(pk, str(pk)) for pk in status.flagged_by],
        "capability": states.Capability(status.capability).name.lower(),
        "capability_reason": status.capability_reason,
        "services": services,
        "complaints_90d": status.complaints_90d,
        "last_updated": moment(status.last_updated),
    } | scores_of(status, SCORES, with_scores=with_scores)


def scores_of(row: Any, names: tuple[str, ...], *, with_scores: bool) -> dict[str, int | None]:
    """Return scores of 0-100, None where there is not enough data or no license."""
    values = {name: getattr(row, name) for name in names}
    return {name: value if with_scores and value != states.NO_SCORE else None for name, value in values.items()}


def event_as_dict(event: NumberEvent) -> dict[str, Any]:
    """Return a line of history as it is sent."""
    return {
        "at": moment(event.at),
        "kind": states.EventKind(event.kind).name.lower(),
        "old": event.from_value,
        "new": event.to_value,
        "source": event.source.key if event.source else None,
        "reason": event.reason,
    }


def reading_as_dict(reading: Reading, *, with_scores: bool) -> dict[str, Any]:
    """Return a reading as it is sent."""
    return {
        "observed_at": moment(reading.observed_at),
        "source": reading.source.key,
        "flagged": reading.flagged,
        "verdict": states.Rating(reading.verdict).name.lower() if reading.verdict else None,
        "category": reading.category,
    } | scores_of(reading, tuple(Metric.values), with_scores=with_scores)
