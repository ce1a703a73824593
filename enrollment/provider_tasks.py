"""Celery tasks of the errands to accounts' providers: a small tick that claims rows and fans out by id."""

import uuid

import structlog
from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from enrollment.services import errand_turns, errands

log = structlog.get_logger(__name__)


@shared_task(name=errands.TASK)
def run_provider_errands() -> None:
    """Lease the errands that are due and hand each to a worker; one that cannot be queued is due again soon."""
    for errand_id, token in errands.claim_due(now=timezone.now()):
        try:
            run_provider_errand.delay(errand_id, str(token))
        except OperationalError:
            log.warning("provider errand could not be queued", errand=errand_id)


@shared_task(name="enrollment.run_provider_errand")
def run_provider_errand(errand_id: int, token: str) -> None:
    """Go on with one leased errand; does nothing when the lease was lost, so a message may arrive twice or late."""
    errand_turns.run_errand(errand_id, uuid.UUID(token), timezone.now)
