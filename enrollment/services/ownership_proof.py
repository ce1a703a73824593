"""Proof that numbers hosted elsewhere (BYOC) belong to the business: handed to the provider, followed to its answer.

One proof serves all such numbers of an account (R18, D27). Handing in is free of charge and may be repeated while the
provider has not approved it, so a call without an answer is simply settled by reading where the proof stands.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from accounts.models import Account, User
from accounts.services import record_audit
from common.scope import account_scope
from enrollment.models import Attachment, ProviderAccount
from enrollment.provider_states import ErrandKind, Proof
from enrollment.selectors import people
from enrollment.services import errands, mail
from enrollment.services.errands import Turn
from enrollment.services.provider_access import RegistrarAccess
from enrollment.states import AttachmentKind
from providers.business import File, Gate, ProofStatus

PROOFS = {Gate.PENDING: Proof.PENDING, Gate.APPROVED: Proof.APPROVED, Gate.REJECTED: Proof.REJECTED}
AT_ONCE = timedelta(0)
SHORTEST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=15)
NO_FILES = "There is no document to hand in. Upload an invoice or a statement of your carrier first."


@transaction.atomic
def hand_in(account: Account, *, actor: User | None, now: datetime) -> bool:
    """Queue the uploaded documents for the provider; False when there is none, or nothing to hand in again."""
    with account_scope(account):
        if not _files().exists():
            return False
        named = ProviderAccount.objects.select_for_update().filter(proof__in=[Proof.NONE, Proof.REJECTED])
        if not named.update(proof=Proof.QUEUED, proof_since=now, proof_reason=""):
            return False
        record_audit(account, actor=actor, action="proof.handed_in", now=now)
    errands.want(account, ErrandKind.PROOF, now=now)
    return True


def take_step(turn: Turn, access: RegistrarAccess, *, now: datetime) -> timedelta | None:
    """Hand the documents in, or see what became of them; return how long to wait, None when nothing is left."""
    named = ProviderAccount.objects.get()
    if named.proof == Proof.QUEUED:
        return (
            _submit(turn, access, now) if access.business else None
        )  # the vetting wants this once the business is there
    if named.proof == Proof.PENDING:
        return _follow(turn, access, named, now)
    return None


def _submit(turn: Turn, access: RegistrarAccess, now: datetime) -> timedelta | None:
    status = access.registrar.proof_status(access.business)
    if status is None or status.gate is Gate.REJECTED:
        files = [File(one.filename, bytes(one.content)) for one in _files()]
        if not files:
            return _record(turn, Proof.REJECTED, NO_FILES, now=now)
        status = access.registrar.submit_proof(access.business, files, e164s=())
    return _settle(turn, status, now)


def _follow(turn: Turn, access: RegistrarAccess, named: ProviderAccount, now: datetime) -> timedelta | None:
    status = access.registrar.proof_status(access.business)
    if status is None:  # forgotten by the provider: handed in again
        return _record(turn, Proof.QUEUED, "", now=now)
    if status.gate is Gate.PENDING:
        return min(max((now - (named.proof_since or now)) / 8, SHORTEST_WAIT), LONGEST_WAIT)
    return _settle(turn, status, now)


def _settle(turn: Turn, status: ProofStatus, now: datetime) -> timedelta | None:
    return _record(turn, PROOFS[status.gate], status.reason, now=now)


def reject(turn: Turn, reason: str, *, now: datetime) -> None:
    """Record that the provider refused the documents as they were sent."""
    _record(turn, Proof.REJECTED, reason, now=now)


def _record(turn: Turn, proof: Proof, reason: str, *, now: datetime) -> timedelta | None:
    """Write where the proof stands, and tell the people when it is decided."""
    with errands.recording(turn, now=now):
        open_proof = ProviderAccount.objects.filter(proof__in=[Proof.QUEUED, Proof.PENDING])
        if open_proof.update(proof=proof, proof_since=now, proof_reason=reason[:500]):
            if proof in WORDS:
                _tell(turn.account, proof, reason, now)
            if proof is Proof.APPROVED:
                errands.want(turn.account, ErrandKind.OWNERSHIP, now=now)
    return {Proof.PENDING: SHORTEST_WAIT, Proof.QUEUED: AT_ONCE}.get(proof)


ACCEPTED = (
    "Your provider accepts the proof that the numbers of your other carriers belong to {account}. They can be "
    "registered and monitored now.\n"
)
REFUSED = (
    "Your provider does not accept the proof that the numbers of your other carriers belong to {account}.\n\n"
    "Its reason: {reason}\n\nUpload other documents under Settings, Provider, and hand them in again.\n"
)
WORDS = {
    Proof.APPROVED: ("Proof of ownership accepted", ACCEPTED),
    Proof.REJECTED: ("Proof of ownership not accepted", REFUSED),
}


def _tell(account: Account, proof: Proof, reason: str, now: datetime) -> None:
    subject, body = WORDS[proof]
    words = body.format(account=account.name, reason=reason or "none was given")
    to, path = people.people_to_tell(account), reverse("settings:provider")
    mail.queue_mail(account, to=to, kind=f"proof.{proof}", subject=subject, body=words, now=now, path=path)


def _files() -> QuerySet[Attachment]:
    """Return the documents that are not taken back, oldest first. Needs the account's scope."""
    return Attachment.objects.filter(kind=AttachmentKind.PROOF, removed_at=None).order_by("uploaded_at", "pk")
