"""Celery tasks of enrollment: alarm clocks only, the rows say what there is to do."""

from celery import shared_task
from django.utils import timezone

from enrollment.provider_tasks import run_provider_errand, run_provider_errands
from enrollment.services import mail

__all__ = ["run_provider_errand", "run_provider_errands", "send_due_mail"]


@shared_task(name="enrollment.send_due_mail")
def send_due_mail() -> None:
    """Send the messages of the outbox that are due."""
    mail.send_due(timezone.now)
