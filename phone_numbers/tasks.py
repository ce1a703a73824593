"""Celery tasks of the hub that belong to no folder of their own."""

from datetime import timedelta

import structlog
from celery import shared_task
from django.conf import settings
from django.utils import timezone

from accounts import keys
from common.scope import all_accounts
from phone_numbers.campaigns import caller_id
from phone_numbers.feeds import complaints, partitions
from phone_numbers.imports.tasks import run_due_imports
from phone_numbers.services import counts, imports

__all__ = ["fold_number_counts", "run_daily_upkeep", "run_due_imports"]

log = structlog.get_logger(__name__)


@shared_task(name="phone_numbers.fold_number_counts")
def fold_number_counts() -> None:
    """Fold the deltas of the counters and keep today's totals up to date."""
    counts.fold_number_counts()
    counts.record_rating_day(timezone.now().date())


@shared_task(name="phone_numbers.run_daily_upkeep")
def run_daily_upkeep() -> None:
    """Make partitions ahead, drop the old, let complaints grow old, forget old imports, compare the counters."""
    now = timezone.now()
    partitions.ensure_partitions(now, now + timedelta(days=45))
    partitions.drop_old_partitions(now - settings.READING_RETENTION)
    complaints.refresh_complaint_counts(now)
    with all_accounts():
        imports.forget_old_imports(now=now)
        caller_id.forget_old_choices(now=now)
        keys.forget_old_replies(now=now)
    for account_id, n in counts.count_differences():
        log.error("counters differ from rows", account=account_id, combinations=n)
