"""Which accounts have to be looked at: written by a trigger on the history of numbers, taken by detection."""

from __future__ import annotations

from django.db import models

from accounts.models import Account
from common.scope import ScopedManager


class ChangedAccount(models.Model):
    """An account in which a tag or the monitoring of a number changed, until detection has looked at it.

    A row for each statement that wrote such events, whoever ran it, in that statement's transaction.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)

    objects = ScopedManager["ChangedAccount"]()

    def __str__(self) -> str:
        return f"account {self.account_id} changed"
