"""Naming the account's provider, changing its key, asking again, and naming it no more (D27). People do this."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from accounts.models import Account, User
from accounts.services import record_audit
from common.scope import account_scope
from common.wakeup import wake_on_commit
from enrollment.models import Enrollment, NumberAtProvider, NumberOwnership, ProviderAccount, ProviderErrand
from enrollment.number_states import AtProvider
from enrollment.provider_states import ErrandKind, Vetting
from enrollment.services import errands, provider_access, provider_numbers, seats, vetting
from enrollment.states import EnrollmentState

BEING_VETTED = (
    "An enrollment of the account is being vetted by this provider. It can be taken away once the provider has decided."
)
HAS_NUMBERS = (
    "This provider still has numbers of the account. Disable monitoring for them first; the provider is asked to "
    "remove them then."
)


class StillInUseError(Exception):
    """The provider cannot be taken away now; the message says why and what to do first."""


@transaction.atomic
def name_provider(
    account: Account, *, provider: str, settings: Mapping[str, str], secret: str, actor: User | None, now: datetime
) -> ProviderAccount:
    """Name the provider, or change its settings; an empty `secret` keeps the key there is.

    With another key or address the business is looked for and told there again: free of charge where it is known.
    """
    with account_scope(account):
        defaults = {"provider": provider, "settings": {}, "created_at": now, "vetting_since": now}
        named, created = ProviderAccount.objects.select_for_update().get_or_create(account=account, defaults=defaults)
        moved = bool(secret) or dict(settings) != named.settings
        named.provider, named.settings = provider, dict(settings)
        named.save(update_fields=["provider", "settings"])
        if secret:
            provider_access.set_secret(named, secret)
        action = "provider.named" if created else "provider.changed"
        record_audit(account, actor=actor, action=action, target=provider, now=now, secret_replaced=bool(secret))
        _go_on(account, named, anew=moved and not created, now=now)
    return named


def _go_on(account: Account, named: ProviderAccount, *, anew: bool, now: datetime) -> None:
    """Let everything that waits for the provider be tried again now."""
    if anew and named.record and named.vetting not in (Vetting.NONE, Vetting.REJECTED):
        named.vetting, named.vetting_since = Vetting.TERMS, now
        named.save(update_fields=["vetting", "vetting_since"])
    if named.vetting == Vetting.NONE:
        vetting.vet_what_is_approved(account, now=now)
    for kind in ErrandKind:
        if ProviderErrand.objects.filter(kind=kind).exists():
            errands.want(account, kind, now=now)
    seats.review_soon(account, now=now)  # numbers that are served already are asked for there
    wake_on_commit(provider_numbers.TASK)


@transaction.atomic
def ask_again(account: Account, *, actor: User | None, now: datetime) -> bool:
    """Send an approved business to its provider once more, which took it back; False when there is nothing to ask.

    A business whose enrollment was rejected is corrected and submitted again instead, so that a reviewer sees it.
    """
    with account_scope(account):
        if not Enrollment.objects.filter(state=EnrollmentState.APPROVED).exists():
            return False
        again = ProviderAccount.objects.filter(vetting=Vetting.REJECTED).exclude(record={})
        if not again.update(vetting=Vetting.TERMS, vetting_since=now, reasons=[]):
            return False
        record_audit(account, actor=actor, action="provider.asked_again", now=now)
        errands.want(account, ErrandKind.VETTING, now=now)
    return True


@transaction.atomic
def forget_provider(account: Account, *, actor: User | None, now: datetime) -> None:
    """Name no provider any more: the portal checks by itself then. Raises StillInUseError in words."""
    with account_scope(account):
        named = ProviderAccount.objects.select_for_update().first()
        if named is None:
            return
        _refuse_in_use()
        NumberOwnership.objects.all().delete()
        NumberAtProvider.objects.all().delete()
        ProviderErrand.objects.all().delete()
        record_audit(account, actor=actor, action="provider.forgotten", target=named.provider, now=now)
        named.delete()


def _refuse_in_use() -> None:
    if Enrollment.objects.filter(state=EnrollmentState.PROVIDER_VETTING).exists():
        raise StillInUseError(BEING_VETTED)
    settled = [AtProvider.ABSENT, AtProvider.REFUSED]
    if NumberAtProvider.objects.exclude(state__in=settled).exists():
        raise StillInUseError(HAS_NUMBERS)
