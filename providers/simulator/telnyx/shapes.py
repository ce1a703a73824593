"""What the operations of the Telnyx contract take in their bodies."""

from __future__ import annotations

from providers.simulator.shapes import Shape

FREQUENCIES = ("business_daily", "daily", "weekly", "biweekly", "monthly", "never")
_INDUSTRIES = (
    "accounting,finance,billing,collections,business,charity,nonprofit,communications,telecom,customer service,support,"
    "delivery,shipping,logistics,education,financial,banking,government,public,healthcare,health,pharmacy,medical,"
    "insurance,legal,law,notifications,scheduling,real estate,property,retail,ecommerce,sales,marketing,software,"
    "technology,tech,media,surveys,market research,travel,hospitality,hotel"
)
INDUSTRIES = tuple(_INDUSTRIES.split(","))


def text(longest: int = 255, shortest: int = 0) -> Shape:
    return {"type": "string", "maxLength": longest, "minLength": shortest}


def choice(*words: str) -> Shape:
    return {"type": "string", "enum": words}


EMAIL: Shape = {"type": "string", "format": "email", "maxLength": 255}
OPTIONAL_TEXT: Shape = {"type": ("string", "null"), "maxLength": 255}
HTTPS: Shape = {"type": "string", "format": "uri", "pattern": "^https://", "maxLength": 2048}
FREQUENCY = choice(*FREQUENCIES)
LETTER_ID = text(255, 1)

_PERSON = {"first_name": text(), "last_name": text(), "email": EMAIL, "phone_number": text(30)}
BILLING_CONTACT: Shape = {"type": "object", "properties": _PERSON, "required": tuple(_PERSON)}
CONTACT: Shape = {
    "type": "object",
    "properties": {**_PERSON, "job_title": text()},
    "required": (*_PERSON, "job_title"),
}
_PLACE = {
    "country": text(),
    "administrative_area": text(),
    "city": text(100),
    "postal_code": text(20),
    "street_address": text(),
}
ADDRESS: Shape = {
    "type": "object",
    "properties": {**_PLACE, "extended_address": OPTIONAL_TEXT},
    "required": tuple(_PLACE),
}

_MUTABLE: dict[str, Shape] = {
    "legal_name": text(64, 3),
    "doing_business_as": text(),
    "organization_legal_type": choice("corporation", "llc", "partnership", "nonprofit", "other"),
    "website": {"type": "string", "format": "uri", "maxLength": 255},
    "fein": {"type": "string", "pattern": r"^\d{2}-\d{7}$"},
    "industry": choice(*INDUSTRIES),
    "number_of_employees": choice("1-10", "11-50", "51-200", "201-500", "501-2000", "2001-10000", "10001+"),
    "jurisdiction_of_incorporation": text(),
    "organization_contact": CONTACT,
    "billing_contact": BILLING_CONTACT,
    "organization_physical_address": ADDRESS,
    "billing_address": ADDRESS,
}
_EXTRA: dict[str, Shape] = {
    "customer_reference": text(),
    "corporate_registration_number": OPTIONAL_TEXT,
    "dun_bradstreet_number": OPTIONAL_TEXT,
    "primary_business_domain_sic_code": OPTIONAL_TEXT,
    "professional_license_number": OPTIONAL_TEXT,
}
_FIXED: dict[str, Shape] = {
    "organization_type": choice("commercial", "government", "non_profit"),
    "country_code": choice("US", "CA"),
}
FROZEN = ("id", "created_at", "updated_at", "organization_type", "country_code", "role_type")
ENTERPRISE: Shape = {
    "type": "object",
    "properties": {**_MUTABLE, **_FIXED, **_EXTRA, "role_type": choice("enterprise", "bpo")},
    "required": (*_MUTABLE, *_FIXED),
}
ENTERPRISE_CHANGE: Shape = {"type": "object", "properties": {**_MUTABLE, **_EXTRA}}

ENABLE: Shape = {
    "type": "object",
    "properties": {"loa_document_id": LETTER_ID, "check_frequency": FREQUENCY},
    "required": ("loa_document_id",),
    "additionalProperties": False,
}
LETTER: Shape = {"type": "object", "properties": {"loa_document_id": LETTER_ID}, "required": ("loa_document_id",)}
CHANGE_FREQUENCY: Shape = {
    "type": "object",
    "properties": {"check_frequency": FREQUENCY},
    "required": ("check_frequency",),
    "additionalProperties": False,
}
WEBHOOK: Shape = {
    "type": "object",
    "properties": {"webhook_url": {**HTTPS, "type": ("string", "null")}},
    "required": ("webhook_url",),
}
_AGENT_TEXTS = {
    "legal_name": text(200),
    "street_address": text(),
    "city": text(120),
    "administrative_area": text(120),
    "postal_code": text(30),
    "country": text(2, 2),
    "contact_name": text(200),
    "contact_title": text(200),
    "contact_email": EMAIL,
    "contact_phone": text(30),
}
RENDER: Shape = {
    "type": "object",
    "properties": {
        "agent": {"type": "object", "properties": _AGENT_TEXTS, "required": tuple(_AGENT_TEXTS)},
        "signature": {
            "type": "object",
            "properties": {"image_base64": {"type": "string"}, "signer_name": OPTIONAL_TEXT},
            "required": ("image_base64",),
        },
    },
}
HUNDRED: Shape = {
    "type": "object",
    "properties": {"phone_numbers": {"type": "array", "minItems": 1, "maxItems": 100, "items": {"type": "string"}}},
    "required": ("phone_numbers",),
    "additionalProperties": False,
}
REMEDIATION: Shape = {
    "type": "object",
    "properties": {
        "phone_numbers": {
            "type": "array",
            "minItems": 1,
            "maxItems": 2000,
            "items": {"type": "string", "pattern": r"^\+[1-9][0-9]{9,14}$"},
        },
        "call_purpose": text(2000, 1),
        "contact_email": EMAIL,
        "webhook_url": HTTPS,
    },
    "required": ("phone_numbers", "call_purpose"),
    "additionalProperties": False,
}
STRINGS: Shape = {"type": "array", "items": {"type": "string"}}
PROOF: Shape = {
    "type": "object",
    "properties": {"document_ids": {**STRINGS, "minItems": 1}, "phone_numbers": STRINGS},
    "required": ("document_ids",),
}
STILL_OWN: Shape = {
    "type": "object",
    "properties": {"still_own": {"type": "boolean"}, "evidence_document_id": {"type": "string"}},
    "required": ("still_own",),
}
DOCUMENT: Shape = {
    "type": "object",
    "properties": {
        "file": {"type": "string"},
        "url": {"type": "string"},
        "filename": text(),
        "customer_reference": text(),
    },
}
