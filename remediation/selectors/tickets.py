"""Reads of support tickets: an account's own, and those of all accounts for platform staff."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from common.scope import all_accounts
from remediation.models import SupportTicket, TicketMessage
from remediation.states import TicketState


def listed_tickets() -> QuerySet[SupportTicket]:
    """Return the tickets of the open account, newest first."""
    return _shown(SupportTicket.objects.all()).order_by("-opened_at", "-pk")


def ticket_for(uuid: UUID) -> SupportTicket:
    """Return one ticket of the open account; another account's does not exist (Http404)."""
    found = _shown(SupportTicket.objects.filter(uuid=uuid)).first()
    if found is None:
        raise Http404("There is no such ticket.")
    return found


def messages_of(ticket: SupportTicket) -> QuerySet[TicketMessage]:
    """Return what was written in a ticket, oldest first."""
    return TicketMessage.objects.filter(ticket=ticket).select_related("author").order_by("at", "pk")


def platform_tickets() -> list[SupportTicket]:
    """Return the tickets of all accounts that are not closed, those that wait for an answer first."""
    with all_accounts():
        found = list(_shown(SupportTicket.objects.filter(closed_at=None)).order_by("state_since", "pk"))
    return sorted(found, key=lambda ticket: ticket.state != TicketState.OPEN)


def platform_ticket_for(uuid: UUID) -> SupportTicket:
    """Return one ticket of any account, for platform staff."""
    with all_accounts():
        return ticket_for(uuid)


def _shown(tickets: QuerySet[SupportTicket]) -> QuerySet[SupportTicket]:
    related = tickets.select_related("account", "case__number", "case__account", "opened_by")
    return related.defer("case__number__search_groups")
