"""`python -m reputation_portal.local run` as a person uses it: start, second start, Ctrl-C, a process that dies."""

import http.client
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from reputation_portal.local import places, processes
from reputation_portal.local.keyring import Keyring
from reputation_portal.local.ports import LOOPBACK, PortBook, any_free_port
from tests.local.conftest import open_folder

pytestmark = pytest.mark.slow

START_SECONDS = 240
STOP_SECONDS = 60


class Run:
    """One run of the supervisor on a VAR_DIR, without a terminal."""

    def __init__(self, var_dir: Path) -> None:
        self.var_dir = var_dir
        self.out = var_dir / "run.out"
        self.metrics_port = any_free_port()
        passed_on = ("PATH", "HOME", "LANG", "COVERAGE_")
        environment = {name: value for name, value in os.environ.items() if name.startswith(passed_on)}
        command = [sys.executable, "-m", "reputation_portal.local", "run", "--numbers", "40"]
        with self.out.open("wb") as out:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=places.PROJECT,
                env={**environment, "VAR_DIR": str(var_dir), "METRICS_PORT": str(self.metrics_port)},
                start_new_session=True,
            )

    @property
    def text(self) -> str:
        return self.out.read_text()

    def wait_until_ready(self) -> "Run":
        processes.wait_until(
            lambda: "Ctrl-C stops everything" in self.text or self.process.poll() is not None, seconds=START_SECONDS
        )
        assert "Ctrl-C stops everything" in self.text, self.text
        return self

    def stop(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(STOP_SECONDS)

    def get(self, path: str, port: int = 0) -> int:
        port = port or int(re.findall(r"The portal: +http://127\.0\.0\.1:(\d+)/", self.text)[-1])
        connection = http.client.HTTPConnection(LOOPBACK, port, timeout=30)
        connection.request("GET", path)
        return connection.getresponse().status


def processes_of(var_dir: Path) -> dict[int, str]:
    """Return the processes that have `var_dir` in their environment or on their command line, by number."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            line = (folder / "cmdline").read_bytes()
            if os.fsencode(var_dir) in line + (folder / "environ").read_bytes():
                found[int(folder.name)] = line.replace(b"\0", b" ").decode()
    return found


def start_beside(var_dir: Path) -> subprocess.CompletedProcess[str]:
    """Start a second portal on the same VAR_DIR and wait until it gives up."""
    return subprocess.run(
        [sys.executable, "-m", "reputation_portal.local", "run"],
        cwd=places.PROJECT,
        env={**os.environ, "VAR_DIR": str(var_dir)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture
def portal_dir() -> Iterator[Path]:
    """An empty VAR_DIR; whatever still runs on it after the test is killed."""
    with open_folder() as folder:
        try:
            yield folder
        finally:
            for pid in processes_of(folder):
                os.kill(pid, signal.SIGKILL)


def test_three_starts_in_a_row(portal_dir: Path) -> None:
    """One test, since a start takes a quarter of a minute and each goes on with the data of the one before."""
    _first_start_tells_how_to_sign_in_and_stops_without_a_trace(portal_dir)
    _second_start_keeps_the_data_and_when_killed_takes_its_processes_along(portal_dir)
    _third_start_works_after_that_and_names_a_process_that_dies(portal_dir)


def _first_start_tells_how_to_sign_in_and_stops_without_a_trace(portal_dir: Path) -> None:
    run = Run(portal_dir).wait_until_ready()
    assert run.get("/readyz") == 200
    assert run.get("/accounts/login/") == 200
    assert run.get("/metrics", run.metrics_port) == 200
    assert run.get("/metrics") == 404
    assert Keyring(portal_dir / "secrets.json").keep("DEMO_PASSWORD", str) in run.text
    for email in ("owner@acme.example", "viewer@acme.example", "owner@globex.example", "reviewer@portal.example"):
        assert email in run.text
    refused = start_beside(portal_dir)
    assert refused.returncode == 1
    assert f"already runs on {portal_dir} (process {run.process.pid} serves http://127.0.0.1:" in refused.stderr

    assert run.stop(signal.SIGINT) == 0
    assert run.text.endswith("Stopped.\n")
    assert processes_of(portal_dir) == {}


def _second_start_keeps_the_data_and_when_killed_takes_its_processes_along(portal_dir: Path) -> None:
    run = Run(portal_dir).wait_until_ready()
    assert "observations in" not in run.text, "the demo was loaded again"
    assert f"http://127.0.0.1:{PortBook(portal_dir / 'ports.json').last('simulator')}" in run.text

    run.process.kill()
    run.process.wait()

    gone = processes.wait_until(
        lambda: all("postgres" in line for line in processes_of(portal_dir).values()), seconds=STOP_SECONDS
    )
    assert gone, processes_of(portal_dir)


def _third_start_works_after_that_and_names_a_process_that_dies(portal_dir: Path) -> None:
    run = Run(portal_dir).wait_until_ready()
    assert "Stopping a PostgreSQL that an earlier start left behind" in run.text

    os.kill(int((portal_dir / "beat.pid").read_text()), signal.SIGKILL)

    assert run.process.wait(STOP_SECONDS) == 1
    assert "Stopped: beat was ended by signal 9, so everything was stopped." in run.text
    assert processes_of(portal_dir) == {}
