"""How many cases and alerts are open: totals that pages read instead of counting rows (decision 0089)."""

from __future__ import annotations

from django.db import models

from accounts.models import Account
from common.scope import ScopedManager
from remediation.states import AlertKind, CaseState


class CaseCount(models.Model):
    """Delta rows of how many open cases stand in a state, and how many of them past their target; a total is a SUM.

    Written by statement triggers on Case, never updated in place, folded by a task.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    state = models.CharField(max_length=24, choices=CaseState)
    is_late = models.BooleanField()
    n = models.IntegerField()

    objects = ScopedManager["CaseCount"]()

    class Meta:
        indexes = [models.Index(fields=["account"], name="remediation_case_count")]

    def __str__(self) -> str:
        return f"{self.n:+}"


class AlertCount(models.Model):
    """The same of open alerts by kind, and until when they are muted: one moment for all that were muted together."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=16, choices=AlertKind)
    muted_until = models.DateTimeField(null=True)
    n = models.IntegerField()

    objects = ScopedManager["AlertCount"]()

    class Meta:
        indexes = [models.Index(fields=["account"], name="remediation_alert_count")]

    def __str__(self) -> str:
        return f"{self.n:+}"
