"""The evidence pack of cases: what a dispute by hand or a support ticket has to say, as text and as PDF (B4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from accounts.models import Account
from enrollment.selectors import profile
from enrollment.states import SectionKey
from phone_numbers.models import NumberStatus, SourceView
from remediation.models import Case
from remediation.services import sending
from remediation.services.evidence_words import PRACTICES

ATTESTATION = "The facts above are taken from the portal's records of readings and of the business's own answers."
ATTESTED = "Dialing practices, as attested by the business"
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
class Affected:
    """One number with what flags it, and what was tried: a line for its case and each that its return is linked to."""

    number: str
    tag_since: datetime | None
    labels: list[Label]
    attempts: list[str]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything about one or more cases of a business that a reviewer at a carrier asks for."""

    business: str
    contact: str
    purpose: str
    practices: list[tuple[str, str]]
    numbers: list[Affected]
    made_at: datetime

    @property
    def title(self) -> str:
        """Return what is asked for."""
        if len(self.numbers) == 1:
            return f"Request to re-evaluate the label of {self.numbers[0].number}"
        return f"Request to re-evaluate the labels of {len(self.numbers)} numbers"


def evidence_of(account: Account, cases: Sequence[Case], *, now: datetime) -> Evidence:
    """Gather the evidence of an account's cases as it is at a moment: the same queries for any number of them."""
    told = profile.profile_of(account)
    return Evidence(
        business=str(told.values.get("legal_name") or account.name),
        contact=profile.contact_email(account),
        purpose=profile.call_purpose(account) or sending.purpose_of(account),
        practices=_practices(told.answers(SectionKey.PRACTICES)),
        numbers=_affected(cases),
        made_at=now,
    )


def _affected(cases: Sequence[Case]) -> list[Affected]:
    numbers = [case.number_id for case in cases]
    tags = dict(NumberStatus.objects.filter(number__in=numbers).values_list("number", "tag_since"))
    labels: dict[int, list[Label]] = {number: [] for number in numbers}
    for view in SourceView.objects.filter(number__in=numbers, flagged=True).select_related("source").order_by("source"):
        labels[view.number_id].append(_label(view))
    earlier = _earlier(cases)
    return [
        Affected(case.number.e164, tags.get(case.number_id), labels[case.number_id], _attempts(case, earlier))
        for case in cases
    ]


def _label(view: SourceView) -> Label:
    flagged = sum(mark & 1 for mark in view.marks)
    words = view.category or "Spam"
    return Label(view.source.name, words, view.since, view.last_seen, flagged, len(view.marks))


def _practices(answers: dict[str, Any]) -> list[tuple[str, str]]:
    """Return each dialing practice that the business answered, with the answer."""
    return [(words, str(answers[name]).title()) for name, words in PRACTICES.items() if answers.get(name)]


def _earlier(cases: Sequence[Case]) -> dict[int, Case]:
    """Return the cases that these are linked to, by key: a query for each step back, not for each case."""
    found: dict[int, Case] = {}
    wanted = {case.previous_id for case in cases if case.previous_id}
    for _ in range(ATTEMPTS_NAMED):
        if not wanted:
            break
        step = Case.objects.in_bulk(wanted)
        found |= step
        wanted = {case.previous_id for case in step.values() if case.previous_id} - found.keys()
    return found


def _attempts(case: Case, earlier: Mapping[int, Case]) -> list[str]:
    found: list[str] = []
    one: Case | None = case
    while one is not None and len(found) < ATTEMPTS_NAMED:
        ended = f", {one.get_state_display().lower()} {_day(one.closed_at)}" if one.closed_at else ", still open"
        requests = f", {one.sent} request{'' if one.sent == 1 else 's'} accepted by the provider" if one.sent else ""
        found.append(f"Attempt {one.attempt}: opened {_day(one.opened_at)}{requests}{ended}")
        one = earlier.get(one.previous_id) if one.previous_id else None
    return found[::-1]


def text_of(evidence: Evidence) -> str:
    """Return the evidence as plain text, ready for a carrier's form or an e-mail."""
    practices = [f"- {practice}: {answer}" for practice, answer in evidence.practices] or [f"- {NOT_TOLD}"]
    parts = [
        evidence.title,
        f"Business: {evidence.business}\nContact: {evidence.contact or NOT_TOLD}",
        f"What the calls are for:\n{evidence.purpose}",
        "\n".join([f"{ATTESTED}:", *practices]),
        *(_number_text(one) for one in evidence.numbers),
        f"{ATTESTATION} Put together {moment_words(evidence.made_at)}.",
    ]
    return "\n\n".join(parts) + "\n"


def _number_text(affected: Affected) -> str:
    since = f" (flagged since {moment_words(affected.tag_since)})" if affected.tag_since else ""
    lines = [*label_lines(affected), *affected.attempts]
    return "\n".join([f"Affected number: {affected.number}{since}", *(f"- {line}" for line in lines)])


def label_lines(affected: Affected) -> list[str]:
    """Say what each source shows, in a line for each."""
    return [label_line(label) for label in affected.labels] or ["No source shows a label now."]


def label_line(label: Label) -> str:
    """Say what one source shows, in one line."""
    counted = f", in {label.flagged} of the last {label.seen} observations" if label.seen else ""
    seen = f"since {moment_words(label.since)}, last seen {moment_words(label.last_seen)}"
    return f"{label.source}: “{label.label}” {seen}{counted}"


def moment_words(moment: datetime) -> str:
    """Spell a moment out, in UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d}"
