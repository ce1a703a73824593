"""Numbers as Telnyx holds them, with their ownership, and what its refusals say about single numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from providers import parsing
from providers.business import OwnershipState, ProofStatus, ProviderNumber
from providers.errors import Refused, Temporary
from providers.telnyx.client import SERVICE, TelnyxClient
from providers.telnyx.gates import GATES

OWNERSHIP = {
    "verified": OwnershipState.VERIFIED,
    "flagged": OwnershipState.FLAGGED,
    "pending_confirmation": OwnershipState.PENDING_CONFIRMATION,
    "removed": OwnershipState.REMOVED,
}
_PLACE = re.compile(r"\(phone_numbers/(\d+)\)$")
_TITLE = re.compile(r"^[A-Z][A-Za-z ]{0,40}: ")
LONGEST_REASON = 300


def pages(client: TelnyxClient, path: str, filters: Mapping[str, str]) -> Iterator[ProviderNumber]:
    """A list of numbers, page by page; `Temporary` when an entry cannot be read."""
    page, more = 1, True
    while more:
        entries, meta = client.get_page(path, page, filters)
        for place, entry in enumerate(entries, start=1):
            yield _number(entry, page, place)
        page, more = page + 1, bool(entries) and page < meta.total_pages


def _number(entry: Any, page: int, place: int) -> ProviderNumber:
    try:
        return number_of(entry)
    except ValueError as exc:
        raise Temporary(
            f"{SERVICE} sent a list with an entry that cannot be read (page {page}, entry {place}): {exc} "
            "It will be asked again."
        ) from exc


def number_of(entry: Any) -> ProviderNumber:
    """One entry. ValueError in words; an unknown word for the ownership is never taken for verified."""
    if not isinstance(entry, dict):
        raise ValueError("The entry is not an object.")
    removal = parsing.text(entry, "removal_reason", limit=80)
    return ProviderNumber(
        e164=parsing.e164(entry, "phone_number"),
        hosted_elsewhere=entry.get("source") == "external",
        ownership=_ownership(entry.get("ownership_status")),
        reason=removal or parsing.text(entry, "flag_reason", limit=80),
        confirm_by=_moment(entry, "confirm_by"),
    )


def _ownership(word: Any) -> OwnershipState:
    """Older answers have no word: those numbers are Telnyx's own, which it does not ask about."""
    if word is None:
        return OwnershipState.VERIFIED
    state = OWNERSHIP.get(word) if isinstance(word, str) else None
    if state is None:
        raise ValueError(f"ownership_status {str(word)[:40]!r} is not known.")
    return state


def _moment(entry: Mapping[str, Any], name: str) -> datetime | None:
    return None if entry.get(name) is None else parsing.moment(entry, name)


def proof_of(answer: Any) -> ProofStatus:
    """The external verification of an answer; an unknown word is never taken for approved."""
    data = answer.get("data") if isinstance(answer, dict) else None
    word = data.get("status") if isinstance(data, dict) else None
    gate = GATES.get(word) if isinstance(word, str) else None
    if not isinstance(data, dict) or gate is None:
        raise Temporary(f"{SERVICE} sent a verification that cannot be read. It will be asked again.")
    try:
        return ProofStatus(gate, parsing.text(data, "rejection_reason", limit=500), _moment(data, "submitted_at"))
    except ValueError as exc:
        raise Temporary(f"{SERVICE} sent a verification that cannot be read: {exc} It will be asked again.") from exc


def reasons_by_number(exc: Refused, asked: Sequence[str]) -> dict[str, str]:
    """Which numbers a refusal is about, by its pointers into the list or by the numbers that its sentences name."""
    found: dict[str, str] = {}
    for sentence in exc.details:
        for e164 in _named(sentence, asked):
            found[e164] = _reason(sentence)
    return found


def _named(sentence: str, asked: Sequence[str]) -> list[str]:
    place = _PLACE.search(sentence)
    if place is not None and int(place[1]) < len(asked):
        return [asked[int(place[1])]]
    return [e164 for e164 in asked if e164 in sentence]


def _reason(sentence: str) -> str:
    """The sentence without the title before it and the pointer behind it, which say nothing to people."""
    return _TITLE.sub("", _PLACE.sub("", sentence)).strip()[:LONGEST_REASON]
