"""By which rule each account's numbers were rated last."""

from __future__ import annotations

from django.db import models

from accounts.models import Account
from common.scope import ScopedManager


class AppliedRule(models.Model):
    """The fingerprint of the rule by which all numbers of an account are rated (feeds/applied).

    While another rule is being followed, `target` is that one and `through` the last number that was rated by it.
    """

    account = models.OneToOneField(Account, on_delete=models.CASCADE, primary_key=True, related_name="+")
    rated_by = models.JSONField(default=dict)
    target = models.JSONField(default=dict)
    through = models.BigIntegerField(default=0)

    objects = ScopedManager["AppliedRule"]()

    def __str__(self) -> str:
        return f"rule of {self.account_id}"
