"""What people do to one case: retry, cancel, dispute, try again, note, owner. Each is confirmed or can be undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.generic import View

from accounts.models import User
from remediation.forms import NoteForm, OwnerForm, ReasonForm
from remediation.models import Case
from remediation.selectors import cases as selectors
from remediation.services import cases as services
from remediation.views.account_page import RemediationPageMixin

Do = Callable[[Case, User, str, datetime], Case | None]


@dataclass(frozen=True, slots=True)
class Action:
    """One action with its words. `do` returns the case to go to when that is another one."""

    title: str
    words: str
    button: str
    done: str
    do: Do
    asks_why: bool = False
    is_grave: bool = False


def _retry(case: Case, actor: User, _reason: str, now: datetime) -> None:
    services.retry(case, actor=actor, now=now)


def _cancel(case: Case, actor: User, reason: str, now: datetime) -> None:
    services.cancel(case, actor=actor, now=now, reason=reason)


def _dispute(case: Case, actor: User, reason: str, now: datetime) -> None:
    services.dispute(case, reason=reason, actor=actor, now=now)


def _settle(case: Case, actor: User, _reason: str, now: datetime) -> None:
    services.settle_dispute(case, actor=actor, now=now)


def _again(case: Case, actor: User, _reason: str, now: datetime) -> Case:
    target, limit = settings.REMEDIATION_TARGET, settings.REMEDIATION_LIMIT
    return services.reopen_closed(case, actor=actor, now=now, target=target, limit=limit)


ACTIONS = {
    "retry": Action(
        "Submit this number again?",
        "It goes into the next request to the provider, which may bill it once more. Mend what caused the label "
        "first: a number that goes on as before is seldom cleared.",
        "Submit again",
        "The number is submitted again.",
        _retry,
    ),
    "cancel": Action(
        "Cancel this repair?",
        "The portal stops following it. A request that the provider has already is not called back, and the label "
        "stays until a clean reading. The alert stays as long as the number is tagged. You can start another attempt "
        "later.",
        "Cancel the repair",
        "The repair is cancelled. The number is still tagged.",
        _cancel,
        asks_why=True,
        is_grave=True,
    ),
    "dispute": Action(
        "Mark as a regulatory dispute?",
        "Use this when the provider or a carrier told you that the label is being disputed, which may take up to a "
        "week. It is shown as the reason why the case takes longer; the limit stays as it is.",
        "Mark as disputed",
        "The case is marked as a regulatory dispute.",
        _dispute,
        asks_why=True,
    ),
    "settle": Action(
        "Is the dispute settled?",
        "The case goes back to review at the provider.",
        "Dispute is settled",
        "The dispute is settled.",
        _settle,
    ),
    "again": Action(
        "Start another attempt?",
        "The label is still there. A new case begins with a clock of its own, linked to this one, and the number is "
        "submitted again, which the provider may bill.",
        "Start another attempt",
        "Another attempt has begun.",
        _again,
    ),
}


class CaseChange(RemediationPageMixin, View):
    """A page that changes one case; another account's does not exist."""

    needs_edit = True

    @cached_property
    def case(self) -> Case:
        """Return the case of the address."""
        uuid: UUID = self.kwargs["uuid"]
        return selectors.case_for(uuid)

    def back(self, case: Case | None = None) -> HttpResponse:
        """Go to a case, by default the one of the address."""
        return redirect("cases:detail", uuid=(case or self.case).uuid)

    def refused(self, error: object) -> HttpResponse:
        """Say why nothing was done, and go back to the case."""
        messages.error(self.request, str(error))
        return self.back()


class CaseActionView(CaseChange):
    """`/cases/<uuid>/<action>/`: asks first, then does it."""

    @cached_property
    def action(self) -> Action:
        """Return the action of the address."""
        found = ACTIONS.get(self.kwargs["action"])
        if found is None:
            raise Http404("There is no such action.")
        return found

    def get(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        """Ask."""
        return self._ask(ReasonForm())

    def post(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        """Do it, or say what has changed meanwhile."""
        form = ReasonForm(request.POST)
        if not form.is_valid():
            return self._ask(form, status=400)
        try:
            made = self.action.do(self.case, self.request.user, form.cleaned_data["reason"], timezone.now())
        except services.AlreadyChanged as error:
            return self.refused(error)
        messages.success(request, self.action.done)
        return self.back(made)

    def _ask(self, form: ReasonForm, status: int = 200) -> HttpResponse:
        context = {"case": self.case, "number": self.case.number, "action": self.action, "form": form}
        return render(self.request, "cases/confirm.html", context, status=status)


class CaseNoteView(CaseChange):
    """`/cases/<uuid>/note/`: writes a note into the timeline."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        """Keep the note."""
        form = NoteForm(request.POST)
        if not form.is_valid():
            return self.refused(form.errors["note"][0])
        services.add_note(self.case, form.cleaned_data["note"], actor=self.request.user, now=timezone.now())
        messages.success(request, "The note is in the timeline.")
        return self.back()


class CaseOwnerView(CaseChange):
    """`/cases/<uuid>/owner/`: says who looks after the case."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        """Assign it."""
        form = OwnerForm(request.POST, account=self.account)
        if not form.is_valid():
            return self.refused("This person is not in the account. Choose somebody from the list.")
        services.assign(self.case, form.chosen, actor=self.request.user, now=timezone.now())
        whom = f"{form.chosen} looks after this case now." if form.chosen else "Nobody looks after this case now."
        messages.success(request, whom)
        return self.back()
