"""Enrollment talks to the provider simulator over HTTP."""

from tests.simulator import _faulty_simulator, own_simulator, simulator

__all__ = ["_faulty_simulator", "own_simulator", "simulator"]
