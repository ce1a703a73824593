"""A worker that kills itself at a named point of a request: `python -m tests.remediation.crash_child POINT AHEAD`.

It claims what is due, with a clock that is AHEAD seconds ahead, and wraps the real functions. SIGKILL leaves no time
for anything, as a lost machine would.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import django

SENDING = (
    "before claim",
    "after claim",
    "before submit",
    "after submit",
    "before accepted",
    "inside accepted",
    "after accepted",
)
READING = ("before poll", "after poll", "inside completed", "after completed")
DETECTING = ("inside detection", "after detection")


def die(*_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def before(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function with a death in front of it."""

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        die()
        return function(*args, **kwargs)

    return wrapped


def after(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function with a death behind it."""

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        die()
        return result

    return wrapped


def arm(point: str) -> None:
    from providers.telnyx.remediator import TelnyxRemediator  # noqa: PLC0415  -- Django has to be set up first
    from remediation.services import cases, detection, queueing, results, sending, submission_leases  # noqa: PLC0415

    moment, place = point.split()
    wrap = before if moment == "before" else after
    if place == "claim":
        submission_leases.claim_due = wrap(submission_leases.claim_due)
    elif place in ("submit", "poll"):
        setattr(TelnyxRemediator, place, wrap(getattr(TelnyxRemediator, place)))
    elif moment == "inside" and place == "detection":
        queueing.queue_open_cases = after(queueing.queue_open_cases)
    elif moment == "inside":
        cases.move_cases = after(cases.move_cases)  # in the middle of the transaction that records
    else:
        module, name = {
            "accepted": (sending, "record_accepted"),
            "completed": (results, "record"),
            "detection": (detection, "detect_account"),
        }[place]
        setattr(module, name, wrap(getattr(module, name)))


def main(point: str, ahead: str) -> None:
    django.setup()
    from django.utils import timezone  # noqa: PLC0415

    from common.scope import all_accounts  # noqa: PLC0415
    from remediation.services import detection, submission_leases, submission_turns  # noqa: PLC0415

    def clock() -> Any:
        return timezone.now() + timedelta(seconds=float(ahead))

    arm(point)
    detection.detect(detection.changed_accounts(), now=clock())
    with all_accounts():
        claims = submission_leases.claim_due(now=clock())
    for submission_id, token in claims:
        submission_turns.run_submission(submission_id, token, clock)


if __name__ == "__main__":
    main(*sys.argv[1:])
