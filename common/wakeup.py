"""Waking the workers: the row is the queue, a message only says that there is work now rather than at the next tick."""

from __future__ import annotations

from functools import partial

import structlog
from celery import current_app
from django.db import transaction

log = structlog.get_logger(__name__)


def wake_on_commit(task_name: str) -> None:
    """Send a task's name to the workers when the transaction is committed.

    Never fails and never waits longer than the broker's connection timeout: with Redis down the next tick of beat finds
    the work.
    """
    transaction.on_commit(partial(_send, task_name))


def _send(task_name: str) -> None:
    try:
        current_app.send_task(task_name)
    except Exception as error:  # the broker's client raises errors of several libraries
        log.warning("wake-up not sent", task=task_name, error=str(error))
