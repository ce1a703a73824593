"""Who owns the numbers that are hosted elsewhere (BYOC), as the account's provider sees it (R18, D27)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import Account, User
from common.scope import ScopedManager
from enrollment.provider_states import Ownership
from phone_numbers.models import PhoneNumber


class NumberOwnership(models.Model):
    """What the provider said last about one number, and what the account answers.

    `confirm_by` is the provider's deadline while the state is pending_confirmation. `answer` None: nobody answered yet;
    it is sent by a worker, and `answer_sent_at` says when. `reminded_at`: when the account was last written to.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    number = models.OneToOneField(PhoneNumber, on_delete=models.CASCADE, related_name="+", primary_key=True)
    state = models.CharField(max_length=20, choices=Ownership)
    since = models.DateTimeField()
    reason = models.CharField(max_length=80, blank=True, default="")
    confirm_by = models.DateTimeField(null=True)
    read_at = models.DateTimeField()
    answer = models.BooleanField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    answer_sent_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)

    objects = ScopedManager["NumberOwnership"]()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=Ownership.values), name="enrollment_ownership_known"),
            models.CheckConstraint(
                condition=Q(answer__isnull=True) | Q(answered_at__isnull=False), name="enrollment_answer_has_time"
            ),
        ]
        indexes = [
            models.Index(fields=["account", "state", "confirm_by"], name="enrollment_ownership_by_state"),
        ]

    def __str__(self) -> str:
        return f"number {self.number_id}: {self.state}"
