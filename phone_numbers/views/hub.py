"""What the pages of the hub share: the account's licences and what they open (D1)."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from accounts import selectors as account_selectors
from accounts.access import AccountPageMixin
from accounts.eligibility import HubFeatures, hub_features
from accounts.middleware import AccountRequest
from accounts.products import LicenseKind


class HubPageMixin(AccountPageMixin):
    """A page of the hub. Without an Enterprise Spam Registration licence it shows no scores and no registration.

    Without any licence that opens the hub it says which ones would, with status 403.
    """

    def dispatch(self, request: AccountRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        """Explain what is missing when the account's licences do not open the hub (D1)."""
        if request.user.is_authenticated and request.account is not None and not self.features.open:
            return render(request, "numbers/hub_locked.html", {"features": self.features}, status=403)
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def license_kinds(self) -> frozenset[LicenseKind]:
        """Return the licences that are in force today."""
        return account_selectors.kinds_in_force(self.membership.license_terms, today=timezone.localdate())

    @cached_property
    def features(self) -> HubFeatures:
        """Return what these licences open (D1)."""
        return hub_features(self.license_kinds)

    @property
    def with_scores(self) -> bool:
        """Tell whether score reports, metrics and registration are licensed (R12, D1)."""
        return self.features.reports
