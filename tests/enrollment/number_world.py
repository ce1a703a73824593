"""Numbers, campaigns and jobs for the tests of services: acme as it is, everything on the clock NOW."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from accounts.models import Account
from common.scope import account_scope
from enrollment.models import EnrolledService, NumberAtProvider, NumberJob, NumberJobItem, ServiceAssignment
from enrollment.number_states import JobKind
from enrollment.services import number_jobs, number_review, seats
from phone_numbers.models import NumberEvent, PhoneNumber
from tests import factories


def make_dialers(account: Account, count: int, **fields: Any) -> list[PhoneNumber]:
    """Make numbers in an active predictive campaign of Contact Center: they need no seat."""
    numbers = [factories.make_number(account, **fields) for _ in range(count)]
    factories.make_campaign(account, numbers=numbers)
    return numbers


def start(
    account: Account, kind: JobKind, numbers: Sequence[PhoneNumber], *, now: datetime | None = None, **fields: Any
) -> NumberJob:
    """Confirm a job for these numbers and let it run to its end, as a request does."""
    fields = {"token": uuid.uuid4(), "shown": len(numbers), "actor": None} | fields
    with account_scope(account):
        chosen = PhoneNumber.objects.filter(pk__in=[number.pk for number in numbers])
        job = number_jobs.start_job(account, kind, chosen, now=now or factories.NOW, **fields)
        return number_jobs.work_now(job, clock=lambda: now or factories.NOW)


def review(account: Account, *, now: datetime = factories.NOW) -> None:
    """Look over all monitored numbers of the account."""
    with account_scope(account):
        seats.review_soon(account, now=now)
        number_review.review(account, now=now)


def reasons(job: NumberJob) -> dict[str, str]:
    """Return why numbers were skipped, '' for those that were done, by E.164."""
    with account_scope(job.account_id):
        return dict(NumberJobItem.objects.filter(job=job).values_list("number__e164", "reason"))


def assignment_of(
    number: PhoneNumber, service: EnrolledService = EnrolledService.MONITORING
) -> ServiceAssignment | None:
    """Return the assignment of a number."""
    with account_scope(number.account_id):
        return ServiceAssignment.objects.filter(number=number, service=service).first()


def at_provider(number: PhoneNumber) -> str:
    """Return where a number stands at the provider, '' for nowhere."""
    with account_scope(number.account_id):
        found = NumberAtProvider.objects.filter(number=number).first()
    return found.state if found else ""


def events_of(number: PhoneNumber) -> list[tuple[str, str, str]]:
    """Return the moves of a number: from, to and why, oldest first."""
    with account_scope(number.account_id):
        rows = NumberEvent.objects.filter(number=number).order_by("at", "pk")
        return list(rows.values_list("from_value", "to_value", "reason"))


def seats_held(account: Account) -> int:
    """Return how many seats are held."""
    with account_scope(account):
        return ServiceAssignment.objects.filter(holds_seat=True).count()
