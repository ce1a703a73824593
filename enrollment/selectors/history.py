"""What happened to an enrollment, in words, and what the account's provider has decided so far."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from accounts.models import Account, User
from common.scope import account_scope
from enrollment.models import Enrollment, EnrollmentEvent, ProviderAccount
from enrollment.states import EnrollmentState

# Kind of event: the words, the color and the icon of its line.
WORDS = {
    "begin": ("The form was begun", "none", "edit"),
    "submit": ("Submitted for review", "progress", "send"),
    "claim": ("Review begun", "progress", "eye"),
    "take_over": ("Another reviewer took over", "progress", "eye"),
    "put_back": ("Given back to the queue", "none", "clock"),
    "ask": ("More information needed", "mixed", "help"),
    "reject": ("Rejected", "spam", "x"),
    "approve": ("Approved", "healthy", "check"),
    "vet": ("Approved by the reviewer; the provider vets the business", "progress", "shield-check"),
    "correct": ("Opened for correction", "none", "edit"),
    "end": ("Ended", "none", "x"),
}
AT_PROVIDER = {
    "approve": ("Approved by the provider", "healthy", "check"),
    "reject": ("Rejected by the provider", "spam", "x"),
}


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """A line of the history; `actor` None is the portal or the provider."""

    words: str
    color: str
    icon: str
    reason: str
    actor: User | None
    at: datetime


def events_of(enrollment: Enrollment) -> list[HistoryLine]:
    """Return the history of an enrollment, newest first."""
    with account_scope(enrollment.account_id):
        events = EnrollmentEvent.objects.filter(enrollment=enrollment).select_related("actor")
        found = list(events.order_by("-at", "-pk"))
    return [_line(event) for event in found]


def last_changes(enrollment: Enrollment) -> list[dict[str, str]]:
    """Return what the last application answers otherwise than the one before; nothing for the first."""
    with account_scope(enrollment.account_id):
        submitted = EnrollmentEvent.objects.filter(enrollment=enrollment, kind="submit").order_by("-pk").first()
    changed: list[dict[str, str]] = submitted.detail.get("changes", []) if submitted else []
    return changed


def _line(event: EnrollmentEvent) -> HistoryLine:
    known = WORDS | AT_PROVIDER if event.from_state == EnrollmentState.PROVIDER_VETTING else WORDS
    words, color, icon = known.get(event.kind, (event.kind.replace("_", " ").capitalize(), "none", "info-circle"))
    return HistoryLine(words, color, icon, event.reason, event.actor, event.at)


def gates_of(account: Account) -> ProviderAccount | None:
    """Return the account's provider with its two gates; None when the account names none."""
    with account_scope(account):
        return ProviderAccount.objects.first()
