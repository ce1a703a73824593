"""Command line: `python -m benchmarks [--only PART ...]`; writes benchmarks/results.json and prints it as a table."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from contextlib import ExitStack
from importlib import import_module

from benchmarks import ground, parts
from reputation_portal.local.errors import LocalError


def main() -> None:
    """Make the ground, set up Django on it, measure, and take everything down again."""
    wanted, numbers = _wanted()
    signal.signal(signal.SIGTERM, _stop)
    with ExitStack() as stack:
        os.environ.update(ground.prepare(stack, os.environ))
        # Only now: importing it reads the settings, which read the environment.
        import_module("benchmarks.run").measure(wanted, numbers)


def _wanted() -> tuple[tuple[parts.Part, ...], int]:
    parser = argparse.ArgumentParser(prog="benchmarks", description="Measure the portal beside its peers.")
    names = ", ".join(part.name for part in parts.PARTS)
    parser.add_argument("--only", nargs="+", metavar="PART", default=[], help=f"only these parts: {names}")
    parser.add_argument("--numbers", type=int, help="numbers of the large account; each part has its own default")
    given = parser.parse_args()
    wanted = parts.chosen(given.only)
    return wanted, given.numbers or max(part.numbers for part in wanted)


def _stop(*_signal: object) -> None:
    raise SystemExit("Stopped.")


if __name__ == "__main__":
    try:
        main()
    except (LocalError, parts.UnknownPartError) as error:
        sys.exit(f"Stopped: {error}")
