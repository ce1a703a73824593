"""What an account and a number are eligible for (R12-R23, D1-D4, D27, D30): one pure function per question.

No queries here: the caller gathers the facts, so the same rule runs for one number, for a page of them and for a sweep
over all. A refusal is never a code alone: every reason is a sentence with the next step.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from accounts.eligibility_words import COUNTRY_WORDS, ENROLLMENT_WORDS, ReasonCode, foreign_words, reason_words
from accounts.products import LicenseKind, Product

CONTACT_CENTER_TIERS = frozenset(
    {LicenseKind.CONTACT_CENTER_ESSENTIALS, LicenseKind.CONTACT_CENTER_PREMIUM, LicenseKind.CONTACT_CENTER_ELITE}
)
REMEDIATION_TIERS = CONTACT_CENTER_TIERS - {LicenseKind.CONTACT_CENTER_ESSENTIALS}
PHONE_LICENSES = frozenset({LicenseKind.PHONE_PRO, LicenseKind.PHONE_CALLING_PLAN, LicenseKind.WORKPLACE_WITH_PHONE})
OUTBOUND_DIALING_METHODS = frozenset({"preview", "progressive", "predictive", "power", "agentless"})
TOLL_FREE_PREFIXES = tuple(f"+18{digit}{digit}" for digit in "0345678")
APPROVED = "approved"


class Action(StrEnum):
    """What is asked for a number."""

    REGISTER = "register"
    MONITOR = "monitor"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why not: a code that stays, and a sentence for the person with the next step."""

    code: ReasonCode
    text: str


@dataclass(frozen=True, slots=True)
class CampaignFact:
    """A campaign that the number is a member of; `dialing_method` is the campaign's word, such as `predictive`."""

    product: Product
    dialing_method: str
    active: bool

    @property
    def is_dialing(self) -> bool:
        """Tell whether membership makes a dialer number (D3)."""
        return self.active and self.dialing_method in OUTBOUND_DIALING_METHODS


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that eligibility depends on, as of one moment.

    `country` is the ISO 3166 code of the number, '' for none; `toll_free` a North American toll-free number, which
    counts as US (D4). The two enrollments are the states' words, '' when the business never began. `holds_seat`: the
    number has a seat that the licences in force still cover (D30); `free_seats` is counted live under the lock.
    """

    licenses: frozenset[LicenseKind]
    product: Product
    country: str
    registration_enrollment: str = ""
    monitoring_enrollment: str = ""
    campaigns: tuple[CampaignFact, ...] = ()
    free_seats: int = 0
    holds_seat: bool = False
    toll_free: bool = False
    byoc: bool = False
    ownership_proof: bool = False
    provider_refuses_hosted_toll_free: bool = False


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Allowed, or all the reasons why not. `needs_seat`: being monitored takes one of the account's seats (R20)."""

    reasons: tuple[Reason, ...]
    needs_seat: bool = False

    @property
    def allowed(self) -> bool:
        """Tell whether nothing stands in the way."""
        return not self.reasons


@dataclass(frozen=True, slots=True)
class HubFeatures:
    """What the licences open in the hub (D1); `missing` says in words what would open the rest."""

    open: bool
    reports: bool
    registration: bool
    monitoring: bool
    missing: tuple[str, ...]


def is_toll_free(e164: str) -> bool:
    """Tell whether a number is a toll-free one of North America."""
    return e164.startswith(TOLL_FREE_PREFIXES)


def hub_features(kinds: frozenset[LicenseKind]) -> HubFeatures:
    """Return what the licences in force open in the hub (D1).

    `reports` covers score reports, metrics and Overall; rating, tag and alerts are there for everybody in the hub.
    """
    registration = LicenseKind.SPAM_REGISTRATION in kinds
    monitoring = LicenseKind.SPAM_MONITORING in kinds or bool(kinds & REMEDIATION_TIERS)
    missing = [
        reason_words(code)
        for code, present in ((ReasonCode.NO_ESR, registration), (ReasonCode.NO_MONITORING_LICENSE, monitoring))
        if not present
    ]
    return HubFeatures(
        open=registration or monitoring,
        reports=registration,
        registration=registration,
        monitoring=monitoring,
        missing=tuple(missing),
    )


def eligibility(action: Action, facts: Facts) -> Eligibility:
    """Return whether an action is allowed for a number, with every reason against it at once.

    What no licence, form or campaign can change (product, country) is said alone: the rest would not help.
    """
    hopeless = _product_and_country(facts)
    if hopeless:
        return Eligibility(reasons=_reasons(hopeless, facts.country, enrollment=""))
    return _register(facts) if action is Action.REGISTER else _monitor(facts)


def _register(facts: Facts) -> Eligibility:
    codes = [*_register_licenses(facts), *_enrollment(facts.registration_enrollment), *_ownership(facts)]
    return Eligibility(reasons=_reasons(codes, facts.country, enrollment=facts.registration_enrollment))


