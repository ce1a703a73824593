"""The files of cases: the evidence pack as PDF and as text, and the CSV of the list (B4, R99)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.generic import View

from accounts.export_page import ExportPage, FilterRefused
from accounts.services import record_audit
from common import csv_export
from remediation import exports
from remediation.filters import CaseFilter
from remediation.selectors import case_list, cases
from remediation.services import evidence, evidence_pdf
from remediation.views.account_page import RemediationPageMixin

PACK_LIMIT = 200  # numbers of one evidence pack: more than a reviewer reads, and half a second of drawing


class EvidenceView(RemediationPageMixin, View):
    """The evidence pack of one case, as it is at this moment."""

    http_method_names = ["get", "head", "options"]
    form = "pdf"

    def get(self, request: HttpRequest, uuid: UUID) -> HttpResponse:
        """Send the file."""
        case = cases.case_for(uuid)
        found = evidence.evidence_of(self.account, [case], now=timezone.now())
        return _file_of(found, f"evidence-{case.number.e164.removeprefix('+')}.{self.form}")


class ListEvidenceView(RemediationPageMixin, View):
    """One evidence pack for the cases under the filters of the list, such as those of one carrier, in its order."""

    http_method_names = ["get", "head", "options"]
    form = "pdf"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Send the file, or say in words why there is none."""
        now = timezone.now()
        chosen = CaseFilter(request.GET, account=self.account, user=self.request.user, now=now)
        if chosen.errors:
            words = [str(message) for messages in chosen.errors.values() for message in messages]
            return self._refuse(400, "A filter is not understood", words)
        found = list(case_list.sort_of(request.GET).apply(chosen.qs)[: PACK_LIMIT + 1])
        if not found:
            return self._refuse(404, "No case matches", ["There is no evidence to put together. Remove a filter."])
        if len(found) > PACK_LIMIT:
            words = [f"It would tell of more than {PACK_LIMIT} numbers. Narrow the list, such as by its carrier."]
            return self._refuse(400, "This evidence pack is too large", words)
        name = f"{self.account.slug}-evidence-{now:%Y-%m-%d}.{self.form}"
        self._note(name, len(found), now)
        return _file_of(evidence.evidence_of(self.account, found, now=now), name)

    def _note(self, name: str, rows: int, now: datetime) -> None:
        actor, filters = self.request.user, self.request.GET.urlencode()[:500]
        record_audit(
            self.account, actor=actor, action="cases.evidence_taken", target=name, now=now, rows=rows, filters=filters
        )

    def _refuse(self, status: int, heading: str, words: list[str]) -> HttpResponse:
        query = self.request.GET.urlencode()
        context = {"heading": heading, "words": words, "list_href": f"{reverse('cases:list')}?{query}"}
        return render(self.request, "export_refused.html", context, status=status)


def _file_of(found: evidence.Evidence, name: str) -> HttpResponse:
    """Return the evidence as a download in the form that the name ends with."""
    if name.endswith(".pdf"):
        response = HttpResponse(evidence_pdf.pdf_of(found), content_type="application/pdf")
    else:
        response = HttpResponse(evidence.text_of(found), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


class CaseExportView(ExportPage):
    """The cases under the filters of the list and in its order."""

    header = exports.CASE_HEADER
    kind = "cases"
    list_name = "cases:list"
    action = "cases.exported"

    def select(self) -> str | None:
        """Return the cells of the listed cases."""
        params = self.params
        chosen = CaseFilter(params, account=self.account, user=self.request.user, now=timezone.now())
        if chosen.errors:
            raise FilterRefused([str(message) for messages in chosen.errors.values() for message in messages])
        rows = case_list.sort_of(params).apply(chosen.qs)
        return csv_export.compose(exports.case_rows(rows, chosen.choices.carrier_names))
