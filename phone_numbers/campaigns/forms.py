"""Forms and filters of the campaigns pages."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet

from accounts.models import Account
from accounts.products import Product
from common.filter_fields import TEXT_LIMIT, ListFilterSet, UuidListField, WordField, WordFilter
from phone_numbers.campaigns.choosing import LIMIT
from phone_numbers.models import PhoneNumber
from phone_numbers.selectors import listing
from phone_numbers.states import CampaignState, DialingMethod, ReputationStatus

PRODUCTS = [(product.value, product.label) for product in (Product.CONTACT_CENTER, Product.PHONE, Product.OTHER)]
NUMBERS_LENGTH = 100 * LIMIT


def _limit(label: str, words: str) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=1,
        max_value=1_000_000,
        required=False,
        help_text=f"{words} Empty: no limit.",
        widget=forms.NumberInput(attrs={"class": "form-control"}),
    )


class CampaignForm(forms.Form):
    """What a campaign is called and how it dials."""

    name = forms.CharField(max_length=80, help_text="How people and imported files call it.")
    product = forms.TypedChoiceField(coerce=int, choices=PRODUCTS)
    dialing_method = forms.ChoiceField(
        choices=DialingMethod,
        initial=DialingMethod.PREDICTIVE,
        help_text="Numbers of a manual campaign are no outbound dialer numbers and cannot be monitored for it.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-select" if isinstance(field.widget, forms.Select) else "form-control"


class MatchingForm(forms.Form):
    """How a campaign chooses caller IDs (D25); empty fields are no limit."""

    use_mixed = forms.BooleanField(
        label="Use numbers rated Mixed",
        required=False,
        help_text="After Healthy ones, beside those without data.",
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )
    calls_per_hour = _limit("Calls of one number an hour", "Then it is skipped until the next hour (UTC).")
    calls_per_day = _limit("Calls of one number a day", "Then it is skipped until the next day (UTC).")
    rest_after = _limit("Calls of a day after which a number rests", "Then it is used only when all others are used.")


class AddNumbersForm(forms.Form):
    """Numbers to add: pasted, ticked in a search, or both."""

    numbers = forms.CharField(
        required=False,
        max_length=NUMBERS_LENGTH,
        label="Numbers",
        widget=forms.Textarea(attrs={"rows": 6, "class": "form-control mono", "placeholder": "(303) 555-0100"}),
        strip=False,
        help_text=f"One on each line, or separated by commas; at most {LIMIT:,} at once.",
    )


class TickedForm(forms.Form):
    """The ticked numbers of a campaign."""

    ids = UuidListField()


class DefaultForm(forms.Form):
    """The number that becomes the default caller ID; empty for none."""

    number = forms.UUIDField(required=False)


class CampaignFilter(ListFilterSet):
    """What the list of campaigns can be narrowed by."""

    q = django_filters.CharFilter(field_name="name", lookup_expr="icontains", label="Search", max_length=TEXT_LIMIT)
    product = WordFilter(Product, "product", "Product")
    state = django_filters.MultipleChoiceFilter(field_name="state", choices=CampaignState.choices, label="State")
    counted_filters = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["state"].field_class = WordField


class PoolFilter(ListFilterSet):
    """What the numbers of one campaign can be narrowed by."""

    q = django_filters.CharFilter(method="search", label="Search", max_length=TEXT_LIMIT)
    status = WordFilter(ReputationStatus, "status__status", "Status")
    counted_filters = ()

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        self.account = account
        super().__init__(*args, **kwargs)

    def search(self, numbers: QuerySet[PhoneNumber], _name: str, q: str) -> QuerySet[PhoneNumber]:
        """Return the numbers that the search finds."""
        return listing.found(numbers, self.account, q)
