"""Celery tasks of the wiring."""

from celery import shared_task
from django.utils import timezone

from reputation_portal.models import Heartbeat


@shared_task(name="reputation_portal.record_heartbeat")
def record_heartbeat() -> None:
    """Note that beat and a worker are alive."""
    Heartbeat.objects.update_or_create(name="beat", defaults={"at": timezone.now()})
