"""Following a changed rule: settings after a restart, a feed's check period, thresholds (D19).

Each account remembers by which rule its numbers were rated last. Where the rule is another one now, they are rated
again in batches, each in one transaction with how far it came, so that a killed worker goes on where it was.
"""

from __future__ import annotations

import math
import time
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import Account
from common.scope import account_scope
from phone_numbers.feeds import ingest
from phone_numbers.feeds.rating import RatingRule
from phone_numbers.feeds.rules import rule_for
from phone_numbers.models import AppliedRule
from phone_numbers.states import Rating

BATCH = 10_000


def fingerprint(rule: RatingRule) -> dict[str, Any]:
    """Return a rule as it is remembered: what bears on every number (`times`), and on flagged ones only (`shares`)."""
    periods = {source: period.total_seconds() for source, period in sorted(rule.check_periods.items())}
    return {
        "times": [
            rule.window.total_seconds(),
            rule.provider_check_period.total_seconds(),
            rule.tag_expiry.total_seconds(),
            periods,
        ],
        "shares": [rule.min_observations, rule.spam_share, rule.spam_carriers],
    }


def follow(account: Account, *, now: datetime, until: float = math.inf) -> int:
    """Rate the account's numbers again if its rule is another one than they were rated by; return how many were.

    No batch begins past `until` (of the monotonic clock); another call goes on from there.
    """
    with account_scope(account):
        wanted = fingerprint(rule_for(account))
        AppliedRule.objects.get_or_create(account=account)
        rated, more = 0, True
        while more and time.monotonic() < until:
            n, more = _batch(account, wanted, now=now)
            rated += n
    return rated


@transaction.atomic
def _batch(account: Account, wanted: dict[str, Any], *, now: datetime) -> tuple[int, bool]:
    """Rate the next batch; return how many, and whether there is more. Another worker's account is left to it."""
    applied = AppliedRule.objects.select_for_update(skip_locked=True).filter(account=account).first()
    if applied is None or applied.rated_by == wanted:
        return 0, False
    if applied.target != wanted:
        applied.target, applied.through = wanted, 0
    least = Rating.MIXED if applied.rated_by.get("times") == wanted["times"] else Rating.UNKNOWN
    n, last = ingest.rerate_after(account, after=applied.through, least=least, now=now, limit=BATCH)
    applied.through = last
    if n < BATCH:
        applied.rated_by, applied.target, applied.through = wanted, {}, 0
    applied.save(update_fields=["rated_by", "target", "through"])
    return n, n == BATCH
