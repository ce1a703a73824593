"""A worker killed at any point of a vetting: the next one ends it as if nothing had happened, billed once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Account
from common.scope import account_scope, all_accounts
from enrollment.models import EnrolledService, EnrollmentEvent, EnrollmentState, ProviderErrand
from enrollment.provider_states import Vetting
from enrollment.services import errands
from tests.enrollment.vetting_crash_child import POINTS
from tests.enrollment.vetting_world import (
    DEADLINE,
    REVIEWED,
    apply_for,
    charges,
    key,
    named,
    provider_of,
    run_errand,
    state_of,
)
from tests.simulator import RunningSimulator

__all__ = ["key", "named"]
ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.django_db(transaction=True)


def claimed(account: Account) -> tuple[int, uuid.UUID]:
    """Lease the account's vetting as the tick does, whoever held it before."""
    now = timezone.now()
    with all_accounts():
        ProviderErrand.objects.filter(account=account).update(due_at=now, lease_until=None)
        (claim,) = errands.claim_due(now=now + timedelta(seconds=1))
    return claim


def die_at(point: str, account: Account, *, allow: str) -> int:
    """Let a worker process take the errand up and die at a point; return how it ended."""
    database = connection.settings_dict
    login = f"{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}"
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "reputation_portal.settings",
        "DATABASE_URL": f"postgres://{login}/{database['NAME']}",
        "OUTBOUND_ALLOW": allow,
    }
    errand, token = claimed(account)
    command = [sys.executable, "-m", "tests.enrollment.vetting_crash_child", point, str(errand), str(token)]
    return subprocess.run(command, cwd=ROOT, env=environment, timeout=60, check=False, capture_output=True).returncode


@pytest.mark.parametrize("point", POINTS)
def test_a_killed_worker_leaves_a_vetting_that_another_one_ends(
    point: str, named: Account, own_simulator: RunningSimulator, key: str, settings: Settings
) -> None:
    enrollment = apply_for(named, EnrolledService.REGISTRATION)
    if point.endswith("decision"):
        run_errand(named)
        own_simulator.control("advance", seconds=REVIEWED)
    assert die_at(point, named, allow=own_simulator.pair) == -signal.SIGKILL
    _let_settle(named)
    run_errand(named)
    if not point.endswith("decision"):
        assert provider_of(named).vetting == Vetting.WAITING
        own_simulator.control("advance", seconds=REVIEWED)
        run_errand(named)
    assert state_of(enrollment) == EnrollmentState.APPROVED
    with account_scope(named):
        assert EnrollmentEvent.objects.filter(enrollment=enrollment, to_state="approved").count() == 1
    assert len(own_simulator.call("GET", "/enterprises", key).json()["data"]) == 1
    assert charges(own_simulator, key) == [("monitoring", 1)]


def _let_settle(account: Account) -> None:
    with all_accounts():
        begun = timezone.now() - timedelta(seconds=2 * DEADLINE + 1)
        ProviderErrand.objects.filter(account=account, called_at__isnull=False).update(called_at=begun)
