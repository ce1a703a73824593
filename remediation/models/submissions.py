"""Submissions: requests to a provider to re-evaluate numbers, and what came back for each number."""

from __future__ import annotations

import uuid

from django.contrib.postgres.indexes import BTreeIndex
from django.db import models
from django.db.models import Q
from django_fsm import ConcurrentTransitionMixin, FSMField, FSMModelMixin

from accounts.models import Account
from common.moves import declare, wall
from common.scope import ScopedManager
from remediation.models.cases import Case
from remediation.states import LIVE_SUBMISSIONS, SUBMISSION_MOVES, SubmissionState


class Submission(ConcurrentTransitionMixin, FSMModelMixin, models.Model):
    """One request to a provider, for many cases of one account. The row is the queue: `due_at` is when to act next.

    `uuid` stands in the request's text, so that a request whose outcome is unknown is found again in the provider's
    list. A worker holds the row by `lease_token` until `lease_until`. `sent_at` is when the newest attempt began.
    `adopted`: the request was made elsewhere, and only its results are awaited.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    provider = models.SlugField(max_length=30, db_index=False)
    business = models.CharField(max_length=80, blank=True, default="", help_text="The provider's id of the business.")
    state = FSMField(max_length=12, choices=SubmissionState, default=SubmissionState.QUEUED, protected=True)
    state_since = models.DateTimeField()
    reference = models.CharField(max_length=80, blank=True, default="", help_text="The provider's id of the request.")
    adopted = models.BooleanField(default=False)
    call_purpose = models.TextField(blank=True, default="")
    numbers = models.PositiveIntegerField(default=0, help_text="How many numbers were sent.")
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    tier1_at = models.DateTimeField(null=True)
    tier2_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    lease_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0, help_text="Calls that failed since the last good one.")
    last_error = models.CharField(max_length=500, blank=True, default="")
    answer = models.JSONField(default=dict, blank=True, help_text="Results as the provider gave them.")

    objects = ScopedManager["Submission"]()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=SubmissionState.values), name="remediation_submission_state"),
            models.UniqueConstraint(
                fields=["account", "provider", "reference"],
                condition=~Q(reference="") & Q(state__in=LIVE_SUBMISSIONS),
                name="remediation_submission_reference",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="remediation_submission_due", condition=Q(state__in=LIVE_SUBMISSIONS)),
            BTreeIndex(fields=["account", "created_at"], name="remediation_submission_time"),
        ]
        triggers = [wall(SUBMISSION_MOVES)]

    def __str__(self) -> str:
        return f"submission {self.pk}: {self.get_state_display()}"

    @declare(SUBMISSION_MOVES["send"])
    def send(self) -> None:
        """A worker is about to call."""

    @declare(SUBMISSION_MOVES["defer"])
    def defer(self) -> None:
        """Nothing was sent; try again later."""

    @declare(SUBMISSION_MOVES["lose"])
    def lose(self) -> None:
        """No answer came, or the worker died: look it up."""

    @declare(SUBMISSION_MOVES["accept"])
    def accept(self) -> None:
        """The provider has it."""

    @declare(SUBMISSION_MOVES["requeue"])
    def requeue(self) -> None:
        """The provider does not have it: it may be sent."""

    @declare(SUBMISSION_MOVES["progress"])
    def progress(self) -> None:
        """The provider works on it."""

    @declare(SUBMISSION_MOVES["complete"])
    def complete(self) -> None:
        """The results are in."""

    @declare(SUBMISSION_MOVES["fail"])
    def fail(self) -> None:
        """Refused, failed at the provider, or nothing was left to send."""


class SubmissionItem(models.Model):
    """One number of a submission: what was sent, and the provider's bucket for it, empty until told."""

    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="+", db_index=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    e164 = models.CharField(max_length=16)
    bucket = models.CharField(max_length=40, blank=True, default="", help_text="The provider's word for the result.")
    sent = models.BooleanField(default=False, help_text="It was in a request that the provider accepted.")

    objects = ScopedManager["SubmissionItem"]()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["submission", "case"], name="remediation_item_once")]

    def __str__(self) -> str:
        return f"item {self.pk} of submission {self.submission_id}"
