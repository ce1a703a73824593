"""`/alerts/`: what an admin must know, grouped; acknowledged or muted, never gone while it is true (D22, B6, B10)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.generic import View

from common import lists
from common.keyset import Page, Sort, choose_sort
from remediation.filters import AlertFilter
from remediation.forms import MUTES, AlertActForm
from remediation.models import Alert
from remediation.selectors import alert_groups, alerts
from remediation.services import alerts as services
from remediation.tables import AlertTable
from remediation.views.account_page import RemediationPageMixin

GROUP_PAGE = 50
OTHERS_SHOWN = 200
A_DAY = "24"


class AlertListView(RemediationPageMixin, View):
    """The open alerts: a line for each campaign's flagged numbers, opened by `group`, and the other kinds apart."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the page, or to htmx the open alerts alone."""
        now = timezone.now()
        word = request.GET.get("group", "")
        others = list(alerts.other_alerts()[: OTHERS_SHOWN + 1])
        groups = [(alert_groups.word_of(group.campaign), group) for group in alerts.tag_groups(now=now)]
        context = {
            "now": now,
            "groups": groups,
            "total": sum(group.count for _, group in groups),
            "open_word": word,
            "page": self._numbers(word) if word else None,
            "others": others[:OTHERS_SHOWN],
            "others_hidden": len(others) > OTHERS_SHOWN,
            "may_edit": self.membership.may_edit,
            "mutes": MUTES.items(),
            "mail": alerts.mail_of(request.user),  # type: ignore[arg-type]
        }
        return render(request, "alerts/list.html", context)

    def _numbers(self, word: str) -> Any:
        found = alert_groups.of_group(word)
        return Paginator(found, GROUP_PAGE).get_page(self.request.GET.get("page"))


class AlertActView(RemediationPageMixin, View):
    """`/alerts/act/`: acknowledges, mutes or unmutes one alert or a group."""

    http_method_names = ["post"]
    needs_edit = True

    def post(self, request: HttpRequest) -> HttpResponse:
        """Do it, and go back to where the person was."""
        form = AlertActForm(request.POST)
        if not form.is_valid():
            raise Http404("There is nothing to do with these alerts.")
        said = form.cleaned_data
        messages.success(request, self._act(_chosen(said), said["action"], said["hours"] or A_DAY))
        group = f"?group={said['group']}" if request.POST.get("stay") and said["group"] else ""
        return redirect(f"{reverse('alerts:list')}{group}")

    def _act(self, chosen: QuerySet[Alert], action: str, hours: str) -> str:
        now, actor = timezone.now(), self.request.user
        if action == "acknowledge":
            services.acknowledge(chosen, actor=actor, now=now)
            return "Acknowledged. It stays open while it is true."
        if action == "unmute":
            services.unmute(chosen)
            return "The alert is loud again."
        services.mute(chosen, until=now + timedelta(hours=int(hours)), actor=actor, now=now)
        return f"Muted for {MUTES[hours]}. It stays open and counted while it is true."


def _chosen(said: dict[str, Any]) -> QuerySet[Alert]:
    """Return the alerts that a request names. Http404 when it names none."""
    if said["alert"]:
        return Alert.objects.filter(pk=alerts.alert_for(said["alert"]).pk)
    if not said["group"]:
        raise Http404("There are no such alerts.")
    return alert_groups.of_group(said["group"])


class AlertHistoryView(RemediationPageMixin, lists.ListPage):
    """`/alerts/history/`: the alerts that cleared, newest first."""

    template_name = "alerts/history.html"
    fragment_name = "alerts/_history.html"
    first_sort = {"raised": "-raised"}
    menu_names = ("kind",)

    def get_filterset(self) -> AlertFilter:
        """Return the filters of this address."""
        return AlertFilter(self.request.GET, account=self.account, queryset=alerts.past_alerts())

    def get_sort(self) -> Sort:
        """Return the order of this address."""
        return choose_sort(self.request.GET.get("sort"), alerts.SORTS, alerts.DEFAULT_SORT)

    def get_owner(self) -> int:
        """Return the account: another account's cursors are ignored."""
        return self.account.pk

    def get_table(self, page: Page[Alert]) -> AlertTable:
        """Return the table around the rows of the page."""
        return AlertTable(page.rows)
