"""Who may register or monitor which number: a row per requirement. Every combination: `test_eligibility_table`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from accounts.eligibility import (
    OUTBOUND_DIALING_METHODS,
    Action,
    CampaignFact,
    Eligibility,
    Facts,
    HubFeatures,
    eligibility,
    hub_features,
    is_dialer_number,
    is_toll_free,
)
from accounts.eligibility_words import COUNTRY_WORDS, ENROLLMENT_WORDS, WORDS, ReasonCode
from accounts.products import LicenseKind
from enrollment.models import EnrollmentState
from phone_numbers import states
from tests.accounts.eligibility_facts import CC, CC_DIALING, OTHER, PHONE, PHONE_DIALING, PHONE_LICENSES, TIERS, L

GOOD_CC = Facts(
    licenses=frozenset({L.SPAM_REGISTRATION, L.CONTACT_CENTER_PREMIUM}),
    product=CC,
    country="US",
    registration_enrollment="approved",
    monitoring_enrollment="approved",
    campaigns=(CC_DIALING,),
)
GOOD_PHONE = replace(
    GOOD_CC,
    licenses=frozenset({L.SPAM_REGISTRATION, L.SPAM_MONITORING, L.PHONE_PRO, L.AUTO_DIALER}),
    product=PHONE,
    campaigns=(PHONE_DIALING,),
    free_seats=1,
)


def codes_of(found: Eligibility) -> list[ReasonCode]:
    return [reason.code for reason in found.reasons]


def without(facts: Facts, *kinds: LicenseKind) -> Facts:
    return replace(facts, licenses=facts.licenses - set(kinds))


def with_licenses(facts: Facts, *kinds: LicenseKind) -> Facts:
    return replace(facts, licenses=frozenset(kinds))


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("facts", [GOOD_CC, GOOD_PHONE], ids=["contact_center", "phone"])
def test_a_number_with_everything_is_allowed(facts: Facts, action: Action) -> None:
    assert eligibility(action, facts).allowed


@pytest.mark.parametrize("facts", [GOOD_CC, GOOD_PHONE], ids=["contact_center", "phone"])
def test_r12_registration_needs_esr_and_monitoring_does_not(facts: Facts) -> None:
    assert codes_of(eligibility(Action.REGISTER, without(facts, L.SPAM_REGISTRATION))) == [ReasonCode.NO_ESR]
    assert eligibility(Action.MONITOR, without(facts, L.SPAM_REGISTRATION)).allowed


@pytest.mark.parametrize("tier", TIERS[1:])
def test_r13_any_contact_center_tier_is_enough_to_register(tier: LicenseKind) -> None:
    assert eligibility(Action.REGISTER, with_licenses(GOOD_CC, L.SPAM_REGISTRATION, tier)).allowed


def test_r13_a_phone_license_is_none_for_a_contact_center_number() -> None:
    found = eligibility(Action.REGISTER, with_licenses(GOOD_CC, L.SPAM_REGISTRATION, L.PHONE_PRO))
    assert codes_of(found) == [ReasonCode.NO_CONTACT_CENTER_LICENSE]


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("kind", PHONE_LICENSES[1:])
def test_r15_d2_one_of_the_three_phone_licenses_is_enough(kind: LicenseKind, action: Action) -> None:
    others = (L.SPAM_REGISTRATION, L.SPAM_MONITORING, L.AUTO_DIALER)
    assert eligibility(action, with_licenses(GOOD_PHONE, kind, *others)).allowed
    assert codes_of(eligibility(action, with_licenses(GOOD_PHONE, *others))) == [ReasonCode.NO_PHONE_LICENSE]


def test_r16_auto_dialer_is_needed_to_monitor_phone_numbers_and_not_to_register_them() -> None:
    assert codes_of(eligibility(Action.MONITOR, without(GOOD_PHONE, L.AUTO_DIALER))) == [ReasonCode.NO_AUTO_DIALER]
    assert eligibility(Action.REGISTER, without(GOOD_PHONE, L.AUTO_DIALER)).allowed


@pytest.mark.parametrize(
    ("tier", "codes"),
    [
        (L.CONTACT_CENTER_ESSENTIALS, [ReasonCode.NO_REMEDIATION_TIER]),
        (L.CONTACT_CENTER_PREMIUM, []),
        (L.CONTACT_CENTER_ELITE, []),
    ],
)
def test_r17_remediation_in_contact_center_needs_premium_or_elite(tier: LicenseKind, codes: list[ReasonCode]) -> None:
    assert codes_of(eligibility(Action.MONITOR, with_licenses(GOOD_CC, tier))) == codes


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("facts", [GOOD_CC, GOOD_PHONE], ids=["contact_center", "phone"])
def test_r18_a_number_of_another_carrier_works_once_it_is_proven_to_be_yours(facts: Facts, action: Action) -> None:
    brought = replace(facts, byoc=True)
    assert codes_of(eligibility(action, brought)) == [ReasonCode.NO_OWNERSHIP_PROOF]
    assert eligibility(action, replace(brought, ownership_proof=True)).allowed


@pytest.mark.parametrize("state", ["", *(state for state in EnrollmentState if state != EnrollmentState.APPROVED)])
def test_r19_d13_each_service_asks_for_its_own_approval_in_words_for_its_state(state: str) -> None:
    monitoring = replace(GOOD_CC, monitoring_enrollment=str(state))
    (reason,) = eligibility(Action.MONITOR, monitoring).reasons
    assert (reason.code, reason.text) == (ReasonCode.NOT_APPROVED, ENROLLMENT_WORDS[state])
    assert eligibility(Action.REGISTER, monitoring).allowed
    registration = replace(GOOD_CC, registration_enrollment=str(state))
    assert codes_of(eligibility(Action.REGISTER, registration)) == [ReasonCode.NOT_APPROVED]
    assert eligibility(Action.MONITOR, registration).allowed


def test_r20_a_number_in_a_contact_center_campaign_needs_no_seat() -> None:
    found = eligibility(Action.MONITOR, replace(GOOD_CC, free_seats=0))
    assert (found.allowed, found.needs_seat) == (True, False)


def test_r20_d30_a_phone_number_needs_a_seat_it_holds_or_a_free_one() -> None:
    full = replace(GOOD_PHONE, free_seats=0)
    assert codes_of(eligibility(Action.MONITOR, full)) == [ReasonCode.NO_FREE_SEAT]
    assert eligibility(Action.MONITOR, replace(full, holds_seat=True)).allowed
    assert eligibility(Action.MONITOR, GOOD_PHONE).needs_seat
    assert codes_of(eligibility(Action.MONITOR, without(GOOD_PHONE, L.SPAM_MONITORING))) == [ReasonCode.NO_SMR]


def test_d30_a_seat_of_a_license_that_ended_does_not_count() -> None:
    ended = replace(without(GOOD_PHONE, L.SPAM_MONITORING), holds_seat=True)
    assert codes_of(eligibility(Action.MONITOR, ended)) == [ReasonCode.NO_SMR]


@pytest.mark.parametrize("action", Action)
def test_r22_d4_toll_free_counts_as_us(action: Action) -> None:
    assert eligibility(action, replace(GOOD_CC, toll_free=True)).allowed
    assert eligibility(action, replace(GOOD_CC, toll_free=True, country="")).allowed


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize(
    ("country", "says"),
    [
        ("CA", "Canadian"),
        ("JM", "Jamaica"),
        ("DO", "Dominican Republic"),
        ("PR", "Puerto Rico"),
        ("GU", "Guam"),
        ("VI", "US Virgin Islands"),
        ("AS", "American Samoa"),
        ("MP", "Northern Mariana Islands"),
        ("GB", "country GB"),
        ("", "no country"),
    ],
)
def test_r22_d4_other_countries_are_refused_with_their_own_sentence(action: Action, country: str, says: str) -> None:
    (reason,) = eligibility(action, replace(GOOD_CC, country=country)).reasons
    assert reason.code == ReasonCode.NOT_UNITED_STATES
    assert says in reason.text


def test_d4_no_two_countries_share_a_sentence() -> None:
    assert len(set(COUNTRY_WORDS.values())) == len(COUNTRY_WORDS) == 24


@pytest.mark.parametrize(
    "campaign",
    [
        CampaignFact(CC, "manual", active=True),
        CampaignFact(CC, "predictive", active=False),
        CampaignFact(PHONE, "manual", active=True),
        CampaignFact(OTHER, "predictive", active=True),
    ],
    ids=["manual", "ended", "manual phone", "other product"],
)
@pytest.mark.parametrize("facts", [GOOD_CC, GOOD_PHONE], ids=["contact_center", "phone"])
def test_r23_d3_a_campaign_that_does_not_dial_makes_no_dialer_number(facts: Facts, campaign: CampaignFact) -> None:
    resting = replace(facts, campaigns=(campaign,), holds_seat=True)
    assert not is_dialer_number(resting)
    assert codes_of(eligibility(Action.MONITOR, resting)) == [ReasonCode.NO_DIALING_CAMPAIGN]
    assert eligibility(Action.REGISTER, resting).allowed


@pytest.mark.parametrize("method", sorted(OUTBOUND_DIALING_METHODS))
def test_d3_every_outbound_dialing_method_makes_a_dialer_number(method: str) -> None:
    facts = replace(GOOD_CC, campaigns=(CampaignFact(CC, method, active=True),))
    assert is_dialer_number(facts)
    assert eligibility(Action.MONITOR, facts).allowed


def test_d3_dialing_methods_are_those_of_the_campaigns() -> None:
    assert {str(method) for method in states.OUTBOUND_DIALING_METHODS} == OUTBOUND_DIALING_METHODS


def test_d3_a_phone_number_in_a_contact_center_campaign_needs_the_tier_and_no_seat() -> None:
    phone = with_licenses(replace(GOOD_PHONE, campaigns=(CC_DIALING,)), L.PHONE_PRO, L.CONTACT_CENTER_ELITE)
    found = eligibility(Action.MONITOR, phone)
    assert (found.allowed, found.needs_seat) == (True, False)
    assert codes_of(eligibility(Action.MONITOR, without(phone, L.CONTACT_CENTER_ELITE))) == [
        ReasonCode.NO_REMEDIATION_TIER
    ]


def test_d3_a_contact_center_number_in_a_phone_campaign_needs_auto_dialer_and_a_seat() -> None:
    number = replace(GOOD_CC, campaigns=(PHONE_DIALING,))
    assert codes_of(eligibility(Action.MONITOR, number)) == [ReasonCode.NO_AUTO_DIALER, ReasonCode.NO_SMR]


@pytest.mark.parametrize("action", Action)
def test_d2_other_products_are_not_eligible_and_nothing_else_is_said(action: Action) -> None:
    assert codes_of(eligibility(action, Facts(licenses=frozenset(), product=OTHER, country="US"))) == [
        ReasonCode.PRODUCT_NOT_ELIGIBLE
    ]


@pytest.mark.parametrize("action", Action)
def test_d27_a_toll_free_number_of_another_carrier_is_refused_only_where_the_provider_refuses_it(
    action: Action,
) -> None:
    hosted = replace(GOOD_CC, toll_free=True, byoc=True, ownership_proof=True)
    assert eligibility(action, hosted).allowed
    refused = replace(hosted, provider_refuses_hosted_toll_free=True)
    assert codes_of(eligibility(action, refused)) == [ReasonCode.HOSTED_TOLL_FREE_REFUSED]
    assert eligibility(action, replace(refused, byoc=False)).allowed


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("smr", [False, True])
@pytest.mark.parametrize("esr", [False, True])
def test_d1_the_hub_opens_by_feature(esr: bool, smr: bool, tier: LicenseKind | None) -> None:
    held = {L.SPAM_REGISTRATION: esr, L.SPAM_MONITORING: smr, tier: tier is not None, L.PHONE_PRO: True}
    hub = hub_features(frozenset(kind for kind, there in held.items() if there and kind))
    monitoring = smr or tier in (L.CONTACT_CENTER_PREMIUM, L.CONTACT_CENTER_ELITE)
    missing = [WORDS[ReasonCode.NO_ESR]] * (not esr) + [WORDS[ReasonCode.NO_MONITORING_LICENSE]] * (not monitoring)
    assert hub == HubFeatures(
        open=esr or monitoring, reports=esr, registration=esr, monitoring=monitoring, missing=tuple(missing)
    )


@pytest.mark.parametrize(
    ("e164", "toll_free"),
    [
        *((f"+1{code}5550123", True) for code in (800, 833, 844, 855, 866, 877, 888)),
        ("+18225550123", False),
        ("+18105550123", False),
        ("+12125550123", False),
        ("+80012345678", False),
    ],
)
def test_toll_free_numbers_of_north_america_are_told_by_their_code(e164: str, toll_free: bool) -> None:
    assert is_toll_free(e164) is toll_free


@pytest.mark.parametrize("text", [*WORDS.values(), *ENROLLMENT_WORDS.values(), *COUNTRY_WORDS.values()])
def test_every_reason_is_a_sentence_that_says_what_to_do(text: str) -> None:
    assert text.endswith(".")
    assert text[0].isupper()
    assert len(text) <= 200
    assert any(
        word in text for word in ("Ask", "ask", "Add", "Open", "Upload", "Move", "Read", "correct", "use", "can go on")
    )


def test_every_reason_has_words() -> None:
    assert set(WORDS) == set(ReasonCode) - {ReasonCode.NOT_UNITED_STATES, ReasonCode.NOT_APPROVED}
    assert set(ENROLLMENT_WORDS) == {"", *(str(state) for state in EnrollmentState)} - {"approved"}