def _monitor(facts: Facts) -> Eligibility:
    route = _best_route(facts)
    codes = [*_monitor_licenses(facts), *route.missing, *_enrollment(facts.monitoring_enrollment), *_ownership(facts)]
    reasons = _reasons(codes, facts.country, enrollment=facts.monitoring_enrollment)
    return Eligibility(reasons=reasons, needs_seat=route.needs_seat)


def is_dialer_number(facts: Facts) -> bool:
    """Tell whether the number is in an active outbound campaign of a product that can be monitored (R23, D3)."""
    return bool(_dialing_products(facts))


def _reasons(codes: list[ReasonCode], country: str, *, enrollment: str) -> tuple[Reason, ...]:
    """Return the reasons once each, in the order in which they were found."""
    return tuple(Reason(code, _text(code, country, enrollment)) for code in dict.fromkeys(codes))


def _text(code: ReasonCode, country: str, enrollment: str) -> str:
    if code is ReasonCode.NOT_UNITED_STATES:
        return COUNTRY_WORDS.get(country) or foreign_words(country)
    if code is ReasonCode.NOT_APPROVED:
        return ENROLLMENT_WORDS[enrollment]
    return reason_words(code)


def _product_and_country(facts: Facts) -> list[ReasonCode]:
    """What cannot be changed: D2, R22 and D4, and toll-free numbers hosted elsewhere where refused (D27)."""
    hosted_toll_free = facts.byoc and facts.toll_free and facts.provider_refuses_hosted_toll_free
    found = (
        (ReasonCode.PRODUCT_NOT_ELIGIBLE, facts.product not in (Product.CONTACT_CENTER, Product.PHONE)),
        (ReasonCode.NOT_UNITED_STATES, facts.country != "US" and not facts.toll_free),
        (ReasonCode.HOSTED_TOLL_FREE_REFUSED, hosted_toll_free),
    )
    return [code for code, applies in found if applies]


def _register_licenses(facts: Facts) -> list[ReasonCode]:
    """R12 and R13-R15: ESR, and any licence for the product of the number."""
    codes = [] if LicenseKind.SPAM_REGISTRATION in facts.licenses else [ReasonCode.NO_ESR]
    if facts.product is Product.CONTACT_CENTER and not facts.licenses & CONTACT_CENTER_TIERS:
        return [*codes, ReasonCode.NO_CONTACT_CENTER_LICENSE]
    if facts.product is Product.PHONE and not facts.licenses & PHONE_LICENSES:
        return [*codes, ReasonCode.NO_PHONE_LICENSE]
    return codes


def _monitor_licenses(facts: Facts) -> list[ReasonCode]:
    """R15 and R17: the licence for the product of the number, of a tier that includes remediation."""
    if facts.product is Product.CONTACT_CENTER:
        return [] if facts.licenses & REMEDIATION_TIERS else [ReasonCode.NO_REMEDIATION_TIER]
    return [] if facts.licenses & PHONE_LICENSES else [ReasonCode.NO_PHONE_LICENSE]


@dataclass(frozen=True, slots=True)
class _Route:
    """A way to be monitored: what is missing for it, and whether it takes a seat."""

    missing: tuple[ReasonCode, ...]
    needs_seat: bool


def _best_route(facts: Facts) -> _Route:
    """Return the campaign's way that lacks least (D3); Contact Center first, since it takes no seat (R20)."""
    dialing = _dialing_products(facts)
    if not dialing:
        own = _route(facts.product, facts)
        return _Route(missing=(ReasonCode.NO_DIALING_CAMPAIGN, *own.missing), needs_seat=own.needs_seat)
    return min((_route(product, facts) for product in dialing), key=lambda route: len(route.missing))


def _dialing_products(facts: Facts) -> list[Product]:
    products = {campaign.product for campaign in facts.campaigns if campaign.is_dialing}
    return [product for product in (Product.CONTACT_CENTER, Product.PHONE) if product in products]


def _route(product: Product, facts: Facts) -> _Route:
    if product is Product.CONTACT_CENTER:
        tier = facts.licenses & REMEDIATION_TIERS
        return _Route(missing=() if tier else (ReasonCode.NO_REMEDIATION_TIER,), needs_seat=False)
    dialer = () if LicenseKind.AUTO_DIALER in facts.licenses else (ReasonCode.NO_AUTO_DIALER,)
    return _Route(missing=(*dialer, *_seat(facts)), needs_seat=True)


def _seat(facts: Facts) -> tuple[ReasonCode, ...]:
    """R20, D30: a seat held or a free one, and a licence that has seats."""
    if LicenseKind.SPAM_MONITORING not in facts.licenses:
        return (ReasonCode.NO_SMR,)
    return () if facts.holds_seat or facts.free_seats > 0 else (ReasonCode.NO_FREE_SEAT,)


def _enrollment(state: str) -> list[ReasonCode]:
    """R19, D13: the business is approved for this service."""
    return [] if state == APPROVED else [ReasonCode.NOT_APPROVED]


def _ownership(facts: Facts) -> list[ReasonCode]:
    """R18, D27: numbers brought from another carrier need proof that they belong to the business."""
    return [ReasonCode.NO_OWNERSHIP_PROOF] if facts.byoc and not facts.ownership_proof else []
