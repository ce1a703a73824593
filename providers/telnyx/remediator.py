"""Remediation at Telnyx: a billed request for re-evaluation, and its slow way through two tiers to five buckets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from providers import parsing
from providers.base import ConnectionReport, SubmissionReport, SubmissionState
from providers.errors import NumbersRefused, OutcomeUnknown, Refused, Temporary
from providers.telnyx import connection, held
from providers.telnyx.client import SERVICE, TelnyxClient, segment

LARGEST_SUBMISSION = 2_000
LONGEST_PURPOSE = 2_000
STATES = {
    "pending": SubmissionState.PENDING,
    "in_progress": SubmissionState.IN_PROGRESS,
    "completed": SubmissionState.COMPLETED,
    "failed": SubmissionState.FAILED,
    "cancelled": SubmissionState.CANCELLED,
}


class TelnyxRemediator:
    """Submits labelled numbers at Telnyx; see `providers.base.Remediator`."""

    max_numbers_per_submission = LARGEST_SUBMISSION

    def __init__(self, client: TelnyxClient) -> None:
        self._client = client

    def test_connection(self) -> ConnectionReport:
        """Whether the key reads the account, and whether the terms are accepted."""
        return connection.report(self._client)

    def submit(self, business: str, e164s: Sequence[str], *, call_purpose: str, contact_email: str) -> SubmissionReport:
        """1 USD per number. 409 and 422 say which numbers stand in the way; nothing was submitted then."""
        asked = list(dict.fromkeys(e164s))
        if not 0 < len(asked) <= LARGEST_SUBMISSION:
            raise ValueError(f"One request takes 1 to {LARGEST_SUBMISSION:,} numbers, not {len(asked):,}.")
        body = {"phone_numbers": asked, "call_purpose": call_purpose[:LONGEST_PURPOSE]}
        if contact_email:
            body["contact_email"] = contact_email
        try:
            answer = self._client.send("POST", _path(business), body)
        except Refused as exc:
            raise _about_numbers(exc, asked) from exc
        return _made(answer)

    def look_up(self, business: str, *, created_after: datetime) -> Sequence[SubmissionReport]:
        """Every page of the list since then, newest first."""
        since = created_after.astimezone(UTC).isoformat().replace("+00:00", "Z")
        found: list[SubmissionReport] = []
        page, more = 1, True
        while more:
            entries, meta = self._client.get_page(_path(business), page, {"filter[created_at][gte]": since})
            found += [_report(one) for one in entries]
            page, more = page + 1, bool(entries) and page < meta.total_pages
        once = {one.reference: one for one in found}
        return sorted(once.values(), key=lambda one: one.created_at, reverse=True)

    def poll(self, business: str, reference: str) -> SubmissionReport:
        """Free of charge."""
        answer = self._client.get(_path(business, reference))
        return _report(answer.get("data") if isinstance(answer, dict) else None)


def _path(business: str, *more: str) -> str:
    return "/".join([f"/enterprises/{segment(business)}/reputation/remediation", *(segment(one) for one in more)])


def _about_numbers(exc: Refused, asked: Sequence[str]) -> Refused:
    if exc.status not in (400, 409, 422):
        return exc
    numbers = held.reasons_by_number(exc, asked)
    return NumbersRefused(exc.message, status=exc.status, numbers=numbers, details=exc.details)


def _made(answer: Any) -> SubmissionReport:
    """The request that was just made; when its answer cannot be read it was made, and billed, all the same."""
    try:
        return _report(answer.get("data") if isinstance(answer, dict) else None)
    except Temporary as exc:
        raise OutcomeUnknown(exc.message) from exc


def _report(data: Any) -> SubmissionReport:
    """One request; `Temporary` when it cannot be read. Buckets and numbers are taken as they come."""
    try:
        return _read(data)
    except ValueError as exc:
        raise Temporary(
            f"{SERVICE} sent a remediation request that cannot be read: {exc} It will be asked again."
        ) from exc


def _read(data: Any) -> SubmissionReport:
    if not isinstance(data, dict):
        raise ValueError("It is not an object.")
    reference, count = parsing.text(data, "id", limit=64), data.get("phone_numbers_count")
    if not reference:
        raise ValueError("It has no id.")
    return SubmissionReport(
        reference=reference,
        state=_state(data.get("status")),
        created_at=parsing.moment(data, "created_at"),
        results=_results(data.get("results")),
        tier1_completed_at=_moment(data, "tier1_completed_at"),
        tier2_completed_at=_moment(data, "tier2_completed_at"),
        count=count if isinstance(count, int) and not isinstance(count, bool) else 0,
        call_purpose=parsing.text(data, "call_purpose", limit=LONGEST_PURPOSE),
    )


def _state(word: Any) -> SubmissionState:
    state = STATES.get(word) if isinstance(word, str) else None
    if state is None:
        raise ValueError(f"status {str(word)[:40]!r} is not known.")
    return state


def _results(buckets: Any) -> dict[str, tuple[str, ...]]:
    """Bucket -> its numbers; null while nothing is decided. A bucket of another shape makes the answer unreadable."""
    if buckets is None:
        return {}
    if not isinstance(buckets, Mapping) or not all(isinstance(numbers, list) for numbers in buckets.values()):
        raise ValueError("results are not lists of numbers.")
    return {str(name)[:80]: tuple(str(one)[:20] for one in numbers) for name, numbers in buckets.items()}


def _moment(data: Mapping[str, Any], name: str) -> datetime | None:
    return None if data.get(name) is None else parsing.moment(data, name)
