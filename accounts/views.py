"""Switching between accounts."""

from __future__ import annotations

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.generic import View

from accounts.access import SignInMixin
from accounts.middleware import SESSION_KEY, AccountRequest


class AccountSwitchView(SignInMixin, LoginRequiredMixin, View):
    """`POST /accounts/switch/` with `account` = uuid: look at another of one's accounts."""

    def post(self, request: AccountRequest) -> HttpResponse:
        """Remember the choice in the session; an account that is not the person's own is 404."""
        wanted = request.POST.get("account", "")
        if wanted not in {str(membership.account.uuid) for membership in request.memberships}:
            raise Http404("No such account.")
        request.session[SESSION_KEY] = wanted
        return redirect("home")


def closed(_request: HttpRequest, **_kwargs: str) -> HttpResponse:
    """Answer 404: nobody changes or confirms an e-mail address by themselves here."""
    raise Http404("There is no such page.")
