"""The Celery task of imports; `phone_numbers.tasks` imports it, so that workers find it."""

from celery import shared_task
from django.utils import timezone

from phone_numbers.services import imports


@shared_task(name=imports.TASK)
def run_due_imports() -> None:
    """Work on imports that are due. May run twice or late: leases decide who works, and on what."""
    imports.run_due(now=timezone.now())
