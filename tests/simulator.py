"""The provider simulator as tests use it: its own process on a free port, driven over HTTP.

`simulator` is shared by a whole session, so every test takes its own account by `simulator.key()`; a test that switches
faults on uses `own_simulator`, which nobody else sees.
"""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from providers.simulator.state import enterprise_id

ROOT = Path(__file__).resolve().parent.parent
_names = itertools.count(1)


class RunningSimulator:
    """A simulator that answers at `url`."""

    def __init__(self, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "providers.simulator", "--port", "0", *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert "http://" in line, "The simulator did not start."
        self.url = line.split()[-1].rstrip("/")
        self.pair = self.url.removeprefix("http://")

    def key(self, count: int = 40, *, prefix: str = "test") -> str:
        """A bearer key whose account nobody else uses, with `count` numbers."""
        return f"{prefix}-{next(_names)}-n{count}"

    def enterprise(self, key: str) -> str:
        """The id of the enterprise that the account of a key holds from the start."""
        return enterprise_id(key)

    def control(self, path: str, /, **fields: Any) -> dict[str, Any]:
        """POST to the control API: `control("faults", name="server_error", times=1)`. The state comes back."""
        answer = requests.post(f"{self.url}/control/{path}", json=fields, timeout=10)
        assert answer.status_code == 200, answer.text
        state: dict[str, Any] = answer.json()
        return state

    def seen(self, path: str = "") -> list[dict[str, Any]]:
        """The newest requests first, those whose path holds `path`."""
        found = requests.get(f"{self.url}/control/requests", timeout=10).json()["requests"]
        return [one for one in found if path in one["path"]]

    def billed(self, key: str) -> list[dict[str, Any]]:
        """What the account of a key would have been billed."""
        found: list[dict[str, Any]] = requests.get(
            f"{self.url}/control/ledger", params={"key": key}, timeout=10
        ).json()["charges"]
        return found

    def call(self, method: str, path: str, key: str, body: Any = None, **params: Any) -> requests.Response:
        """A request to the Telnyx side, the way a client would make it."""
        headers = {"Authorization": f"Bearer {key}"}
        return requests.request(method, f"{self.url}/v2{path}", json=body, params=params, headers=headers, timeout=20)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=10)
        assert self._process.stdout is not None
        self._process.stdout.close()


@pytest.fixture(scope="session")
def simulator() -> Iterator[RunningSimulator]:
    """One simulator for the session, without faults."""
    running = RunningSimulator("--numbers", "40")
    yield running
    running.stop()


@pytest.fixture(scope="session")
def _faulty_simulator() -> Iterator[RunningSimulator]:
    running = RunningSimulator("--numbers", "40")
    yield running
    running.stop()


@pytest.fixture
def own_simulator(_faulty_simulator: RunningSimulator) -> RunningSimulator:
    """A simulator for this test alone, with nothing remembered and no fault on."""
    _faulty_simulator.control("reset")
    return _faulty_simulator
