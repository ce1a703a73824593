"""`/services/<service>/enroll/letter/`: reading and signing the letter of authorization; and the kept files."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.generic import View

from accounts.access import SignInMixin
from accounts.middleware import AccountRequest
from enrollment import letter
from enrollment.application import text_of
from enrollment.forms import steps as form_steps
from enrollment.forms.signing import SigningForm
from enrollment.models import Letter
from enrollment.selectors import files as kept_files
from enrollment.services import letters
from enrollment.states import SectionKey, SigningMethod
from enrollment.views.enroll import CLOSED, ServicePageMixin

NEEDED = (SectionKey.BUSINESS, SectionKey.CONTACTS)


class LetterStepView(ServicePageMixin, View):
    """The letter as it would be signed, and the three ways to sign it."""

    needs_edit = True

    def get(self, request: HttpRequest, service: str) -> HttpResponseBase:
        """Show the letter and the form; the contact of the organization is proposed as the signer."""
        if not self.is_open:
            messages.info(request, CLOSED)
            return redirect(self.home())
        values = self.profile.values
        name = f"{text_of(values, 'contact_first_name')} {text_of(values, 'contact_last_name')}".strip()
        return self._page(SigningForm(initial={"signer_name": name, "signer_title": text_of(values, "contact_title")}))

    def post(self, request: HttpRequest, service: str) -> HttpResponseBase:
        """Sign the letter; the form is shown again with what is wrong."""
        if not self.is_open:
            messages.info(request, CLOSED)
            return redirect(self.home())
        form = SigningForm(request.POST, request.FILES)
        if self._missing() or not form.is_valid():
            return self._page(form, status=400)
        self._sign(form)
        messages.success(request, "The letter of authorization is signed.")
        return redirect(self.address(form_steps.REVIEW))

    def _sign(self, form: SigningForm) -> Letter:
        cleaned, values = form.cleaned_data, self.profile.values
        name, title, now = cleaned["signer_name"], cleaned["signer_title"], timezone.now()
        actor = self.request.user
        if form.document:
            return letters.take_signed(
                self.account, values, form.document, name=name, title=title, actor=actor, now=now
            )
        method, picture = SigningMethod(cleaned["method"]), form.picture or b""
        return letters.sign(
            self.account, values, method=method, name=name, title=title, picture=picture, actor=actor, now=now
        )

    def _missing(self) -> list[form_steps.Step]:
        """Return the steps that the letter is made from and that are not complete."""
        steps = form_steps.steps_of(self.profile, self.service)
        return [step for step in steps if step.slug in NEEDED and step.progress != form_steps.Progress.DONE]

    def _page(self, form: SigningForm, *, status: int = 200) -> HttpResponse:
        values = self.profile.values
        context = self.frame(form_steps.LETTER, form_steps.steps_of(self.profile, self.service)) | {
            "form": form,
            "missing": [(step, self.address(step.slug)) for step in self._missing()],
            "paragraphs": letter.paragraphs(values),
            "facts": letter.facts(values),
            "signed": self.profile.signed_letter,
            "outdated": self.profile.letter is not None and self.profile.signed_letter is None,
            "refused": self.profile.letter_was_refused,
            "methods": SigningMethod,
            "chosen": form["method"].value() or SigningMethod.TYPED,
        }
        return render(self.request, "enrollment/letter.html", context, status=status)


class FileView(SignInMixin, View):
    """`/services/files/<uuid>/`: a kept file, for members of its account and for reviewers."""

    def get(self, request: AccountRequest, uuid: UUID) -> HttpResponse:
        """Send the file to be saved, never to be run in the page."""
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        file = kept_files.file_for(request.user, uuid)
        if file is None:
            raise Http404("No such file.")
        headers = {
            "Content-Disposition": f'attachment; filename="{kept_files.header_name(file)}"',
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
        }
        return HttpResponse(bytes(file.content), content_type=file.content_type, headers=headers)
