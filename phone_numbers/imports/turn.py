"""How long one turn of work on an import may take: so many lines, or until a moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone


@dataclass(slots=True)
class Turn:
    """The rest of a turn. `lines` counts down; None means that only `until` ends the turn, or nothing does."""

    lines: int | None = None
    until: datetime | None = None
    clock: Callable[[], datetime] = timezone.now

    def batch(self, size: int) -> int:
        """Return how many lines the next batch may have."""
        return size if self.lines is None else min(size, self.lines)

    def used(self, lines: int) -> None:
        """Count lines that were worked on."""
        if self.lines is not None:
            self.lines -= lines

    @property
    def is_over(self) -> bool:
        """Tell whether the job has to be given back now."""
        return (self.lines is not None and self.lines <= 0) or (self.until is not None and self.clock() >= self.until)
