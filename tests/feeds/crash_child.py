"""A worker process that kills itself at a named point of a poll: `python -m tests.feeds.crash_child POINT FEED TOKEN`.

It wraps the real functions and changes nothing else; SIGKILL leaves no time for anything, as a lost machine would.
"""

from __future__ import annotations

import os
import signal
import sys
import uuid
from collections.abc import Callable
from typing import Any

import django

PAGE_SIZE = 250  # one list page of the provider per transaction, so that there is a second one
POINTS = ("before fetch", "after fetch", "before copy", "after copy", "before commit", "after commit")


def die(*_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def before(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function with a death in front of its second call, so that one page is already in."""
    calls = iter(range(1_000))

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        if next(calls) == 1:
            die()
        return function(*args, **kwargs)

    return wrapped


def after(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function with a death behind its second call."""
    calls = iter(range(1_000))

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        if next(calls) == 1:
            die()
        return result

    return wrapped


def arm(point: str) -> None:
    from phone_numbers.feeds import ingest, polling  # noqa: PLC0415  -- Django has to be set up first
    from providers.telnyx.readings import TelnyxReadings  # noqa: PLC0415

    moment, place = point.split()
    wrap = before if moment == "before" else after
    if place == "fetch":
        TelnyxReadings.fetch = wrap(TelnyxReadings.fetch)  # type: ignore[method-assign]
    elif place == "copy":
        ingest.copy_page = wrap(ingest.copy_page)
    elif moment == "before":
        polling._add = after(polling._add)  # the last statement of the transaction
    else:
        polling._record = after(polling._record)


def main(point: str, feed: str, token: str) -> None:
    django.setup()
    from phone_numbers.feeds import polling  # noqa: PLC0415

    polling.PAGE_SIZE = PAGE_SIZE
    arm(point)
    polling.poll_feed(int(feed), uuid.UUID(token))


if __name__ == "__main__":
    main(*sys.argv[1:])
