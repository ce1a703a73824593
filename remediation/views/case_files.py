"""The files of cases: the evidence pack as PDF and as text, and the CSV of the list (B4, R99)."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.generic import View

from accounts.export_page import ExportPage, FilterRefused
from common import csv_export
from remediation import exports
from remediation.filters import CaseFilter
from remediation.selectors import case_list, cases
from remediation.services import evidence, evidence_pdf
from remediation.views.account_page import RemediationPageMixin


class EvidenceView(RemediationPageMixin, View):
    """The evidence pack of one case, as it is at this moment."""

    http_method_names = ["get", "head", "options"]
    form = "pdf"

    def get(self, request: HttpRequest, uuid: UUID) -> HttpResponse:
        """Send the file."""
        case = cases.case_for(uuid)
        found = evidence.evidence_of(case, now=timezone.now())
        name = f"evidence-{case.number.e164.removeprefix('+')}.{self.form}"
        if self.form == "pdf":
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
