"""What the pages of platform staff share: reviewers only, whatever account they look at (D28)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase
from django.views.generic import View

from accounts.access import SignInMixin
from accounts.middleware import AccountRequest

REFUSAL = "This page is for the platform's reviewers. Ask the operator of the portal if you should be one."


class ReviewerPageMixin(SignInMixin, View):
    """A page of the platform, for reviewers, with or without an account."""

    def dispatch(self, request: AccountRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        """Let reviewers in; everybody else is told in words."""
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        if not request.user.is_reviewer:
            raise PermissionDenied(REFUSAL)
        return super().dispatch(request, *args, **kwargs)
