"""Keeping uploaded files."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import transaction

from accounts import services as account_services
from accounts.models import Account, User
from enrollment.models import Attachment
from enrollment.states import AttachmentKind
from enrollment.uploads import JudgedFile, UploadError

MAX_PROOFS = 10


def keep(account: Account, kind: AttachmentKind, file: JudgedFile, *, actor: User | None, now: datetime) -> Attachment:
    """Keep a file with its hash. Needs the account's scope."""
    return Attachment.objects.create(
        account=account,
        kind=kind,
        filename=file.name,
        content_type=file.content_type,
        size=len(file.content),
        sha256=hashlib.sha256(file.content).hexdigest(),
        content=file.content,
        uploaded_at=now,
        uploaded_by=actor,
    )


@transaction.atomic
def add_proof(account: Account, file: JudgedFile, *, actor: User, now: datetime) -> Attachment:
    """Keep a proof that numbers belong to the business (R18); the same file again is the one that is there.

    Raises UploadError when there are too many.
    """
    Account.objects.select_for_update(of=("self",), no_key=True).get(pk=account.pk)
    proofs = Attachment.objects.filter(kind=AttachmentKind.PROOF, removed_at=None)
    same = proofs.filter(sha256=hashlib.sha256(file.content).hexdigest()).first()
    if same:
        return same
    if proofs.count() >= MAX_PROOFS:
        raise UploadError(f"There are {MAX_PROOFS} proofs already. Remove one that is not needed first.")
    kept = keep(account, AttachmentKind.PROOF, file, actor=actor, now=now)
    account_services.record_audit(account, actor=actor, action="proof.added", target=kept.filename, now=now)
    return kept


@transaction.atomic
def remove_proof(account: Account, proof: Attachment, *, actor: User, now: datetime) -> bool:
    """Take a proof back; applications that named it keep it. False when it was taken back before."""
    left = Attachment.objects.filter(pk=proof.pk, kind=AttachmentKind.PROOF, removed_at=None)
    removed = left.update(removed_at=now)
    if removed:
        account_services.record_audit(account, actor=actor, action="proof.removed", target=proof.filename, now=now)
    return removed == 1
