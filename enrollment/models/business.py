"""What a business told about itself: answers kept as drafts, asked once for both services (D13, D15)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import Account, User
from common.scope import ScopedManager
from enrollment.states import SectionKey


class ProfileSection(models.Model):
    """One part of the form as it was last saved by anybody of the account, complete or not.

    `answers` maps the names of the questions to what was typed (text, or a list of choices). `version` rises with each
    save, so that two people who type at once are told instead of overwriting each other.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=10, choices=SectionKey)
    answers = models.JSONField(default=dict)
    form_version = models.PositiveSmallIntegerField()
    version = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    objects = ScopedManager["ProfileSection"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "key"], name="enrollment_section_once"),
            models.CheckConstraint(condition=Q(key__in=SectionKey.values), name="enrollment_section_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_key_display()} of {self.account_id}"
