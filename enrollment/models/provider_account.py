"""The provider that an account names, how its business stands there, and what is on the way between the two (D27)."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q

from accounts.models import Account
from common.scope import ScopedManager
from enrollment.models.files import Letter
from enrollment.provider_states import PROOF_MOVES, VETTING_MOVES, ErrandKind, GateState, Proof, Vetting


class ProviderAccount(models.Model):
    """The one provider that registers and re-evaluates for an account. No row: the portal's own check, by hand (D27).

    `secret` is sealed with the keys of FIELD_KEYS and bound to this row. `business` is the provider's id of the
    business, '' before it has one. `record` is what a reviewer approved and the provider is told, `letter` the signed
    letter that goes with it; `letter_sent` the one handed in last. `enabled_at` is the provider's own time of switching
    the service on, by which a new rejection is told from an old one.
    """

    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="+")
    provider = models.SlugField(max_length=30)
    settings = models.JSONField(default=dict)
    secret = models.BinaryField(default=b"")
    created_at = models.DateTimeField()
    business = models.CharField(max_length=64, blank=True, default="")
    record = models.JSONField(default=dict, blank=True)
    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    letter_sent = models.ForeignKey(Letter, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    vetting = models.CharField(max_length=10, choices=Vetting, default=Vetting.NONE)
    vetting_since = models.DateTimeField()
    business_gate = models.CharField(max_length=8, choices=GateState, blank=True, default=GateState.UNKNOWN)
    letter_gate = models.CharField(max_length=8, choices=GateState, blank=True, default=GateState.UNKNOWN)
    reasons = models.JSONField(default=list, blank=True, help_text="The provider's, in its own words.")
    gates_read_at = models.DateTimeField(null=True)
    enabled_at = models.DateTimeField(null=True)
    proof = models.CharField(max_length=8, choices=Proof, default=Proof.NONE)
    proof_since = models.DateTimeField(null=True)
    proof_reason = models.CharField(max_length=500, blank=True, default="")

    objects = ScopedManager["ProviderAccount"]()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(vetting__in=Vetting.values), name="enrollment_vetting_known"),
            models.CheckConstraint(condition=Q(proof__in=Proof.values), name="enrollment_proof_known"),
            models.CheckConstraint(
                condition=Q(business_gate__in=GateState.values) & Q(letter_gate__in=GateState.values),
                name="enrollment_gates_known",
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="vetting_moves", field="vetting", transitions=list(VETTING_MOVES)),
            pgtrigger.FSM(name="proof_moves", field="proof", transitions=list(PROOF_MOVES)),
        ]

    def __str__(self) -> str:
        return f"{self.provider} of account {self.account_id}"

    @property
    def is_ready(self) -> bool:
        """Tell whether both gates were open when they were last read: numbers can be added and submitted."""
        return bool(self.business) and self.business_gate == self.letter_gate == GateState.APPROVED


class ProviderErrand(models.Model):
    """Work between the portal and an account's provider. `due_at` None: nothing to do now.

    A worker holds the row by `lease_token` until `lease_until`, and everything it records checks the token. `called_at`
    is when a call began whose outcome is not recorded yet: it is looked up before it is made again.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=9, choices=ErrandKind)
    due_at = models.DateTimeField(null=True)
    lease_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    called_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0, help_text="Turns that failed since the last good one.")
    last_error = models.CharField(max_length=500, blank=True, default="")

    objects = ScopedManager["ProviderErrand"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "kind"], name="enrollment_errand_once"),
            models.CheckConstraint(condition=Q(kind__in=ErrandKind.values), name="enrollment_errand_known"),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="enrollment_errand_due", condition=Q(due_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of account {self.account_id}"
