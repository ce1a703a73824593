"""Celery tasks about the services of numbers: alarm clocks only, the rows say what there is to do."""

import structlog
from celery import shared_task
from django.utils import timezone

from accounts.models import Account
from common.scope import account_scope, all_accounts
from enrollment.services import number_jobs, number_review, provider_calls, provider_numbers

log = structlog.get_logger(__name__)


@shared_task(name=number_jobs.TASK)
def run_jobs() -> None:
    """Go on with confirmed selections that wait for a worker."""
    number_jobs.run_due()


@shared_task(name=provider_numbers.TASK)
def call_providers() -> None:
    """Hand each account with something to ask of its provider to a worker of its own: one may be slow."""
    with all_accounts():
        due = provider_numbers.due_accounts(now=timezone.now())
    for account_id in due:
        call_provider.delay(account_id)


@shared_task(name="enrollment.numbers.call_provider")
def call_provider(account_id: int) -> None:
    """Add, look up and remove numbers at one account's provider."""
    account = Account.objects.filter(pk=account_id).first()
    if account is not None:
        provider_calls.work_on(account)


@shared_task(name="enrollment.numbers.forget_old_jobs")
def forget_old_jobs() -> None:
    """Remove jobs that ended long ago."""
    with all_accounts():
        number_jobs.forget_old_jobs(now=timezone.now())


@shared_task(name=number_review.TASK)
def review_numbers() -> None:
    """Bring the monitoring of numbers into line with what they may have now."""
    now = timezone.now()
    with all_accounts():
        due = number_review.accounts_to_review(now=now)
    for account in Account.objects.filter(pk__in=due).order_by("pk"):
        try:
            with account_scope(account):
                number_review.review(account, now=timezone.now())
        except Exception:
            log.exception("review of monitored numbers failed", account=account.pk)
