"""The sentences of eligibility: why not, and what to do next. Codes stay; words may be improved."""

from __future__ import annotations

from enum import StrEnum


class ReasonCode(StrEnum):
    """Why an action is refused; kept in events, results of bulk actions and the API, so a code never changes."""

    PRODUCT_NOT_ELIGIBLE = "product_not_eligible"
    NOT_UNITED_STATES = "not_united_states"
    HOSTED_TOLL_FREE_REFUSED = "hosted_toll_free_refused"
    NO_ESR = "no_esr"
    NO_CONTACT_CENTER_LICENSE = "no_contact_center_license"
    NO_PHONE_LICENSE = "no_phone_license"
    NO_REMEDIATION_TIER = "no_remediation_tier"
    NO_MONITORING_LICENSE = "no_monitoring_license"
    NO_AUTO_DIALER = "no_auto_dialer"
    NO_SMR = "no_smr"
    NO_FREE_SEAT = "no_free_seat"
    NO_DIALING_CAMPAIGN = "no_dialing_campaign"
    NOT_APPROVED = "not_approved"
    NO_OWNERSHIP_PROOF = "no_ownership_proof"


WORDS = {
    ReasonCode.PRODUCT_NOT_ELIGIBLE: (
        "Only Contact Center and Phone numbers can be registered or monitored. If this number belongs to one of them, "
        "correct its product in an import."
    ),
    ReasonCode.HOSTED_TOLL_FREE_REFUSED: (
        "The provider does not accept toll-free numbers of another carrier. Move the number to the provider, or use "
        "another number."
    ),
    ReasonCode.NO_ESR: (
        "Score reports, metrics and registration need the Enterprise Spam Registration license. Ask your account "
        "manager to add it."
    ),
    ReasonCode.NO_CONTACT_CENTER_LICENSE: (
        "This is a Contact Center number and the account has no Contact Center license. Ask your account manager to "
        "add one."
    ),
    ReasonCode.NO_PHONE_LICENSE: (
        "This is a Phone number and the account has no Phone license. Ask your account manager to add Phone Pro, a "
        "calling plan or a Workplace bundle with Phone."
    ),
    ReasonCode.NO_REMEDIATION_TIER: (
        "Monitoring and remediation in Contact Center need the Premium or Elite tier. Ask your account manager to "
        "upgrade."
    ),
    ReasonCode.NO_MONITORING_LICENSE: (
        "Spam monitoring and remediation need the Spam Monitoring and Remediation license, or Contact Center Premium "
        "or Elite. Ask your account manager to add one of them."
    ),
    ReasonCode.NO_AUTO_DIALER: (
        "Monitoring of numbers in a Phone campaign needs the Auto Dialer add-on. Ask your account manager to add it."
    ),
    ReasonCode.NO_SMR: (
        "A number outside Contact Center campaigns needs a seat, and the account has no Spam Monitoring and "
        "Remediation license. Ask your account manager to add one."
    ),
    ReasonCode.NO_FREE_SEAT: (
        "All seats of Spam Monitoring and Remediation are taken. Disable monitoring for another number, or ask your "
        "account manager for more seats."
    ),
    ReasonCode.NO_DIALING_CAMPAIGN: (
        "Only outbound dialer numbers can be monitored, and this number is in no active outbound campaign. Add it to "
        "one that dials by preview, progressive, predictive, power or agentless."
    ),
    ReasonCode.NO_OWNERSHIP_PROOF: (
        "This number belongs to another carrier. Upload an invoice or statement of that carrier which shows that the "
        "number is yours."
    ),
}

_US_ONLY = "Registration and monitoring cover the United States only; use a number from there."
_CARIBBEAN = {
    "AG": "Antigua and Barbuda",
    "AI": "Anguilla",
    "BB": "Barbados",
    "BM": "Bermuda",
    "BS": "the Bahamas",
    "DM": "Dominica",
    "DO": "the Dominican Republic",
    "GD": "Grenada",
    "JM": "Jamaica",
    "KN": "Saint Kitts and Nevis",
    "KY": "the Cayman Islands",
    "LC": "Saint Lucia",
    "MS": "Montserrat",
    "SX": "Sint Maarten",
    "TC": "the Turks and Caicos Islands",
    "TT": "Trinidad and Tobago",
    "VC": "Saint Vincent and the Grenadines",
    "VG": "the British Virgin Islands",
}
_TERRITORIES = {
    "AS": "American Samoa",
    "GU": "Guam",
    "MP": "the Northern Mariana Islands",
    "PR": "Puerto Rico",
    "VI": "the US Virgin Islands",
}
# +1 proves nothing: each of these shares it and is refused with its own sentence (D4).
COUNTRY_WORDS = (
    {"CA": f"This is a Canadian number: Canada shares +1 with the United States. {_US_ONLY}"}
    | {
        code: f"This is a number of {name}, which shares +1 but is not part of the United States. {_US_ONLY}"
        for code, name in _CARIBBEAN.items()
    }
    | {
        code: f"This is a number of {name}: US territories are not covered, although they share +1. {_US_ONLY}"
        for code, name in _TERRITORIES.items()
    }
)

# By the state of the enrollment in the action's service; '' when the business never began (D14).
ENROLLMENT_WORDS = {
    "": "The business is not enrolled in this service. Open Services details and complete the enrollment form.",
    "draft": "The enrollment form of this service is not finished. Open Services details and continue it.",
    "submitted": "The enrollment of the business is waiting for review. You can go on once it is approved.",
    "in_review": "The enrollment of the business is under review. You can go on once it is approved.",
    "needs_information": "The reviewer needs more information. Open Services details, correct the form and resubmit.",
    "provider_vetting": "The provider is vetting the business. You can go on once it is approved.",
    "rejected": "The enrollment of the business was rejected. Read the reasons in Services details and resubmit.",
    "ended": "The enrollment of the business in this service has ended. Open Services details to enroll again.",
}


def reason_words(code: ReasonCode) -> str:
    """Return the sentence of a reason that does not depend on the number."""
    return WORDS[code]


def foreign_words(country: str) -> str:
    """Return the sentence for a number of a country without a sentence of its own; '' is a worldwide number."""
    where = f"a number of country {country}" if country else "a worldwide number that belongs to no country"
    return f"This is {where}. {_US_ONLY}"
