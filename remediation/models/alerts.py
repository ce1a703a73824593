"""Alerts: what an admin must know, open while it is true, and who is told by e-mail."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Q

from accounts.models import Account, User
from common.scope import ScopedManager
from phone_numbers.models import Campaign, Feed, PhoneNumber
from remediation.models.cases import Case
from remediation.states import AlertKind, AlertMail

OPEN = Q(cleared_at__isnull=True)


class Alert(models.Model):
    """Something an admin must know (R81-R83, D22). It stays open while it is true, whatever people do with it.

    `subject` names what it is about within its kind, so that one thing has one open alert: a number's id, a campaign's,
    a campaign's with an area. `group` says under which line it is shown together with others. `since` is when the fact
    began, `raised_at` when the portal said so. Muting hides its loudness, never the alert.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=16, choices=AlertKind)
    subject = models.CharField(max_length=60)
    group = models.CharField(max_length=60, blank=True, default="")
    number = models.ForeignKey(PhoneNumber, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, null=True, related_name="+")
    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, null=True, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, null=True, related_name="+")
    words = models.CharField(max_length=300, blank=True, default="", help_text="What is the matter, for a person.")
    since = models.DateTimeField()
    raised_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    muted_until = models.DateTimeField(null=True)
    muted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    cleared_at = models.DateTimeField(null=True)
    cleared_because = models.CharField(max_length=200, blank=True, default="")

    objects = ScopedManager["Alert"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "kind", "subject"], condition=OPEN, name="remediation_alert_one_open"
            ),
            models.CheckConstraint(
                condition=~Q(kind=AlertKind.TAG) | Q(number__isnull=False), name="remediation_alert_tag_has_number"
            ),
        ]
        indexes = [
            models.Index(fields=["account", "kind", "group", "id"], name="remediation_alert_open", condition=OPEN),
            models.Index(fields=["account", "raised_at", "id"], name="remediation_alert_by_time"),
            models.Index(fields=["number", "raised_at"], name="remediation_alert_by_number"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.subject}"

    @property
    def is_open(self) -> bool:
        """Tell whether it is still true."""
        return self.cleared_at is None

    def is_muted(self, now: datetime) -> bool:
        """Tell whether somebody asked for quiet until later than `now`."""
        return self.muted_until is not None and self.muted_until > now


class AlertSubscription(models.Model):
    """How a person is told of an account's alerts by e-mail. `told` is the newest alert that they were told of."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    mail = models.CharField(max_length=8, choices=AlertMail, default=AlertMail.OFF)
    told = models.BigIntegerField(default=0)
    due_at = models.DateTimeField(null=True, help_text="When the next digest is due.")

    objects = ScopedManager["AlertSubscription"]()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "user"], name="remediation_subscription_once")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.get_mail_display()}"
