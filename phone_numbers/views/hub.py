"""What the pages of the hub share: the account's licences and what they open (D1)."""

from __future__ import annotations

from functools import cached_property

from django.utils import timezone

from accounts import selectors as account_selectors
from accounts.access import AccountPageMixin
from accounts.products import LicenseKind


class HubPageMixin(AccountPageMixin):
    """A page of the hub. Without an Enterprise Spam Registration licence it shows no scores and no registration."""

    @cached_property
    def license_kinds(self) -> frozenset[LicenseKind]:
        """Return the licences that are in force today."""
        return account_selectors.valid_license_kinds(self.account, today=timezone.localdate())

    @property
    def with_scores(self) -> bool:
        """Tell whether scores, metrics and registration are licensed (R12, D1)."""
        return LicenseKind.SPAM_REGISTRATION in self.license_kinds
