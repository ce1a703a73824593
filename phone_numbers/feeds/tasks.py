"""Celery tasks of the feeds: small ticks that claim rows and fan out by id."""

import uuid

import structlog
from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts.models import Account
from common.scope import account_scope, all_accounts
from phone_numbers.feeds import applied, ingest, leases, polling

log = structlog.get_logger(__name__)


@shared_task(name="phone_numbers.feeds.poll_due_feeds")
def poll_due_feeds() -> None:
    """Lease the feeds that are due and hand each to a worker; a message that cannot be sent is sent by a later tick."""
    with all_accounts():
        claims = leases.claim_due_feeds(now=timezone.now())
    for feed_id, token in claims:
        try:
            poll_feed.delay(feed_id, str(token))
        except OperationalError:
            log.warning("feed could not be queued", feed=feed_id)


@shared_task(name="phone_numbers.feeds.poll_feed")
def poll_feed(feed_id: int, token: str) -> None:
    """Run one leased feed; does nothing when the lease was lost, so a message may arrive twice or late."""
    polling.poll_feed(feed_id, uuid.UUID(token))


@shared_task(name="phone_numbers.feeds.rerate_due_numbers")
def rerate_due_numbers() -> None:
    """Rate again the numbers whose rating time alone has changed."""
    now = timezone.now()
    for account in Account.objects.filter(pk__in=ingest.due_accounts(now)):
        with account_scope(account):
            while ingest.rerate_due(account, now=now):
                pass


@shared_task(name="phone_numbers.feeds.follow_changed_rules")
def follow_changed_rules() -> None:
    """Rate again the numbers of accounts whose rule is another one than they were rated by."""
    for account in Account.objects.all():
        rated = applied.follow(account, now=timezone.now())
        if rated:
            log.info("rated by a changed rule", account=account.pk, numbers=rated)
