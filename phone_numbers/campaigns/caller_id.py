"""Caller IDs for calls (R89-R92, D25): claimed in the database, the default as the last resort, reasons kept.

Each choice counts as one use of its number, in all campaigns that have it. A choice is one statement of its own, so a
flag which a feed's page wrote before is honored, and nothing is locked longer than that.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q

from accounts import keys
from accounts.models import Account, ApiKey
from common.prepared import Prepared
from common.scope import account_scope
from phone_numbers.campaigns import caller_id_sql, matching
from phone_numbers.campaigns.matching import Destination, Policy, PoolNumber, Step
from phone_numbers.models import CallerIdChoice, Campaign, CampaignNumber
from phone_numbers.states import CallerIdOutcome, CampaignState, Rating

NARROW_TRIES = 2
FENCED_TRIES = 10  # then the callers outnumber the candidates, and waiting for a lock is right
NO_LIMIT = 2**31 - 1
ALERT_EVERY = timedelta(minutes=1)
PREFIX_LENGTHS = range(4, 9)
_CAMPAIGN = Prepared("campaign_of_a_call", caller_id_sql.CAMPAIGN, caller_id_sql.CAMPAIGN_TYPES)
_CALLER = Prepared("caller_of_a_call", caller_id_sql.CALLER, caller_id_sql.CALLER_TYPES)
_CLAIM = Prepared("claim_caller_id", caller_id_sql.CLAIM, caller_id_sql.CLAIM_TYPES)
_WIDE_CLAIM = Prepared("claim_caller_id_wide", caller_id_sql.WIDE_CLAIM, caller_id_sql.CLAIM_TYPES)
_WAITING_CLAIM = Prepared("claim_caller_id_waiting", caller_id_sql.WAITING_CLAIM, caller_id_sql.CLAIM_TYPES)
_TELL_OTHERS = Prepared("tell_other_campaigns", caller_id_sql.TELL_OTHERS, caller_id_sql.TELL_OTHERS_TYPES)
ENDED = "The campaign has ended, so it chooses no numbers."


class CampaignNotActiveError(ValueError):
    """An ended campaign makes no calls."""

    def __init__(self) -> None:
        super().__init__(ENDED)


@dataclass(frozen=True, slots=True)
class CallerId:
    """What a call shows: the number (None: no caller ID), how it was found, and the reason in a sentence."""

    outcome: CallerIdOutcome
    reason: str
    e164: str | None = None
    uuid: str | None = None
    number_id: int | None = None
    step: Step | None = None
    rating: Rating | None = None
    tagged: bool = False


def choose(account: Account, campaign: Campaign, destination_e164: str, *, now: datetime) -> CallerId:
    """Choose and count a caller ID for one call. CampaignNotActiveError."""
    if campaign.state != CampaignState.ACTIVE:
        raise CampaignNotActiveError
    with account_scope(account):
        before = steps_of(account, campaign, destination_e164, now=now) if _is_sampled() else None
        chosen = _claim(account, campaign, destination_e164, now) or _last_resort(campaign, now)
        if before is not None or chosen.outcome != CallerIdOutcome.MATCHED:
            _keep(account, campaign, destination_e164, chosen, before, now)
    return chosen


def campaign_for(account: Account, uuid: UUID) -> Campaign | None:
    """Return a campaign of the account as a call needs it, None for any other; the rest is read when asked for."""
    row = _CAMPAIGN.fetchone({"account": account.pk, "uuid": str(uuid)})
    return None if row is None else _campaign_of(row)


def caller_for(secret: str, uuid: str) -> tuple[ApiKey, Campaign] | None:
    """Return the key in force with this secret and its account's campaign; None without the one or the other."""
    if not keys.is_like_a_secret(secret):
        return None
    row = _CALLER.fetchone({"digest": keys.digest_of(secret), "uuid": uuid})
    return None if row is None else (keys.key_of(row), _campaign_of(row[keys.COLUMNS :]))


def _campaign_of(row: Sequence[Any]) -> Campaign:
    return Campaign.from_db(None, caller_id_sql.CAMPAIGN_COLUMNS, row)


def _is_sampled() -> bool:
    return random.randrange(100) < settings.CALLER_ID_SAMPLE_PERCENT  # noqa: S311  -- guards nothing


def steps_of(account: Account, campaign: Campaign, e164: str, *, now: datetime) -> list[dict[str, Any]]:
    """Return what each step has for a destination, as it is kept with a choice."""
    with connection.cursor() as cursor:
        cursor.execute(caller_id_sql.STEPS, _params(account, campaign, e164, now))
        rows = cursor.fetchall()
    steps: dict[int, dict[str, Any]] = {
        int(step): {"step": int(step), "usable": 0, "resting": 0, "skipped": {}} for step in Step
    }
    for step, reason, n, resting in rows:
        if reason:
            steps[step]["skipped"][reason] = n
        else:
            steps[step] |= {"usable": n, "resting": resting}
    return list(steps.values())


def policy_of(campaign: Campaign) -> Policy:
    """Return the campaign's own choices."""
    return Policy(campaign.use_mixed, campaign.calls_per_hour, campaign.calls_per_day, campaign.rest_after)


def destination_of(e164: str) -> Destination:
    """Return a destination with its US state, which the longest known prefix tells."""
    with connection.cursor() as cursor:
        cursor.execute(caller_id_sql.STATE_OF, {"prefixes": _prefixes(e164)})
        row = cursor.fetchone()
    return Destination(e164, row[0] if row else "")


