"""First part: the business itself."""

from __future__ import annotations

from django import forms

from enrollment.forms import fields
from enrollment.forms.base import Group, SectionForm
from enrollment.states import SectionKey

ORGANIZATION_TYPES = (("commercial", "Commercial"), ("government", "Government"), ("non_profit", "Non-profit"))
LEGAL_FORMS = (
    ("corporation", "Corporation"),
    ("llc", "Limited liability company (LLC)"),
    ("partnership", "Partnership"),
    ("nonprofit", "Nonprofit"),
    ("other", "Other"),
)
EMPLOYEES = tuple(
    (word, word.replace("-", " to ").replace("+", " or more"))
    for word in ("1-10", "11-50", "51-200", "201-500", "501-2000", "2001-10000", "10001+")
)
# The words are the registrar's; those that mean the same (such as tech and technology) are offered once.
INDUSTRIES = tuple(
    (word, label)
    for word, label in (
        ("accounting", "Accounting"),
        ("banking", "Banking"),
        ("billing", "Billing"),
        ("business", "Business services"),
        ("charity", "Charity"),
        ("collections", "Collections"),
        ("communications", "Communications"),
        ("customer service", "Customer service"),
        ("delivery", "Delivery"),
        ("ecommerce", "E-commerce"),
        ("education", "Education"),
        ("finance", "Finance"),
        ("government", "Government"),
        ("healthcare", "Health care"),
        ("hospitality", "Hospitality"),
        ("hotel", "Hotels"),
        ("insurance", "Insurance"),
        ("legal", "Legal"),
        ("logistics", "Logistics"),
        ("market research", "Market research"),
        ("marketing", "Marketing"),
        ("media", "Media"),
        ("medical", "Medical"),
        ("nonprofit", "Nonprofit"),
        ("notifications", "Notifications"),
        ("pharmacy", "Pharmacy"),
        ("property", "Property management"),
        ("public", "Public services"),
        ("real estate", "Real estate"),
        ("retail", "Retail"),
        ("sales", "Sales"),
        ("scheduling", "Scheduling"),
        ("shipping", "Shipping"),
        ("software", "Software"),
        ("support", "Support"),
        ("surveys", "Surveys"),
        ("technology", "Technology"),
        ("telecom", "Telecommunications"),
        ("travel", "Travel"),
    )
)
ROLES = (
    ("enterprise", "The business itself: we call for ourselves"),
    ("bpo", "An agent: we call on behalf of the business"),
)


class BusinessForm(SectionForm):
    """Who the business is, as state and federal records know it."""

    key = SectionKey.BUSINESS
    lead = "Write names and numbers as they stand in state and federal records: engines compare them."
    groups = (
        Group("Names", ("legal_name", "trading_name", "website", "role")),
        Group(
            "Registration of the business",
            ("ein", "organization_type", "legal_form", "incorporated_in", "industry", "employees"),
        ),
        Group(
            "If you have them",
            ("duns", "sic_code", "license_number"),
            "Not needed, but each makes the business easier to verify.",
        ),
    )

    legal_name = fields.line(
        "Legal name",
        "Engines look the business up in public records by exactly this name.",
        least=3,
        limit=64,
        hint="As registered with the state, 3 to 64 characters.",
        printed=True,
        autocomplete="organization",
    )
    trading_name = fields.line(
        "Trading name (DBA)",
        "People who complain know this name, so engines keep it beside the legal one.",
        limit=255,
        hint="The name that you do business under. If there is no other, repeat the legal name.",
        printed=True,
    )
    website = fields.explained(
        fields.WebsiteField(
            label="Website", max_length=255, help_text="Begins with https://, such as https://acme.example."
        ),
        "Reviewers look whether the website, the name and the e-mail address belong together.",
    )
    role = fields.explained(
        forms.ChoiceField(
            label="Who is filling this in?",
            choices=ROLES,
            widget=forms.RadioSelect,
            error_messages={"required": "Choose one."},
        ),
        "Agents and call centers need the authorization of the business that they call for.",
    )
    ein = fields.explained(
        fields.EinField(label="Tax ID (EIN)", max_length=20, help_text="Nine digits, like 12-3456789."),
        "The federal number tells businesses of the same name apart.",
    )
    organization_type = fields.choice(
        "Kind of organization",
        "Rules for calls differ: non-profits and governments may call whom others may not.",
        ORGANIZATION_TYPES,
    )
    legal_form = fields.choice("Legal form", "It is part of the public record that is compared.", LEGAL_FORMS)
    incorporated_in = fields.state("State of incorporation", "Says whose register the business is looked up in.")
    industry = fields.choice(
        "Industry", "Engines judge calling patterns by industry: reminders of a clinic look unlike sales.", INDUSTRIES
    )
    employees = fields.choice("Employees", "A rough size helps to judge whether call volumes are plausible.", EMPLOYEES)
    duns = fields.explained(
        fields.DigitsField(label="DUNS number", digits=9, help_text="Nine digits, given by Dun & Bradstreet."),
        "Some engines verify the business by it.",
    )
    sic_code = fields.explained(
        fields.DigitsField(label="SIC code", digits=4, help_text="Four digits."), "The industry as a standard number."
    )
    license_number = fields.line(
        "Professional license number",
        "Regulated trades, such as insurance or debt collection, are verified by it.",
        limit=60,
        required=False,
    )
