"""Work on a selection of numbers: frozen when it was confirmed, with an outcome for each (B5)."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from accounts.models import Account, User
from common.scope import ScopedManager
from enrollment.number_states import ItemOutcome, JobKind, JobState
from phone_numbers.models import PhoneNumber


class NumberJob(models.Model):
    """A confirmed selection of numbers and what is done for them. `chosen` says in words how they were selected.

    `verified_at`: when none of its numbers was being verified any more, and the person was told.
    """

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    kind = models.CharField(max_length=8, choices=JobKind)
    state = models.CharField(max_length=8, choices=JobState, default=JobState.WAITING)
    chosen = models.CharField(max_length=300, blank=True, default="")
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    verified_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True, help_text="When a worker goes on with it; empty: nothing is left to do.")
    lease_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0, help_text="Turns since it last got on.")

    objects = ScopedManager["NumberJob"]()

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], name="enrollment_job_due", condition=Q(due_at__isnull=False)),
            models.Index(fields=["account", "-created_at"], name="enrollment_job_recent"),
            models.Index(
                fields=["finished_at"],
                name="enrollment_job_verifying",
                condition=Q(kind="enable", state="done", verified_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.total} numbers"

    @property
    def handled(self) -> int:
        """Return how many numbers have an outcome."""
        return self.done + self.skipped


class NumberJobItem(models.Model):
    """One number of a job and what became of it; `reason` says in words why it was skipped."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    job = models.ForeignKey(NumberJob, on_delete=models.CASCADE, related_name="+", db_index=False)
    number = models.ForeignKey(PhoneNumber, on_delete=models.CASCADE, related_name="+")
    outcome = models.PositiveSmallIntegerField(choices=ItemOutcome, default=ItemOutcome.WAITING)
    reason = models.CharField(max_length=600, blank=True, default="")

    objects = ScopedManager["NumberJobItem"]()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "number"], name="enrollment_number_once_per_job")]
        indexes = [
            models.Index(fields=["job", "number"], name="enrollment_items_waiting", condition=Q(outcome=0)),
            models.Index(fields=["job", "outcome", "number"], name="enrollment_items_by_outcome"),
        ]

    def __str__(self) -> str:
        return f"number {self.number_id} of job {self.job_id}"
