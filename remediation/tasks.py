"""Celery tasks of remediation: alarm clocks only, the rows say what there is to do."""

import uuid

import structlog
from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts.models import Account
from common.scope import account_scope
from remediation.services import alert_mail, clock, counts, detection, pool_safety, queueing, submission_leases
from remediation.services import submission_turns as turns
from remediation.services.cases import DETECT

log = structlog.get_logger(__name__)


@shared_task(name=DETECT)
def detect_changes() -> None:
    """Bring alerts and cases in line in the accounts whose tags or monitoring changed."""
    detection.detect(detection.changed_accounts(), now=timezone.now())


@shared_task(name="remediation.sweep_labels")
def sweep_labels() -> None:
    """The same for accounts that differ without a note of it, and for the totals; beat asks seldom: it looks at all."""
    detection.detect(detection.differing_accounts(), now=timezone.now())
    counts.mend_counts()


@shared_task(name="remediation.fold_counts")
def fold_counts() -> None:
    """Fold the deltas of the totals of open cases and alerts."""
    counts.fold_counts()


@shared_task(name=queueing.SEND)
def run_due_submissions() -> None:
    """Lease the requests that are due and hand each to a worker; one that cannot be queued is due again soon."""
    for submission_id, token in submission_leases.claim_due(now=timezone.now()):
        try:
            run_submission.delay(submission_id, str(token))
        except OperationalError:
            log.warning("submission could not be queued", submission=submission_id)


@shared_task(name="remediation.run_submission")
def run_submission(submission_id: int, token: str) -> None:
    """Go on with one leased request; does nothing when the lease was lost, so a message may arrive twice or late."""
    turns.run_submission(submission_id, uuid.UUID(token), timezone.now)


@shared_task(name="remediation.watch_clocks")
def watch_clocks() -> None:
    """Call cases overdue, give them up at their limit, and submit them again after a cool-down."""
    now = timezone.now()
    clock.run(clock.due_accounts(now=now), now=now)


@shared_task(name="remediation.watch_pools")
def watch_pools() -> None:
    """Open and clear the alerts about campaigns' pools and about feeds (B10)."""
    now = timezone.now()
    for account in Account.objects.filter(pk__in=pool_safety.accounts_with_pools()).order_by("pk"):
        with account_scope(account):
            pool_safety.follow_pools(account, now=now)
    pool_safety.follow_feeds(now=now)


@shared_task(name="remediation.send_alert_mail")
def send_alert_mail() -> None:
    """Tell people of new alerts, at once or in their daily digest."""
    alert_mail.tell_everybody(now=timezone.now())
