"""`/services/jobs/<uuid>/`: what becomes of a confirmed selection: progress, then each skipped number (D16, B5)."""

from __future__ import annotations

from functools import cached_property
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.generic import View

from accounts.access import AccountPageMixin
from common import csv_export
from common.csv_cells import SafeText, word
from enrollment.models import NumberJob, NumberJobItem
from enrollment.number_states import ItemOutcome, JobKind
from enrollment.selectors import number_jobs as selectors

HEADER = ("Number", "Outcome", "Reason")
TABS = {"skipped": ItemOutcome.SKIPPED, "done": ItemOutcome.DONE}


class JobPageMixin(AccountPageMixin):
    """A page of one job; one of another account is as missing as one that never was."""

    kwargs: dict[str, Any]

    @cached_property
    def job(self) -> NumberJob:
        """Return the job that the address names."""
        uuid: UUID = self.kwargs["uuid"]
        return get_object_or_404(NumberJob.objects.select_related("actor"), uuid=uuid)


class NumberJobView(JobPageMixin, View):
    """Progress while workers go on with it, then the result. To htmx the part that changes."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, uuid: UUID) -> HttpResponse:
        """Show the job as it stands."""
        job = self.job
        shown = self._shown()
        after = request.GET.get("after", "")
        lines, following = selectors.page_of_items(job, TABS[shown], after=after)
        is_verifying = selectors.is_verifying(job)
        context = {
            "job": job,
            "is_enabling": job.kind == JobKind.ENABLE,
            "percent": 100 * job.handled // job.total if job.total else 0,
            "shown": shown,
            "tabs": [(name, TABS[name].label, getattr(job, name)) for name in TABS if getattr(job, name)],
            "lines": lines,
            "following": following,
            "standing": selectors.standing(job),
            "reasons": selectors.skipped_reasons(job) if shown == "skipped" and job.finished_at else [],
            "is_verifying": is_verifying,
            "waiting_reason": selectors.waiting_reason(job) if is_verifying else "",
            "is_moving": job.finished_at is None or is_verifying,
        }
        template = "services/_job.html" if request.htmx else "services/job.html"  # type: ignore[attr-defined]
        return render(request, template, context)

    def _shown(self) -> str:
        wanted = self.request.GET.get("show", "")
        if wanted in TABS:
            return str(wanted)
        return "skipped" if self.job.skipped else "done"


class NumberJobResultsView(JobPageMixin, View):
    """`.../results.csv`: every number of the job with its outcome and reason."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest, uuid: UUID) -> HttpResponseBase:
        """Send the file."""
        words = {outcome: outcome.label for outcome in ItemOutcome}
        items = NumberJobItem.objects.filter(job=self.job).order_by("number_id")
        rows = items.annotate(what=word("outcome", words), why=SafeText("reason")).values_list(
            "number__e164", "what", "why"
        )
        spooled = csv_export.spool(HEADER, csv_export.compose(rows))
        name = f"{self.account.slug}-{self.job.kind}-{self.job.created_at:%Y-%m-%d}.csv"
        return csv_export.SpooledResponse(spooled, filename=name, on_close=_nothing)


def _nothing() -> None:
    """Hold nothing that would have to be given back when the file has been sent."""
