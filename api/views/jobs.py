"""`/api/v1/jobs`: monitoring switched on and off for many numbers, with an outcome for each (B5)."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.http import Http404
from drf_spectacular.utils import OpenApiExample
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.scopes import ApiScope
from api import paging, schema
from api.base import ApiView, moment
from common.keyset import Sort
from enrollment.models import NumberJob, NumberJobItem
from enrollment.number_states import ItemOutcome, JobKind
from enrollment.services import number_jobs
from phone_numbers.selectors import listing

MOST = 10_000
BY_NUMBER = Sort("number", ("number_id",))


class JobRequestSerializer(serializers.Serializer[Any]):
    """What to do, and for which numbers."""

    action = serializers.ChoiceField(choices=[JobKind.ENABLE.value, JobKind.DISABLE.value])
    numbers = serializers.ListField(
        child=serializers.UUIDField(), min_length=1, max_length=MOST, help_text="Ids of numbers."
    )


class JobSerializer(serializers.Serializer[Any]):
    """A job and how far it is."""

    id = serializers.UUIDField()
    action = serializers.CharField()
    state = serializers.CharField()
    total = serializers.IntegerField()
    done = serializers.IntegerField()
    skipped = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class JobItemSerializer(serializers.Serializer[Any]):
    """One number of a job: its outcome, and why it was skipped."""

    number_id = serializers.UUIDField()
    number = serializers.CharField()
    outcome = serializers.CharField()
    reason = serializers.CharField(allow_blank=True)


class JobItemPageSerializer(paging.PageSerializer):
    """A page of a job's numbers."""

    results = JobItemSerializer(many=True)


NUMBERS = ["7f7c3a52-1c39-4b9c-9b51-6f2f3c1c8a55", "8a1d0c6b-4c6f-4a8e-8d55-2b7f1e9c3d44"]
JOB = {
    "id": "f3b7c2d8-6a1e-4f09-9c57-3e5d8a2b1c66",
    "action": "enable",
    "state": "done",
    "total": 2,
    "done": 1,
    "skipped": 1,
    "created_at": "2026-11-20T08:15:30.000Z",
    "finished_at": "2026-11-20T08:15:32.000Z",
}
ITEM = {
    "number_id": NUMBERS[1],
    "number": "+13035550102",
    "outcome": "skipped",
    "reason": "It is in no active outbound campaign.",
}


class JobListView(ApiView):
    """Starts jobs."""

    scopes = {"POST": ApiScope.NUMBERS_WRITE}

    @schema.call(
        "Enable or disable monitoring",
        scope=ApiScope.NUMBERS_WRITE,
        answers={202: JobSerializer},
        refusals=(400, 404, 409, 415, 422),
        parameters=[schema.IDEMPOTENCY],
        request=JobRequestSerializer,
        operation_id="jobs_start",
        examples=[
            OpenApiExample("Two numbers", {"action": "enable", "numbers": NUMBERS}, request_only=True),
            schema.example(JOB | {"state": "waiting", "done": 0, "skipped": 0, "finished_at": None}, status=202),
        ],
        description=(
            "Enable or disable spam monitoring and remediation for up to 10,000 numbers. The answer is a job; each of "
            "its numbers gets an outcome, those that are not eligible with the reason."
        ),
    )
    def post(self, request: Request) -> Response:
        """Start a job; workers do it."""
        self.hub()
        asked = JobRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        return self.once(lambda: (202, self._start(asked.validated_data)))

    def _start(self, asked: dict[str, Any]) -> dict[str, Any]:
        wanted = set(asked["numbers"])
        numbers = listing.listed_numbers(self.account).filter(uuid__in=wanted)
        if numbers.count() != len(wanted):
            raise exceptions.NotFound("Some of these numbers are not in this account. Nothing was done.")
        job = number_jobs.start_job(
            self.account,
            JobKind(asked["action"]),
            numbers,
            token=uuid4(),
            shown=len(wanted),
            actor=self.key.made_by,
            now=self.now,
            chosen=f"By the API key {self.key.name}",
        )
        return job_as_dict(job)


class JobView(ApiView):
    """One job."""

    scopes = {"GET": ApiScope.NUMBERS_READ}

    @schema.call(
        "Read a job",
        scope=ApiScope.NUMBERS_READ,
        answers={200: JobSerializer},
        refusals=(404,),
        parameters=[schema.ID],
        operation_id="jobs_read",
        examples=[schema.example(JOB)],
    )
    def get(self, request: Request, uuid: UUID) -> Response:
        """Return how far it is."""
        return Response(job_as_dict(self.job(uuid)))

    def job(self, uuid: UUID) -> NumberJob:
        """Return a job of the account. Http404, another account's included."""
        found = NumberJob.objects.filter(uuid=uuid).first()
        if found is None:
            raise Http404
        return found


class JobItemsView(JobView):
    """What became of each number of a job."""

    @schema.call(
        "Read a job's numbers",
        scope=ApiScope.NUMBERS_READ,
        answers={200: JobItemPageSerializer},
        refusals=(400, 404),
        parameters=[schema.ID, *schema.paging(())[1:]],
        operation_id="jobs_numbers",
        examples=[schema.page_example(ITEM)],
    )
    def get(self, request: Request, uuid: UUID) -> Response:
        """Return a page of them."""
        job = self.job(uuid)
        items = NumberJobItem.objects.filter(job=job).select_related("number").defer("number__search_groups")
        return Response(paging.page_of(request, items, BY_NUMBER, owner=job.pk, as_dict=item_as_dict))


def job_as_dict(job: NumberJob) -> dict[str, Any]:
    """Return a job as it is sent."""
    return {
        "id": str(job.uuid),
        "action": str(job.kind),
        "state": str(job.state),
        "total": job.total,
        "done": job.done,
        "skipped": job.skipped,
        "created_at": moment(job.created_at),
        "finished_at": moment(job.finished_at),
    }


def item_as_dict(item: NumberJobItem) -> dict[str, Any]:
    """Return one number of a job as it is sent."""
    return {
        "number_id": str(item.number.uuid),
        "number": item.number.e164,
        "outcome": ItemOutcome(item.outcome).name.lower(),
        "reason": item.reason,
    }
