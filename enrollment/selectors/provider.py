"""What an account sees of its provider: how the business stands there, its proof, what is asked about its numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min

from accounts.models import Account
from common.scope import account_scope
from enrollment.models import Attachment, Enrollment, NumberOwnership, ProviderAccount, ProviderErrand
from enrollment.provider_states import GateState, Ownership, Proof, Vetting
from enrollment.states import AttachmentKind, EnrollmentState
from providers import registry

ASKED = (Ownership.PENDING, Ownership.FLAGGED)
SHOWN = 200
TINTS = {
    GateState.UNKNOWN: "is-none",
    GateState.PENDING: "is-progress",
    GateState.APPROVED: "is-healthy",
    GateState.REJECTED: "is-spam",
}
PROOF_TINTS = {
    Proof.NONE: "is-none",
    Proof.QUEUED: "is-progress",
    Proof.PENDING: "is-progress",
    Proof.APPROVED: "is-healthy",
    Proof.REJECTED: "is-spam",
}


@dataclass(frozen=True, slots=True)
class Word:
    """A state in words, and the class of its color."""

    label: str
    css: str


@dataclass(frozen=True, slots=True)
class Questions:
    """How many numbers the provider asks about, and the nearest deadline if there is one."""

    count: int
    nearest: datetime | None


@dataclass(frozen=True, slots=True)
class ProviderSummary:
    """How an account stands at the provider that it names. `error` is the last one that has not passed yet."""

    named: ProviderAccount
    name: str
    about: str
    business: Word
    letter: Word
    proof: Word
    error: str
    next_try: datetime | None
    has_key: bool
    is_enrolled: bool

    @property
    def may_ask_again(self) -> bool:
        """Tell whether the provider took back what is approved here, so that it can be sent once more as it is."""
        return self.named.vetting == Vetting.REJECTED and bool(self.named.record) and self.is_enrolled

    @property
    def may_hand_in_proof(self) -> bool:
        """Tell whether documents can be handed in now."""
        return self.named.proof in (Proof.NONE, Proof.REJECTED)


def provider_summary(account: Account) -> ProviderSummary | None:
    """Return how the account stands at its provider; None when it names none."""
    with account_scope(account):
        named = ProviderAccount.objects.first()
        if named is None:
            return None
        is_enrolled = Enrollment.objects.filter(state=EnrollmentState.APPROVED).exists()
        troubled = ProviderErrand.objects.exclude(last_error="").order_by("-failures").first()
    kind = registry.SERVICES.get(named.provider)
    return ProviderSummary(
        named=named,
        name=kind.name if kind else named.provider,
        about=kind.about if kind else "",
        business=_gate(named.business_gate),
        letter=_gate(named.letter_gate),
        proof=Word(named.get_proof_display(), PROOF_TINTS[Proof(named.proof)]),
        error=troubled.last_error if troubled else "",
        next_try=troubled.due_at if troubled else None,
        has_key=bool(named.secret),
        is_enrolled=is_enrolled,
    )


def _gate(word: str) -> Word:
    gate = GateState(word)
    return Word(gate.label, TINTS[gate])


def proofs(account: Account) -> list[Attachment]:
    """Return the documents that show whose the numbers are, oldest first; without their bytes."""
    with account_scope(account):
        kept = Attachment.objects.filter(kind=AttachmentKind.PROOF, removed_at=None).defer("content")
        return list(kept.order_by("uploaded_at", "pk"))


def ownership_questions(account: Account) -> list[NumberOwnership]:
    """Return the numbers that the provider asks about, nearest deadline first; answered ones stay until it agrees."""
    with account_scope(account):
        asked = NumberOwnership.objects.filter(state__in=ASKED).select_related("number", "answered_by")
        return list(asked.order_by("confirm_by", "number__e164")[:SHOWN])


def removed_numbers(account: Account) -> list[NumberOwnership]:
    """Return the numbers that the provider has removed, the last ones first."""
    with account_scope(account):
        removed = NumberOwnership.objects.filter(state=Ownership.REMOVED).select_related("number")
        return list(removed.order_by("-since", "number__e164")[:SHOWN])


def unanswered_questions() -> Questions:
    """Return how many questions of the provider nobody has answered, in the open account: what needs a person."""
    asked = NumberOwnership.objects.filter(state__in=ASKED, answer=None)
    return Questions(**asked.aggregate(count=Count("pk"), nearest=Min("confirm_by")))
