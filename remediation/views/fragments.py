"""What remediation shows on pages of others: the strip under the top bar, a number's case, a campaign's alerts (D22).

Lower apps know nothing of remediation: their pages fetch these by URL name, and lead here by a plain link.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID
from zlib import crc32

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.generic import View

from accounts.middleware import AccountRequest
from common import compiled
from phone_numbers.campaigns import reads
from phone_numbers.selectors import panel
from remediation.models import Case
from remediation.selectors import alert_groups, alerts, case_file, cases
from remediation.states import STATE_MEANING, CaseState
from remediation.views.account_page import RemediationPageMixin


def strip(request: AccountRequest) -> HttpResponse:
    """`/alerts/strip/`: the strip and its counts, asked for every few seconds; 204 while `known` still holds.

    One short query. Whoever is signed out meanwhile is answered with nothing, so that no page jumps by itself.
    """
    if not request.user.is_authenticated or request.account is None:
        return HttpResponse(status=204)
    found = alert_groups.strip(now=timezone.now())
    if request.GET.get("known") == found.version:
        return HttpResponse(status=204)
    context = {
        "strip": found,
        "strip_href": request.path,
        "numbers_href": f"{reverse('numbers:list')}?tagged=yes",
        "bell": compiled.render(
            "frame/bell.html", {"flagged": found.count, "href": reverse("alerts:list"), "oob": True}
        ),
    }
    return render(request, "alerts/_strip_changed.html", context)


class NumberCaseView(RemediationPageMixin, View):
    """`/cases/of-number/<uuid>/`: the alert and the newest case of a number; without htmx its case or its cases."""

    def get(self, request: HttpRequest, uuid: UUID) -> HttpResponse:
        """Show the card."""
        number = panel.number_of(self.account, uuid)
        if number is None:
            raise Http404("There is no such number in this account.")
        case = cases.newest_case_of(number)
        if not self.request.htmx:
            href = f"{reverse('cases:list')}?show=all&q={number.e164.removeprefix('+')}"
            return redirect("cases:detail", uuid=case.uuid) if case else redirect(href)
        about = alert_groups.of_number(number)
        version = _version(case, about)
        if request.GET.get("poll") == version:
            return HttpResponse(status=204)
        context: dict[str, Any] = {"number": number, "case": case, "about": about, "version": version}
        if case is not None:
            row = case_file.row_of(case, cases.carriers_of([case]), now=timezone.now())
            context |= {"row": row, "clock": row.clock, "meaning": STATE_MEANING[CaseState(case.state)]}
        return render(request, "cases/_of_number.html", context | {"may_edit": self.membership.may_edit})


def _version(case: Case | None, about: alert_groups.NumberAlert) -> str:
    """Return a text that changes when the card would read differently, apart from the hands of the clock."""
    of_case = case and (case.pk, case.state, case.reason, case.overdue_at)
    of_alert = about.alert and (about.alert.pk, about.alert.acknowledged_at)
    said = (of_case, of_alert, [alert.pk for alert in about.others], about.offers_monitoring)
    return f"{crc32(repr(said).encode()):x}"


class CampaignAlertsView(RemediationPageMixin, View):
    """`/alerts/of-campaign/<uuid>/`: what is open about a campaign's pool; without htmx the Alerts page."""

    def get(self, request: HttpRequest, uuid: UUID) -> HttpResponse:
        """Show the lines."""
        campaign = reads.campaign_for(uuid)
        if not self.request.htmx:
            return redirect(f"{reverse('alerts:list')}?group={campaign.uuid}")
        context = {
            "campaign": campaign,
            "alerts": alerts.alerts_of_campaign(campaign),
            "flagged": alerts.tag_count_of_campaign(campaign),
        }
        return render(request, "alerts/_of_campaign.html", context)
