"""A business as the portal tells it to a registrar, and what comes back about its letter, its proof and its numbers.

The words are the portal's own; each adapter translates them into its provider's fields.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any


@dataclass(frozen=True, slots=True)
class Contact:
    """A person of the business. `phone` in E.164; the billing contact has no job title."""

    first_name: str
    last_name: str
    email: str
    phone: str
    job_title: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address. `state` by its two letters, `country` by its ISO 3166 code."""

    street: str
    city: str
    state: str
    postal_code: str
    country: str = "US"
    extended: str = ""


@dataclass(frozen=True, slots=True)
class Business:
    """The business information of the enrollment form (contracts/enrollment.md, section 1).

    `organization_type`: commercial, government or non_profit. `legal_form`: corporation, llc, partnership, nonprofit or
    other. `ein` as NN-NNNNNNN. `employees` as a range, such as `51-200`. `reference` is the portal's own id of the
    account, so that the business can be told from others at the provider.
    """

    legal_name: str
    trading_name: str
    organization_type: str
    legal_form: str
    ein: str
    industry: str
    employees: str
    incorporated_in: str
    website: str
    contact: Contact
    billing_contact: Contact
    address: Address
    billing_address: Address
    reference: str = ""
    duns: str = ""
    sic_code: str = ""
    license_number: str = ""

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Business:
        """The business out of what `dataclasses.asdict` made of one; TypeError when a field is missing or unknown."""
        parts = {"contact": Contact, "billing_contact": Contact, "address": Address, "billing_address": Address}
        return cls(**{**values, **{name: kind(**values[name]) for name, kind in parts.items()}})


@dataclass(frozen=True, slots=True)
class File:
    """A document to hand over: its name as people see it, and its bytes."""

    name: str
    content: bytes


class Gate(IntEnum):
    """One of a provider's decisions about a business: waiting, yes or no."""

    PENDING = 1
    APPROVED = 2
    REJECTED = 3


@dataclass(frozen=True, slots=True)
class RegistrarStatus:
    """Where a business stands at the provider: its vetting, its letter of authorization, reasons if refused.

    `created_at` is when the service was switched on: after a rejection a new one replaces the old.
    """

    business: Gate
    letter: Gate
    reasons: Sequence[str] = ()
    created_at: datetime | None = None

    @property
    def approved(self) -> bool:
        """Both gates are open: numbers can be added and submitted."""
        return self.business is Gate.APPROVED and self.letter is Gate.APPROVED


@dataclass(frozen=True, slots=True)
class ProofStatus:
    """External verification: whether the provider takes the proof that numbers hosted elsewhere are the business's."""

    gate: Gate
    reason: str = ""
    submitted_at: datetime | None = None


class OwnershipState(IntEnum):
    """A provider's word on who owns a number that is hosted elsewhere."""

    VERIFIED = 1
    FLAGGED = 2
    PENDING_CONFIRMATION = 3
    REMOVED = 4


@dataclass(frozen=True, slots=True)
class ProviderNumber:
    """A number as the provider holds it.

    `hosted_elsewhere`: not in service there (BYOC), so its ownership is checked. `reason` is the provider's own word
    for why ownership is asked about, or why the number was removed; `confirm_by` the deadline of an answer.
    """

    e164: str
    hosted_elsewhere: bool = False
    ownership: OwnershipState = OwnershipState.VERIFIED
    reason: str = ""
    confirm_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class NumberResult:
    """What became of one number of a bulk call.

    `reason` in words when it was refused. Not accepted and without a reason: nothing is wrong with this one that the
    provider named, it was not added because of others; send it again without those.
    """

    e164: str
    accepted: bool
    reason: str = ""
