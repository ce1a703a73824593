"""Checks that are made for the applicant before handing in, and for the reviewer after: none decides by itself (D12).

Pure functions over the values of an application.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from common.us_states import STATE_NAMES
from enrollment import application, zip_codes
from enrollment.application import Values, text_of

MANY_NO = 2
# Prefixes that the IRS has given to no campus and to no way of applying (IRS, "How EINs are assigned").
UNUSED_EIN_PREFIXES = frozenset(
    {"00", "07", "08", "09", "17", "18", "19", "28", "29", "49", "69", "70", "78", "79"}
) | {
    "89",
    "96",
    "97",
}
PRIVATE_MAIL = frozenset(
    {"aol.com", "gmail.com", "hotmail.com", "icloud.com", "live.com", "outlook.com", "proton.me", "yahoo.com"}
)


class Level(StrEnum):
    """How much a check matters."""

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at, what was found in words, and the question that it belongs to ('' for none)."""

    title: str
    level: Level
    words: str
    field: str = ""


def business_checks(values: Values) -> list[Check]:
    """Return the checks on the business's own answers: domain, tax ID and addresses."""
    checks = [_domain(values), _ein(values), _address(values, "", "Physical address")]
    if not application.same_billing_address(values):
        checks.append(_address(values, "billing_", "Billing address"))
    return checks


def _domain(values: Values) -> Check:
    website, address = text_of(values, "website"), text_of(values, "contact_email")
    site, mail = application.domain_of(website), application.email_domain(address)
    if application.is_same_organization(website, address):
        return Check("Website and e-mail", Level.OK, f"The contact's address belongs to {site}.", "contact_email")
    if mail in PRIVATE_MAIL:
        words = f"The contact uses a private mailbox ({mail}). Analytics engines expect an address at {site}."
    else:
        words = f"The contact's address is at {mail}, the website is {site}. Engines expect both to be the same."
    return Check("Website and e-mail", Level.WARNING, words, "contact_email")


def _ein(values: Values) -> Check:
    ein = text_of(values, "ein")
    if ein[:2] in UNUSED_EIN_PREFIXES:
        words = f"The IRS gives no numbers that begin with {ein[:2]}. Compare it with the letter from the IRS."
        return Check("Tax ID (EIN)", Level.WARNING, words, "ein")
    return Check("Tax ID (EIN)", Level.OK, f"{ein} has the form of an EIN and a prefix in use.", "ein")


def _address(values: Values, prefix: str, title: str) -> Check:
    zip_code, state = text_of(values, f"{prefix}zip_code"), text_of(values, f"{prefix}state")
    if not zip_codes.is_in_state(zip_code, state):
        words = f"ZIP code {zip_code} does not seem to be in {STATE_NAMES.get(state, state)}."
        return Check(title, Level.WARNING, words, f"{prefix}zip_code")
    if text_of(values, f"{prefix}street").upper().replace(".", "").startswith("PO BOX"):
        words = "A post office box is no physical address; some engines refuse it."
        return Check(title, Level.WARNING if not prefix else Level.NOTE, words, f"{prefix}street")
    words = f"Complete, and ZIP code {zip_code} is in {STATE_NAMES.get(state, state)}."
    return Check(title, Level.OK, words, f"{prefix}zip_code")


def practices_check(no_answers: int) -> Check:
    """Return what the number of No answers means (D12)."""
    if no_answers == 0:
        return Check("Dialing practices", Level.OK, "Every practice is answered with Yes.")
    if no_answers < MANY_NO:
        return Check("Dialing practices", Level.NOTE, "One practice is answered with No.")
    words = f"{no_answers} practices are answered with No. The service may be unable to assist."
    return Check("Dialing practices", Level.WARNING, words)
