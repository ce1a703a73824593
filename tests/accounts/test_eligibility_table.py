"""Every combination of R12-R23 and D1-D4 against a decision table.

The oracle is a table written from the requirements, not from the code: it says which reasons stand in each cell.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product as every
from typing import NamedTuple

import pytest

from accounts.eligibility import Action, Facts, eligibility
from accounts.eligibility_words import ReasonCode
from accounts.products import LicenseKind, Product
from tests.accounts.eligibility_facts import CC, CC_DIALING, OTHER, PHONE, PHONE_DIALING, PHONE_LICENSES, TIERS, L

# --- The dimensions of R12-R23 and D1-D4, each with every class of values that a rule tells apart --------------------

CAMPAIGNS = {
    "none": (),
    "contact_center": (CC_DIALING,),
    "phone": (PHONE_DIALING,),
    "both": (PHONE_DIALING, CC_DIALING),
}


class Place(NamedTuple):
    country: str
    toll_free: bool = False
    refuses_hosted: bool = False
    is_us: bool = True


PLACES = (
    Place("US"),
    Place("US", toll_free=True),
    Place("US", toll_free=True, refuses_hosted=True),
    Place("US", refuses_hosted=True),
    Place("", toll_free=True),
    Place("CA", is_us=False),
    Place("JM", is_us=False),
    Place("PR", is_us=False),
    Place("GB", is_us=False),
    Place("", is_us=False),
)
ORIGINS = ((False, False), (True, True), (True, False))  # (BYOC, proof of ownership)
SEATS = ((False, 0), (False, 1), (True, 0))  # (holds one, free ones)

# --- The decision table of monitoring (R17, R20, R23, D3) -------------------------------------------------------------
# Campaign class, and whether tier (Premium or Elite), Auto Dialer and seat are there -> what the campaign's way lacks.
# "-": does not matter. A seat is missing as NO_SMR without the license, as NO_FREE_SEAT with it.

TIER, DIALER, SEAT, CAMPAIGN = "tier", "dialer", "seat", "campaign"
WAYS = {
    # (campaigns, tier, dialer, seat): lacks
    ("contact_center", True, "-", "-"): (),
    ("contact_center", False, "-", "-"): (TIER,),
    ("phone", "-", True, True): (),
    ("phone", "-", True, False): (SEAT,),
    ("phone", "-", False, True): (DIALER,),
    ("phone", "-", False, False): (DIALER, SEAT),
    ("both", True, "-", "-"): (),
    ("both", False, True, True): (),
    ("both", False, True, False): (TIER,),
    ("both", False, False, True): (TIER,),
    ("both", False, False, False): (TIER,),
}
NO_CAMPAIGN_WAYS = {
    # (product, tier, dialer, seat): lacks, said beside the missing campaign so that one round of repairs is enough
    (CC, True, "-", "-"): (),
    (CC, False, "-", "-"): (TIER,),
    (PHONE, "-", True, True): (),
    (PHONE, "-", True, False): (SEAT,),
    (PHONE, "-", False, True): (DIALER,),
    (PHONE, "-", False, False): (DIALER, SEAT),
}


def look_up(table: dict[tuple[object, ...], tuple[str, ...]], *key: object) -> tuple[str, ...]:
    (row,) = [row for row in table if all(cell in ("-", value) for cell, value in zip(row, key, strict=True))]
    return table[row]


def expected_codes(action: Action, facts: Facts, campaigns: str, is_us: bool) -> set[ReasonCode]:
    """Read the table: the set of reasons of one cell."""
    never = set()
    if facts.product == OTHER:
        never.add(ReasonCode.PRODUCT_NOT_ELIGIBLE)
    if not is_us:
        never.add(ReasonCode.NOT_UNITED_STATES)
    if facts.byoc and facts.toll_free and facts.provider_refuses_hosted_toll_free:
        never.add(ReasonCode.HOSTED_TOLL_FREE_REFUSED)
    if never:
        return never
    codes = set()
    if facts.byoc and not facts.ownership_proof:
        codes.add(ReasonCode.NO_OWNERSHIP_PROOF)
    held = facts.licenses
    if facts.product == PHONE and not any(kind in held for kind in PHONE_LICENSES[1:]):
        codes.add(ReasonCode.NO_PHONE_LICENSE)
    if action == Action.REGISTER:
        if facts.registration_enrollment != "approved":
            codes.add(ReasonCode.NOT_APPROVED)
        if L.SPAM_REGISTRATION not in held:
            codes.add(ReasonCode.NO_ESR)
        if facts.product == CC and not any(kind in held for kind in TIERS[1:]):
            codes.add(ReasonCode.NO_CONTACT_CENTER_LICENSE)
        return codes
    if facts.monitoring_enrollment != "approved":
        codes.add(ReasonCode.NOT_APPROVED)
    tier = L.CONTACT_CENTER_PREMIUM in held or L.CONTACT_CENTER_ELITE in held
    seat = L.SPAM_MONITORING in held and (facts.holds_seat or facts.free_seats > 0)
    there = (tier, L.AUTO_DIALER in held, seat)
    if campaigns == "none":
        lacks = {CAMPAIGN, *look_up(NO_CAMPAIGN_WAYS, facts.product, *there)}
    else:
        lacks = set(look_up(WAYS, campaigns, *there))
    if facts.product == CC and not tier:
        lacks.add(TIER)
    words = {
        TIER: ReasonCode.NO_REMEDIATION_TIER,
        DIALER: ReasonCode.NO_AUTO_DIALER,
        CAMPAIGN: ReasonCode.NO_DIALING_CAMPAIGN,
        SEAT: ReasonCode.NO_FREE_SEAT if L.SPAM_MONITORING in held else ReasonCode.NO_SMR,
    }
    return codes | {words[lack] for lack in lacks}


def license_sets() -> Iterator[frozenset[LicenseKind]]:
    for tier, phone, esr, smr, dialer in every(TIERS, PHONE_LICENSES, *[(False, True)] * 3):
        flags = ((L.SPAM_REGISTRATION, esr), (L.SPAM_MONITORING, smr), (L.AUTO_DIALER, dialer))
        yield frozenset({kind for kind in (tier, phone) if kind} | {kind for kind, held in flags if held})


@pytest.mark.parametrize("place", PLACES, ids=str)
@pytest.mark.parametrize("product", Product, ids=lambda product: product.key)
def test_every_combination_agrees_with_the_decision_table(product: Product, place: Place) -> None:
    wrong = []
    for licenses, campaigns, origin, seat, approved, action in every(
        license_sets(), CAMPAIGNS, ORIGINS, SEATS, ("approved", "in_review"), Action
    ):
        facts = Facts(
            licenses=licenses,
            product=product,
            country=place.country,
            registration_enrollment=approved,
            monitoring_enrollment=approved,
            campaigns=CAMPAIGNS[campaigns],
            holds_seat=seat[0],
            free_seats=seat[1],
            toll_free=place.toll_free,
            byoc=origin[0],
            ownership_proof=origin[1],
            provider_refuses_hosted_toll_free=place.refuses_hosted,
        )
        found = eligibility(action, facts)
        codes = [reason.code for reason in found.reasons]
        expected = expected_codes(action, facts, campaigns, place.is_us)
        if set(codes) != expected or len(codes) != len(expected) or found.allowed != (not expected):
            wrong.append((action, facts, codes, expected))
    assert wrong[:3] == []
