"""The evidence pack of a case: what a dispute by hand or a support ticket has to say, as text and as PDF (B4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from enrollment.selectors import profile
from enrollment.states import SectionKey
from phone_numbers.models import NumberStatus, SourceView
from remediation.models import Case
from remediation.services import sending
from remediation.services.evidence_words import PRACTICES

ATTESTATION = "The facts above are taken from the portal's records of readings and of the business's own answers."
ATTEMPTS_NAMED = 10
NOT_TOLD = "Not told yet: complete the enrollment form."


@dataclass(frozen=True, slots=True)
class Label:
    """What one source shows on the number now: `since` and `last_seen` in UTC, the last observations as counts."""

    source: str
    label: str
    since: datetime
    last_seen: datetime
    flagged: int
    seen: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything about one case that a reviewer at a carrier asks for."""

    number: str
    business: str
    contact: str
    purpose: str
    tag_since: datetime | None
    labels: list[Label]
    practices: list[tuple[str, str]]
    attempts: list[str]
    made_at: datetime


def evidence_of(case: Case, *, now: datetime) -> Evidence:
    """Gather the evidence of a case as it is at a moment."""
    told = profile.profile_of(case.account)
    values = told.values
    status = NumberStatus.objects.filter(number=case.number_id).first()
    return Evidence(
        number=case.number.e164,
        business=str(values.get("legal_name") or case.account.name),
        contact=profile.contact_email(case.account),
        purpose=profile.call_purpose(case.account) or sending.purpose_of(case.account),
        tag_since=status.tag_since if status else None,
        labels=[_label(view) for view in _flagging(case)],
        practices=_practices(told.answers(SectionKey.PRACTICES)),
        attempts=_attempts(case),
        made_at=now,
    )


def _flagging(case: Case) -> list[SourceView]:
    flagging = SourceView.objects.filter(number=case.number_id, flagged=True)
    return list(flagging.select_related("source").order_by("source_id"))


def _label(view: SourceView) -> Label:
    flagged = sum(mark & 1 for mark in view.marks)
    words = view.category or "Spam"
    return Label(view.source.name, words, view.since, view.last_seen, flagged, len(view.marks))


def _practices(answers: dict[str, Any]) -> list[tuple[str, str]]:
    """Return each dialing practice that the business answered, with the answer."""
    return [(words, str(answers[name]).title()) for name, words in PRACTICES.items() if answers.get(name)]


def _attempts(case: Case) -> list[str]:
    """Return a line for this case and each case of the same number before it that the label's return linked to it."""
    found: list[str] = []
    one: Case | None = case
    while one is not None and len(found) < ATTEMPTS_NAMED:
        ended = f", {one.get_state_display().lower()} {_day(one.closed_at)}" if one.closed_at else ", still open"
        requests = f", {one.sent} request{'' if one.sent == 1 else 's'} accepted by the provider" if one.sent else ""
        found.append(f"Attempt {one.attempt}: opened {_day(one.opened_at)}{requests}{ended}")
        one = one.previous
    return found[::-1]


def text_of(evidence: Evidence) -> str:
    """Return the evidence as plain text, ready for a carrier's form or an e-mail."""
    parts = [
        f"Request to re-evaluate the label of {evidence.number}",
        f"Business: {evidence.business}\nContact: {evidence.contact or NOT_TOLD}",
        f"What the calls are for:\n{evidence.purpose}",
        _labels_text(evidence),
        _practices_text(evidence),
        "Attempts:\n" + "\n".join(f"- {line}" for line in evidence.attempts),
        f"{ATTESTATION} Put together {moment_words(evidence.made_at)}.",
    ]
    return "\n\n".join(parts) + "\n"


def _labels_text(evidence: Evidence) -> str:
    since = f" (flagged since {moment_words(evidence.tag_since)})" if evidence.tag_since else ""
    lines = [label_line(label) for label in evidence.labels] or ["No source shows a label now."]
    return f"Affected number: {evidence.number}{since}\n" + "\n".join(f"- {line}" for line in lines)


def label_line(label: Label) -> str:
    """Say what one source shows, in one line."""
    counted = f", in {label.flagged} of the last {label.seen} observations" if label.seen else ""
    seen = f"since {moment_words(label.since)}, last seen {moment_words(label.last_seen)}"
    return f"{label.source}: “{label.label}” {seen}{counted}"


def _practices_text(evidence: Evidence) -> str:
    lines = [f"- {practice}: {answer}" for practice, answer in evidence.practices] or [f"- {NOT_TOLD}"]
    return "Dialing practices, as attested by the business:\n" + "\n".join(lines)


def moment_words(moment: datetime) -> str:
    """Spell a moment out, in UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d}"
