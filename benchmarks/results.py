"""Results: one line per comparison, as a table on the screen and as JSON."""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = Path(__file__).with_name("results.json")
LIMIT = "limit"  # the peer of a goal that is a fixed amount

_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}


@dataclass(frozen=True)
class Result:
    """What was measured: ours and the peer's figure in `unit`, and the goal for ours / peer (None: orientation)."""

    name: str
    ours: float
    peer: float
    peer_name: str
    unit: str
    goal: str | None = None

    @property
    def ratio(self) -> float:
        """Return ours / peer."""
        return self.ours / self.peer if self.peer else float("inf")

    @property
    def is_met(self) -> bool:
        """Tell whether the goal is met; without a goal nothing can be missed."""
        if self.goal is None:
            return True
        sign, bound = re.fullmatch(r"([<>]=?)([\d.]+)", self.goal).groups()
        return _COMPARE[sign](self.ratio, float(bound))

    def as_json(self) -> dict[str, object]:
        """Return the line of results.json."""
        figures = {"ours": round(self.ours, 4), "peer": round(self.peer, 4), "ratio": round(self.ratio, 4)}
        return {key: figures.get(key, value) for key, value in {**asdict(self), "ratio": 0}.items()}


def save(results: Sequence[Result]) -> None:
    """Write results.json."""
    FILE.write_text(json.dumps([result.as_json() for result in results], indent=1) + "\n")


def table(results: Sequence[Result]) -> str:
    """Return the results as an aligned table; a missed goal says so."""
    head = ("", "ours", "peer", "", "ratio", "goal", "")
    rows = [head, *(_cells(result) for result in results)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(head))]
    return "\n".join(_line(row, widths) for row in rows)


def _cells(result: Result) -> tuple[str, ...]:
    return (
        result.name,
        f"{_figure(result.ours)} {result.unit}",
        f"{_figure(result.peer)} {result.unit}",
        result.peer_name,
        f"{result.ratio:.3f}",
        result.goal or "",
        "" if result.is_met else "goal missed",
    )


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    to_the_left = (0, 3, 6)
    cells = [
        text.ljust(width) if place in to_the_left else text.rjust(width)
        for place, (text, width) in enumerate(zip(row, widths, strict=True))
    ]
    return "  ".join(cells).rstrip()
