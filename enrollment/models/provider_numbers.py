"""What the portal has asked of the account's provider for a number, and knows of it there (D27)."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q

from accounts.models import Account
from common.scope import ScopedManager
from enrollment.number_states import MOVES_AT_PROVIDER, AtProvider
from phone_numbers.models import PhoneNumber


class NumberAtProvider(models.Model):
    """A number at the account's provider. One row for both services; adding a number is billed, so never done twice.

    `due_at` is when somebody looks at the row next: for a number that is being added, when the call that has it must
    have ended. `claim` names that call; whoever records its outcome must hold it.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    number = models.OneToOneField(PhoneNumber, on_delete=models.CASCADE, related_name="+", primary_key=True)
    state = models.CharField(max_length=8, choices=AtProvider, default=AtProvider.ABSENT)
    reason = models.CharField(max_length=300, blank=True, default="")
    since = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    claim = models.UUIDField(null=True)
    halvings = models.PositiveSmallIntegerField(
        default=0, help_text="How often it was refused together with others; so often the next call is halved."
    )

    objects = ScopedManager["NumberAtProvider"]()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=AtProvider.values), name="enrollment_at_provider_known"),
        ]
        indexes = [
            models.Index(
                fields=["account", "due_at"], name="enrollment_at_provider_due", condition=Q(due_at__isnull=False)
            ),
            models.Index(fields=["claim"], name="enrollment_at_provider_claim", condition=Q(claim__isnull=False)),
        ]
        triggers = [
            pgtrigger.FSM(name="at_provider_moves", field="state", transitions=list(MOVES_AT_PROVIDER)),
        ]

    def __str__(self) -> str:
        return f"number {self.number_id} at the provider: {self.state}"
