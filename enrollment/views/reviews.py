"""`/reviews/`: the reviewers' queue, and one application with its checks and its decision (D12, D13, D28)."""

from __future__ import annotations

from functools import cached_property
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.generic import View

from accounts.platform_page import ReviewerPageMixin
from enrollment import application
from enrollment.forms.deciding import DecisionForm
from enrollment.models import Enrollment
from enrollment.selectors import history
from enrollment.selectors import reviews as selectors
from enrollment.services import review
from enrollment.services.moves import AlreadyMovedError
from enrollment.states import EnrollmentState

PAGE = 50
OWN = "This application belongs to an account of yours, so another reviewer decides about it."
DONE = {
    "claim": "You are reviewing this application now.",
    "put_back": "The application is back in the queue.",
    "ask": "The applicant was asked for more information.",
    "reject": "The application was rejected, and the applicant was told why.",
    "approve": "The application was approved.",
    "end": "The enrollment was ended.",
}
WITH_REASONS = ("ask", "reject", "end")


class ReviewListView(ReviewerPageMixin, View):
    """The queue: what waits longest comes first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show one page of a tab; an odd tab or page gives the nearest."""
        tab = request.GET.get("tab", "waiting")
        tab = tab if tab in selectors.TABS else "waiting"
        page = Paginator(selectors.queue(tab), PAGE).get_page(request.GET.get("page"))
        counts = selectors.tab_counts()
        tabs = [(key, words, counts[key]) for key, (words, _condition) in selectors.TABS.items()]
        return render(request, "reviews/list.html", {"page": page, "tabs": tabs, "tab": tab})


class ReviewDetailView(ReviewerPageMixin, View):
    """One application: what needs attention, every answer, history, and what can be done about it."""

    kwargs: dict[str, Any]

    @cached_property
    def enrollment(self) -> Enrollment:
        """Return the application of the address."""
        found = selectors.application_for(self.kwargs["uuid"])
        if found is None:
            raise Http404("No such application.")
        return found

    def get(self, request: HttpRequest, uuid: UUID) -> HttpResponse:
        """Show the application."""
        return self._page(DecisionForm(None, questions=self._questions()))

    def post(self, request: HttpRequest, uuid: UUID) -> HttpResponseBase:
        """Do what the pressed button says; a lost race is told in words and changes nothing."""
        action = request.POST.get("action", "")
        if action not in DONE:
            raise Http404("No such action.")
        form = DecisionForm(request.POST, questions=self._questions())
        if action in WITH_REASONS and not form.is_valid():
            return self._page(form, status=400)
        if action == "approve" and request.POST.get("read") != "on":
            return self._page(form, status=400, unread=True)
        try:
            self._do(action, form)
        except review.OwnAccountError:
            return self._page(form, status=403, refusal=OWN)
        except review.OtherReviewerError as error:
            return self._page(form, status=409, refusal=f"{error} Take it over first if you agree with each other.")
        except AlreadyMovedError as error:
            words = f"Already decided: {error} Nothing was changed."
            del self.enrollment
            return self._page(form, status=409, refusal=words)
        messages.success(request, DONE[action])
        return redirect("reviews:detail", uuid=uuid)

    def _do(self, action: str, form: DecisionForm) -> None:
        reviewer, now, enrollment = self.request.user, timezone.now(), self.enrollment
        if action == "claim":
            review.claim(enrollment, reviewer=reviewer, now=now)
        elif action == "put_back":
            review.put_back(enrollment, reviewer=reviewer, now=now)
        elif action == "approve":
            review.approve(enrollment, reviewer=reviewer, now=now)
        else:
            decide = {"ask": review.ask, "reject": review.reject, "end": review.end}[action]
            decide(enrollment, reviewer=reviewer, reasons=form.reasons, now=now)

    def _questions(self) -> dict[str, str]:
        """Return the questions of the application by their names."""
        return application.questions_of(self.enrollment.application)

    def _page(self, form: DecisionForm, *, status: int = 200, refusal: str = "", unread: bool = False) -> HttpResponse:
        enrollment = self.enrollment
        state = EnrollmentState(enrollment.state)
        checks = selectors.checks_of(enrollment)
        own = review.is_own(enrollment, self.request.user)
        mine = enrollment.reviewer_id == self.request.user.pk
        context = {
            "enrollment": enrollment,
            "state": state,
            "form": form,
            "unread": unread,
            "notes": form.notes,
            "refusal": refusal or (OWN if own else ""),
            "sections": enrollment.application.get("sections", []),
            "attention": {check.field: check.words for check in checks if check.field and check.level != "ok"},
            "concerns": selectors.concerns_of(enrollment, checks),
            "changes": history.last_changes(enrollment),
            "checks": checks,
            "duplicates": selectors.duplicates_of(enrollment),
            "provider": history.gates_of(enrollment.account),
            "proofs": selectors.proofs_in(enrollment),
            "events": history.events_of(enrollment),
            "can_claim": not own and (state == EnrollmentState.SUBMITTED),
            "can_take_over": not own and state == EnrollmentState.IN_REVIEW and not mine,
            "can_decide": not own and state == EnrollmentState.IN_REVIEW and mine,
            "can_end": not own and state == EnrollmentState.APPROVED,
        }
        return render(self.request, "reviews/detail.html", context, status=status)
