"""`/settings/provider/`: the provider that registers and re-evaluates for the account (D27).

Everybody of the account sees how the business stands there; who may edit settings names the provider, hands in proof
and answers what it asks about numbers. Every call to the provider but the connection test is made by a worker.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.generic import View

from accounts.access import AccountPageMixin
from enrollment.forms.provider import ProviderForm
from enrollment.forms.signing import ProofForm
from enrollment.models import ProviderAccount
from enrollment.selectors import provider as selectors
from enrollment.services import files, number_ownership, ownership_proof, provider_access, provider_settings
from enrollment.services.provider_settings import StillInUseError
from enrollment.uploads import UploadError
from providers import registry
from providers.errors import ProviderError

CONFIRMED = "now"
UUID_FORM = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class ProviderView(AccountPageMixin, View):
    """One page with several small forms; the button that was pressed says what is to be done (`step`)."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show how the account stands at its provider."""
        return self._page()

    def post(self, request: HttpRequest) -> HttpResponse:
        """Do what the button says, and come back with a sentence that says what happened."""
        if not self.membership.may_edit:
            raise PermissionDenied(self.edit_refusal)
        step = self._steps().get(request.POST.get("step", ""))
        if step is None:
            raise Http404("There is nothing of this name to do here.")
        return step() or redirect("settings:provider")

    def _steps(self) -> dict[str, Callable[[], HttpResponse | None]]:
        return {
            "save": self._save,
            "test": self._test,
            "again": self._ask_again,
            "forget": self._forget,
            "upload": self._upload,
            "remove": self._remove,
            "hand_in": self._hand_in,
            "own": self._own,
            "disown": self._disown,
        }

    # The provider itself --------------------------------------------------------------------------------------------

    def _save(self) -> HttpResponse | None:
        named = provider_access.provider_account_of(self.account)
        form = ProviderForm(_kind(self.request.POST.get("provider", ""), named), self.request.POST, named=named)
        if not form.is_valid():
            return self._page(form=form, status=400)
        provider_settings.name_provider(
            self.account,
            provider=form.kind.key,
            settings=form.provider_settings,
            secret=form.cleaned_data["secret"],
            actor=self.request.user,
            now=timezone.now(),
        )
        messages.success(self.request, f"{form.kind.name} is the provider of this account. Test the connection next.")
        return None

    def _test(self) -> None:
        try:
            access = provider_access.registrar_for(self.account)
            report = access.registrar.test_connection() if access else None
        except ProviderError as error:
            messages.error(self.request, error.message)
            return
        if report is None:
            messages.error(self.request, "The account names no provider. Enter its key first.")
            return
        (messages.success if report.ok else messages.error)(self.request, report.message)

    def _ask_again(self) -> HttpResponse | None:
        """Ask first: the provider may charge for it."""
        if self.request.POST.get("sure") != CONFIRMED:
            return self._page(asking_again=True)
        if provider_settings.ask_again(self.account, actor=self.request.user, now=timezone.now()):
            messages.success(self.request, "The business is being sent to the provider again.")
        else:
            messages.info(self.request, "There is nothing to send again now.")
        return None

    def _forget(self) -> HttpResponse | None:
        if self.request.POST.get("sure") != CONFIRMED:
            return self._page(forgetting=True)
        try:
            provider_settings.forget_provider(self.account, actor=self.request.user, now=timezone.now())
        except StillInUseError as error:
            messages.error(self.request, str(error))
        else:
            messages.success(
                self.request, "The account names no provider now. Numbers are checked by the portal itself."
            )
        return None

    # Proof of ownership ---------------------------------------------------------------------------------------------

    def _upload(self) -> HttpResponse | None:
        form = ProofForm(self.request.POST, self.request.FILES)
        if not form.is_valid():
            return self._page(upload_error=" ".join(str(error) for error in form.errors["proof"]), status=400)
        try:
            kept = files.add_proof(
                self.account, form.cleaned_data["proof"], actor=self.request.user, now=timezone.now()
            )
        except UploadError as error:
            return self._page(upload_error=str(error), status=400)
        messages.success(self.request, f"{kept.filename} is kept. Hand the documents in when they are complete.")
        return None

    def _remove(self) -> None:
        wanted = self.request.POST.get("proof", "")
        for proof in selectors.proofs(self.account):
            if str(proof.uuid) == wanted:
                files.remove_proof(self.account, proof, actor=self.request.user, now=timezone.now())
                messages.success(self.request, f"{proof.filename} was taken back.")

    def _hand_in(self) -> None:
        if ownership_proof.hand_in(self.account, actor=self.request.user, now=timezone.now()):
            messages.success(self.request, "The documents go to the provider. You get an e-mail when it has decided.")
        else:
            messages.info(
                self.request, "There is nothing to hand in: upload a document first, or wait for the decision."
            )

    # Ownership of numbers -------------------------------------------------------------------------------------------

    def _own(self) -> HttpResponse | None:
        return self._answer(still_own=True)

    def _disown(self) -> HttpResponse | None:
        """Ask first: the provider removes such numbers at once."""
        uuids = self._chosen()
        if self.request.POST.get("sure") != CONFIRMED and uuids:
            asked = selectors.ownership_questions(self.account)
            return self._page(disowning=[row for row in asked if row.number.uuid in uuids])
        return self._answer(still_own=False)

    def _answer(self, *, still_own: bool) -> HttpResponse | None:
        uuids = self._chosen()
        if not uuids:
            return self._page(answer_error="Tick at least one number.", status=400)
        n = number_ownership.answer(
            self.account, uuids, still_own=still_own, actor=self.request.user, now=timezone.now()
        )
        if n:
            numbers = "1 number" if n == 1 else f"{n:,} numbers"
            messages.success(self.request, f"Your answer for {numbers} goes to the provider.")
        else:
            messages.info(self.request, "These numbers were answered already.")
        return None

    def _chosen(self) -> list[UUID]:
        """Return the numbers that were ticked; what is no number's id is not one."""
        return [UUID(text) for text in self.request.POST.getlist("ids") if UUID_FORM.fullmatch(text)]

    def _page(self, *, form: ProviderForm | None = None, status: int = 200, **context: Any) -> HttpResponse:
        summary = selectors.provider_summary(self.account)
        named = summary.named if summary else None
        context |= {
            "summary": summary,
            "form": form or ProviderForm(_kind("", named), named=named),
            "may_edit": self.membership.may_edit,
            "proofs": selectors.proofs(self.account),
            "questions": selectors.ownership_questions(self.account),
            "removed": selectors.removed_numbers(self.account),
        }
        return render(self.request, "settings/provider.html", context, status=status)


def _kind(wanted: str, named: ProviderAccount | None) -> registry.ServiceKind:
    """Return the provider that is asked for, the one that is named, or the first there is."""
    found = registry.SERVICES.get(wanted or (named.provider if named else ""))
    return found or next(iter(registry.SERVICES.values()))
