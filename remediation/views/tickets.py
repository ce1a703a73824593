"""Support tickets, the account's side: opened from a case with the evidence filled in, read and answered (D21)."""

from __future__ import annotations

from functools import cached_property
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.generic import View

from remediation.forms import ReplyForm, TicketForm
from remediation.models import SupportTicket
from remediation.selectors import case_file
from remediation.selectors import tickets as selectors
from remediation.services import tickets as services
from remediation.services.cases import AlreadyChanged
from remediation.views.account_page import RemediationPageMixin
from remediation.views.case_actions import CaseChange

PAGE = 50


class TicketOpenView(CaseChange):
    """`/cases/<uuid>/ticket/`: a ticket about this case, prefilled, for a person to read before it is sent."""

    def get(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        """Show the prefilled ticket, or the one that is open already."""
        file = case_file.file_of(self.case, now=timezone.now())
        if file.ticket and not file.ticket.closed_at:
            return redirect("cases:ticket", uuid=file.ticket.uuid)
        if not file.can_open_ticket:
            return self.refused("This repair is still going on. A ticket can be opened when it needs a person.")
        subject, body = services.draft(self.case, now=timezone.now())
        return self._show(TicketForm(initial={"subject": subject, "body": body}))

    def post(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        """Open the ticket; when somebody was faster, lead to theirs."""
        form = TicketForm(request.POST)
        if not form.is_valid():
            return self._show(form, status=400)
        said = form.cleaned_data
        try:
            ticket = services.open_ticket(
                self.case, subject=said["subject"], body=said["body"], actor=self.request.user, now=timezone.now()
            )
        except services.TicketExists as error:
            messages.info(request, f"{error} Write in it instead.")
            return redirect("cases:ticket", uuid=error.ticket.uuid)
        messages.success(request, f"Ticket {ticket.code} is open and was sent to support.")
        return redirect("cases:ticket", uuid=ticket.uuid)

    def _show(self, form: TicketForm, status: int = 200) -> HttpResponse:
        context = {"case": self.case, "number": self.case.number, "form": form}
        return render(self.request, "tickets/open.html", context, status=status)


class TicketListView(RemediationPageMixin, View):
    """`/cases/tickets/`: the account's tickets, newest first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show one page of them."""
        page = Paginator(selectors.listed_tickets(), PAGE).get_page(request.GET.get("page"))
        return render(request, "tickets/list.html", {"page": page})


class TicketView(RemediationPageMixin, View):
    """`/cases/tickets/<uuid>/`: the messages of a ticket; who may edit writes and closes."""

    @cached_property
    def ticket(self) -> SupportTicket:
        """Return the ticket of the address."""
        uuid: UUID = self.kwargs["uuid"]
        return selectors.ticket_for(uuid)

    def get(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        """Show it."""
        return self._show(ReplyForm())

    def post(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        """Write in it, or close it."""
        if not self.membership.may_edit:
            raise PermissionDenied(self.edit_refusal)
        form = ReplyForm(request.POST)
        is_closing = request.POST.get("action") == "close"
        if not is_closing and not form.is_valid():
            return self._show(form, status=400)
        try:
            if is_closing:
                services.close(self.ticket, now=timezone.now())
            else:
                services.reply(self.ticket, form.cleaned_data["body"], author=self.request.user, now=timezone.now())
        except AlreadyChanged:
            messages.error(request, "This ticket is closed already. Open a new one from its case if you need to.")
        else:
            messages.success(request, "The ticket is closed." if is_closing else "Your message was sent to support.")
        return redirect("cases:ticket", uuid=self.ticket.uuid)

    def _show(self, form: ReplyForm, status: int = 200) -> HttpResponse:
        context = {
            "ticket": self.ticket,
            "thread": selectors.messages_of(self.ticket),
            "form": form,
            "may_write": self.membership.may_edit and self.ticket.closed_at is None,
        }
        return render(self.request, "tickets/detail.html", context, status=status)
