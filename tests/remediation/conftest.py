"""Remediation talks to the provider simulator over HTTP."""

import pytest
from django.test import Client

from accounts.models import User
from tests.conftest import ClientFor
from tests.remediation.provider_drill import Drill
from tests.simulator import _faulty_simulator, own_simulator, simulator

__all__ = ["_faulty_simulator", "own_simulator", "simulator"]


@pytest.fixture
def client(owner: User, client_for: ClientFor) -> Client:
    """A browser of the owner of acme."""
    return client_for(owner)


@pytest.fixture
def drill(acme, own_simulator, settings) -> Drill:
    """acme with its provider at the simulator, and its numbers there, monitored."""
    settings.OUTBOUND_ALLOW = frozenset({own_simulator.pair})
    return Drill(acme, own_simulator)
