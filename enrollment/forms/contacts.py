"""Second part: where the business is, and who answers for it."""

from __future__ import annotations

from typing import Any

from django import forms

from enrollment.forms import fields
from enrollment.forms.base import Group, SectionForm
from enrollment.states import SectionKey

BILLING_ADDRESS = ("billing_street", "billing_city", "billing_state", "billing_zip_code")
BILLING_CONTACT = ("billing_contact_first_name", "billing_contact_last_name", "billing_contact_email")
BILLING_PHONE = "billing_contact_phone"
SEPARATE = ""  # the question above says why


def _same(label: str, why: str) -> forms.ChoiceField:
    choices = (("yes", "Yes, the same"), ("no", "No, another one"))
    error = {"required": "Choose one.", "invalid_choice": "Choose one."}
    field = forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect, error_messages=error)
    return fields.explained(field, why)


class ContactsForm(SectionForm):
    """Addresses and contacts. Those for bills are asked for only where they are others."""

    key = SectionKey.CONTACTS
    lead = "Engines may write or call to verify the business, so give people who know about it."
    groups = (
        Group("Physical address", ("street", "extended", "city", "state", "zip_code")),
        Group(
            "Billing address",
            ("billing_same", "billing_street", "billing_extended", "billing_city", "billing_state", "billing_zip_code"),
        ),
        Group(
            "Contact of the organization",
            ("contact_first_name", "contact_last_name", "contact_title", "contact_email", "contact_phone"),
            "Somebody with the right to act for the business: this person is named in the letter of authorization.",
        ),
        Group("Billing contact", ("billing_contact_same", *BILLING_CONTACT, BILLING_PHONE)),
        Group("Notifications", ("notification_email",)),
    )

    only_other = (*BILLING_ADDRESS, "billing_extended", *BILLING_CONTACT, BILLING_PHONE)

    street = fields.line("Street address", "Compared with public records.", limit=255, printed=True)
    extended = fields.line(
        "Suite, floor or unit", "Part of the address, if any.", limit=255, required=False, printed=True
    )
    city = fields.line("City", "Compared with public records.", limit=100, printed=True)
    state = fields.state("State", "Only businesses in the United States can enroll.")
    zip_code = fields.explained(
        fields.ZipField(label="ZIP code", max_length=20, help_text="Five digits, or nine like 80202-1234."),
        "Compared with the state.",
    )
    billing_same = _same("Do bills go to the physical address?", "Providers keep a billing address for each business.")
    billing_street = fields.line("Billing street address", SEPARATE, limit=255, required=False)
    billing_extended = fields.line("Billing suite, floor or unit", SEPARATE, limit=255, required=False)
    billing_city = fields.line("Billing city", SEPARATE, limit=100, required=False)
    billing_state = fields.state("Billing state", SEPARATE, required=False)
    billing_zip_code = fields.explained(
        fields.ZipField(label="Billing ZIP code", max_length=20, required=False), SEPARATE
    )
    contact_first_name = fields.line("First name", "Named in the letter of authorization.", limit=60, printed=True)
    contact_last_name = fields.line("Last name", "Named in the letter of authorization.", limit=60, printed=True)
    contact_title = fields.line(
        "Job title",
        "Shows that the person may act for the business.",
        limit=100,
        hint="Such as Director of Operations.",
        printed=True,
    )
    contact_email = fields.email(
        "E-mail",
        "Its domain is compared with the website. A private mailbox makes approval unlikely.",
        hint="An address at the domain of the website.",
        printed=True,
    )
    contact_phone = fields.explained(
        fields.UsPhoneField(label="Phone", max_length=80, help_text="A US number like (303) 555-0142."),
        "Engines may call to verify the business.",
    )
    billing_contact_same = _same(
        "Does the same person answer questions about bills?", "Providers keep a billing contact for each business."
    )
    billing_contact_first_name = fields.line("Billing contact's first name", SEPARATE, limit=60, required=False)
    billing_contact_last_name = fields.line("Billing contact's last name", SEPARATE, limit=60, required=False)
    billing_contact_email = fields.email("Billing contact's e-mail", SEPARATE, required=False)
    billing_contact_phone = fields.explained(
        fields.UsPhoneField(label="Billing contact's phone", max_length=80, required=False), SEPARATE
    )
    notification_email = fields.email(
        "Also tell",
        "Gets the same messages about this enrollment as the account's owners and admins, such as a shared mailbox.",
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        """Ask for the billing address and contact where they are others."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("billing_same") == "no":
            self._ask_for(BILLING_ADDRESS, "Fill this in, or choose that bills go to the physical address.")
        if cleaned.get("billing_contact_same") == "no":
            words = "Fill this in, or choose that the same person answers."
            self._ask_for((*BILLING_CONTACT, BILLING_PHONE), words)
        return cleaned

    def _ask_for(self, names: tuple[str, ...], words: str) -> None:
        for name in names:
            if name not in self.errors and not self.cleaned_data.get(name):
                self.add_error(name, words)
