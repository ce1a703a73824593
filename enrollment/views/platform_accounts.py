"""`/reviews/accounts/`: accounts with licenses and seats, set by platform staff, the effect shown first (D28, D30)."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cached_property
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from accounts import selectors as account_selectors
from accounts.models import Account, License
from accounts.platform_page import ReviewerPageMixin
from common.filter_fields import TEXT_LIMIT
from common.scope import account_scope
from enrollment.forms.licensing import LicenseForm
from enrollment.selectors import license_effects, platform_accounts
from enrollment.selectors.license_effects import LicenseEffect
from enrollment.services import licensing

PER_PAGE = 50


class AccountListView(ReviewerPageMixin):
    """Every account, by name; `q` narrows by name."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show one page of accounts."""
        q = request.GET.get("q", "").replace("\0", "").strip()[:TEXT_LIMIT]
        page = Paginator(platform_accounts.listed_accounts(q), PER_PAGE).get_page(request.GET.get("page"))
        lines = platform_accounts.account_lines(list(page.object_list), today=timezone.localdate())
        return render(request, "reviews/accounts.html", {"page": page, "lines": lines, "q": q})


class AccountPage(ReviewerPageMixin):
    """A page about one account."""

    kwargs: dict[str, Any]

    @cached_property
    def account(self) -> Account:
        """Return the account that the address names."""
        uuid: UUID = self.kwargs["uuid"]
        return get_object_or_404(Account, uuid=uuid)

    def inside(self) -> AbstractContextManager[None]:
        """Open the scope of that account, whichever one the person looks at."""
        return account_scope(self.account)


class AccountDetailView(AccountPage):
    """The licenses of one account and what they are used for."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, uuid: UUID) -> HttpResponse:
        """Show the account."""
        today = timezone.localdate()
        (line,) = platform_accounts.account_lines([self.account], today=today)
        context = {"line": line, "licenses": account_selectors.licenses(self.account, today=today)}
        return render(request, "reviews/account.html", context)


class LicenseView(AccountPage):
    """Adding a license to an account, or changing one: the form, what it would do to numbers, then it is done."""

    http_method_names = ["get", "post", "head", "options"]

    @cached_property
    def license(self) -> License | None:
        """Return the license that the address names; None while a new one is added."""
        if "license" not in self.kwargs:
            return None
        with self.inside():
            found = License.objects.filter(pk=self.kwargs["license"]).first()
        if found is None:
            raise Http404("This account has no such license.")
        return found

    def get(self, request: HttpRequest, **_: Any) -> HttpResponse:
        """Show the form."""
        return self._page(LicenseForm(initial=self._initial(), is_new=self.license is None))

    def post(self, request: HttpRequest, **_: Any) -> HttpResponseBase:
        """Show the effect; with `step=confirm`, and if it is still the same, do it."""
        form = LicenseForm(request.POST, initial=self._initial(), is_new=self.license is None)
        if not form.is_valid():
            return self._page(form, status=400)
        with self.inside():
            effect = self._effect(form.cleaned_data)
        if request.POST.get("step") != "confirm":
            return self._page(form, effect=effect)
        if request.POST.get("shown") != effect.token:
            return self._page(form, effect=effect, changed=True, status=409)
        self._save(form.cleaned_data)
        messages.success(request, f"The licenses of {self.account.name} were changed.")
        return redirect("reviews:account", self.account.uuid)

    def _initial(self) -> dict[str, Any]:
        if self.license is None:
            return {"starts_on": timezone.localdate()}
        return {name: getattr(self.license, name) for name in ("kind", "seats", "starts_on", "ends_on")}

    def _effect(self, cleaned: dict[str, Any]) -> LicenseEffect:
        before = list(License.objects.all())
        kept = [one for one in before if self.license is None or one.pk != self.license.pk]
        kind = self.license.kind if self.license else cleaned["kind"]
        wanted = License(kind=kind, seats=cleaned["seats"], starts_on=cleaned["starts_on"], ends_on=cleaned["ends_on"])
        return license_effects.effect_of(self.account, before, [*kept, wanted], today=timezone.localdate())

    def _save(self, cleaned: dict[str, Any]) -> None:
        fields = {
            "seat_count": cleaned["seats"],
            "starts_on": cleaned["starts_on"],
            "ends_on": cleaned["ends_on"],
            "actor": self.request.user,
            "now": timezone.now(),
        }
        if self.license is None:
            licensing.add_license(self.account, kind=cleaned["kind"], **fields)
        else:
            licensing.change_license(self.license, **fields)

    def _page(self, form: LicenseForm, *, status: int = 200, **context: Any) -> HttpResponse:
        context |= {"form": form, "account": self.account, "license": self.license}
        return render(self.request, "reviews/license.html", context, status=status)
