"""Switching between accounts, by the menu and by links in messages."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.generic import View

from accounts.access import SignInMixin
from accounts.middleware import SESSION_KEY, AccountRequest


class AccountSwitchView(SignInMixin, LoginRequiredMixin, View):
    """`POST /accounts/switch/` with `account` = uuid: look at another of one's accounts, at once at the page `next`."""

    def post(self, request: AccountRequest) -> HttpResponse:
        """Remember the choice in the session; an account that is not the person's own is 404."""
        wanted = request.POST.get("account", "")
        if wanted not in {str(membership.account.uuid) for membership in request.memberships}:
            raise Http404("No such account.")
        request.session[SESSION_KEY] = wanted
        return redirect(_wished(request.POST.get("next", "")))


class AccountDoorView(SignInMixin, LoginRequiredMixin, View):
    """`GET /accounts/<uuid>/?next=`: a page of that account, as messages link to it.

    A link changes nothing: who looks at another account of theirs is asked first.
    """

    def get(self, request: AccountRequest, uuid: UUID) -> HttpResponse:
        """Lead to the page, or ask; an account that is not the person's own is 404."""
        wanted = next((one.account for one in request.memberships if one.account.uuid == uuid), None)
        if wanted is None:
            raise Http404("No such account.")
        following = _wished(request.GET.get("next", ""))
        if wanted == request.account:
            return redirect(following)
        return render(request, "switch_account.html", {"wanted": wanted, "following": following})


def _wished(address: str) -> str:
    """Return an address of this portal as it is, the home page for any other."""
    is_ours = address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    return address if is_ours else reverse("home")


def closed(_request: HttpRequest, **_kwargs: str) -> HttpResponse:
    """Answer 404: nobody changes or confirms an e-mail address by themselves here."""
    raise Http404("There is no such page.")
