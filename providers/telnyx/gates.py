"""The two gates of Number Reputation at Telnyx: the vetting of the business, and its letter of authorization.

They are decided apart, and no webhook tells of them. Numbers can be added once both are approved.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from providers import parsing
from providers.business import Gate, RegistrarStatus
from providers.errors import Refused, Temporary
from providers.telnyx.client import SERVICE, TelnyxClient, segment

GATES = {"pending": Gate.PENDING, "approved": Gate.APPROVED, "rejected": Gate.REJECTED}


def read_gates(client: TelnyxClient, enterprise: str) -> RegistrarStatus | None:
    """Where an enterprise stands; None when Number Reputation was never enabled for it, or is disabled again."""
    try:
        answer = client.get(f"/enterprises/{segment(enterprise)}/reputation")
    except Refused as exc:
        if exc.status == 404:
            return None
        raise
    return gates_of(answer)


def gates_of(answer: Any) -> RegistrarStatus | None:
    """The settings of an answer; `Temporary` when they cannot be read. An unknown word is never taken for approved."""
    settings = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(settings, dict):
        raise Temporary(f"{SERVICE} sent settings that cannot be read. It will be asked again.")
    if settings.get("status") == "deleted":
        return None
    reasons = settings.get("rejection_reasons")
    return RegistrarStatus(
        business=_gate(settings, "status"),
        letter=_gate(settings, "loa_status"),
        reasons=tuple(str(one) for one in reasons) if isinstance(reasons, list) else (),
        created_at=_created(settings),
    )


def in_force(answer: Any) -> RegistrarStatus:
    """The same of an answer that says what was just set; `Temporary` when it calls the settings deleted."""
    status = gates_of(answer)
    if status is None:
        raise Temporary(f"{SERVICE} took the request and calls the settings deleted. It will be asked again.")
    return status


def _created(settings: dict[str, Any]) -> datetime | None:
    """When it was enabled; an unreadable time is left out, since no decision is worth failing for it."""
    try:
        return parsing.moment(settings, "created_at")
    except ValueError:
        return None


def _gate(settings: dict[str, Any], name: str) -> Gate:
    word = settings.get(name)
    gate = GATES.get(word) if isinstance(word, str) else None
    if gate is None:
        raise Temporary(f"{SERVICE} sent a {name} that is not known: {str(word)[:40]!r}. It will be asked again.")
    return gate


def in_words(status: RegistrarStatus) -> str:
    """`Business approved, letter of authorization pending. Numbers can be added once both are approved.`"""
    said = f"Business {status.business.name.lower()}, letter of authorization {status.letter.name.lower()}."
    if status.reasons:
        said += f" Reasons: {'; '.join(status.reasons)[:300]}."
    if (status.business, status.letter) != (Gate.APPROVED, Gate.APPROVED):
        said += " Numbers can be added once both are approved."
    return said
