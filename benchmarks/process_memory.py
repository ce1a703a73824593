"""How much memory running processes use, from the kernel's own peak counters (Linux)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

KILOBYTES_PER_MB = 1024


class Watch:
    """Between enter and exit: the highest `peak` and the largest `growth` of any of the processes, in MB."""

    def __init__(self, pids: Iterable[int]) -> None:
        self.pids = list(pids)
        self.peak = self.growth = 0.0

    def __enter__(self) -> Watch:
        for pid in self.pids:
            Path(f"/proc/{pid}/clear_refs").write_text("5")  # the peak starts again at what is held now
        self._before = {pid: _megabytes(pid, "VmRSS") for pid in self.pids}
        return self

    def __exit__(self, *_error: object) -> None:
        peaks = {pid: _megabytes(pid, "VmHWM") for pid in self.pids}
        self.peak = max(peaks.values())
        self.growth = max(peak - self._before[pid] for pid, peak in peaks.items())


def family(pid: int) -> list[int]:
    """Return a process and all its descendants."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in family(int(child)))]


def _megabytes(pid: int, field: str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{field}:")) / KILOBYTES_PER_MB
