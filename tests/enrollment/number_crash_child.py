"""A worker that kills itself at a named point: `python -m tests.enrollment.number_crash_child POINT [ACCOUNT]`.

It wraps the real functions and changes nothing else; SIGKILL leaves no time for anything, as a lost machine would.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import django

AT_PROVIDER = ("before call", "after call", "before record", "after record", "before removal", "after removal")
IN_A_JOB = ("before batch", "after batch", "before commit", "after commit")


def die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def before(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that dies instead."""
    return die


def after(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function with a death behind it."""

    def wrapped(*args: Any, **kwargs: Any) -> None:
        function(*args, **kwargs)
        die()

    return wrapped


def arm(point: str) -> None:
    from enrollment.services import number_batches, number_jobs, provider_calls, verification  # noqa: PLC0415
    from providers.telnyx.registrar import TelnyxRegistrar  # noqa: PLC0415

    moment, place = point.split()
    wrap = before if moment == "before" else after
    if place == "call":
        TelnyxRegistrar.add_numbers = wrap(TelnyxRegistrar.add_numbers)  # type: ignore[method-assign]
    elif place == "removal":
        TelnyxRegistrar.remove_number = wrap(TelnyxRegistrar.remove_number)  # type: ignore[method-assign]
    elif place == "record":
        # Before: the last statement of the transaction has run, and nothing is committed.
        if moment == "before":
            verification.settle = after(verification.settle)
        else:
            provider_calls._record = after(provider_calls._record)
    elif place == "batch":
        number_batches._do = wrap(number_batches._do)
    elif moment == "before":
        number_batches._write = after(number_batches._write)
    else:
        number_jobs._batch = after(number_jobs._batch)


def main(point: str, account: str = "") -> None:
    django.setup()
    from accounts.models import Account  # noqa: PLC0415
    from enrollment.services import number_jobs, provider_calls  # noqa: PLC0415

    arm(point)
    if account:
        provider_calls.work_on(Account.objects.get(pk=int(account)))
    else:
        number_jobs.run_due()


if __name__ == "__main__":
    main(*sys.argv[1:])
