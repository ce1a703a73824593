"""A business in Telnyx's words, and how one that is there already is found again."""

from __future__ import annotations

import re
from typing import Any

from providers.business import Address, Business, Contact
from providers.errors import FieldsRefused, Refused, Temporary
from providers.telnyx.client import SERVICE, TelnyxClient

_POINTER = re.compile(r" \(([\w/]+)\)$")
_TITLE = re.compile(r"^[A-Z][A-Za-z ]{0,40}: ")
_NAMES = {
    "legal_name": "legal_name",
    "doing_business_as": "trading_name",
    "organization_type": "organization_type",
    "organization_legal_type": "legal_form",
    "website": "website",
    "fein": "ein",
    "industry": "industry",
    "number_of_employees": "employees",
    "jurisdiction_of_incorporation": "incorporated_in",
    "organization_contact": "contact",
    "billing_contact": "billing_contact",
    "organization_physical_address": "address",
    "billing_address": "billing_address",
    "dun_bradstreet_number": "duns",
    "primary_business_domain_sic_code": "sic_code",
    "professional_license_number": "license_number",
    "phone_number": "phone",
    "administrative_area": "state",
    "street_address": "street",
    "extended_address": "extended",
}


def fields(business: Business) -> dict[str, Any]:
    """The body that makes an enterprise."""
    return {
        "organization_type": business.organization_type,
        "country_code": business.address.country,
        "role_type": "enterprise",
        **changeable(business),
    }


def changeable(business: Business) -> dict[str, Any]:
    """The fields that may be changed later; optional ones without a value are null."""
    return {
        "legal_name": business.legal_name,
        "doing_business_as": business.trading_name,
        "organization_legal_type": business.legal_form,
        "website": business.website,
        "fein": business.ein,
        "industry": business.industry,
        "number_of_employees": business.employees,
        "jurisdiction_of_incorporation": business.incorporated_in,
        "organization_contact": _contact(business.contact) | {"job_title": business.contact.job_title},
        "billing_contact": _contact(business.billing_contact),
        "organization_physical_address": _address(business.address),
        "billing_address": _address(business.billing_address),
        "customer_reference": business.reference,
        "dun_bradstreet_number": business.duns or None,
        "primary_business_domain_sic_code": business.sic_code or None,
        "professional_license_number": business.license_number or None,
    }


def _contact(one: Contact) -> dict[str, str]:
    return {
        "first_name": one.first_name,
        "last_name": one.last_name,
        "email": one.email,
        "phone_number": one.phone,
    }


def _address(one: Address) -> dict[str, str | None]:
    return {
        "country": one.country,
        "administrative_area": one.state,
        "city": one.city,
        "postal_code": one.postal_code,
        "street_address": one.street,
        "extended_address": one.extended or None,
    }


def find(client: TelnyxClient, business: Business) -> str | None:
    """The id of the enterprise with this legal name and tax id, looked for page by page."""
    page, more = 1, True
    while more:
        entries, meta = client.get_page("/enterprises", page, {"filter[legal_name][contains]": business.legal_name})
        found = next((one for one in entries if _is(one, business)), None)
        if found is not None:
            return _id_of(found)
        page, more = page + 1, bool(entries) and page < meta.total_pages
    return None


def _is(entry: Any, business: Business) -> bool:
    """The identity that Telnyx refuses to take twice."""
    if not isinstance(entry, dict):
        return False
    name, ein = entry.get("legal_name"), entry.get("fein")
    return isinstance(name, str) and name.casefold() == business.legal_name.casefold() and ein == business.ein


def _id_of(entry: dict[str, Any]) -> str:
    identity = entry.get("id")
    if not isinstance(identity, str) or not identity:
        raise Temporary(f"{SERVICE} lists the business without its id. It will be asked again.")
    return identity


def about_fields(exc: Refused) -> Refused:
    """A refusal that names fields, in the portal's words for them; any other as it is."""
    found = [
        (_field(pointer[1]), _TITLE.sub("", _POINTER.sub("", sentence)))
        for sentence in exc.details
        if (pointer := _POINTER.search(sentence))
    ]
    if exc.status not in (400, 422) or not found:
        return exc
    return FieldsRefused(exc.message, status=exc.status, fields=found, details=exc.details)


def _field(pointer: str) -> str:
    """`organization_contact/phone_number` is `contact.phone`."""
    return ".".join(_NAMES.get(part, part) for part in pointer.split("/"))
