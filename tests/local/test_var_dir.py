"""What a VAR_DIR keeps: the lock, the secrets, the ports."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from reputation_portal.local import environment, ports, processes, supervisor
from reputation_portal.local.errors import LocalError
from reputation_portal.local.keyring import Keyring
from reputation_portal.local.ports import LOOPBACK, PortBook
from reputation_portal.local.var_lock import VarLock

HOLD = """
import sys
from pathlib import Path
from reputation_portal.local.var_lock import VarLock
with VarLock(Path(sys.argv[1])) as lock:
    lock.tell("serves http://127.0.0.1:8000/")
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(var_dir: Path):
    """Another process that holds the lock of `var_dir`."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(var_dir)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_second_start_says_what_runs_and_where(var_dir: Path, holder: subprocess.Popen[str]) -> None:
    with pytest.raises(LocalError) as refusal, VarLock(var_dir):
        pass
    assert f"already runs on {var_dir} (process {holder.pid} serves http://127.0.0.1:8000/)" in str(refusal.value)
    assert "set VAR_DIR to another folder" in str(refusal.value)


def test_a_killed_holder_leaves_no_lock(var_dir: Path, holder: subprocess.Popen[str]) -> None:
    assert VarLock(var_dir).is_held()
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert not VarLock(var_dir).is_held()
    with VarLock(var_dir):
        pass


def test_secrets_are_made_once_and_only_their_owner_reads_them(var_dir: Path) -> None:
    first = environment.with_secrets(var_dir, {})
    second = environment.with_secrets(var_dir, {})
    assert first == second
    assert len(first["SECRET_KEY"]) >= 50
    assert (var_dir / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_a_named_secret_is_taken_and_not_kept(var_dir: Path) -> None:
    given = {"SECRET_KEY": "x" * 40, "DEMO_PASSWORD": "chosen by a person"}
    assert environment.with_secrets(var_dir, given)["DEMO_PASSWORD"] == "chosen by a person"
    assert "DEMO_PASSWORD" not in Keyring(var_dir / "secrets.json")


def test_a_damaged_secrets_file_is_named(var_dir: Path) -> None:
    (var_dir / "secrets.json").write_text("{")
    with pytest.raises(LocalError, match=r"secrets\.json is damaged"):
        Keyring(var_dir / "secrets.json")


def test_ports_stay_between_starts_while_they_are_free(var_dir: Path) -> None:
    book = PortBook(var_dir / "ports.json")
    port = book.choose("simulator")
    assert book.choose("simulator") == port
    with socket.create_server((LOOPBACK, port)):
        told: list[str] = []
        moved = book.choose("simulator", say=told.append)
        assert moved != port
        assert told == [f"Port {port} is busy: simulator takes {moved}"]


def test_an_explicit_web_port_that_is_busy_stops_the_start() -> None:
    with socket.create_server((LOOPBACK, 0)) as busy:
        port = str(busy.getsockname()[1])
        with pytest.raises(LocalError, match=rf"Port {port} \(WEB_PORT\) is in use"):
            supervisor.choose_web_port({"WEB_PORT": port})


@pytest.mark.parametrize("value", ["http", "0", "70000", "-1", "80 80"])
def test_a_web_port_that_is_no_port_is_refused(value: str) -> None:
    with pytest.raises(LocalError, match="WEB_PORT must be a port number"):
        supervisor.choose_web_port({"WEB_PORT": value})


def test_a_free_web_port_is_taken_as_named() -> None:
    port = ports.any_free_port()
    assert supervisor.choose_web_port({"WEB_PORT": str(port)}) == port


def test_a_child_ends_with_everything_it_started(var_dir: Path) -> None:
    script = "import subprocess, sys; p = subprocess.Popen(['sleep', '60']); print(p.pid, flush=True); p.wait()"
    child = processes.start("parent", [sys.executable, "-c", script], log=var_dir / "parent.log", env={}, cwd=var_dir)
    assert processes.wait_until(lambda: child.output().strip().isdecimal(), seconds=10)
    grandchild = Path("/proc", child.output().strip())
    assert grandchild.exists()

    processes.stop(child, grace=1)

    assert processes.wait_until(lambda: not grandchild.exists(), seconds=5)


def test_the_last_lines_of_a_dead_child_are_shown(var_dir: Path) -> None:
    script = "import sys; print('first', flush=True); sys.exit('no database')"
    child = processes.start("broken", [sys.executable, "-c", script], log=var_dir / "broken.log", env={}, cwd=var_dir)
    child.process.wait()
    assert child.last_lines().splitlines()[-1] == "    no database"
