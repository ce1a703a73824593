"""Support tickets: what an admin hands to the platform's support when a repair did not work (D21)."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django_fsm import ConcurrentTransitionMixin, FSMField, FSMModelMixin

from accounts.models import Account, User
from common.moves import declare, wall
from common.scope import ScopedManager
from remediation.models.cases import Case
from remediation.states import TICKET_MOVES, TicketState


class SupportTicket(ConcurrentTransitionMixin, FSMModelMixin, models.Model):
    """A request to the platform's support about one case; a case has one open ticket at most.

    It is e-mailed to the platform's support address and answered in the portal; `code` stands in both.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(max_length=12, unique=True)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+", db_index=False)
    state = FSMField(max_length=8, choices=TicketState, default=TicketState.OPEN, protected=True)
    state_since = models.DateTimeField()
    subject = models.CharField(max_length=200)
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    objects = ScopedManager["SupportTicket"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(closed_at__isnull=True), name="remediation_ticket_one_open"
            ),
            models.CheckConstraint(
                condition=Q(state=TicketState.CLOSED, closed_at__isnull=False)
                | Q(state__in=[TicketState.OPEN, TicketState.ANSWERED], closed_at__isnull=True),
                name="remediation_ticket_state_known",
            ),
        ]
        indexes = [models.Index(fields=["account", "opened_at", "id"], name="remediation_ticket_by_time")]
        triggers = [wall(TICKET_MOVES)]

    def __str__(self) -> str:
        return f"{self.code}: {self.subject}"

    @declare(TICKET_MOVES["answer"])
    def answer(self) -> None:
        """Platform staff answered."""

    @declare(TICKET_MOVES["ask_again"])
    def ask_again(self) -> None:
        """The account wrote again."""

    @declare(TICKET_MOVES["close"])
    def close(self) -> None:
        """It is settled."""


class TicketMessage(models.Model):
    """One message of a ticket, append-only."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    ticket = models.ForeignKey(SupportTicket, on_delete=models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField()
    author = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    from_staff = models.BooleanField(default=False)
    body = models.TextField()

    objects = ScopedManager["TicketMessage"]()

    class Meta:
        indexes = [models.Index(fields=["ticket", "at", "id"], name="remediation_message_by_ticket")]

    def __str__(self) -> str:
        return f"message {self.pk} of ticket {self.ticket_id}"
