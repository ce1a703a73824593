"""`/reviews/mail/`: the outbox, so that platform staff see what was told to whom, and what could not be sent."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.generic import View

from accounts.platform_page import ReviewerPageMixin
from enrollment.selectors import reviews as selectors
from enrollment.services import mail
from enrollment.states import MailState

PAGE = 50


class MailListView(ReviewerPageMixin, View):
    """The newest messages first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show one page; `state` narrows it."""
        state = request.GET.get("state", "")
        page = Paginator(selectors.outgoing_mail(state), PAGE).get_page(request.GET.get("page"))
        return render(request, "reviews/mail.html", {"page": page, "state": state, "states": MailState})


class MailDetailView(ReviewerPageMixin, View):
    """One message, as it was or will be sent; one that failed can be sent again."""

    def get(self, request: HttpRequest, uuid: UUID) -> HttpResponse:
        """Show the message."""
        message = selectors.message_for(uuid)
        if message is None:
            raise Http404("No such message.")
        return render(request, "reviews/message.html", {"mail": message})

    def post(self, request: HttpRequest, uuid: UUID) -> HttpResponseBase:
        """Put a failed message into the queue again."""
        message = selectors.message_for(uuid)
        if message is None:
            raise Http404("No such message.")
        if mail.send_again(message, now=timezone.now()):
            messages.success(request, "The message is in the queue again and is sent within a few seconds.")
        else:
            messages.info(request, "The message is not one that failed; nothing was changed.")
        return redirect("reviews:message", uuid=uuid)
