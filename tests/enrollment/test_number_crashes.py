"""A worker killed at any point leaves the state that no fault would have left, and nothing is billed twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Account
from accounts.products import Product
from common.scope import account_scope
from enrollment.models import NumberJob, ServiceAssignment
from enrollment.number_states import AtProvider, JobKind, JobState
from enrollment.services import number_jobs
from phone_numbers.models import PhoneNumber
from phone_numbers.states import Capability, Registration
from tests import factories
from tests.enrollment import number_world as world
from tests.enrollment import provider_world as provider
from tests.enrollment.number_crash_child import AT_PROVIDER, IN_A_JOB
from tests.simulator import RunningSimulator

ROOT = Path(__file__).resolve().parents[2]
COUNT = 6
pytestmark = pytest.mark.django_db(transaction=True)


def die_at(point: str, *arguments: str, allow: str = "") -> int:
    """Let a worker process begin and die at a point; return how it ended."""
    database = connection.settings_dict
    url = (
        f"postgres://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
    )
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "reputation_portal.settings",
        "DATABASE_URL": url,
        "OUTBOUND_ALLOW": allow,
    }
    command = [sys.executable, "-m", "tests.enrollment.number_crash_child", point, *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, timeout=60, check=False, capture_output=True).returncode


@pytest.mark.parametrize("point", AT_PROVIDER)
def test_a_worker_killed_while_it_talks_to_the_provider_bills_nothing_twice(
    point: str, acme: Account, own_simulator: RunningSimulator, settings: Settings
) -> None:
    settings.OUTBOUND_ALLOW = frozenset({own_simulator.pair})
    key = own_simulator.key(1, prefix="crashes")
    provider.name_provider(acme, own_simulator, key)
    leaving, *numbers = provider.make_taken(acme, COUNT)
    factories.make_campaign(acme, numbers=[leaving])
    world.start(acme, JobKind.ENABLE, [leaving])
    provider.work(acme)
    world.start(acme, JobKind.DISABLE, [leaving], now=timezone.now())
    world.start(acme, JobKind.REGISTER, numbers, now=timezone.now())
    assert die_at(point, str(acme.pk), allow=own_simulator.pair) == -signal.SIGKILL
    provider.work(acme)
    assert {factories.status_of(number).registration for number in numbers} == {Registration.REGISTERED}
    assert world.at_provider(leaving) == AtProvider.ABSENT
    assert provider.billed(own_simulator, key) == COUNT
    there = provider.held(own_simulator, key)
    assert {there[number.e164] for number in numbers} == {1}
    assert leaving.e164 not in there


def waiting_job(account: Account, numbers: list[PhoneNumber]) -> NumberJob:
    """Confirm a job and leave it to the workers."""
    with account_scope(account):
        return number_jobs.start_job(
            account,
            JobKind.ENABLE,
            PhoneNumber.objects.filter(pk__in=[number.pk for number in numbers]),
            token=uuid.uuid4(),
            shown=len(numbers),
            actor=None,
            now=timezone.now() - number_jobs.LEFT_BEHIND,
        )


@pytest.mark.parametrize("point", IN_A_JOB)
def test_a_worker_killed_in_a_job_does_every_number_once(point: str, acme: Account) -> None:
    numbers = [factories.make_number(acme, product=Product.PHONE) for _ in range(COUNT)]
    factories.make_campaign(acme, numbers=numbers, product=Product.PHONE)
    job = waiting_job(acme, numbers)
    assert die_at(point) == -signal.SIGKILL
    with account_scope(acme):
        # Its lease has to run out before another worker takes the job.
        NumberJob.objects.update(lease_until=timezone.now(), due_at=timezone.now())
    number_jobs.run_due()
    with account_scope(acme):
        job.refresh_from_db()
        assert ServiceAssignment.objects.filter(holds_seat=True).count() == COUNT
    assert (job.state, job.done, job.skipped) == (JobState.DONE, COUNT, 0)
    assert {factories.status_of(number).capability for number in numbers} == {Capability.VERIFYING}
    assert {len(world.events_of(number)) for number in numbers} == {1}
