"""`/settings/alerts/`: how a person is told of the account's alerts by e-mail; each chooses for themselves (B6)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.generic import View

from accounts.access import AccountPageMixin
from remediation.forms import AlertMailForm
from remediation.selectors import alerts
from remediation.services import alert_mail
from remediation.states import AlertMail

DONE = {
    AlertMail.OFF: "You get no e-mail about alerts of this account.",
    AlertMail.AT_ONCE: "You get an e-mail as soon as something new is noticed.",
    AlertMail.DAILY: "You get one e-mail a day about what is new.",
}


class AlertMailView(AccountPageMixin, View):
    """Every member may choose: it changes nothing but one's own mail."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the choice."""
        return self._show(AlertMailForm(initial={"mail": alerts.mail_of(self.request.user)}))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep it."""
        form = AlertMailForm(request.POST)
        if not form.is_valid():
            return self._show(form, status=400)
        when = AlertMail(form.cleaned_data["mail"])
        alert_mail.subscribe(self.account, self.request.user, when, now=timezone.now())
        messages.success(request, DONE[when])
        return redirect("settings:alerts")

    def _show(self, form: AlertMailForm, status: int = 200) -> HttpResponse:
        return render(
            self.request, "settings/alerts.html", {"form": form, "address": self.request.user.email}, status=status
        )
