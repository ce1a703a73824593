"""Puts the current account on the request and opens its scope for the time of the request."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django_htmx.middleware import HtmxDetails

from accounts import selectors
from accounts.models import Account, Membership, User
from common.scope import account_scope

SESSION_KEY = "account"
FORM_FIELD = "for_account"


class AccountRequest(HttpRequest):
    """A request as pages see it: the person, their membership and the account that they look at."""

    user: User
    account: Account | None
    membership: Membership | None
    memberships: list[Membership]
    htmx: HtmxDetails


def choose_membership(memberships: list[Membership], wanted: object) -> Membership | None:
    """Return the membership whose account uuid is `wanted`, otherwise the first, otherwise None."""
    chosen = [membership for membership in memberships if str(membership.account.uuid) == wanted]
    return next(iter(chosen or memberships), None)


class CurrentAccountMiddleware:
    """A removed membership or a disabled user loses access with the next request, since nothing is cached."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: AccountRequest) -> HttpResponse:
        """Answer inside the scope of the current account; without an account every scoped query raises."""
        request.memberships = selectors.memberships_of(request.user) if request.user.is_authenticated else []
        request.membership = choose_membership(request.memberships, request.session.get(SESSION_KEY))
        request.account = request.membership.account if request.membership else None
        if request.account is None:
            return self.get_response(request)
        with account_scope(request.account):
            return self.get_response(request)

    def process_view(self, request: AccountRequest, *_view: object) -> HttpResponse | None:
        """Refuse a form of another account: tabs share a session, so one may switch the account under the other."""
        wanted = request.POST.get(FORM_FIELD) if request.method == "POST" else None
        if not wanted or request.account is None or wanted == str(request.account.uuid):
            return None
        return render(request, "409.html", status=409)
