"""Support tickets, the platform's side, below `/reviews/tickets/`: what waits for an answer, of all accounts."""

from __future__ import annotations

from functools import cached_property
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.generic import View

from accounts.platform_page import ReviewerPageMixin
from common.scope import account_scope
from remediation.forms import ReplyForm
from remediation.models import SupportTicket
from remediation.selectors import tickets as selectors
from remediation.services import tickets as services
from remediation.services.cases import AlreadyChanged


class TicketQueueView(ReviewerPageMixin, View):
    """The open tickets of all accounts, those that wait for an answer first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them."""
        return render(request, "tickets/queue.html", {"tickets": selectors.platform_tickets()})


class TicketAnswerView(ReviewerPageMixin, View):
    """One ticket of any account: its messages, with an answer or its closing."""

    @cached_property
    def ticket(self) -> SupportTicket:
        """Return the ticket of the address."""
        uuid: UUID = self.kwargs["uuid"]
        return selectors.platform_ticket_for(uuid)

    def get(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        """Show it."""
        return self._show(ReplyForm())

    def post(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        """Answer, or close it."""
        form = ReplyForm(request.POST)
        is_closing = request.POST.get("action") == "close"
        if not is_closing and not form.is_valid():
            return self._show(form, status=400)
        try:
            with account_scope(self.ticket.account):
                self._act(form, is_closing=is_closing)
        except AlreadyChanged:
            messages.error(request, "This ticket was closed meanwhile.")
        else:
            messages.success(request, "The ticket is closed." if is_closing else "Your answer was sent.")
        return redirect("tickets:answer", uuid=self.ticket.uuid)

    def _act(self, form: ReplyForm, *, is_closing: bool) -> None:
        now = timezone.now()
        if is_closing:
            services.close(self.ticket, now=now)
        else:
            services.answer(self.ticket, form.cleaned_data["body"], author=self.request.user, now=now)

    def _show(self, form: ReplyForm, status: int = 200) -> HttpResponse:
        with account_scope(self.ticket.account):
            thread = list(selectors.messages_of(self.ticket))
        context = {"ticket": self.ticket, "thread": thread, "form": form}
        return render(self.request, "tickets/answer.html", context, status=status)
