"""Who may open a page: signed in, with an account, with the right to edit (R9-R11, D28)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.mixins import AccessMixin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.generic import View
from django_htmx.http import HttpResponseClientRedirect

from accounts.middleware import AccountRequest
from accounts.models import Account, Membership


class SignInMixin(AccessMixin):
    """Leads anonymous people to the sign-in, and from there back to the page that they were on."""

    request: Any  # an AccountRequest; two base classes of a page may not give one attribute two types

    def handle_no_permission(self) -> HttpResponse:  # type: ignore[override]
        """Send the whole page to the sign-in; as the answer for a fragment it would land inside the page."""
        to_login = redirect_to_login(_way_back(self.request))
        return HttpResponseClientRedirect(to_login.url) if self.request.htmx else to_login


class AccountPageMixin(SignInMixin, View):
    """A page of the current account. Anonymous people go to sign-in; people without an account are told so.

    Set `needs_edit` for pages that change something: viewers, and admins without the privilege to edit account
    settings, get 403 in words.
    """

    needs_edit = False
    edit_refusal = (
        "Your role can see and export but not change anything. Ask an owner of the account for the privilege to edit "
        "account settings."
    )

    def dispatch(self, request: AccountRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        """Check the person before the view runs."""
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        if request.account is None:
            raise PermissionDenied("You are not a member of any account yet. Ask an account owner to add you.")
        if self.needs_edit and not self.membership.may_edit:
            raise PermissionDenied(self.edit_refusal)
        return super().dispatch(request, *args, **kwargs)

    @property
    def account(self) -> Account:
        """Return the account that the person looks at."""
        if self.request.account is None:
            raise PermissionDenied
        account: Account = self.request.account
        return account

    @property
    def membership(self) -> Membership:
        """Return the person's membership in that account."""
        if self.request.membership is None:
            raise PermissionDenied
        membership: Membership = self.request.membership
        return membership


def _way_back(request: AccountRequest) -> str:
    """Return the address of the page that the person was on: what takes only forms cannot be opened after sign-in."""
    if request.htmx:
        return request.htmx.current_url_abs_path or "/"
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    referrer = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(referrer, allowed_hosts={request.get_host()}):
        return "/"
    parts = urlsplit(referrer)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
