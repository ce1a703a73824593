"""The Feeds pages: how each source of readings and complaints is, and what to do about it (B2, B9)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.generic import View

from accounts.access import AccountPageMixin, SignInMixin
from accounts.middleware import AccountRequest
from phone_numbers.feeds import polling
from phone_numbers.feeds.forms import FeedForm
from phone_numbers.models import Feed
from phone_numbers.selectors import feeds as selectors
from phone_numbers.services import feeds as services
from providers import registry
from providers.errors import ProviderError


class FeedPage(SignInMixin, View):
    """A page about feeds: for members of an account, and for platform reviewers, who keep the platform's feeds."""

    changes = False

    def dispatch(self, request: AccountRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        """Let members and reviewers in; who may not change gets 403 in words."""
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        if request.account is None and not request.user.is_reviewer:
            raise PermissionDenied("You are not a member of any account yet. Ask an account owner to add you.")
        self.feed = selectors.feed_for(request.account, kwargs["uuid"]) if "uuid" in kwargs else None
        if self.changes and not self.may_change(self.feed):
            raise PermissionDenied(AccountPageMixin.edit_refusal)
        return super().dispatch(request, *args, **kwargs)

    def may_change(self, feed: Feed | None) -> bool:
        """Tell whether this person may change a feed; None asks about adding one to the account."""
        if feed is not None and feed.account_id is None:
            return bool(self.request.user.is_reviewer)
        return bool(self.request.membership and self.request.membership.may_edit)

    def described(self, feed: Feed) -> dict[str, Any]:
        """Return a feed as templates show it."""
        return {
            "feed": feed,
            "health": selectors.health_of(feed, now=timezone.now()),
            "provider": selectors.provider_name(feed),
            "may_change": self.may_change(feed),
        }


class FeedListView(FeedPage):
    """`/feeds/`: every feed of the account and the platform's, with its health."""

    def get(self, request: AccountRequest) -> HttpResponse:
        """Show the page, or only its table to the poller."""
        rows = [self.described(feed) for feed in selectors.feeds_for(request.account)]
        template = "feeds/_table.html" if request.htmx else "feeds/list.html"
        kinds = registry.KINDS.values() if self.may_change(None) else ()
        return render(request, template, {"rows": rows, "kinds": kinds})


class FeedDetailView(FeedPage):
    """`/feeds/<uuid>/`: one feed, its settings and its runs."""

    def get(self, request: AccountRequest, uuid: str) -> HttpResponse:
        """Show the page, or only what changes to the poller."""
        assert self.feed is not None
        settings, runs = selectors.shown_settings(self.feed), selectors.recent_runs(self.feed)
        spending = selectors.spending_of(self.feed, now=timezone.now())
        context = self.described(self.feed) | {"settings": settings, "runs": runs, "spending": spending}
        context["check_period"] = selectors.check_period_seconds(self.feed)
        return render(request, "feeds/_detail.html" if request.htmx else "feeds/detail.html", context)


class FeedAddView(FeedPage):
    """`/feeds/add/<provider>/`: a new feed of the account."""

    changes = True

    def get(self, request: AccountRequest, provider: str) -> HttpResponse:
        """Show the empty form."""
        return self._show(FeedForm(_kind(provider)))

    def post(self, request: AccountRequest, provider: str) -> HttpResponse:
        """Add the feed; what was typed stays when something is wrong."""
        form = FeedForm(_kind(provider), request.POST)
        if not form.is_valid():
            return self._show(form, status=400)
        try:
            feed = services.add_feed(
                request.account, provider=provider, actor=request.user, now=timezone.now(), **form.values
            )
        except IntegrityError:
            form.add_error("name", "The account has a feed of this name already. Choose another one.")
            return self._show(form, status=400)
        messages.success(request, f"{feed.name} was added and is asked for the first time now.")
        return redirect("feeds:detail", uuid=feed.uuid)

    def _show(self, form: FeedForm, status: int = 200) -> HttpResponse:
        return render(self.request, "feeds/form.html", {"form": form, "kind": form.kind}, status=status)


class FeedEditView(FeedPage):
    """`/feeds/<uuid>/edit/`: settings, interval and key of a feed."""

    changes = True

    def get(self, request: AccountRequest, uuid: str) -> HttpResponse:
        """Show the form; the key is never in it."""
        assert self.feed is not None
        return self._show(FeedForm(_kind(self.feed.provider), feed=self.feed))

    def post(self, request: AccountRequest, uuid: str) -> HttpResponse:
        """Keep the changes and try the feed again at once."""
        assert self.feed is not None
        form = FeedForm(_kind(self.feed.provider), request.POST, feed=self.feed)
        if not form.is_valid():
            return self._show(form, status=400)
        try:
            services.change_feed(self.feed, actor=request.user, now=timezone.now(), **form.values)
        except IntegrityError:
            form.add_error("name", "The account has a feed of this name already. Choose another one.")
            return self._show(form, status=400)
        messages.success(request, f"{self.feed.name} was changed and is asked again now.")
        return redirect("feeds:detail", uuid=self.feed.uuid)

    def _show(self, form: FeedForm, status: int = 200) -> HttpResponse:
        context = {"form": form, "kind": form.kind, "feed": self.feed}
        return render(self.request, "feeds/form.html", context, status=status)


class FeedActionView(FeedPage):
    """`POST /feeds/<uuid>/<action>/`: pause, resume, run now, test the connection."""

    changes = True
    http_method_names = ["post"]

    def post(self, request: AccountRequest, uuid: str, action: str) -> HttpResponse:
        """Do it and come back to the feed with a sentence that says what happened."""
        assert self.feed is not None
        {"pause": self._pause, "resume": self._resume, "run": self._run, "test": self._test}[action](self.feed)
        return redirect("feeds:detail", uuid=self.feed.uuid)

    def _pause(self, feed: Feed) -> None:
        services.pause_feed(feed, actor=self.request.user, now=timezone.now())
        messages.success(self.request, f"{feed.name} is paused. Nothing is lost: it goes on where it stopped.")

    def _resume(self, feed: Feed) -> None:
        services.resume_feed(feed, actor=self.request.user, now=timezone.now())
        messages.success(self.request, f"{feed.name} is resumed and is asked now.")

    def _run(self, feed: Feed) -> None:
        if feed.paused:
            messages.error(self.request, f"{feed.name} is paused. Resume it first.")
            return
        services.run_feed_now(feed, actor=self.request.user, now=timezone.now())
        messages.success(self.request, f"{feed.name} is due now; a worker takes it within a few seconds.")

    def _test(self, feed: Feed) -> None:
        try:
            report = polling.adapter_of(feed).test_connection()
        except ProviderError as error:
            messages.error(self.request, error.message)
            return
        (messages.success if report.ok else messages.error)(self.request, report.message)


def _kind(provider: str) -> registry.ProviderKind:
    kind = registry.KINDS.get(provider)
    if kind is None:
        raise Http404("No such provider.")
    return kind
