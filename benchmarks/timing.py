"""Stopwatches. The contestants take turns (A B A B), so that a busy machine slows all of them alike."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence

Action = Callable[[], object]


def seconds(action: Action) -> float:
    """Return how long one call takes, in seconds."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def turns(actions: Sequence[Action], *, rounds: int, warm: bool = True) -> list[list[float]]:
    """Return for each action its times in seconds, one per round; `warm` calls each once before."""
    if warm:
        for action in actions:
            action()
    gc.collect()
    times: list[list[float]] = [[] for _ in actions]
    for _ in range(rounds):
        for action, taken in zip(actions, times, strict=True):
            taken.append(seconds(action))
    return times


def best(actions: Sequence[Action], *, rounds: int, warm: bool = True) -> list[float]:
    """Return the best time of each action in milliseconds: the one that other programs disturbed least."""
    return [min(taken) * 1000 for taken in turns(actions, rounds=rounds, warm=warm)]
