"""Waking the workers never fails and never keeps a page waiting."""

import time
from collections.abc import Iterator

import pytest
from celery import Celery, current_app
from django.db import transaction
from pytest_django import DjangoCaptureOnCommitCallbacks

from common.wakeup import wake_on_commit

NOBODY_LISTENS = "redis://127.0.0.1:9/0"


@pytest.fixture
def broker_is_down() -> Iterator[None]:
    """Make an application whose broker refuses connections the current one."""
    usual = current_app._get_current_object()
    down = Celery("down", broker=NOBODY_LISTENS)
    down.config_from_object("django.conf:settings", namespace="CELERY")
    down.conf.broker_url = NOBODY_LISTENS
    down.set_current()
    yield
    usual.set_current()


@pytest.mark.django_db
@pytest.mark.usefixtures("broker_is_down")
def test_without_a_broker_a_wake_up_is_lost_in_silence_and_at_once(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    begun = time.monotonic()
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        wake_on_commit("phone_numbers.run_due_imports")
    assert len(callbacks) == 1
    assert time.monotonic() - begun < 3  # it was 6 with the client's own retries


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("broker_is_down")
def test_an_error_of_the_broker_does_not_reach_who_commits() -> None:
    with transaction.atomic():
        wake_on_commit("phone_numbers.run_due_imports")


@pytest.mark.django_db
def test_what_is_rolled_back_wakes_nobody(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks() as callbacks, transaction.atomic():
        wake_on_commit("phone_numbers.run_due_imports")
        transaction.set_rollback(True)
    assert callbacks == []
