"""What the provider tests share: the simulator, and clients that may reach it."""

from __future__ import annotations

import pytest
from hypothesis import settings

from providers.http import HttpClient
from tests.simulator import RunningSimulator, _faulty_simulator, own_simulator, simulator

settings.register_profile("shared machine", deadline=None)
settings.load_profile("shared machine")

__all__ = ["_faulty_simulator", "own_simulator", "simulator"]


@pytest.fixture
def client(simulator: RunningSimulator) -> HttpClient:
    return HttpClient(allow=[simulator.pair])


@pytest.fixture
def own_client(own_simulator: RunningSimulator) -> HttpClient:
    """A client for the simulator with faults: it gives up after 2 seconds."""
    return HttpClient(allow=[own_simulator.pair], deadline=2.0)
