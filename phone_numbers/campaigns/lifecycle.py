"""Campaigns are created, changed and ended, and get a default caller ID (D3, D25)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from accounts.models import Account, User
from accounts.products import LicenseKind
from accounts.services import record_audit
from common.scope import account_scope
from phone_numbers.campaigns import changes, effects
from phone_numbers.campaigns.rules import Dialing
from phone_numbers.models import Campaign, CampaignNumber, PhoneNumber
from phone_numbers.states import CampaignState

FIELDS = ("name", "product", "dialing_method")
MATCHING_FIELDS = ("use_mixed", "calls_per_hour", "calls_per_day", "rest_after")


class NameTakenError(ValueError):
    """The account has a campaign of this name; imports do not tell capitals apart, so neither does this."""

    def __init__(self) -> None:
        super().__init__("The account has a campaign of this name already. Choose another one.")


class NotInPoolError(ValueError):
    """A number that is to be the default caller ID is not in the campaign's pool."""

    def __init__(self) -> None:
        super().__init__("Only a number of the campaign can be its default caller ID. Add it to the campaign first.")


@transaction.atomic
def create_campaign(
    account: Account, *, name: str, product: int, dialing_method: str, actor: User, now: datetime
) -> Campaign:
    """Create an active campaign without numbers. NameTakenError when the name is in use."""
    with account_scope(account):
        _refuse_taken(name)
        campaign = Campaign(account=account, name=name, product=product, dialing_method=dialing_method, created_at=now)
        _save(campaign)
        record_audit(
            account,
            actor=actor,
            action="campaign.created",
            target=name,
            now=now,
            product=int(product),
            dialing_method=dialing_method,
        )
    return campaign


@transaction.atomic
def change_campaign(
    account: Account,
    campaign: Campaign,
    *,
    name: str,
    product: int,
    dialing_method: str,
    kinds: frozenset[LicenseKind],
    shown: str,
    actor: User,
    now: datetime,
) -> bool:
    """Change a campaign and what follows for its numbers; return whether anything changed.

    `kinds` are the licences in force, `shown` the token of the effect that the person agreed to. CampaignEndedError,
    NameTakenError; EffectChangedError when it would do something else by now.
    """
    wanted = {"name": name, "product": int(product), "dialing_method": str(dialing_method)}
    with account_scope(account):
        held = changes.hold_active(account, campaign)
        before = {field: getattr(held, field) for field in FIELDS}
        if before == wanted:
            return False
        _refuse_taken(name, besides=held)
        effect = effects.effect_of_change(held, Dialing(held.state, product, dialing_method), kinds)
        changes.refuse_unseen(effect, shown)
        _update(held, wanted)
        changes.carry_out(account, effect, actor=actor, now=now)
        record_audit(account, actor=actor, action="campaign.changed", target=name, now=now, before=before, after=wanted)
    return True


@transaction.atomic
def end_campaign(
    account: Account, campaign: Campaign, *, kinds: frozenset[LicenseKind], shown: str, actor: User, now: datetime
) -> None:
    """End a campaign for good; its pool is kept to be read. The same errors as `change_campaign`."""
    with account_scope(account):
        held = changes.hold_active(account, campaign)
        after = replace(effects.dialing_of(held), state=CampaignState.ENDED)
        effect = effects.effect_of_change(held, after, kinds)
        changes.refuse_unseen(effect, shown)
        _update(held, {"state": CampaignState.ENDED})
        changes.carry_out(account, effect, actor=actor, now=now)
        record_audit(
            account, actor=actor, action="campaign.ended", target=held.name, now=now, monitoring=effect.ending.count
        )


@transaction.atomic
def set_matching(
    account: Account,
    campaign: Campaign,
    *,
    use_mixed: bool,
    calls_per_hour: int | None,
    calls_per_day: int | None,
    rest_after: int | None,
    actor: User,
    now: datetime,
) -> bool:
    """Keep how a campaign chooses caller IDs; return whether anything changed. CampaignEndedError."""
    wanted = dict(zip(MATCHING_FIELDS, (use_mixed, calls_per_hour, calls_per_day, rest_after), strict=True))
    with account_scope(account):
        held = changes.hold_active(account, campaign)
        before = {field: getattr(held, field) for field in MATCHING_FIELDS}
        if before == wanted:
            return False
        _update(held, wanted)
        record_audit(
            account,
            actor=actor,
            action="campaign.matching_changed",
            target=held.name,
            now=now,
            before=before,
            after=wanted,
        )
    return True


@transaction.atomic
def choose_default(
    account: Account, campaign: Campaign, number: PhoneNumber | None, *, actor: User, now: datetime
) -> bool:
    """Make a number of the pool the default caller ID, None for no default; return whether anything changed.

    CampaignEndedError; NotInPoolError. A tagged number may be chosen: the page warns (R92).
    """
    with account_scope(account):
        held = changes.hold_active(account, campaign)
        if held.default_number_id == (number and number.pk):
            return False
        if number and not CampaignNumber.objects.select_for_update().filter(campaign=held, number=number).exists():
            raise NotInPoolError
        _update(held, {"default_number": number})
        record_audit(
            account,
            actor=actor,
            action="campaign.default_chosen",
            target=held.name,
            now=now,
            number=number.e164 if number else "",
        )
    return True


def _refuse_taken(name: str, besides: Campaign | None = None) -> None:
    others = Campaign.objects.filter(name__iexact=name)
    if besides is not None:
        others = others.exclude(pk=besides.pk)
    if others.exists():
        raise NameTakenError


def _update(campaign: Campaign, values: Mapping[str, Any]) -> None:
    for field, value in values.items():
        setattr(campaign, field, value)
    _save(campaign, update_fields=list(values))


def _save(campaign: Campaign, update_fields: list[str] | None = None) -> None:
    """Save; a name that another window took in the same moment is a taken name."""
    try:
        with transaction.atomic():
            campaign.save(update_fields=update_fields)
    except IntegrityError as error:
        raise NameTakenError from error
