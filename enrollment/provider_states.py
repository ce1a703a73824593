"""Words of the provider's side of enrollment: how far the business is there, its gates, its proof, its numbers."""

from __future__ import annotations

from django.db import models


class Vetting(models.TextChoices):
    """How far the business is at the account's provider (D13). TERMS, BUSINESS and LETTER name the next call."""

    NONE = "none", "Not sent"
    TERMS = "terms", "Accepting the terms"
    BUSINESS = "business", "Sending the business"
    LETTER = "letter", "Handing in the letter"
    WAITING = "waiting", "Waiting for the provider"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"


class GateState(models.TextChoices):
    """One decision of the provider; empty while it has not begun."""

    UNKNOWN = "", "Not begun"
    PENDING = "pending", "Pending"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"


class Proof(models.TextChoices):
    """Where the proof stands that numbers hosted elsewhere (BYOC) belong to the business (R18, D27)."""

    NONE = "none", "Not handed in"
    QUEUED = "queued", "On its way to the provider"
    PENDING = "pending", "Under review"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"


class ErrandKind(models.TextChoices):
    """Work that goes on between the portal and an account's provider; one row each."""

    VETTING = "vetting", "Vetting of the business"
    PROOF = "proof", "Proof of ownership"
    OWNERSHIP = "ownership", "Ownership of numbers"


class Ownership(models.TextChoices):
    """What the provider says about who owns a number that is hosted elsewhere."""

    VERIFIED = "verified", "Verified"
    FLAGGED = "flagged", "Flagged"
    PENDING = "pending_confirmation", "To be confirmed"
    REMOVED = "removed", "Removed"


# Every move that the database lets through. A business that has changed begins again at TERMS.
VETTING_MOVES: tuple[tuple[str, str], ...] = (
    (Vetting.NONE, Vetting.TERMS),
    (Vetting.TERMS, Vetting.BUSINESS),
    (Vetting.TERMS, Vetting.REJECTED),
    (Vetting.BUSINESS, Vetting.TERMS),
    (Vetting.BUSINESS, Vetting.LETTER),
    (Vetting.BUSINESS, Vetting.REJECTED),
    (Vetting.LETTER, Vetting.TERMS),
    (Vetting.LETTER, Vetting.WAITING),
    (Vetting.LETTER, Vetting.REJECTED),
    (Vetting.WAITING, Vetting.TERMS),
    (Vetting.WAITING, Vetting.APPROVED),
    (Vetting.WAITING, Vetting.REJECTED),
    (Vetting.APPROVED, Vetting.TERMS),
    (Vetting.APPROVED, Vetting.REJECTED),
    (Vetting.REJECTED, Vetting.TERMS),
)
PROOF_MOVES: tuple[tuple[str, str], ...] = (
    (Proof.NONE, Proof.QUEUED),
    (Proof.QUEUED, Proof.PENDING),
    (Proof.QUEUED, Proof.APPROVED),
    (Proof.QUEUED, Proof.REJECTED),
    (Proof.PENDING, Proof.QUEUED),
    (Proof.PENDING, Proof.APPROVED),
    (Proof.PENDING, Proof.REJECTED),
    (Proof.APPROVED, Proof.QUEUED),
    (Proof.REJECTED, Proof.QUEUED),
)