def _prefixes(e164: str) -> list[str]:
    """Return the beginnings under which the area of a number may be known."""
    return [e164[1:length] for length in PREFIX_LENGTHS] if matching.area_code_of(e164) else [""]


def pool_of(campaign: Campaign) -> list[PoolNumber]:
    """Return the pool as the pure rule sees it: for explanations, not for calls."""
    pool = CampaignNumber.objects.filter(campaign=campaign).select_related("number__status")
    return [_seen(one) for one in pool.iterator(chunk_size=5_000)]


def _seen(one: CampaignNumber) -> PoolNumber:
    number, status = one.number, one.number.status
    return PoolNumber(
        one.pk,
        number.e164,
        number.state,
        Rating(status.rating),
        status.is_tagged,
        one.last_used_at,
        one.hour_at,
        one.hour_uses,
        one.day_on,
        one.day_uses,
    )


def forget_old_choices(*, now: datetime) -> int:
    """Delete choices that were kept long enough; return how many."""
    deleted, _ = CallerIdChoice.objects.filter(at__lt=now - settings.CALLER_ID_CHOICES_KEPT).delete()
    return deleted


def _claim(account: Account, campaign: Campaign, destination: str, now: datetime) -> CallerId | None:
    """Claim a number by the steps; None when no step has one. Resting numbers come after all others."""
    params = _params(account, campaign, destination, now)
    for resting in (False, True) if campaign.rest_after is not None else (False,):
        found = _first_free(params | {"resting": resting})
        if found:
            return found
    return None


def _first_free(params: dict[str, Any]) -> CallerId | None:
    """Claim among few candidates, then among many; where they are fewer than the callers, wait for a lock at last."""
    candidates = 0
    for attempt in range(2 * FENCED_TRIES):
        row = _claim_of(attempt, candidates).fetchone(params)
        assert row is not None
        candidates, step, number_id, e164, uuid, rating, is_shared = row
        if number_id is not None:
            if is_shared:
                _tell_others(params, number_id)
            words = f"{Step(step).words}."
            return CallerId(CallerIdOutcome.MATCHED, words, e164, uuid, number_id, Step(step), Rating(rating))
        if not candidates:
            return None
    return None


def _tell_others(params: dict[str, Any], number_id: int) -> None:
    """Count a use in the number's other campaigns, once the claim's lock is gone. The caller has its number anyway."""

    def tell_other_campaigns() -> None:
        _TELL_OTHERS.fetchone(params | {"number": number_id})

    transaction.on_commit(tell_other_campaigns, robust=True)


def _claim_of(attempt: int, candidates: int) -> Prepared:
    if attempt < NARROW_TRIES:
        return _CLAIM
    is_short = attempt >= FENCED_TRIES and candidates < caller_id_sql.MANY
    return _WAITING_CLAIM if is_short else _WIDE_CLAIM


def _params(account: Account, campaign: Campaign, destination: str, now: datetime) -> dict[str, Any]:
    policy = policy_of(campaign)
    return {
        "account": account.pk,
        "campaign": campaign.pk,
        "exchange": matching.exchange_of(destination),
        "area_code": matching.area_code_of(destination),
        "prefixes": _prefixes(destination),
        "others": [int(Rating.UNKNOWN), *([int(Rating.MIXED)] if policy.use_mixed else [])],
        "now": now,
        "hour": matching.hour_of(now),
        "day": now.date(),
        "per_hour": policy.calls_per_hour or NO_LIMIT,
        "per_day": policy.calls_per_day or NO_LIMIT,
        "rest_after": policy.rest_after or NO_LIMIT,
    }


def _last_resort(campaign: Campaign, now: datetime) -> CallerId:
    """Return the default, tagged or not, or that there is no caller ID; the latter is noted for an alert."""
    default = _default_of(campaign)
    if default is None:
        due = Q(no_caller_id_at__isnull=True) | Q(no_caller_id_at__lt=now - ALERT_EVERY)
        Campaign.objects.filter(due, pk=campaign.pk).update(no_caller_id_at=now)
        return CallerId(
            CallerIdOutcome.NONE, "No number of the campaign can be used now, and it has no default caller ID."
        )
    number, status = default.number, default.number.status
    reason = "No other number of the campaign can be used now, so its default caller ID is"
    reason += ", although it is tagged as spam." if status.is_tagged else "."
    return CallerId(
        CallerIdOutcome.DEFAULT,
        reason,
        number.e164,
        str(number.uuid),
        number.pk,
        rating=Rating(status.rating),
        tagged=status.is_tagged,
    )


def _default_of(campaign: Campaign) -> CampaignNumber | None:
    own = CampaignNumber.objects.filter(campaign=campaign, campaign__default_number=F("number"))
    return own.select_related("number__status").first()


def _keep(
    account: Account,
    campaign: Campaign,
    destination: str,
    chosen: CallerId,
    before: list[dict[str, Any]] | None,
    now: datetime,
) -> None:
    CallerIdChoice.objects.create(
        account=account,
        campaign=campaign,
        number_id=chosen.number_id,
        at=now,
        destination=destination[:8],
        outcome=chosen.outcome,
        reason=chosen.reason,
        steps=before or [],
    )
