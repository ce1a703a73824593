"""Services of numbers begin and end: the assignment, the state on the number, and what is asked of the provider.

Every function here needs the lock of `seats.hold_pool` and a transaction, and moves its numbers with one event each.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from accounts.models import Account, User
from enrollment.models import EnrolledService, NumberJob, ServiceAssignment
from enrollment.services import provider_numbers
from phone_numbers.services import status
from phone_numbers.states import Capability, Registration

BATCH = 5_000


def start_monitoring(
    account: Account, seats: Mapping[int, bool], *, job: NumberJob | None, actor: User | None, now: datetime
) -> None:
    """Begin to verify numbers for monitoring; `seats` says by key which of them hold a seat from now on."""
    _assign(account, EnrolledService.MONITORING, seats, job=job, now=now)
    ids = sorted(seats)
    status.set_capability(
        account, ids, to=Capability.VERIFYING, only_from=[Capability.OFF, Capability.FAILED], actor=actor, now=now
    )
    provider_numbers.ask_again(account, ids, now=now)


def start_registration(
    account: Account, ids: Sequence[int], *, job: NumberJob | None, actor: User | None, now: datetime
) -> None:
    """Begin to register numbers."""
    _assign(account, EnrolledService.REGISTRATION, dict.fromkeys(ids, False), job=job, now=now)
    status.set_registration(account, ids, to=Registration.IN_PROGRESS, actor=actor, now=now)
    provider_numbers.ask_again(account, ids, now=now)


def confirm_monitoring(account: Account, ids: Sequence[int], *, now: datetime) -> int:
    """End the verification of numbers: monitoring is on. Return how many really moved."""
    return status.set_capability(account, ids, to=Capability.ON, only_from=[Capability.VERIFYING], now=now)


def confirm_registration(account: Account, ids: Sequence[int], *, now: datetime) -> int:
    """End the registration of numbers: they are registered. Return how many really moved."""
    return status.set_registration(account, ids, to=Registration.REGISTERED, now=now)


def fail_monitoring(account: Account, ids: Sequence[int], *, reason: str, now: datetime) -> None:
    """End the verification of numbers: it failed for one reason; seats are free again."""
    status.set_capability(account, ids, to=Capability.FAILED, only_from=[Capability.VERIFYING], reason=reason, now=now)
    _unassign(account, EnrolledService.MONITORING, ids, now=now)


def reject_registration(account: Account, ids: Sequence[int], *, reason: str, now: datetime) -> None:
    """End the registration of numbers: it was refused for one reason."""
    if not ids:
        return
    status.set_registration(account, ids, to=Registration.REJECTED, reason=reason, now=now)
    _unassign(account, EnrolledService.REGISTRATION, ids, now=now)


def stop_monitoring(
    account: Account, ids: Sequence[int], *, actor: User | None, now: datetime, reason: str = ""
) -> int:
    """Switch monitoring off, whatever it was doing: a verification is canceled, seats are free again (D17).

    Return how many really moved; twice is harmless.
    """
    moved = status.set_capability(account, ids, to=Capability.OFF, reason=reason, actor=actor, now=now)
    _unassign(account, EnrolledService.MONITORING, ids, now=now)
    return moved


def end_all(account: Account, ids: Sequence[int], *, reason: str, now: datetime) -> None:
    """End both services of numbers that the provider does not have any more."""
    provider_numbers.forget(ids, now=now)
    status.set_registration(account, ids, to=Registration.NOT_REGISTERED, reason=reason, now=now)
    _unassign(account, EnrolledService.REGISTRATION, ids, now=now)
    stop_monitoring(account, ids, actor=None, reason=reason, now=now)


def end_later(account: Account, ids: Sequence[int], *, reason: str, now: datetime) -> int:
    """Let monitoring go on for a while only, for numbers that may not have it any more (D3, D30)."""
    return status.set_capability(
        account, ids, to=Capability.NO_LONGER_ELIGIBLE, only_from=[Capability.ON], reason=reason, now=now
    )


def restore(account: Account, seats: Mapping[int, bool], *, reason: str, now: datetime) -> int:
    """Put monitoring on again for numbers that have back what they need; `seats` as in `start_monitoring`."""
    ids = sorted(seats)
    moved = status.set_capability(
        account, ids, to=Capability.ON, only_from=[Capability.NO_LONGER_ELIGIBLE], reason=reason, now=now
    )
    give_seats(account, seats, now=now)
    ServiceAssignment.objects.filter(service=EnrolledService.MONITORING, number__in=ids).update(ends_at=None)
    return moved


def give_seats(account: Account, seats: Mapping[int, bool], *, now: datetime) -> None:
    """Give each number a seat or take it, and an assignment where it has none; the time of the others stays."""
    rows = [
        ServiceAssignment(account=account, number_id=pk, service=EnrolledService.MONITORING, holds_seat=held, since=now)
        for pk, held in sorted(seats.items())
    ]
    ServiceAssignment.objects.bulk_create(
        rows,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["number", "service"],
        update_fields=["holds_seat"],
    )


def _assign(
    account: Account, service: EnrolledService, seats: Mapping[int, bool], *, job: NumberJob | None, now: datetime
) -> None:
    rows = [
        ServiceAssignment(account=account, number_id=pk, service=service, holds_seat=held, since=now, job=job)
        for pk, held in sorted(seats.items())
    ]
    ServiceAssignment.objects.bulk_create(
        rows,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["number", "service"],
        update_fields=["holds_seat", "since", "job", "ends_at"],
    )


def _unassign(account: Account, service: EnrolledService, ids: Collection[int], *, now: datetime) -> None:
    ServiceAssignment.objects.filter(service=service, number__in=ids).delete()
    provider_numbers.align(account, ids, now=now)
