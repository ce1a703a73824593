"""Reads of the pages of a job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count

from enrollment.models import NumberAtProvider, NumberJob, NumberJobItem
from enrollment.number_states import ItemOutcome, JobKind
from phone_numbers.states import Capability, Registration

PAGE = 100
REASONS = 10


@dataclass(frozen=True, slots=True)
class Standing:
    """How many numbers of a job are in a state now; `css` is its color."""

    label: str
    css: str
    count: int
    query: str


CSS = {
    Capability.VERIFYING: "is-progress",
    Capability.ON: "is-healthy",
    Capability.FAILED: "is-spam",
    Capability.NO_LONGER_ELIGIBLE: "is-mixed",
    Capability.OFF: "is-none",
}
REGISTRATION_CSS = {
    Registration.NOT_REGISTERED: "is-none",
    Registration.IN_PROGRESS: "is-progress",
    Registration.REGISTERED: "is-healthy",
    Registration.REJECTED: "is-spam",
}


def page_of_items(job: NumberJob, outcome: ItemOutcome, *, after: str) -> tuple[list[NumberJobItem], int]:
    """Return a page of numbers with an outcome behind the key `after`, and the key that the next begins behind."""
    items = NumberJobItem.objects.filter(job=job, outcome=outcome).select_related("number__status")
    if after.isascii() and after.isdigit() and len(after) < 19:
        items = items.filter(number_id__gt=int(after))
    found = list(items.order_by("number_id").defer("number__search_groups")[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].number_id if len(found) > PAGE else 0


def standing(job: NumberJob) -> list[Standing]:
    """Return where the numbers that the job did something for stand now, by state."""
    if job.kind == JobKind.REGISTER:
        return registration_standing(_counts(job, "registration"))
    return monitoring_standing(_counts(job, "capability"))


def registration_standing(counts: Mapping[int, int]) -> list[Standing]:
    """Return counts by state of registration in words, with where the list shows them."""
    return [
        Standing(state.label, REGISTRATION_CSS[state], counts[state], f"registration={state.name.lower()}")
        for state in Registration
        if counts.get(state)
    ]


def monitoring_standing(counts: Mapping[int, int]) -> list[Standing]:
    """Return counts by state of monitoring in words, with where the list shows them."""
    return [
        Standing(state.label, CSS[state], counts[state], f"capability={state.name.lower()}")
        for state in Capability
        if counts.get(state)
    ]


def skipped_reasons(job: NumberJob) -> list[tuple[str, int]]:
    """Return why numbers were skipped and how many each time, the most frequent first."""
    if job.skipped < 2:
        return []
    items = NumberJobItem.objects.filter(job=job, outcome=ItemOutcome.SKIPPED).order_by()
    return list(items.values_list("reason").annotate(n=Count("pk")).order_by("-n", "reason")[:REASONS])


def waiting_reason(job: NumberJob) -> str:
    """Return why the account's provider could not be asked about numbers of the job yet, '' when it could."""
    done = NumberJobItem.objects.filter(job=job, outcome=ItemOutcome.DONE)
    stuck = NumberAtProvider.objects.filter(due_at__isnull=False, number__in=done.values("number")).exclude(reason="")
    return stuck.order_by("-since").values_list("reason", flat=True).first() or ""


def is_verifying(job: NumberJob) -> bool:
    """Tell whether any number of the job is still between two states."""
    moving = {JobKind.ENABLE: ("capability", Capability.VERIFYING), JobKind.REGISTER: ("registration", 1)}
    if job.kind not in moving:
        return False
    column, state = moving[JobKind(job.kind)]
    done = NumberJobItem.objects.filter(job=job, outcome=ItemOutcome.DONE)
    return done.filter(**{f"number__status__{column}": int(state)}).exists()


def _counts(job: NumberJob, column: str) -> dict[int, int]:
    done = NumberJobItem.objects.filter(job=job, outcome=ItemOutcome.DONE).order_by()
    return dict(done.values_list(f"number__status__{column}").annotate(n=Count("pk")))
