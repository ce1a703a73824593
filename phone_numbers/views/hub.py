"""What the pages of the hub share: the account's licences and what they open (D1)."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase
from django.utils import timezone

from accounts import eligibility
from accounts import selectors as account_selectors
from accounts.access import AccountPageMixin
from accounts.middleware import AccountRequest


class HubPageMixin(AccountPageMixin):
    """A page of the hub: closed, with the licences that would open it, when none of them is in force (D1)."""

    def dispatch(self, request: AccountRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Check the licences after the person."""
        if request.user.is_authenticated and request.account is not None and not self.features.open:
            raise PermissionDenied(" ".join(self.features.missing))
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def features(self) -> eligibility.HubFeatures:
        """Return what the licences in force today open."""
        kinds = account_selectors.valid_license_kinds(self.account, today=timezone.localdate())
        return eligibility.hub_features(kinds)
