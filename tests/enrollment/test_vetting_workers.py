"""Real workers, beats and Redis: an approved business goes through its vetting by itself, enabled and billed once."""

from __future__ import annotations

from pathlib import Path

import pytest

from accounts.models import Account
from common.scope import all_accounts
from enrollment.models import EnrolledService, EnrollmentState, ProviderAccount
from enrollment.provider_states import GateState, Vetting
from tests.enrollment.vetting_world import REVIEWED, apply_for, charges, key, named, state_of
from tests.feeds.crew import beat, emptied_broker, processes, wait_for, worker
from tests.simulator import RunningSimulator

__all__ = ["key", "named"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.slow
def test_two_beats_and_two_workers_vet_a_business_once(
    named: Account, own_simulator: RunningSimulator, key: str, tmp_path: Path
) -> None:
    broker = emptied_broker()
    enrollment = apply_for(named, EnrolledService.REGISTRATION)

    def stands(**fields: str) -> bool:
        with all_accounts():
            return ProviderAccount.objects.filter(account=named, **fields).exists()

    crew = [worker("one"), worker("two"), beat(tmp_path, "a"), beat(tmp_path, "b")]
    with processes(own_simulator.pair, *crew):
        wait_for(lambda: stands(vetting=Vetting.WAITING, letter_gate=GateState.PENDING), seconds=90)
        own_simulator.control("advance", seconds=REVIEWED)
        wait_for(lambda: state_of(enrollment) == EnrollmentState.APPROVED, seconds=60)
    broker.flushdb()
    assert len(own_simulator.call("GET", "/enterprises", key).json()["data"]) == 1
    assert charges(own_simulator, key) == [("monitoring", 1)]
