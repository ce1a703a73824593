"""Enrollment of a business in a service, and what happened to it."""

from __future__ import annotations

import uuid

import pgtrigger
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q
from django_fsm import ConcurrentTransitionMixin, FSMField, FSMModelMixin

from accounts.models import Account, User
from common.moves import Move, Moves, declare, edges
from common.scope import ScopedManager
from enrollment.models.files import Letter
from enrollment.states import EnrolledService, EnrollmentState

State = EnrollmentState
# Where each move may begin and ends; the methods of Enrollment and the trigger behind them are made from it.
MOVES: Moves = {
    "submit": Move((State.DRAFT,), State.SUBMITTED),
    "claim": Move((State.SUBMITTED,), State.IN_REVIEW),
    "put_back": Move((State.IN_REVIEW,), State.SUBMITTED),
    "ask": Move((State.IN_REVIEW,), State.NEEDS_INFORMATION),
    "reject": Move((State.IN_REVIEW, State.PROVIDER_VETTING), State.REJECTED),
    "approve": Move((State.IN_REVIEW, State.PROVIDER_VETTING), State.APPROVED),
    "vet": Move((State.IN_REVIEW,), State.PROVIDER_VETTING),
    "correct": Move((State.NEEDS_INFORMATION, State.REJECTED, State.ENDED), State.DRAFT),
    "end": Move((State.APPROVED,), State.ENDED),
}


class Enrollment(ConcurrentTransitionMixin, FSMModelMixin, models.Model):
    """Where an account stands with one service (R61-R70).

    `application` is what was handed in, with the questions as they were asked then, so that it reads the same after the
    form has changed. `reasons` is a list of `{"code", "text", "field"}`: why it came back, until it is handed in again.
    `ein`, `name_key` and `domain` repeat three answers of the application to find duplicates.
    """

    uuid = models.UUIDField(default=uuid.uuid4, db_default=RandomUUID(), unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    service = models.CharField(max_length=12, choices=EnrolledService)
    state = FSMField(max_length=20, choices=EnrollmentState, default=EnrollmentState.DRAFT, protected=True)
    state_since = models.DateTimeField()
    application = models.JSONField(default=dict, blank=True)
    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    reviewer = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    reasons = models.JSONField(default=list, blank=True)
    no_answers = models.PositiveSmallIntegerField(default=0)
    ein = models.CharField(max_length=10, blank=True)
    name_key = models.CharField(max_length=64, blank=True)
    domain = models.CharField(max_length=253, blank=True)
    last_rejected_at = models.DateTimeField(null=True)

    objects = ScopedManager["Enrollment"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "service"], name="enrollment_once_per_service"),
            models.CheckConstraint(condition=Q(state__in=EnrollmentState.values), name="enrollment_state_known"),
        ]
        indexes = [
            models.Index(fields=["state", "submitted_at"], name="enrollment_queue"),
            models.Index(fields=["ein"], condition=Q(last_rejected_at__isnull=False), name="enrollment_rejected_ein"),
        ]
        triggers = [pgtrigger.FSM(name="state_moves", field="state", transitions=edges(MOVES))]

    def __str__(self) -> str:
        return f"{self.get_service_display()}: {self.get_state_display()}"

    @declare(MOVES["submit"])
    def submit(self) -> None:
        """Hand the application in."""

    @declare(MOVES["claim"])
    def claim(self) -> None:
        """Take it for review."""

    @declare(MOVES["put_back"])
    def put_back(self) -> None:
        """Give it back to the queue."""

    @declare(MOVES["ask"])
    def ask(self) -> None:
        """Send it back with questions."""

    @declare(MOVES["reject"])
    def reject(self) -> None:
        """Refuse it, with reasons."""

    @declare(MOVES["approve"])
    def approve(self) -> None:
        """Accept it: numbers may be switched on."""

    @declare(MOVES["vet"])
    def vet(self) -> None:
        """Accept it here, and let the provider vet the business too (D13)."""

    @declare(MOVES["correct"])
    def correct(self) -> None:
        """Open it for changes again."""

    @declare(MOVES["end"])
    def end(self) -> None:
        """End an approved enrollment."""


class EnrollmentEvent(models.Model):
    """A line of an enrollment's history, append-only; `actor` None is the portal or the provider."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    enrollment = models.ForeignKey(Enrollment, on_delete=models.PROTECT, related_name="events", db_index=False)
    at = models.DateTimeField()
    kind = models.CharField(max_length=30)
    from_state = models.CharField(max_length=20, blank=True)
    to_state = models.CharField(max_length=20, blank=True)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    reason = models.TextField(blank=True)
    detail = models.JSONField(default=dict, blank=True)

    objects = ScopedManager["EnrollmentEvent"]()

    class Meta:
        indexes = [models.Index(fields=["account", "enrollment", "at"], name="enrollment_event_by_time")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.kind} {self.from_state} > {self.to_state}".strip()
