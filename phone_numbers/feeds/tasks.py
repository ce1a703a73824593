"""Celery tasks of the feeds: small ticks that claim rows and fan out by id."""

import time
import uuid

import structlog
from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts.models import Account
from common.scope import account_scope, all_accounts
from common.wakeup import wake_on_commit
from phone_numbers.feeds import applied, ingest, leases, polling

# Rating millions again takes minutes: a worker is given back after so many seconds, well below the limit of a task, and
# the rest waits its turn behind the feeds that are due.
RUN_SECONDS = 30.0

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
    now, until = timezone.now(), time.monotonic() + RUN_SECONDS
    for account in Account.objects.filter(pk__in=ingest.due_accounts(now)):
        with account_scope(account):
            while time.monotonic() < until and ingest.rerate_due(account, now=now):
                pass
    _go_on_after(until, "phone_numbers.feeds.rerate_due_numbers")


@shared_task(name="phone_numbers.feeds.follow_changed_rules")
def follow_changed_rules() -> None:
    """Rate again the numbers of accounts whose rule is another one than they were rated by."""
    until = time.monotonic() + RUN_SECONDS
    for account in Account.objects.all():
        rated = applied.follow(account, now=timezone.now(), until=until)
        if rated:
            log.info("rated by a changed rule", account=account.pk, numbers=rated)
    _go_on_after(until, "phone_numbers.feeds.follow_changed_rules")


def _go_on_after(until: float, task_name: str) -> None:
    """Ask for another run when this one may have stopped for want of time; it ends at once if nothing is left."""
    if time.monotonic() >= until:
        wake_on_commit(task_name)
