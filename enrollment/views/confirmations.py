"""The confirmation windows: numbers that were chosen, what is in the way of some, and one button (R71-R79, D16-D18).

`/numbers/monitoring/enable/`, `/numbers/monitoring/disable/` and `/numbers/registration/register/` take `ids`,
repeated, or the list's own parameters with `all=1`, in a GET as well as in a POST; `step=confirm` does it.
"""

from __future__ import annotations

import uuid
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.generic import View
from django_htmx.http import HttpResponseClientRedirect

from accounts.access import AccountPageMixin
from enrollment import selection as selections
from enrollment.models import Enrollment, NumberJob
from enrollment.number_states import JobKind
from enrollment.selection import Selection
from enrollment.selectors import confirmation as confirmations
from enrollment.selectors.confirmation import Confirmation
from enrollment.services import number_jobs
from enrollment.states import EnrolledService, EnrollmentState

VERBS = {JobKind.ENABLE: "Enable", JobKind.DISABLE: "Disable", JobKind.REGISTER: "Register"}
EMPTY = "No number is chosen. Go back to the list and tick at least one."
NONE_ELIGIBLE = "None of these numbers can be {}. Each has its reason below."
DONE = {JobKind.ENABLE: "enabled", JobKind.DISABLE: "disabled", JobKind.REGISTER: "registered"}
TO_FORM = frozenset({"", EnrollmentState.DRAFT, EnrollmentState.NEEDS_INFORMATION, EnrollmentState.REJECTED})


class ConfirmView(AccountPageMixin, View):
    """One confirmation window; `kind` says what is done. A page of its own, or to htmx the inside of a dialog."""

    http_method_names = ["get", "post", "head", "options"]
    needs_edit = True
    kind = JobKind.ENABLE

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Show what would be done. With `enroll`, a business that is not approved is led to its form first (D10)."""
        if request.GET.get("enroll") and (way := self._way_to_approval()):
            return HttpResponseClientRedirect(way) if request.htmx else redirect(way)  # type: ignore[attr-defined]
        return self._ask(request.GET)

    def post(self, request: HttpRequest) -> HttpResponseBase:
        """Show the same for parameters that do not fit into an address; with `step=confirm` do it."""
        return self._confirm(request.POST) if request.POST.get("step") == "confirm" else self._ask(request.POST)

    def _confirm(self, params: QueryDict) -> HttpResponseBase:
        done = number_jobs.job_of(self.account, self.token)
        if done:
            return self._on(done)
        try:
            chosen = selections.selection_of(params, self.account)
        except selections.FilterRefusedError as error:
            return self._page(None, None, error=str(error), status=400)
        found = self._found(chosen)
        if not found.eligible.count:
            return self._page(chosen, found, error=self._why_none(found), status=400)
        try:
            job = number_jobs.start_job(
                self.account,
                self.kind,
                chosen.numbers,
                token=self.token,
                shown=_count(params.get("shown")),
                chosen=chosen.words(found.total),
                actor=self.request.user,
                now=timezone.now(),
            )
        except number_jobs.SelectionChangedError as error:
            return self._page(chosen, found, error=str(error), status=409)
        return self._on(number_jobs.work_now(job))

    def _ask(self, params: QueryDict) -> HttpResponse:
        try:
            chosen = selections.selection_of(params, self.account)
        except selections.FilterRefusedError as error:
            return self._page(None, None, error=str(error), status=400)
        return self._page(chosen, self._found(chosen))

    def _found(self, chosen: Selection) -> Confirmation:
        return confirmations.confirmation_of(self.kind, chosen.numbers, self.account, today=timezone.localdate())

    def _why_none(self, found: Confirmation) -> str:
        return NONE_ELIGIBLE.format(DONE[self.kind]) if found.total else EMPTY

    def _page(
        self, chosen: Selection | None, found: Confirmation | None, *, error: str = "", status: int = 200
    ) -> HttpResponse:
        is_fragment = bool(self.request.htmx)
        context: dict[str, Any] = {
            "kind": self.kind,
            "verb": VERBS[self.kind],
            "done_word": DONE[self.kind],
            "address": self.request.path,
            "chosen": chosen,
            "found": found,
            "error": error,
            "token": self.token,
            "is_fragment": is_fragment,
            "back": reverse("numbers:list"),
        }
        # A dialog shows what it is given only with a status of success.
        template, status = ("services/_confirm.html", 200) if is_fragment else ("services/confirm.html", status)
        return render(self.request, template, context, status=status)

    def _on(self, job: NumberJob) -> HttpResponseBase:
        address = reverse("services:job", kwargs={"uuid": job.uuid})
        return HttpResponseClientRedirect(address) if self.request.htmx else redirect(address)

    def _way_to_approval(self) -> str:
        """Return where the business is enrolled in the service, '' when it is approved."""
        service = EnrolledService.REGISTRATION if self.kind == JobKind.REGISTER else EnrolledService.MONITORING
        state = Enrollment.objects.filter(service=service).values_list("state", flat=True).first() or ""
        if state == EnrollmentState.APPROVED:
            return ""
        return reverse(f"services:{service}_enroll" if state in TO_FORM else "services:details")

    @cached_property
    def token(self) -> uuid.UUID:
        """Return what makes a second click harmless: drawn with the window, and kept while it is redrawn."""
        try:
            return uuid.UUID(self.request.POST.get("token", ""))
        except ValueError:
            return uuid.uuid4()


def _count(text: str | None) -> int:
    """Return how many numbers the person was shown; nonsense is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0
