"""Cases: the repair of one label of one number, with its clock, its timeline and what a person files by hand."""

from __future__ import annotations

import uuid

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django_fsm import ConcurrentTransitionMixin, FSMField, FSMModelMixin

from accounts.models import Account, User
from common.moves import declare, wall
from common.scope import ScopedManager
from phone_numbers.models import PhoneNumber, Source
from remediation.states import CASE_MOVES, CLOSED_STATES, OPEN_STATES, CaseEventKind, CaseState, ManualState

OPEN, ENDED = Q(closed_at__isnull=True), Q(closed_at__isnull=False)


class Case(ConcurrentTransitionMixin, FSMModelMixin, models.Model):
    """The repair of one label of one number (R84-R88, D21); a number has at most one open case.

    The clock is fixed at opening: `target_at` is when it should be done, `limit_at` when it is given up. `overdue_at`
    is when the target was missed and people were told; `due_at` when something happens by itself: the end of a
    cool-down. `tag_since` names the label: a label whose case was closed does not open another one by itself.
    `submission` has no index, so that queueing thousands of new cases writes none; a request finds its cases by its
    items.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    number = models.ForeignKey(PhoneNumber, on_delete=models.CASCADE, related_name="+", db_index=False)
    state = FSMField(max_length=24, choices=CaseState, default=CaseState.OPEN, protected=True)
    state_since = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True, default="", help_text="Why it stands where it stands.")
    outcome = models.CharField(max_length=40, blank=True, default="", help_text="The provider's last word on it.")
    attempt = models.PositiveSmallIntegerField(default=1, help_text="2 and more: the label came back within 30 days.")
    previous = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    tag_since = models.DateTimeField(help_text="Since when the number carries the label.")
    carriers = ArrayField(models.SmallIntegerField(), default=list, help_text="Sources that flagged it at opening.")
    provider = models.SlugField(max_length=30, blank=True, default="", db_index=False, help_text="Empty: by hand.")
    submission = models.ForeignKey("Submission", on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    sent = models.PositiveSmallIntegerField(default=0, help_text="Requests of a provider that it was accepted in.")
    opened_at = models.DateTimeField()
    target_at = models.DateTimeField()
    limit_at = models.DateTimeField()
    overdue_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    owner = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)

    objects = ScopedManager["Case"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], condition=OPEN, name="remediation_case_one_open"),
            models.CheckConstraint(
                condition=Q(state__in=OPEN_STATES, closed_at__isnull=True)
                | Q(state__in=CLOSED_STATES, closed_at__isnull=False),
                name="remediation_case_state_known",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "opened_at", "id"], name="remediation_case_by_opening"),
            models.Index(fields=["account", "opened_at", "id"], name="remediation_case_open_list", condition=OPEN),
            models.Index(fields=["account", "opened_at", "id"], name="remediation_case_ended_list", condition=ENDED),
            models.Index(fields=["account", "limit_at", "id"], name="remediation_case_open_limit", condition=OPEN),
            models.Index(fields=["account", "state", "opened_at", "id"], name="remediation_case_by_state"),
            models.Index(
                fields=["account", "closed_at"], name="remediation_case_cleared", condition=Q(state="cleared")
            ),
            models.Index(fields=["number", "opened_at"], name="remediation_case_by_number"),
            models.Index(fields=["limit_at"], name="remediation_case_limit", condition=OPEN),
            models.Index(
                fields=["target_at"], name="remediation_case_target", condition=OPEN & Q(overdue_at__isnull=True)
            ),
            models.Index(fields=["due_at"], name="remediation_case_due", condition=Q(due_at__isnull=False)),
        ]
        triggers = [wall(CASE_MOVES)]

    def __str__(self) -> str:
        return f"case {self.pk}: {self.get_state_display()}"

    @property
    def is_open(self) -> bool:
        """Tell whether the repair goes on."""
        return self.closed_at is None

    @declare(CASE_MOVES["submit"])
    def submit(self) -> None:
        """A provider accepted a request that holds it, or a person filed it."""

    @declare(CASE_MOVES["review"])
    def review(self) -> None:
        """The provider works on it."""

    @declare(CASE_MOVES["dispute"])
    def dispute(self) -> None:
        """A regulatory dispute holds it up."""

    @declare(CASE_MOVES["settle_dispute"])
    def settle_dispute(self) -> None:
        """The dispute is settled."""

    @declare(CASE_MOVES["await_reading"])
    def await_reading(self) -> None:
        """The provider re-evaluated it; only a clean reading proves it."""

    @declare(CASE_MOVES["park"])
    def park(self) -> None:
        """It cannot go on without a person."""

    @declare(CASE_MOVES["cool_down"])
    def cool_down(self) -> None:
        """The provider takes the number again only after `due_at`."""

    @declare(CASE_MOVES["reopen"])
    def reopen(self) -> None:
        """Submit it again."""

    @declare(CASE_MOVES["clear"])
    def clear(self) -> None:
        """A clean reading cleared the label."""

    @declare(CASE_MOVES["close_not_flagged"])
    def close_not_flagged(self) -> None:
        """The provider found no label."""

    @declare(CASE_MOVES["give_up"])
    def give_up(self) -> None:
        """The limit passed."""

    @declare(CASE_MOVES["cancel"])
    def cancel(self) -> None:
        """A person stopped it, or monitoring was switched off."""


class CaseEvent(models.Model):
    """A line of a case's timeline, append-only; `actor` None is the portal or the provider.

    The account is the case's, which the database knows; it is not checked again for each of thousands of lines.
    """

    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField()
    kind = models.CharField(max_length=10, choices=CaseEventKind, default=CaseEventKind.STATE)
    from_state = models.CharField(max_length=24, blank=True, default="")
    to_state = models.CharField(max_length=24, blank=True, default="")
    reason = models.TextField(blank=True, default="")
    reference = models.CharField(max_length=80, blank=True, default="", help_text="Such as the provider's request.")
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    objects = ScopedManager["CaseEvent"]()

    class Meta:
        indexes = [models.Index(fields=["case", "at", "id"], name="remediation_event_by_case")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.from_state} > {self.to_state}".strip()


class ManualTask(models.Model):
    """Something that a person files on a carrier's own page, with the evidence pack of its case (B4).

    `source` None: the label's carrier is not known. `follow_up_on` is when to look again, a day of the filer's.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+", db_index=False)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    state = models.CharField(max_length=8, choices=ManualState, default=ManualState.TODO)
    reference = models.CharField(max_length=80, blank=True, default="")
    follow_up_on = models.DateField(null=True)
    note = models.CharField(max_length=500, blank=True, default="")
    created_at = models.DateTimeField()
    filed_at = models.DateTimeField(null=True)
    filed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    objects = ScopedManager["ManualTask"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "source"], nulls_distinct=False, name="remediation_manual_once_per_source"
            ),
            models.CheckConstraint(
                condition=~Q(state=ManualState.FILED) | Q(filed_at__isnull=False), name="remediation_manual_filed_at"
            ),
        ]
        indexes = [
            models.Index(
                fields=["account", "follow_up_on"],
                name="remediation_manual_open",
                condition=Q(state__in=[ManualState.TODO, ManualState.FILED]),
            )
        ]

    def __str__(self) -> str:
        return f"manual task {self.pk}: {self.get_state_display()}"
