"""One child process: started with its own log, watched, and ended with everything it started."""

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from reputation_portal.local import stopping
from reputation_portal.local.errors import LocalError

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


@dataclass(frozen=True)
class User:
    """Who runs a child: `switch` is true when that is somebody else than we are (we are root)."""

    uid: int
    gid: int
    switch: bool

    @property
    def switch_uid(self) -> int | None:
        """Return what subprocess wants as `user`: None keeps our own."""
        return self.uid if self.switch else None

    @property
    def switch_gid(self) -> int | None:
        """Return what subprocess wants as `group`."""
        return self.gid if self.switch else None

    @property
    def switch_groups(self) -> list[int] | None:
        """Return what subprocess wants as `extra_groups`: none of root's are handed down."""
        return [] if self.switch else None


OURSELVES = User(os.geteuid(), os.getegid(), switch=False)


@dataclass(frozen=True)
class Child:
    """A running process, the leader of its own session, and the part of the log that is its own."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    log_start: int

    def output(self) -> str:
        """Return what the process wrote so far."""
        with self.log.open("rb") as file:
            file.seek(self.log_start)
            return file.read().decode(errors="replace")

    def ending(self) -> str:
        """Return how it ended, in words; it must have ended."""
        code = self.process.returncode
        return f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"

    def last_lines(self, count: int = 12) -> str:
        """Return the end of its log, indented for a message."""
        lines = self.output().strip().splitlines()[-count:]
        return "\n".join(f"    {line}" for line in lines) or "    (it wrote nothing)"


def start(
    name: str,
    command: Sequence[str | Path],
    *,
    log: Path,
    env: Mapping[str, str],
    cwd: Path,
    user: User = OURSELVES,
    ends_with_us: signal.Signals | None = signal.SIGTERM,
) -> Child:
    """Start `command` in a session of its own, so that Ctrl-C in the terminal reaches only the supervisor.

    `ends_with_us` is the signal it gets from the kernel when this process dies, however it dies; None lets it live.
    """
    with log.open("ab") as output:
        output.seek(0, os.SEEK_END)
        log_start = output.tell()
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(env),
            cwd=cwd,
            start_new_session=True,
            preexec_fn=_death_signal(ends_with_us) if ends_with_us else None,
            user=user.switch_uid,
            group=user.switch_gid,
            extra_groups=user.switch_groups,
        )
    return Child(name, process, log, log_start)


def stop(child: Child, *, first: signal.Signals = signal.SIGTERM, grace: float = 20.0) -> None:
    """End `child` with the signal `first`; after `grace` seconds with SIGKILL, together with its whole session."""
    ask_to_stop(child, first)
    with suppress(subprocess.TimeoutExpired):
        child.process.wait(timeout=grace)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.process.pid, signal.SIGKILL)
    child.process.wait()


def ask_to_stop(child: Child, number: signal.Signals = signal.SIGTERM) -> None:
    """Send the signal and do not wait."""
    if child.process.poll() is None:
        child.process.send_signal(number)


def need_all_alive(children: Iterable[Child]) -> None:
    """Raise LocalError with the end of its log when one of them has ended."""
    for child in children:
        if child.process.poll() is not None:
            raise LocalError(
                f"{child.name} {child.ending()}, so everything was stopped. "
                f"The end of {child.log}:\n{child.last_lines()}"
            )


def wait_until(condition: Callable[[], bool], *, seconds: float, pause: float = 0.05) -> bool:
    """Poll `condition` until it holds; return False when `seconds` have passed without it.

    Raises StopRequested when we were asked to stop.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        stopping.pause(pause)
    return True


def _death_signal(number: signal.Signals) -> Callable[[], None]:
    parent = os.getpid()

    def ask_kernel() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, int(number))
        if os.getppid() != parent:  # it died between fork and prctl
            os._exit(1)

    return ask_kernel
