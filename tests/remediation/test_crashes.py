"""A worker killed at any point leaves the state that no crash would have left, and nothing is submitted twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from common.scope import account_scope
from phone_numbers.states import Capability
from remediation.models import Alert, SubmissionItem
from tests import factories
from tests.remediation import remediation_world as world
from tests.remediation.crash_child import DETECTING, READING, SENDING

ROOT = Path(__file__).resolve().parents[2]
NUMBERS = 3
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def decided(drill, settings):
    """The provider will say that every number was remediated."""
    settings.PROVIDER_DEADLINE = 2.0
    drill.simulator.control("outcomes", outcomes=["remediated"] * NUMBERS)
    return drill


def die_at(drill, point: str) -> int:
    """Let a worker process do what is due and die at a point; return how it ended."""
    database = connection.settings_dict
    place = f"{database['HOST']}:{database['PORT']}/{database['NAME']}"
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "reputation_portal.settings",
        "DATABASE_URL": f"postgres://{database['USER']}:{database['PASSWORD']}@{place}",
        "OUTBOUND_ALLOW": drill.simulator.pair,
    }
    command = [sys.executable, "-m", "tests.remediation.crash_child", point, str(drill.ahead.total_seconds())]
    return subprocess.run(command, cwd=ROOT, env=environment, timeout=60, check=False, capture_output=True).returncode


def assert_as_without_crash(drill):
    drill.skip(world.HOUR / 10)  # past the dead worker's lease
    drill.settle(days=4)
    assert drill.states() == {"awaiting_clean_reading": NUMBERS}
    assert (drill.billed(), drill.requests()) == (NUMBERS, 1)
    assert [case.sent for case in world.cases(drill.account)] == [1] * NUMBERS
    with account_scope(drill.account):
        assert SubmissionItem.objects.filter(bucket="remediated").count() == NUMBERS
        assert Alert.objects.filter(cleared_at=None).count() == NUMBERS
    for case in world.cases(drill.account):
        path = [to for _, to in world.timeline(case)]
        assert len(path) == len(set(path))


@pytest.mark.parametrize("point", SENDING)
def test_a_worker_killed_while_sending(decided, point):
    decided.flagged(NUMBERS)
    assert die_at(decided, point) == -signal.SIGKILL
    assert_as_without_crash(decided)


@pytest.mark.parametrize("point", READING)
def test_a_worker_killed_while_reading_results(decided, point):
    decided.flagged(NUMBERS)
    decided.turn()
    decided.skip(3 * world.DAY)
    assert die_at(decided, point) == -signal.SIGKILL
    assert_as_without_crash(decided)


@pytest.mark.parametrize("point", DETECTING)
def test_a_worker_killed_while_detecting(decided, point):
    numbers = [
        factories.make_number(decided.account, e164, capability=Capability.ON) for e164 in decided.e164s[:NUMBERS]
    ]
    for number in numbers:
        decided.simulator.control("label", number=number.e164)
    world.flag(decided.account, numbers, decided.clock())
    assert die_at(decided, point) == -signal.SIGKILL
    decided.detect()
    assert_as_without_crash(decided)
