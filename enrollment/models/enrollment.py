"""Enrollment of a business in a service. The form, review and vetting come with their own issue."""

from __future__ import annotations

from django.db import models

from accounts.models import Account
from common.scope import ScopedManager


class EnrolledService(models.TextChoices):
    """Services that a business enrolls in; each is approved on its own (D13)."""

    REGISTRATION = "registration", "Enterprise spam registration"
    MONITORING = "monitoring", "Spam monitoring & remediation"


class EnrollmentState(models.TextChoices):
    """States of an enrollment (design, States)."""

    DRAFT = "draft", "Draft"
    SUBMITTED = "submitted", "Submitted"
    IN_REVIEW = "in_review", "In review"
    NEEDS_INFORMATION = "needs_information", "Needs information"
    PROVIDER_VETTING = "provider_vetting", "Provider vetting"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"
    ENDED = "ended", "Ended"


class Enrollment(models.Model):
    """Where an account stands with one service (R61-R70)."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    service = models.CharField(max_length=12, choices=EnrolledService)
    state = models.CharField(max_length=20, choices=EnrollmentState, default=EnrollmentState.DRAFT)
    state_since = models.DateTimeField()

    objects = ScopedManager["Enrollment"]()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "service"], name="enrollment_once_per_service")]

    def __str__(self) -> str:
        return f"{self.get_service_display()}: {self.get_state_display()}"
