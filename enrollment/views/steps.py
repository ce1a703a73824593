"""`/services/<service>/enroll/<step>/`: one part of the form; what is typed is kept whatever happens (D15)."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.generic import View

from enrollment.forms import steps as form_steps
from enrollment.forms.base import SectionForm, typed
from enrollment.forms.practices import no_answers
from enrollment.forms.signing import ProofForm
from enrollment.models import Attachment, ProfileSection
from enrollment.services import drafts, files
from enrollment.states import SectionKey
from enrollment.uploads import UploadError
from enrollment.views import unsaved
from enrollment.views.conflicts import resolved, show_conflict
from enrollment.views.enroll import CLOSED, ServicePageMixin

KEPT = "Submitted meanwhile: what you typed is kept for the next time, and not part of what the reviewer reads."


class SectionStepView(ServicePageMixin, View):
    """A part that holds answers: business, contacts, calls or practices."""

    needs_edit = True

    @cached_property
    def key(self) -> SectionKey:
        """Return the part that the address names, if the service asks for it."""
        step = self.kwargs["step"]
        if step not in form_steps.SERVICE_SECTIONS[self.service]:
            raise Http404("No such step.")
        return SectionKey(step)

    def handle_no_permission(self) -> HttpResponse:  # type: ignore[override]
        """Keep what was typed when the session ran out in the middle of it, and lead to the sign-in and back."""
        if self.request.method != "POST" or self.kwargs["step"] not in form_steps.SECTIONS:
            return super().handle_no_permission()
        if self.request.POST.get("go") == "auto":
            return JsonResponse({"signed_out": True}, status=401)
        answers = typed(form_steps.SECTIONS[SectionKey(self.kwargs["step"])], self.request.POST)
        unsaved.keep(self.request, answers, version=self.request.POST.get("version", ""))
        return redirect_to_login(self.request.path)

    def get(self, request: HttpRequest, service: str, step: str) -> HttpResponseBase:
        """Show the form with what is kept, or with what was typed before the session ran out."""
        if not self.is_open:
            messages.info(request, CLOSED)
            return redirect(self.home())
        kept = unsaved.waiting(request, self.account)
        if kept:
            form = self._form(kept["answers"], judged=False)
            return self._page(form, version=kept["version"], was_signed_out=True)
        return self._page(self._form(self.profile.answers(self.key), judged="check" in request.GET))

    def post(self, request: HttpRequest, service: str, step: str) -> HttpResponseBase:
        """Keep what was typed, right or wrong, and go where the person wants; onward only when it is right."""
        upload_error = self._take_proofs()
        answers = resolved(self.request, self.profile, self.key) or typed(form_steps.SECTIONS[self.key], request.POST)
        form = self._form(answers, judged=True)
        is_right = form.is_valid()
        try:
            section = self._save(form)
        except drafts.ConflictError as conflict:
            return self._conflict(form, conflict)
        unsaved.forget(request)
        self.__dict__.pop("profile", None)  # it is read anew with what has been saved
        return self._answer(form, section, is_right=is_right, upload_error=upload_error)

    def _save(self, form: SectionForm) -> ProfileSection:
        return drafts.save_section(
            self.account,
            self.service,
            self.key,
            form.kept(),
            based_on=_number(self.request.POST.get("version", "")),
            actor=self.request.user,
            now=timezone.now(),
        )

    def _answer(
        self, form: SectionForm, section: ProfileSection, *, is_right: bool, upload_error: str
    ) -> HttpResponseBase:
        go = self.request.POST.get("go", "next")
        if go == "auto":
            return JsonResponse({"version": section.version, "saved_at": _clock()})
        if not self.is_open:
            messages.info(self.request, KEPT)
            return redirect(self.home())
        if go == "draft":
            messages.success(self.request, "The draft is saved. Everybody who manages the account can continue it.")
            return redirect(self.home())
        stays = go == "upload" or "remove_proof" in self.request.POST
        if upload_error or (go == "next" and not stays and not is_right):
            return self._page(form, version=section.version, status=400, upload_error=upload_error)
        if stays:
            return redirect(f"{self.address(self.key)}#proofs")
        return redirect(self._beside(before=go == "back"))

    def _beside(self, *, before: bool) -> str:
        earlier, later = form_steps.beside(form_steps.steps_of(self.profile, self.service), self.key)
        step = earlier if before else later
        return self.address(step.slug) if step else self.home()

    def _conflict(self, form: SectionForm, conflict: drafts.ConflictError) -> HttpResponseBase:
        if self.request.POST.get("go") == "auto":
            return JsonResponse({"conflict": str(conflict.section.saved_by)}, status=409)
        steps = form_steps.steps_of(self.profile, self.service)
        return show_conflict(self.request, form, conflict.section, self.frame(self.key, steps))

    def _take_proofs(self) -> str:
        """Keep or take back a proof that came with the form; return what is wrong with it, in words."""
        if self.key != SectionKey.CALLS:
            return ""
        removed = self.request.POST.get("remove_proof", "")
        for proof in self.profile.proofs:
            if str(proof.uuid) == removed:
                files.remove_proof(self.account, proof, actor=self.request.user, now=timezone.now())
        is_sent = self.request.POST.get("go") == "upload" or "proof" in self.request.FILES
        error = self._add_proof() if is_sent else ""
        del self.profile
        return error

    def _add_proof(self) -> str:
        form = ProofForm(self.request.POST, self.request.FILES)
        if not form.is_valid():
            return " ".join(str(error) for error in form.errors["proof"])
        try:
            files.add_proof(self.account, form.cleaned_data["proof"], actor=self.request.user, now=timezone.now())
        except UploadError as error:
            return str(error)
        return ""

    def _form(self, answers: dict[str, Any], *, judged: bool) -> SectionForm:
        facts = form_steps.facts_of(self.profile)
        return form_steps.SECTIONS[self.key](answers, judged=judged, facts=facts)

    def _page(
        self,
        form: SectionForm,
        *,
        version: int | str | None = None,
        status: int = 200,
        was_signed_out: bool = False,
        upload_error: str = "",
    ) -> HttpResponse:
        section = self.profile.sections.get(self.key)
        proofs: list[Attachment] = self.profile.proofs
        context = self.frame(self.key, form_steps.steps_of(self.profile, self.service)) | {
            "form": form,
            "section": section,
            "version": version if version is not None else (section.version if section else 0),
            "notes": _notes(self.enrollment.reasons if self.enrollment else []),
            "was_signed_out": was_signed_out,
            "proofs": proofs if self.key == SectionKey.CALLS else None,
            "proof_form": ProofForm(),
            "upload_error": upload_error,
            "said_no": len(no_answers(self.profile.answers(self.key))),
        }
        return render(self.request, "enrollment/step.html", context, status=status)


def _notes(reasons: list[dict[str, str]]) -> dict[str, str]:
    """Return what the reviewer said to single questions, by their names."""
    return {reason["field"]: reason.get("text", "") for reason in reasons if reason.get("field")}


def _number(text: str) -> int:
    """Return a version; nonsense is one that nobody has saved."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _clock() -> str:
    """Return the time of day as the person sees it."""
    return timezone.localtime().strftime("%I:%M %p").lstrip("0")
