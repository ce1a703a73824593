"""What a campaign means for the monitoring of its numbers (D3): pure, no queries."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from accounts.eligibility import APPROVED, REMEDIATION_TIERS, Action, CampaignFact, Facts, Reason, eligibility
from accounts.eligibility_words import ReasonCode, reason_words
from accounts.products import LicenseKind, Product
from phone_numbers.states import OUTBOUND_DIALING_METHODS, CampaignState

LEFT_LAST_CAMPAIGN = "It is in no active outbound campaign any more."
JOINED_AGAIN = "It is in an active outbound campaign again."


@dataclass(frozen=True, slots=True)
class Dialing:
    """What decides whether a campaign makes dialer numbers: its state, its product, its dialing method."""

    state: str
    product: int
    method: str

    def serves(self, products: Collection[Product]) -> bool:
        """Tell whether membership makes a dialer number, given the products whose campaigns are licensed."""
        return (
            self.state == CampaignState.ACTIVE
            and self.method in OUTBOUND_DIALING_METHODS
            and Product(self.product) in products
        )


@dataclass(frozen=True, slots=True)
class NumberKind:
    """What eligibility looks at in a number; many numbers are of few kinds."""

    product: Product
    country: str
    toll_free: bool


def licensed_products(kinds: frozenset[LicenseKind]) -> frozenset[Product]:
    """Return the products whose campaigns make dialer numbers under these licences (D3)."""
    found = (
        (Product.CONTACT_CENTER, bool(kinds & REMEDIATION_TIERS)),
        (Product.PHONE, LicenseKind.AUTO_DIALER in kinds),
    )
    return frozenset(product for product, licensed in found if licensed)


def missing_license(product: Product, kinds: frozenset[LicenseKind]) -> str:
    """Return in words what is missing before campaigns of this product make dialer numbers, '' for nothing."""
    if product in licensed_products(kinds):
        return ""
    if product == Product.OTHER:
        return "Only campaigns of Contact Center and Phone make numbers that can be monitored."
    missing = {Product.CONTACT_CENTER: ReasonCode.NO_REMEDIATION_TIER, Product.PHONE: ReasonCode.NO_AUTO_DIALER}
    return reason_words(missing[product])


def obstacles(kind: NumberKind, dialing: Dialing, kinds: frozenset[LicenseKind]) -> tuple[Reason, ...]:
    """Return what still keeps a number of the campaign from being monitored, apart from enrollment, seats and proof.

    Those three change from day to day and are judged when monitoring is enabled.
    """
    facts = Facts(
        licenses=kinds,
        product=kind.product,
        country=kind.country,
        toll_free=kind.toll_free,
        monitoring_enrollment=APPROVED,
        campaigns=(CampaignFact(Product(dialing.product), dialing.method, dialing.state == CampaignState.ACTIVE),),
        free_seats=1,
    )
    return eligibility(Action.MONITOR, facts).reasons
