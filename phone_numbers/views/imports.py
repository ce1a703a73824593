"""Pages of the import: choose a file, see what it would do, apply it, follow the progress."""

from __future__ import annotations

import csv
import uuid
from datetime import timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views import View

from accounts.access import AccountPageMixin
from common import csv_export
from common.csv_cells import SafeText
from phone_numbers.forms import ImportForm
from phone_numbers.imports.leases import ACTIVE
from phone_numbers.models import ImportJob
from phone_numbers.selectors import imports as selectors
from phone_numbers.services import imports
from phone_numbers.states import ImportState, RowOutcome

CHECKED_IN_REQUEST_BYTES = 1024 * 1024  # a bigger file has more lines than a request works on
LEFT_BEHIND = timedelta(seconds=20)  # when the workers take what a request began and did not end
TABS = {
    "refused": (RowOutcome.REFUSE, "Refused"),
    "changes": (RowOutcome.CHANGE, "Changes"),
    "new": (RowOutcome.ADD, "New numbers"),
}
TEMPLATE_ROWS = (
    ("Number", "Label", "Product", "Source", "Campaign"),
    ("(303) 555-0142", "Denver sales", "Contact Center", "Native", "Spring renewals; Win back"),
    ("+1 415 555 0117", "Support line", "Phone", "BYOC", ""),
)


class ImportPageMixin(AccountPageMixin):
    """Every page of the import changes something or leads to it (D28)."""

    needs_edit = True


class ImportView(ImportPageMixin, View):
    """`/numbers/import/`: the form, what a file may hold, and the recent imports."""

    http_method_names = ["get", "post"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form with a fresh token."""
        return self._page(ImportForm(initial={"token": uuid.uuid4()}))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep the file; a small one is checked at once, a bigger one by the workers."""
        form = ImportForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._page(form, status=400)
        try:
            job = self._upload(form)
        except imports.TooManyImportsError:
            form.add_error("file", "Too many imports are waiting. Apply or cancel one of them first.")
            return self._page(form, status=409)
        if job.size <= CHECKED_IN_REQUEST_BYTES:
            imports.work_now(job, lines=settings.IMPORT_IN_REQUEST_ROWS)
        return redirect("numbers:import_job", job.uuid)

    def _upload(self, form: ImportForm) -> ImportJob:
        file, now = form.cleaned_data["file"], timezone.now()
        by_request = file.size <= CHECKED_IN_REQUEST_BYTES
        return imports.upload(
            self.account,
            file,
            filename=file.name,
            size=file.size,
            actor=self.request.user,
            now=now,
            due_at=now + LEFT_BEHIND if by_request else now,
            token=form.cleaned_data["token"],
        )

    def _page(self, form: ImportForm, *, status: int = 200) -> HttpResponse:
        context = {
            "form": form,
            "jobs": selectors.recent_jobs(),
            "max_megabytes": settings.IMPORT_MAX_BYTES // 1024**2,
        }
        return render(self.request, "numbers/import.html", context, status=status)


class JobPageMixin(ImportPageMixin):
    """A page of one import; one of another account is as missing as one that never was."""

    kwargs: dict[str, Any]

    @cached_property
    def job(self) -> ImportJob:
        """Return the import that the address names."""
        uuid: UUID = self.kwargs["uuid"]
        return get_object_or_404(ImportJob.objects.select_related("actor"), uuid=uuid)


class ImportJobView(JobPageMixin, View):
    """`/numbers/import/<uuid>/`: progress while it runs, then the dry run or the result. A fragment for htmx."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest, uuid: UUID) -> HttpResponse:
        """Show the import as it stands."""
        fragment = request.headers.get("HX-Request") == "true"
        return render(request, "numbers/_import_job.html" if fragment else "numbers/import_job.html", self._context())

    def _context(self) -> dict[str, Any]:
        job = self.job
        todo = job.to_add + job.to_change
        return {
            "job": job,
            "todo": todo,
            "done_percent": 100 * job.rows_done // todo if todo else 0,
            "is_active": job.state in ACTIVE,
            "can_cancel": job.state in (ImportState.UPLOADED, ImportState.CHECKING, ImportState.CHECKED),
            **self._lines(job),
        }

    def _lines(self, job: ImportJob) -> dict[str, Any]:
        """Return the tab that is shown, with one page of its lines."""
        if job.state not in (ImportState.CHECKED, ImportState.DONE):
            return {}
        counts = {"refused": job.refused, "changes": job.to_change, "new": job.to_add}
        if job.state == ImportState.DONE:
            counts["new"] = 0  # forgotten when the import ended
        tabs = [(key, words, counts[key]) for key, (_outcome, words) in TABS.items() if counts[key]]
        if not tabs:
            return {}
        wanted = self.request.GET.get("show")
        shown = next((tab for tab in tabs if tab[0] == wanted), tabs[0])[0]
        after = _line_number(self.request.GET.get("after"))
        lines, following = selectors.page_of_lines(job, TABS[shown][0], after=after)
        return {"tabs": tabs, "shown": shown, "lines": lines, "following": following, "paged": after > 0}


class ImportApplyView(JobPageMixin, View):
    """`POST .../apply/`: the person agrees with the dry run."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, uuid: UUID) -> HttpResponse:
        """Start applying; a second click finds it started and changes nothing."""
        job, now = self.job, timezone.now()
        by_request = job.to_add + job.to_change <= settings.IMPORT_IN_REQUEST_ROWS
        due_at = now + LEFT_BEHIND if by_request else now
        if not imports.confirm(job, actor=self.request.user, now=now, due_at=due_at):
            messages.info(request, "This import was started or cancelled before; nothing was done twice.")
        elif by_request:
            imports.work_now(job, lines=None)
        return redirect("numbers:import_job", job.uuid)


class ImportCancelView(JobPageMixin, View):
    """`POST .../cancel/`: the person does not agree."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, uuid: UUID) -> HttpResponse:
        """Cancel what has not been started to apply."""
        if imports.cancel(self.job, now=timezone.now()):
            messages.success(request, f"The import of {self.job.filename} was cancelled. Nothing was changed.")
            return redirect("numbers:import")
        messages.info(request, "It is too late to cancel: the import was started or ended before.")
        return redirect("numbers:import_job", self.job.uuid)


class ImportRefusedView(JobPageMixin, View):
    """`.../refused.csv`: the refused lines with their reasons, to be corrected and uploaded again."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest, uuid: UUID) -> HttpResponseBase:
        """Send the file."""
        lines = selectors.lines(self.job, RowOutcome.REFUSE)
        rows = lines.annotate(number=SafeText("given"), why=SafeText("reason")).values_list("line", "number", "why")
        spooled = csv_export.spool(("Line", "Number", "Reason"), csv_export.compose(rows))
        return csv_export.SpooledResponse(spooled, filename=f"refused-{self.job.pk}.csv", on_close=_nothing)


class ImportTemplateView(ImportPageMixin, View):
    """`/numbers/import/template.csv`: a file to start from."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """Send a header and two example lines; the numbers belong to nobody."""
        response = HttpResponse(
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="numbers-template.csv"'},
        )
        csv.writer(response).writerows(TEMPLATE_ROWS)
        return response


def _line_number(text: str | None) -> int:
    """Return the line behind which a page begins; nonsense is the first page."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0


def _nothing() -> None:
    """Hold nothing that would have to be given back when the file has been sent."""
