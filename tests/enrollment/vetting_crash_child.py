"""A worker that kills itself at a named point of a vetting: `python -m tests.enrollment.vetting_crash_child POINT ...`.

It wraps the real functions and changes nothing else; SIGKILL leaves no time for anything, as a lost machine would.
"""

from __future__ import annotations

import sys
import uuid

import django

from tests.enrollment.number_crash_child import after, before

CALLS = ("accept_terms", "create_business", "update_business", "enable", "status")
POINTS = (
    *(f"{moment} {call}" for call in CALLS for moment in ("before", "after")),
    "after note",
    "before decision",
    "after decision",
)


def arm(point: str) -> None:
    from enrollment.services import errands, vetting_outcome  # noqa: PLC0415  -- Django has to be set up first
    from providers.telnyx.registrar import TelnyxRegistrar  # noqa: PLC0415

    moment, place = point.split()
    wrap = before if moment == "before" else after
    if place == "note":
        errands.note_call = wrap(errands.note_call)
    elif place == "decision":
        # After: everything is written, and nothing is committed.
        vetting_outcome.decide = wrap(vetting_outcome.decide)
    else:
        setattr(TelnyxRegistrar, place, wrap(getattr(TelnyxRegistrar, place)))


def main(point: str, errand: str, token: str) -> None:
    django.setup()
    from django.utils import timezone  # noqa: PLC0415

    from enrollment.services import errand_turns  # noqa: PLC0415

    arm(point)
    errand_turns.run_errand(int(errand), uuid.UUID(token), timezone.now)


if __name__ == "__main__":
    main(*sys.argv[1:])
