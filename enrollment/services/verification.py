"""Ending what was begun: Verifying becomes On or Failed, In progress becomes Registered or Rejected (D27).

Where the account names a provider, its word decides: the number is there, and both gates of the business are open.
Otherwise the portal checks by itself: a first reading for monitoring; eligibility and ownership are looked at before.
Every function needs the lock of `seats.hold_pool`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from django.conf import settings
from django.db.models import Exists, OuterRef

from accounts.models import Account
from enrollment.models import EnrolledService, NumberAtProvider, ServiceAssignment
from enrollment.number_states import AtProvider
from enrollment.services import assignments, provider_access
from phone_numbers.models import NumberStatus, SourceView
from phone_numbers.states import Capability, Registration

LATE_AT_PROVIDER = (
    "The provider has not confirmed the number in {days} days. Enable it again to ask once more; if it stays so, ask "
    "the platform's support."
)
LATE_READING = (
    "No source has reported on the number in {days} days. Check that it is in service and that your feeds include it, "
    "then enable it again."
)


def settle(account: Account, ids: Collection[int], *, now: datetime) -> None:
    """End what can be ended for these numbers now."""
    named = provider_access.provider_account_of(account)
    if named is None:
        _by_own_check(account, ids, now=now)
    else:
        _by_provider(account, ids, is_ready=named.is_ready, now=now)


def fail_late(account: Account, *, now: datetime) -> None:
    """Fail verifications that have taken too long, so that somebody looks at them."""
    limit = settings.VERIFICATION_LIMIT
    late = ServiceAssignment.objects.filter(
        service=EnrolledService.MONITORING, since__lte=now - limit, number__status__capability=Capability.VERIFYING
    )
    ids = list(late.values_list("number_id", flat=True))
    if ids:
        words = LATE_AT_PROVIDER if provider_access.names_provider(account) else LATE_READING
        assignments.fail_monitoring(account, ids, reason=words.format(days=limit.days), now=now)


def pending_numbers() -> list[int]:
    """Return the numbers of the open account that are being verified or registered."""
    verifying = NumberStatus.objects.filter(capability=Capability.VERIFYING)
    registering = NumberStatus.objects.filter(registration=Registration.IN_PROGRESS)
    return sorted({*verifying.values_list("number_id", flat=True), *registering.values_list("number_id", flat=True)})


def _by_provider(account: Account, ids: Collection[int], *, is_ready: bool, now: datetime) -> None:
    rows = NumberAtProvider.objects.filter(number__in=ids)
    if is_ready:
        there = list(rows.filter(state=AtProvider.PRESENT).values_list("pk", flat=True))
        assignments.confirm_monitoring(account, _verifying(there), now=now)
        assignments.confirm_registration(account, _registering(there), now=now)
    refused = defaultdict(list)
    for pk, reason in rows.filter(state=AtProvider.REFUSED).values_list("pk", "reason"):
        refused[reason].append(pk)
    for reason, numbers in refused.items():
        assignments.fail_monitoring(account, _verifying(numbers), reason=reason, now=now)
        assignments.reject_registration(account, _registering(numbers), reason=reason, now=now)


def _by_own_check(account: Account, ids: Collection[int], *, now: datetime) -> None:
    read = Exists(SourceView.objects.filter(number=OuterRef("number")))
    heard = NumberStatus.objects.filter(read, number__in=_verifying(ids))
    assignments.confirm_monitoring(account, list(heard.values_list("number_id", flat=True)), now=now)
    assignments.confirm_registration(account, _registering(ids), now=now)


def _verifying(ids: Collection[int]) -> list[int]:
    """Return those that are being verified and still wanted."""
    asked = ServiceAssignment.objects.filter(service=EnrolledService.MONITORING, number__in=ids)
    found = asked.filter(number__status__capability=Capability.VERIFYING)
    return list(found.values_list("number_id", flat=True))


def _registering(ids: Collection[int]) -> list[int]:
    """Return those that are being registered and still wanted."""
    asked = ServiceAssignment.objects.filter(service=EnrolledService.REGISTRATION, number__in=ids)
    found = asked.filter(number__status__registration=Registration.IN_PROGRESS)
    return list(found.values_list("number_id", flat=True))
