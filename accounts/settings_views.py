"""The Settings pages that belong to accounts: people, licences, audit trail (B7, D28)."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.generic import View

from accounts import selectors
from accounts.access import AccountPageMixin

AUDIT_PAGE = 50


class AccountSettingsView(AccountPageMixin, View):
    """`/settings/`: who is in the account with which role, and its licences, which platform staff set (D28)."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show both lists."""
        context = {
            "members": selectors.members(self.account),
            "licenses": selectors.licenses(self.account, today=timezone.localdate()),
        }
        return render(request, "settings/account.html", context)


class AuditView(AccountPageMixin, View):
    """`/settings/audit/`: who changed what, newest first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show one page of the trail; an odd page number gives the nearest page."""
        paginator = Paginator(selectors.audit_events(self.account), AUDIT_PAGE)
        return render(request, "settings/audit.html", {"page": paginator.get_page(request.GET.get("page"))})
