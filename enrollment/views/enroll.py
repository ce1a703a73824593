"""`/services/<service>/enroll/`: where the business stands with a service, and the steps of its form (R61-R70, D14)."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.generic import View

from accounts.access import AccountPageMixin
from enrollment import checks, letter
from enrollment.forms import application as applications
from enrollment.forms import steps as form_steps
from enrollment.forms.practices import no_answers
from enrollment.models import Enrollment
from enrollment.reasons import Reason, lines_of
from enrollment.selectors import history, profile
from enrollment.selectors.profile import Profile
from enrollment.services import submission
from enrollment.services.moves import AlreadyMovedError
from enrollment.states import EnrolledService, EnrollmentState, SectionKey

CLOSED = "This application was submitted; nothing can be changed while it is with the reviewer."


class ServicePageMixin(AccountPageMixin):
    """A page about the account and one service."""

    kwargs: dict[str, Any]

    @cached_property
    def service(self) -> EnrolledService:
        """Return the service of the address."""
        try:
            return EnrolledService(self.kwargs["service"])
        except ValueError:
            raise Http404("No such service.") from None

    @cached_property
    def enrollment(self) -> Enrollment | None:
        """Return where the account stands; None while it has not begun."""
        return profile.enrollment_of(self.account, self.service)

    @cached_property
    def profile(self) -> Profile:
        """Return what the account has told so far."""
        return profile.profile_of(self.account)

    @property
    def is_open(self) -> bool:
        """Tell whether answers may be changed now."""
        return profile.is_open(self.enrollment)

    @property
    def to_correct(self) -> frozenset[str]:
        """Return the steps that the reviewer's or the provider's reasons are about, while they can be corrected."""
        reasons = self.enrollment.reasons if self.enrollment and self.is_open else []
        return form_steps.to_correct(reasons, self.service)

    def home(self) -> str:
        """Return the address of the enrollment in this service."""
        return reverse(f"services:{self.service}_enroll")

    def address(self, slug: str) -> str:
        """Return the address of a step."""
        return f"{self.home()}{slug}/"

    def frame(self, slug: str, steps: list[form_steps.Step]) -> dict[str, Any]:
        """Return what every page of a step shows around its form."""
        before, after = form_steps.beside(steps, slug)
        place = [step.slug for step in steps].index(slug) + 1
        return {
            "title": steps[place - 1].title,
            "service": self.service,
            "home": self.home(),
            "steps": [(step, self.address(step.slug)) for step in steps],
            "slug": slug,
            "to_correct": self.to_correct,
            "place": place,
            "before": before,
            "after": after,
            "enrollment": self.enrollment,
        }


class EnrollView(ServicePageMixin, View):
    """Where the business stands: what is asked, how far it is, reasons, history. The one button that is right (D14)."""

    def get(self, request: HttpRequest, service: str) -> HttpResponse:
        """Show the page; everybody of the account may see it."""
        steps = form_steps.steps_of(self.profile, self.service)
        wrong = [step for step in steps if step.slug in self.to_correct]
        going_on = next(iter(wrong), form_steps.first_unfinished(steps))
        context = {
            "service": self.service,
            "enrollment": self.enrollment,
            "state": EnrollmentState(self.enrollment.state) if self.enrollment else None,
            "is_open": self.is_open,
            "may_edit": self.membership.may_edit,
            "steps": [(step, self.address(step.slug)) for step in steps],
            "begun": any(step.progress != form_steps.Progress.EMPTY for step in steps),
            "to_correct": self.to_correct,
            "going_on": going_on,
            "going_on_href": self.address(going_on.slug),
            "reasons": self._reasons(),
            "events": history.events_of(self.enrollment) if self.enrollment else [],
            "gates": history.gates_of(self.account) if self.enrollment else None,
        }
        return render(request, "enrollment/enroll.html", context)

    def _reasons(self) -> list[tuple[str, str]]:
        """Return each reason in words, with the address of what to correct ('' for none)."""
        if self.enrollment is None:
            return []
        reasons: list[Reason] = self.enrollment.reasons
        lines = lines_of(reasons, self.enrollment.application)
        return [(line, self._place_of(reason)) for line, reason in zip(lines, reasons, strict=True)]

    def _place_of(self, reason: Reason) -> str:
        slug = form_steps.step_of(reason, self.service) if self.is_open and self.membership.may_edit else ""
        field = reason.get("field", "")
        return f"{self.address(slug)}{f'#q-{field}' if field else ''}" if slug else ""


class ReviewStepView(ServicePageMixin, View):
    """The last step: every answer, what is missing, what to think about, the attestation, and handing in."""

    needs_edit = True

    def get(self, request: HttpRequest, service: str) -> HttpResponseBase:
        """Show what would be handed in."""
        if not self.is_open:
            return redirect(self.home())
        return self._page()

    def post(self, request: HttpRequest, service: str) -> HttpResponseBase:
        """Hand in what was shown; a second click finds it handed in and changes nothing."""
        if not self.is_open:
            messages.info(request, "This application was submitted before; nothing was sent twice.")
            return redirect(self.home())
        application = applications.application_of(self.profile, self.service)
        if application is None:
            return self._page(status=400)
        if request.POST.get("attest") != "on":
            return self._page(status=400, unattested=True)
        if request.POST.get("seen") != _seen(application):
            return self._page(status=409, changed=True)
        return self._submit(application)

    def _submit(self, application: submission.Application) -> HttpResponseBase:
        try:
            submission.submit(self.account, self.service, application, actor=self.request.user, now=timezone.now())
        except submission.ChangedError:
            del self.profile
            return self._page(status=409, changed=True)
        except AlreadyMovedError:
            messages.info(self.request, "This application was submitted before; nothing was sent twice.")
        else:
            messages.success(self.request, f"The enrollment in {self.service.label} was submitted for review.")
        return redirect(self.home())

    def _page(self, *, status: int = 200, **marks: bool) -> HttpResponse:
        application = applications.application_of(self.profile, self.service)
        values = self.profile.values
        asks_practices = SectionKey.PRACTICES in form_steps.SERVICE_SECTIONS[self.service]
        said_no = len(no_answers(values)) if asks_practices else 0
        steps = form_steps.steps_of(self.profile, self.service)
        problems = form_steps.problems_of(self.profile, self.service)
        context = self.frame(form_steps.REVIEW, steps) | {
            "sections": [
                (section, self.address(section["key"]))
                for section in applications.answered_sections(self.profile, self.service)
            ],
            "problems": [(problem, f"{self.address(problem.step.slug)}?check=1") for problem in problems],
            "checks": [] if problems else [one for one in checks.business_checks(values) if one.level != "ok"],
            "practices": checks.practices_check(said_no),
            "many_no": said_no >= checks.MANY_NO,
            "letter": self.profile.signed_letter,
            "letter_href": self.address(form_steps.LETTER),
            "seen": _seen(application) if application else "",
        }
        return render(self.request, "enrollment/review.html", context | marks, status=status)


class LetterPreviewView(ServicePageMixin, View):
    """The letter as PDF, unsigned: to read, or to sign by hand and upload."""

    needs_edit = True

    def get(self, request: HttpRequest, service: str) -> HttpResponse:
        """Send the PDF made from the answers as they are now."""
        pdf = letter.render(self.profile.values, signature=None)
        name = 'inline; filename="letter-of-authorization.pdf"'
        return HttpResponse(pdf, content_type="application/pdf", headers={"Content-Disposition": name})


def _seen(application: submission.Application) -> str:
    """Return which answers and which letter a page shows."""
    versions = ".".join(str(application.versions[key]) for key in sorted(application.versions))
    return f"{versions}-{application.letter.pk}"
