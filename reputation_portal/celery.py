"""The Celery application: the row is the queue, Celery is the alarm clock.

No result backend, late acknowledgement, and no waits in messages: a wait is a `due_at` column. The hard time limit is
below half the visibility timeout, or Redis would hand a running task to a second worker.
"""

import os

from celery import Celery
from celery.signals import setup_logging
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reputation_portal.settings")

app = Celery("reputation_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["reputation_portal", "phone_numbers.feeds"])
app.autodiscover_tasks(["enrollment"], related_name="number_tasks")
app.steps["worker"].add(DjangoStructLogInitStep)


@setup_logging.connect
def keep_django_logging(**_kwargs: object) -> None:
    """Leave logging as settings.LOGGING configured it; Celery would replace the root handler."""
