"""An account's own thresholds of the rating rule (D19)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import Account, User
from accounts.services import record_audit
from common.scope import account_scope
from common.wakeup import wake_on_commit
from phone_numbers.models import NumberStatus
from phone_numbers.states import Rating

RERATE_TASK = "phone_numbers.feeds.rerate_due_numbers"
FIELDS = ("spam_carriers", "rating_min_observations", "rating_spam_share")


@transaction.atomic
def set_thresholds(
    account: Account,
    *,
    spam_carriers: int,
    min_observations: int | None,
    spam_share: int | None,
    actor: User,
    now: datetime,
) -> bool:
    """Keep the thresholds; None means the portal's own. Return whether anything changed.

    Every flagged number becomes due to be rated again: thresholds decide only between Mixed and Spam.
    """
    wanted = (spam_carriers, min_observations, spam_share)
    held = Account.objects.select_for_update().get(pk=account.pk)
    before = tuple(getattr(held, field) for field in FIELDS)
    if before == wanted:
        return False
    Account.objects.filter(pk=account.pk).update(**dict(zip(FIELDS, wanted, strict=True)))
    with account_scope(account):
        NumberStatus.objects.filter(rating__gte=Rating.MIXED).update(rerate_at=now)
    wake_on_commit(RERATE_TASK)
    record_audit(
        account,
        actor=actor,
        action="thresholds.changed",
        now=now,
        before=dict(zip(FIELDS, before, strict=True)),
        after=dict(zip(FIELDS, wanted, strict=True)),
    )
    return True
