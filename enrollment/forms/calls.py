"""Third part: why the business calls, how much, and from which numbers."""

from __future__ import annotations

from typing import Any

from django import forms

from enrollment.forms import fields
from enrollment.forms.base import PRODUCT_CHOICES, Group, SectionForm
from enrollment.states import SectionKey


class CallsForm(SectionForm):
    """Calls and numbers. Proof of ownership is uploaded on the same page, and asked for with numbers of others."""

    key = SectionKey.CALLS
    lead = "This is what engines read when a label is disputed. Write it for somebody who has never heard of you."
    groups = (
        Group("Calls", ("call_purpose", "calls_per_day")),
        Group("Numbers", ("products", "number_groups", "uses_byoc", "byoc_carriers")),
    )

    call_purpose = fields.explained(
        forms.CharField(
            label="What are the calls for?",
            max_length=2000,
            help_text="Whom you call, why, and why they expect it. Up to 2,000 characters.",
            widget=forms.Textarea(attrs={"rows": 6}),
            validators=[fields.refuse_invisible],
        ),
        "Sent with every request to have a label re-evaluated. Vague purposes are refused.",
    )
    calls_per_day = fields.explained(
        forms.IntegerField(
            label="Average calls per business day",
            min_value=1,
            max_value=10_000_000,
            help_text="From all numbers together.",
            error_messages={"invalid": "Write a whole number, such as 2500."},
        ),
        "Engines compare it with what they see.",
    )
    products = fields.explained(
        forms.MultipleChoiceField(
            label="Products that the calls come from",
            choices=PRODUCT_CHOICES,
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": "Tick at least one."},
        ),
        "Only numbers of these products can be registered and monitored.",
    )
    number_groups = fields.explained(
        forms.CharField(
            label="Groups of numbers",
            max_length=1000,
            required=False,
            help_text="Such as campaigns, teams or regions, if the numbers are used for different things.",
            widget=forms.Textarea(attrs={"rows": 3}),
            validators=[fields.refuse_invisible],
        ),
        "A number that serves one purpose is easier to defend than one that serves many.",
    )
    uses_byoc = fields.yes_no(
        "Are some of these numbers with a carrier of your own (BYOC)?",
        "For numbers of another carrier, the provider wants proof that they are yours.",
    )
    byoc_carriers = fields.line("Their carriers", "Says whose invoices prove the numbers.", limit=300, required=False)

    def clean(self) -> dict[str, Any]:
        """Ask for carrier and proof where numbers are with another carrier (R18)."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("uses_byoc") == "no" and self.facts.has_byoc:
            self.add_error("uses_byoc", "The account has numbers with the source BYOC. Answer Yes, or correct them.")
        if cleaned.get("uses_byoc") == "yes":
            if not cleaned.get("byoc_carriers"):
                self.add_error("byoc_carriers", "Name the carriers of these numbers.")
            if not self.facts.proofs:
                self.add_error("uses_byoc", "Upload an invoice or statement of the carrier below.")
        return cleaned
