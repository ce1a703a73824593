"""What a business told about itself, as values: the names of the questions with their answers. No queries here.

Values are text, but for `products` (a list of `contact_center`, `phone`). Yes and No are `yes` and `no`.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from providers.business import Address, Business, Contact

Values = Mapping[str, Any]

FORM_VERSION = 1  # rises when a question is added, taken away or asked differently
LETTER_FACTS = (
    "legal_name",
    "trading_name",
    "ein",
    "street",
    "extended",
    "city",
    "state",
    "zip_code",
    "contact_first_name",
    "contact_last_name",
    "contact_title",
    "contact_email",
    "contact_phone",
)


def text_of(values: Values, name: str) -> str:
    """Return one answer as text; '' when there is none."""
    answer = values.get(name, "")
    return ", ".join(map(str, answer)) if isinstance(answer, list) else str(answer)


def questions_of(content: Mapping[str, Any]) -> dict[str, str]:
    """Return the questions of an application that was handed in, by their names."""
    return {one["name"]: one["question"] for one in answers_of(content)}


def answers_of(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the questions of an application with their answers in words, in the order of the form."""
    return [one for section in content.get("sections", []) for group in section["groups"] for one in group["answers"]]


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return what two applications answer differently, in words: `question`, `before` and `after`."""
    old = {one["name"]: one["answer"] for one in answers_of(before)}
    return [
        {"question": one["question"], "before": old.get(one["name"], ""), "after": one["answer"]}
        for one in answers_of(after)
        if old and one["answer"] != old.get(one["name"], "")
    ]


def letter_digest(values: Values) -> str:
    """Return the SHA-256 of the facts that a letter of authorization states: other facts need another letter."""
    facts = {name: text_of(values, name) for name in LETTER_FACTS}
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def same_billing_address(values: Values) -> bool:
    """Tell whether bills go to the physical address."""
    return text_of(values, "billing_same") == "yes"


def same_billing_contact(values: Values) -> bool:
    """Tell whether the contact of the organization is asked about bills too."""
    return text_of(values, "billing_contact_same") == "yes"


def business_of(values: Values, *, reference: str) -> Business:
    """Return the business as a registrar takes it; `reference` is the portal's own id of the account."""
    billing = "" if same_billing_address(values) else "billing_"
    biller = "contact_" if same_billing_contact(values) else "billing_contact_"
    return Business(
        legal_name=text_of(values, "legal_name"),
        trading_name=text_of(values, "trading_name") or text_of(values, "legal_name"),
        organization_type=text_of(values, "organization_type"),
        legal_form=text_of(values, "legal_form"),
        ein=text_of(values, "ein"),
        industry=text_of(values, "industry"),
        employees=text_of(values, "employees"),
        incorporated_in=text_of(values, "incorporated_in"),
        website=text_of(values, "website"),
        contact=_contact(values, "contact_", title=text_of(values, "contact_title")),
        billing_contact=_contact(values, biller),
        address=_address(values, ""),
        billing_address=_address(values, billing),
        reference=reference,
        duns=text_of(values, "duns"),
        sic_code=text_of(values, "sic_code"),
        license_number=text_of(values, "license_number"),
    )


def _contact(values: Values, prefix: str, *, title: str = "") -> Contact:
    return Contact(
        first_name=text_of(values, f"{prefix}first_name"),
        last_name=text_of(values, f"{prefix}last_name"),
        email=text_of(values, f"{prefix}email"),
        phone=text_of(values, f"{prefix}phone"),
        job_title=title,
    )


def _address(values: Values, prefix: str) -> Address:
    return Address(
        street=text_of(values, f"{prefix}street"),
        city=text_of(values, f"{prefix}city"),
        state=text_of(values, f"{prefix}state"),
        postal_code=text_of(values, f"{prefix}zip_code"),
        extended=text_of(values, f"{prefix}extended"),
    )


def domain_of(website: str) -> str:
    """Return the host of a website without `www.`, in small letters; '' when there is none."""
    try:
        host = urlsplit(website).hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.")[:253]


def email_domain(address: str) -> str:
    """Return what stands behind the @ of an address, in small letters."""
    return address.rpartition("@")[2].lower()


def is_same_organization(website: str, address: str) -> bool:
    """Tell whether an e-mail address belongs to the domain of a website, or to one above or below it."""
    site, mail = domain_of(website), email_domain(address)
    return bool(site and mail) and (site == mail or site.endswith(f".{mail}") or mail.endswith(f".{site}"))


def name_key(legal_name: str) -> str:
    """Return a name without case, accents, punctuation and legal form, by which the same business is found again."""
    plain = unicodedata.normalize("NFKD", legal_name).casefold()
    words = "".join(character if character.isalnum() else " " for character in plain if character.isascii()).split()
    kept = [word for word in words if word not in {"inc", "llc", "corp", "corporation", "ltd", "co", "company", "the"}]
    return "".join(kept or words)[:64]
