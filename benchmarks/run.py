"""A run on a prepared environment: migrate, make the data, measure the parts one after the other, write the results."""

from __future__ import annotations

import time
from collections.abc import Sequence
from importlib import import_module

import django
from django.core.management import call_command

from benchmarks import results
from benchmarks.parts import Part


def measure(wanted: Sequence[Part], numbers: int) -> None:
    """Measure these parts with a large account of `numbers`; results.json and the table hold what this run measured."""
    django.setup()
    began = time.monotonic()
    call_command("migrate", run_syncdb=True, interactive=False, verbosity=0)
    # Modules that import models can be imported only after django.setup().
    import_module("benchmarks.data").make(numbers, peers=any(part.usual for part in wanted), tell=_tell_since(began))
    found: list[results.Result] = []
    for part in wanted:
        _tell_since(began)(f"measuring: {part.name}")
        found += import_module(part.module).measure()
        results.save(found)
    _tell_since(began)("done")
    print("\n" + results.table(found))


def _tell_since(began: float):
    def tell(words: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s  {words}", flush=True)

    return tell
