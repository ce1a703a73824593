"""Files of a business: letters of authorization, signatures and proofs. Kept in the database, for web has no state."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from accounts.models import Account, User
from common.scope import ScopedManager
from enrollment.states import AttachmentKind, SigningMethod


class Attachment(models.Model):
    """A kept file. Its bytes never change; one that is taken back stays, hidden, with `removed_at`."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=AttachmentKind)
    filename = models.CharField(max_length=200)
    content_type = models.CharField(max_length=60)
    size = models.PositiveIntegerField(help_text="Bytes.")
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    removed_at = models.DateTimeField(null=True)

    objects = ScopedManager["Attachment"]()

    class Meta:
        indexes = [models.Index(fields=["account", "kind", "uploaded_at"], name="enrollment_attachment_kind")]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=AttachmentKind.values), name="enrollment_attachment_known")
        ]

    def __str__(self) -> str:
        return self.filename


class Letter(models.Model):
    """A signed letter of authorization. `digest` tells which facts it was made from: others need a new signature."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    pdf = models.ForeignKey(Attachment, on_delete=models.PROTECT, related_name="+", db_index=False)
    signature = models.ForeignKey(Attachment, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    method = models.CharField(max_length=10, choices=SigningMethod)
    signer_name = models.CharField(max_length=130)
    signer_title = models.CharField(max_length=100)
    signed_at = models.DateTimeField()
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    digest = models.CharField(max_length=64)

    objects = ScopedManager["Letter"]()

    class Meta:
        indexes = [models.Index(fields=["account", "-signed_at"], name="enrollment_letter_newest")]

    def __str__(self) -> str:
        return f"Letter of {self.account_id} signed by {self.signer_name}"
