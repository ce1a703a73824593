"""Numbers join and leave a campaign's pool, with what follows for their monitoring (D3)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from accounts.models import Account, User
from accounts.products import LicenseKind
from accounts.services import record_audit
from common.scope import account_scope
from phone_numbers.campaigns import changes, effects, pools_sql
from phone_numbers.models import Campaign, PhoneNumber
from phone_numbers.states import EventKind


@transaction.atomic
def add_numbers(
    account: Account,
    campaign: Campaign,
    number_ids: Collection[int],
    *,
    kinds: frozenset[LicenseKind],
    shown: str,
    actor: User,
    now: datetime,
) -> int:
    """Add numbers of the account to a pool; return how many really joined.

    `kinds` are the licences in force, `shown` the token of the effect that the person agreed to. CampaignEndedError;
    EffectChangedError when it would do something else by now.
    """
    with account_scope(account):
        held = changes.hold_active(account, campaign)
        joining = PhoneNumber.objects.filter(pk__in=number_ids).exclude(campaign_numbers__campaign=held)
        effect = effects.effect_of_addition(held, joining, kinds)
        changes.refuse_unseen(effect, shown)
        added = _move(account, held, pools_sql.JOIN, number_ids, actor, now)
        changes.carry_out(account, effect, actor=actor, now=now)
        _record(account, held, "campaign.numbers_added", added, effect.restored.count, actor, now)
    return added


@transaction.atomic
def remove_numbers(
    account: Account,
    campaign: Campaign,
    number_ids: Collection[int],
    *,
    kinds: frozenset[LicenseKind],
    shown: str,
    actor: User,
    now: datetime,
) -> int:
    """Take numbers out of a pool; return how many really left. The same errors as `add_numbers`.

    The default caller ID is cleared with the membership, by the key in the database.
    """
    with account_scope(account):
        held = changes.hold_active(account, campaign)
        leaving = effects.pool(held).filter(pk__in=number_ids)
        effect = effects.effect_of_removal(held, leaving, kinds)
        changes.refuse_unseen(effect, shown)
        removed = _move(account, held, pools_sql.LEAVE, number_ids, actor, now)
        changes.carry_out(account, effect, actor=actor, now=now)
        _record(account, held, "campaign.numbers_removed", removed, effect.ending.count, actor, now)
    return removed


def _move(
    account: Account, campaign: Campaign, statement: str, ids: Collection[int], actor: User, now: datetime
) -> int:
    parameters: dict[str, Any] = {
        "account": account.pk,
        "campaign": campaign.pk,
        "ids": list(ids),
        "name": campaign.name,
        "kind": int(EventKind.EDITED),
        "actor": actor.pk,
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(pools_sql.HOLD, parameters)
        cursor.execute(statement, parameters)
        return int(cursor.rowcount)


def _record(
    account: Account, campaign: Campaign, action: str, count: int, monitoring: int, actor: User, now: datetime
) -> None:
    """Leave a line in the audit trail when anything was done; `monitoring` counts the numbers whose service moved."""
    if count:
        record_audit(
            account, actor=actor, action=action, target=campaign.name, now=now, numbers=count, monitoring=monitoring
        )
