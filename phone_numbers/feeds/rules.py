"""The rule of an account as its settings and feeds make it now, and how long each feed's own verdict counts (D19)."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings

from accounts.models import Account
from common.scope import account_scope
from phone_numbers.feeds.rating import RatingRule
from phone_numbers.models import Feed
from providers import registry


def rule_for(account: Account) -> RatingRule:
    """Return the rule with the account's own thresholds and feeds, and the portal's values where it has none."""
    return RatingRule(
        window=settings.RATING_WINDOW,
        min_observations=account.rating_min_observations or settings.RATING_MIN_OBSERVATIONS,
        spam_share=account.rating_spam_share or settings.RATING_SPAM_SHARE,
        provider_check_period=settings.PROVIDER_CHECK_PERIOD,
        tag_expiry=settings.TAG_EXPIRY,
        spam_carriers=account.spam_carriers,
        check_periods=_own_periods(account),
    )


def check_period_of(feed: Feed) -> timedelta:
    """Return within what time a feed means to have asked about every number; the portal's value where it says none."""
    hours = feed.check_period_hours
    return settings.PROVIDER_CHECK_PERIOD if hours is None else timedelta(hours=hours)


def _own_periods(account: Account) -> dict[str, timedelta]:
    """Return the periods of the account's feeds by source.

    Where several feeds speak for one source the longest counts: a view is not stale while a feed may still renew it.
    """
    with account_scope(account):
        feeds = list(Feed.objects.filter(check_period_hours__isnull=False).only("provider", "check_period_hours"))
    periods: dict[str, timedelta] = {}
    for feed in feeds:
        kind = registry.KINDS.get(feed.provider)
        if kind is not None and kind.verdicts_of:
            periods[kind.verdicts_of] = max(periods.get(kind.verdicts_of, timedelta(0)), check_period_of(feed))
    return periods
