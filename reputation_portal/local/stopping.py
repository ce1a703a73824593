"""The wish to stop: a signal is noted, and whoever waits next learns of it.

A handler that raises could strike between the birth of a process and the moment it is written down; a note cannot.
"""

import signal
import time
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_noted: list[int] = []


class StopRequested(Exception):
    """Somebody asked us to stop (Ctrl-C, SIGTERM or a closed terminal)."""


def listen() -> None:
    """Note the signals from now on."""
    _noted.clear()
    for number in _SIGNALS:
        signal.signal(number, _note)


def pause(seconds: float) -> None:
    """Sleep for a moment. Raises StopRequested when we were asked to stop."""
    if _noted:
        raise StopRequested
    time.sleep(seconds)


def _note(number: int, _frame: FrameType | None) -> None:
    _noted.append(number)
