"""The parts of a run by name, without importing Django."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """A part of the run: its name for ONLY, and the module whose `measure()` gives its results.

    `numbers` is the size of the large account that it wants. A part that is not `usual` runs only when asked for.
    """

    name: str
    module: str
    numbers: int = 1_000_000
    usual: bool = True


PARTS = (
    Part("list", "benchmarks.list_part"),
    Part("export", "benchmarks.export_part"),
    Part("ingest", "benchmarks.ingest_part"),
    Part("cases", "benchmarks.cases_part"),
    Part("caller_id", "benchmarks.caller_id_part"),
    Part("scale", "benchmarks.scale_part", numbers=10_000_000, usual=False),
)


class UnknownPartError(ValueError):
    """A part was asked for that does not exist."""


def chosen(names: Sequence[str]) -> tuple[Part, ...]:
    """Return the parts of these names, the usual ones without a name. Raises UnknownPartError."""
    known = {part.name: part for part in PARTS}
    if missing := [name for name in names if name not in known]:
        raise UnknownPartError(f"There is no part called {missing[0]!r}. The parts are {', '.join(known)}.")
    return tuple(known[name] for name in names) or tuple(part for part in PARTS if part.usual)
