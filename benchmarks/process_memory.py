"""How much the memory of running processes grows, from the kernel's own peak counters (Linux)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

KILOBYTES_PER_MB = 1024


class Growth:
    """Between enter and exit: `megabytes` is the largest growth of any of the processes, its short peaks included."""

    def __init__(self, pids: Iterable[int]) -> None:
        self.pids = list(pids)
        self.megabytes = 0.0

    def __enter__(self) -> Growth:
        for pid in self.pids:
            Path(f"/proc/{pid}/clear_refs").write_text("5")  # the peak starts again at what is held now
        self._before = {pid: _kilobytes(pid, "VmRSS") for pid in self.pids}
        return self

    def __exit__(self, *_error: object) -> None:
        grown = (_kilobytes(pid, "VmHWM") - before for pid, before in self._before.items())
        self.megabytes = max(grown) / KILOBYTES_PER_MB


def family(pid: int) -> list[int]:
    """Return a process and all its descendants."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in family(int(child)))]


def _kilobytes(pid: int, field: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{field}:"))
