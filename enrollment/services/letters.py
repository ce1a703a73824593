"""Signing the letter of authorization: drawn, typed, or an uploaded signed letter; kept with date, signer and hash."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts import services as account_services
from accounts.models import Account, User
from enrollment import application, letter
from enrollment.application import Values
from enrollment.models import Attachment, Letter
from enrollment.services import files
from enrollment.states import AttachmentKind, SigningMethod
from enrollment.uploads import PDF, PNG, JudgedFile


@transaction.atomic
def sign(
    account: Account,
    values: Values,
    *,
    method: SigningMethod,
    name: str,
    title: str,
    picture: bytes,
    actor: User,
    now: datetime,
) -> Letter:
    """Sign the letter of these facts with the picture of a signature (PNG). Needs the account's scope."""
    pdf = letter.render(values, signature=letter.Signature(name, title, now, picture))
    kept = files.keep(
        account,
        AttachmentKind.SIGNATURE,
        JudgedFile("signature.png", PNG, picture),
        actor=actor,
        now=now,
    )
    document = JudgedFile("letter-of-authorization.pdf", PDF, pdf)
    return _keep(account, values, document, method=method, name=name, title=title, actor=actor, now=now, signature=kept)


@transaction.atomic
def take_signed(
    account: Account, values: Values, document: JudgedFile, *, name: str, title: str, actor: User, now: datetime
) -> Letter:
    """Keep an uploaded letter that somebody signed by hand. Needs the account's scope."""
    method = SigningMethod.UPLOADED
    return _keep(account, values, document, method=method, name=name, title=title, actor=actor, now=now)


def _keep(
    account: Account,
    values: Values,
    document: JudgedFile,
    *,
    method: SigningMethod,
    name: str,
    title: str,
    actor: User,
    now: datetime,
    signature: Attachment | None = None,
) -> Letter:
    pdf = files.keep(account, AttachmentKind.LETTER, document, actor=actor, now=now)
    signed = Letter.objects.create(
        account=account,
        pdf=pdf,
        signature=signature,
        method=method,
        signer_name=name,
        signer_title=title,
        signed_at=now,
        signed_by=actor,
        digest=application.letter_digest(values),
    )
    account_services.record_audit(
        account, actor=actor, action="letter.signed", target=name, now=now, method=method, sha256=pdf.sha256
    )
    return signed
