"""`/cases/tasks/<uuid>/`: a dispute that a person files on a carrier's own page, with the evidence pack (B4)."""

from __future__ import annotations

from functools import cached_property
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.generic import View

from remediation.forms import FileTaskForm
from remediation.models import ManualTask
from remediation.selectors import cases as selectors
from remediation.services import cases as services
from remediation.services import evidence
from remediation.states import ManualState
from remediation.views.account_page import RemediationPageMixin

FILED = "filed"
FINISHED = {"done": "Noted: the carrier answered.", "dropped": "Noted: this is not needed any more."}
OPEN_STATES = (ManualState.TODO, ManualState.FILED)


class ManualTaskView(RemediationPageMixin, View):
    """One task: the evidence to copy or download, then the carrier's reference and the day to look again."""

    needs_edit = True

    @cached_property
    def task(self) -> ManualTask:
        """Return the task of the address."""
        uuid: UUID = self.kwargs["uuid"]
        return selectors.task_for(uuid)

    def get(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        """Show the task."""
        task = self.task
        initial = {"reference": task.reference, "follow_up_on": task.follow_up_on, "note": task.note}
        return self._show(FileTaskForm(initial=initial, today=timezone.localdate()))

    def post(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        """Note that it was filed, or that it is over."""
        form = FileTaskForm(request.POST, today=timezone.localdate())
        if not form.is_valid():
            return self._show(form, status=400)
        try:
            messages.success(request, self._do(form.cleaned_data, request.POST.get("action", FILED)))
        except services.AlreadyChanged:
            messages.error(request, "This task was closed meanwhile. Nothing was changed.")
        return redirect("cases:detail", uuid=self.task.case.uuid)

    def _do(self, said: dict[str, Any], action: str) -> str:
        actor, now = self.request.user, timezone.now()
        if action in FINISHED:
            services.finish_task(self.task, done=action == "done", note=said["note"], actor=actor, now=now)
            return FINISHED[action]
        services.file_task(self.task, **said, actor=actor, now=now)
        return "Noted: the dispute is filed."

    def _show(self, form: FileTaskForm, status: int = 200) -> HttpResponse:
        case = self.task.case
        context = {
            "task": self.task,
            "case": case,
            "number": case.number,
            "form": form,
            "is_open": self.task.state in OPEN_STATES,
            "text": evidence.text_of(evidence.evidence_of(self.account, [case], now=timezone.now())),
        }
        return render(self.request, "cases/task.html", context, status=status)
