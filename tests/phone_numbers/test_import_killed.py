"""A worker's process that is really killed, in the middle of a transaction; and the task as workers know it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from celery import current_app
from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.models import Account
from common.scope import account_scope, all_accounts
from phone_numbers.imports import check_step
from phone_numbers.models import ImportJob
from phone_numbers.services import imports
from phone_numbers.tasks import run_due_imports
from tests.phone_numbers import import_jobs
from tests.phone_numbers.import_jobs import csv_of, fictional_lines, held_by, traces_of

CHILD = """
import os, signal, sys, django
django.setup()
from phone_numbers.imports import apply_step, check_step
from phone_numbers.tasks import run_due_imports

step, name, at = {"check": check_step, "apply": apply_step}[sys.argv[1]], sys.argv[2], int(sys.argv[3])
apply_step.BATCH = check_step.BATCH = 20
real, calls = getattr(step, name), iter(range(1, 1000))

def killed(*args, **kwargs):
    result = real(*args, **kwargs)
    if next(calls) == at:
        os.kill(os.getpid(), signal.SIGKILL)
    return result

setattr(step, name, killed)
run_due_imports()
"""


@pytest.fixture(autouse=True)
def _some_areas(acme: Account) -> None:
    import_jobs.stand_in_areas()


def _run_a_worker_that_is_killed(step: str, name: str, at: int) -> None:
    address = connection.settings_dict
    url = f"postgres://{address['USER']}:{address['PASSWORD']}@{address['HOST']}:{address['PORT']}/{address['NAME']}"
    done = subprocess.run(
        [sys.executable, "-c", CHILD, step, name, str(at)],
        env={**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "reputation_portal.settings"},
        cwd=settings.BASE_DIR,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL


def _later() -> None:
    """Let the dead worker's lease run out, as time would, and let another take over."""
    with all_accounts():
        ImportJob.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    run_due_imports()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("step", "name", "at"), [("check", "_copy", 3), ("apply", "_add", 3), ("apply", "_change", 5)])
def test_a_killed_process_leaves_what_the_next_one_finishes_exactly(
    acme: Account, globex: Account, step: str, name: str, at: int
) -> None:
    content = csv_of(*fictional_lines(110), "bad,,,,")
    clean = import_jobs.applied(globex, content)
    with account_scope(acme):
        job = import_jobs.upload(acme, content)
        if step == "apply":
            imports.work_now(job, lines=None)
            imports.confirm(job, actor=None, now=timezone.now())
    _run_a_worker_that_is_killed(step, name, at)
    _later()
    with account_scope(acme):
        job.refresh_from_db()
        if step == "check":
            assert (job.state, job.rows_total, job.to_add) == ("checked", clean.rows_total, clean.to_add)
            return
    assert (job.state, job.added, job.rows_done) == ("done", clean.added, clean.rows_done)
    assert held_by(acme) == held_by(globex)
    assert traces_of(acme) == traces_of(globex)


@pytest.mark.django_db
def test_workers_and_beat_know_the_task_by_one_name(acme: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    assert current_app.tasks[imports.TASK].name == "phone_numbers.run_due_imports"
    assert imports.TASK in {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    monkeypatch.setattr(check_step, "BATCH", 3)
    with account_scope(acme):
        job = import_jobs.upload(acme, csv_of(*fictional_lines(10)))
    run_due_imports()
    run_due_imports()
    with account_scope(acme):
        job.refresh_from_db()
    assert (job.state, job.rows_total) == ("checked", 10)
