"""`/services/`: both services of the account, as a page and, with scripts, as a dialog over the list (R56-R60, D11)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.generic import View

from accounts.access import AccountPageMixin
from enrollment.selectors import service_cards


class ServiceDetailsView(AccountPageMixin, View):
    """The two cards. Everybody in the account sees them; only who may change something has a button."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the page, or to htmx the inside of the dialog."""
        waiting, why = service_cards.waiting_at_provider()
        context = {
            "waiting": waiting,
            "waiting_reason": why,
            "cards": service_cards.service_cards(self.account, today=timezone.localdate()),
            "jobs": service_cards.recent_jobs(),
            "may_edit": self.membership.may_edit,
        }
        template = "services/_details.html" if request.htmx else "services/details.html"  # type: ignore[attr-defined]
        return render(request, template, context)
