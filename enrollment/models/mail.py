"""The outbox: an e-mail is a row, written with what it tells about, and sent by a worker."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from accounts.models import Account
from common.scope import ScopedManager
from enrollment.states import MailState


class OutgoingMail(models.Model):
    """One message to one address. `account` None: to platform staff.

    `uuid` becomes its Message-ID, so that a message sent twice after a crash is told apart by the mail server.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, null=True, related_name="+")
    kind = models.CharField(max_length=40)
    to = models.EmailField(max_length=254)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    state = models.CharField(max_length=10, choices=MailState, default=MailState.QUEUED)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    lease_token = models.UUIDField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)

    objects = ScopedManager["OutgoingMail"]()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=MailState.values), name="enrollment_mail_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=[MailState.SENT, MailState.FAILED]) | Q(due_at__isnull=False),
                name="enrollment_mail_open_is_due",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="enrollment_mail_due"),
            models.Index(fields=["-created_at"], name="enrollment_mail_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.to}"
