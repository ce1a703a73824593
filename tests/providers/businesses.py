"""A business as the portal would register it, for the tests of registrars."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from providers.business import Address, Business, Contact, File

SAM = Contact("Sam", "Org", "sam@acme.example", "+13125550100", "Lead")
BILLING = Contact("Alex", "Bill", "bill@acme.example", "+13125550101")
CHICAGO = Address("100 Main St", "Chicago", "IL", "60601")
ACME = Business(
    legal_name="Acme Plumbing LLC",
    trading_name="Acme Plumbing",
    organization_type="commercial",
    legal_form="llc",
    ein="12-3456789",
    industry="technology",
    employees="51-200",
    incorporated_in="Delaware",
    website="https://www.acme.example",
    contact=SAM,
    billing_contact=BILLING,
    address=CHICAGO,
    billing_address=CHICAGO,
    reference="portal-1",
)
LETTER = File("letter.pdf", b"%PDF-1.4 signed")


def business(**changes: Any) -> Business:
    return replace(ACME, **changes)
