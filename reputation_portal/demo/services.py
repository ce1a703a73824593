"""The services of the demo's numbers: an assignment for each, with its seat, and what the provider has of them."""

from __future__ import annotations

from datetime import datetime

from accounts.models import Account
from common.scope import account_scope
from enrollment.models import EnrolledService, NumberAtProvider, ServiceAssignment
from enrollment.number_states import AtProvider
from enrollment.selectors import number_facts
from enrollment.services import provider_access
from enrollment.verdicts import MONITORED, NumberFacts
from phone_numbers.models import PhoneNumber
from phone_numbers.states import Capability, Registration

ASKED_FOR = frozenset({Registration.IN_PROGRESS, Registration.REGISTERED})


def assign_services(account: Account, *, now: datetime) -> None:
    """Make what the states of the numbers say true: once, when the account has no assignment yet.

    Numbers that are done stand at the provider already; the others wait there and are done soon after the start.
    """
    with account_scope(account):
        if ServiceAssignment.objects.exists():
            return
        numbers = number_facts.facts_by_number(PhoneNumber.objects.all())
        rows = [row for pk, facts in numbers for row in _assignments(account, pk, facts, now)]
        ServiceAssignment.objects.bulk_create(rows, batch_size=5_000)
        if provider_access.names_provider(account):
            wanted = {row.number_id for row in rows}
            there = [_at_provider(account, pk, facts, now) for pk, facts in numbers if pk in wanted]
            NumberAtProvider.objects.bulk_create(there, batch_size=5_000)


def _assignments(account: Account, pk: int, facts: NumberFacts, now: datetime) -> list[ServiceAssignment]:
    found = []
    if facts.registration in ASKED_FOR:
        found.append(ServiceAssignment(account=account, number_id=pk, service=EnrolledService.REGISTRATION, since=now))
    if facts.capability in MONITORED:
        seat = facts.dials_phone and not facts.dials_contact_center
        found.append(
            ServiceAssignment(
                account=account, number_id=pk, service=EnrolledService.MONITORING, since=now, holds_seat=seat
            )
        )
    return found


def _at_provider(account: Account, pk: int, facts: NumberFacts, now: datetime) -> NumberAtProvider:
    done = facts.registration == Registration.REGISTERED or facts.capability == Capability.ON
    state = AtProvider.PRESENT if done else AtProvider.QUEUED
    return NumberAtProvider(account=account, number_id=pk, state=state, since=now, due_at=None if done else now)
