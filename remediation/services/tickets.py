"""Support tickets: opened with the evidence filled in, e-mailed to the platform's support, answered in the portal."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from accounts.models import User
from accounts.services import record_audit
from common.moves import declared
from enrollment.services import mail
from remediation.models import Case, SupportTicket, TicketMessage
from remediation.services import cases, evidence
from remediation.states import CaseEventKind

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # without those that are mistaken for one another
BODY_LIMIT = 20_000
OPENED, ANSWERED, WROTE = "ticket.opened", "ticket.answered", "ticket.wrote"


class TicketExists(Exception):
    """The case has an open ticket already, which is the one to write in."""

    def __init__(self, ticket: SupportTicket) -> None:
        super().__init__("This case has an open support ticket already.")
        self.ticket = ticket


def draft(case: Case, *, now: datetime) -> tuple[str, str]:
    """Return the subject and the text that a ticket about a case begins with, for a person to change."""
    found = evidence.evidence_of(case.account, [case], now=now)
    (affected,) = found.numbers
    carriers = ", ".join(label.source for label in affected.labels) or "its provider"
    subject = f"The label of {affected.number} at {carriers} was not removed"
    opening = f"The repair of this number ended as: {case.get_state_display()}. {case.reason}".strip()
    return subject, f"{opening}\n\n{evidence.text_of(found)}"


@transaction.atomic
def open_ticket(case: Case, *, subject: str, body: str, actor: User, now: datetime) -> SupportTicket:
    """Open a ticket about a case and e-mail it to the platform's support. TicketExists when it has an open one."""
    Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    waiting = SupportTicket.objects.filter(case=case, closed_at=None).first()
    if waiting is not None:
        raise TicketExists(waiting)
    ticket: SupportTicket = SupportTicket.objects.create(
        code="T-" + "".join(secrets.choice(LETTERS) for _ in range(8)),
        account=case.account,
        case=case,
        state_since=now,
        subject=subject[:200],
        opened_by=actor,
        opened_at=now,
    )
    _write(ticket, body, author=actor, from_staff=False, now=now)
    record_audit(case.account, actor=actor, action="ticket.opened", target=ticket.code, now=now)
    cases.tell(
        case, CaseEventKind.TICKET, now=now, reason=f"Support ticket {ticket.code} opened", reference=ticket.code
    )
    _mail_support(ticket, body, author=actor, kind=OPENED, now=now)
    return ticket


@transaction.atomic
def reply(ticket: SupportTicket, body: str, *, author: User, now: datetime) -> TicketMessage:
    """Write in a ticket as a person of the account; the platform's support is told."""
    _move(ticket, "ask_again", now=now)
    message = _write(ticket, body, author=author, from_staff=False, now=now)
    _mail_support(ticket, body, author=author, kind=WROTE, now=now)
    return message


@transaction.atomic
def answer(ticket: SupportTicket, body: str, *, author: User, now: datetime) -> TicketMessage:
    """Answer a ticket as platform staff; who opened it is told by e-mail."""
    _move(ticket, "answer", now=now)
    message = _write(ticket, body, author=author, from_staff=True, now=now)
    reason = f"Support answered ticket {ticket.code}"
    cases.tell(ticket.case, CaseEventKind.TICKET, now=now, reason=reason, reference=ticket.code)
    if ticket.opened_by and ticket.opened_by.is_active:
        subject = f"[{ticket.code}] Support answered: {ticket.subject}"
        path = reverse("cases:ticket", args=[ticket.uuid])
        to = [ticket.opened_by.email]
        mail.queue_mail(ticket.account, to=to, kind=ANSWERED, subject=subject, body=body, now=now, path=path)
    return message


@transaction.atomic
def close(ticket: SupportTicket, *, now: datetime) -> None:
    """Say that a ticket is settled; either side may."""
    _move(ticket, "close", now=now, closed_at=now)
    reason = f"Support ticket {ticket.code} closed"
    cases.tell(ticket.case, CaseEventKind.TICKET, now=now, reason=reason, reference=ticket.code)


def _move(ticket: SupportTicket, name: str, *, now: datetime, **fields: Any) -> None:
    move = declared(SupportTicket, name)
    waiting = SupportTicket.objects.filter(pk=ticket.pk, state__in=move.sources)
    if not waiting.update(state=move.target, state_since=now, **fields):
        raise cases.AlreadyChanged


def _write(ticket: SupportTicket, body: str, *, author: User, from_staff: bool, now: datetime) -> TicketMessage:
    return TicketMessage.objects.create(
        account_id=ticket.account_id,
        ticket=ticket,
        at=now,
        author=author,
        from_staff=from_staff,
        body=body[:BODY_LIMIT],
    )


def _mail_support(ticket: SupportTicket, body: str, *, author: User, kind: str, now: datetime) -> None:
    subject = f"[{ticket.code}] {ticket.account.name}: {ticket.subject}"
    head = (
        f"From {author} ({author.email}), account {ticket.account.name}.\nAnswer in the portal: ticket {ticket.code}."
    )
    text = f"{head}\n\n{body}"
    path = reverse("tickets:answer", args=[ticket.uuid])
    mail.queue_mail(None, to=[settings.SUPPORT_EMAIL], kind=kind, subject=subject, body=text, now=now, path=path)
