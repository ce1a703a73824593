"""Ending what was begun: Verifying becomes On or Failed, In progress becomes Registered or Rejected (D27).

Where the account names a provider, its word decides: the number is there, and both gates of the business are open.
Otherwise the portal checks by itself: a first reading for monitoring; eligibility and ownership are looked at before.
Every function needs the lock of `seats.hold_pool`.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import Account
from enrollment.models import EnrolledService, NumberAtProvider, ServiceAssignment
from enrollment.number_states import AtProvider
from enrollment.services import assignments, provider_access
from phone_numbers.models import SourceView
from phone_numbers.states import Capability, Registration

LATE_AT_PROVIDER = (
    "The provider has not confirmed the number in {days} days. Enable it again to ask once more; if it stays so, ask "
    "the platform's support."
)
LATE_READING = (
    "No source has reported on the number in {days} days. Check that it is in service and that your feeds include it, "
    "then enable it again."
)


def settle(account: Account, ids: Collection[int] | None, *, now: datetime) -> None:
    """End what can be ended now for these numbers, None: for all of the open account."""
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


def _by_provider(account: Account, ids: Collection[int] | None, *, is_ready: bool, now: datetime) -> None:
    """Let the provider's word decide: there, with both gates open, or refused with a reason."""
    verifying, registering = _asked(EnrolledService.MONITORING, ids), _asked(EnrolledService.REGISTRATION, ids)
    if is_ready:
        assignments.confirm_monitoring(account, _at(AtProvider.PRESENT, verifying), now=now)
        assignments.confirm_registration(account, _at(AtProvider.PRESENT, registering), now=now)
    for reason in _reasons(ids):
        failed, rejected = (_at(AtProvider.REFUSED, asked, reason=reason) for asked in (verifying, registering))
        assignments.fail_monitoring(account, failed, reason=reason, now=now)
        assignments.reject_registration(account, rejected, reason=reason, now=now)


def _reasons(ids: Collection[int] | None) -> list[str]:
    """Return the reasons of refusals that nobody was told yet."""
    refused = NumberAtProvider.objects.filter(state=AtProvider.REFUSED)
    refused = refused if ids is None else refused.filter(number__in=ids)
    return list(refused.order_by("reason").values_list("reason", flat=True).distinct())


def _at(state: AtProvider, asked: QuerySet[ServiceAssignment], **more: str) -> list[int]:
    """Return the numbers of these assignments that are in a state at the provider."""
    rows = NumberAtProvider.objects.filter(state=state, number__in=asked.values("number"), **more)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _by_own_check(account: Account, ids: Collection[int] | None, *, now: datetime) -> None:
    """Let a first reading end the verification; for registration nothing more is to be checked."""
    read = Exists(SourceView.objects.filter(number=OuterRef("number")))
    heard, asked = _asked(EnrolledService.MONITORING, ids).filter(read), _asked(EnrolledService.REGISTRATION, ids)
    assignments.confirm_monitoring(account, list(heard.values_list("number_id", flat=True)), now=now)
    assignments.confirm_registration(account, list(asked.values_list("number_id", flat=True)), now=now)


def _asked(service: EnrolledService, ids: Collection[int] | None) -> QuerySet[ServiceAssignment]:
    """Return the assignments whose number is still being verified or registered."""
    state = (
        {"number__status__capability": Capability.VERIFYING}
        if service == EnrolledService.MONITORING
        else {"number__status__registration": Registration.IN_PROGRESS}
    )
    asked = ServiceAssignment.objects.filter(service=service, **state)
    return asked if ids is None else asked.filter(number__in=ids)
