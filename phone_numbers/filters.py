"""What the Number Reputation list can be narrowed by (R24-R28, D8); the names are part of the address.

An unknown value shows no rows and says what exists: showing all rows instead would make an export of the wrong ones.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cached_property
from typing import Any

import django_filters
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import QueryDict

from accounts.models import Account
from accounts.products import Product
from common.filter_fields import TEXT_LIMIT, ListFilterSet, TextListField, UuidListField, WordField, WordFilter
from common.keyset import Sort
from phone_numbers import states
from phone_numbers.models import PhoneNumber
from phone_numbers.selectors import listing, sql
from phone_numbers.selectors.usual_pages import UsualPages, usual_pages

# Up to so many numbers are looked up by key; with more, a page is found sooner by reading along its order.
FEW = 5_000
# Up to so many are joined by key, all of them; more are met soon enough along the order. A search that no index answers
# (one or two characters) stops looking here.
LOOKED_UP = 1_000
_NONE = PhoneNumber.objects.none()
SERVICES_WITH = {
    "registration": [1, 3],
    "monitoring": [2, 3],
    "none": [0],
}
SERVICE_WORDS = [
    ("registration", states.Service.REGISTRATION.label),
    ("monitoring", states.Service.MONITORING.label),
    ("none", "No active service"),
]


class ServiceFilter(WordFilter):
    """Numbers with any of the chosen services active, or with none (D7); the column holds bits."""

    def __init__(self) -> None:
        super().__init__(states.Service, "status__services", "Service")
        self.extra["choices"] = SERVICE_WORDS

    def values(self, words: Iterable[str]) -> list[int]:
        """Return the bit patterns in which any of the services is set."""
        return sorted({value for word in words for value in SERVICES_WITH[word]})


class YesNoField(WordField):
    """`yes` or `no`, or both, which is no restriction; `1`, `true`, `0` and `false` are understood."""

    aliases = {"1": "yes", "true": "yes", "on": "yes", "0": "no", "false": "no"}

    def to_python(self, value: Any) -> list[str]:
        """Return the words, each once."""
        words = [word.lower() for word in super().to_python(value)]
        return sorted({self.aliases.get(word, word) for word in words})


class TagFilter(django_filters.MultipleChoiceFilter):  # type: ignore[misc]
    """Numbers with or without the spam tag (D20)."""

    field_class = YesNoField

    def values(self, words: Iterable[str]) -> list[bool]:
        """Return the values of a `tagged` column that the words stand for."""
        return [word == "yes" for word in words]

    def filter(self, qs: QuerySet[Any], value: Collection[str]) -> QuerySet[Any]:
        """Return the numbers that are tagged, those that are not, or all."""
        return qs.filter(status__tag_since__isnull="no" in value) if len(value) == 1 else qs


class AreaField(TextListField):
    """Cities and states; each is replaced by the account's areas that it means."""

    def __init__(self, *, account: Account, **kwargs: Any) -> None:
        self.account = account
        super().__init__(**kwargs)

    def clean(self, value: Any) -> dict[str, list[str]]:
        """Return the areas by the word that names them; a word without any is refused."""
        words = super().clean(value)
        found = listing.areas_like(self.account, words) if words else {}
        if missing := [word for word in words if not found[word]]:
            raise ValidationError(f"You have no number in “{missing[0]}”. Try a city, or a state such as TX.")
        return found


class AreaFilter(django_filters.Filter):  # type: ignore[misc]
    """Numbers in any of the areas that the words mean."""

    field_class = AreaField

    def filter(self, qs: QuerySet[Any], value: dict[str, list[str]]) -> QuerySet[Any]:
        """Return the numbers in these areas."""
        areas = {area for found in value.values() for area in found}
        return qs.filter(area__in=sorted(areas)) if value else qs


class NumberFilter(ListFilterSet):
    """The filters of the list; `qs` has no rows while `errors` has any."""

    q = django_filters.CharFilter(method="search", label="Search", max_length=TEXT_LIMIT)
    product = WordFilter(Product, "status__product", "Product")
    registration = WordFilter(states.Registration, "status__registration", "Registration")
    rating = WordFilter(states.Rating, "status__rating", "Rating")
    status = WordFilter(states.ReputationStatus, "status__status", "Status")
    service = ServiceFilter()
    capability = WordFilter(states.Capability, "status__capability", "Capability")
    flagged_by = django_filters.MultipleChoiceFilter(method="with_flags", label="Carrier")
    source = WordFilter(states.Origin, "status__origin", "Source")
    campaign = django_filters.MultipleChoiceFilter(method="in_campaigns", label="Campaign")
    tagged = TagFilter(choices=[("yes", "Yes"), ("no", "No")], label="Spam tag")
    area = AreaFilter(label="Area")
    ids = django_filters.Filter(method="with_ids", label="Ticked numbers")

    # The filters whose totals the summary table knows (NumberCount): column there, by parameter.
    COUNTED = {
        "product": "product",
        "registration": "registration",
        "rating": "rating",
        "status": "status",
        "service": "services",
        "capability": "capability",
        "source": "origin",
        "tagged": "tagged",
    }

    # The filters on what seldom changes; the others are on the status.
    BY_INVENTORY = ("q", "area", "campaign", "ids")
    # Filters whose values are too many to be named one by one.
    counted_filters = ("ids",)

    def __init__(self, data: QueryDict, *, account: Account) -> None:
        self.account = account
        self.head = sql.list_head(account)
        super().__init__(data=data, queryset=_NONE)  # the library asks it for the model; rows are read by account
        self.filters["flagged_by"].extra["choices"] = [(source.key, source.name) for source in self.head.sources]
        self.filters["campaign"].extra["choices"] = self.head.campaigns
        self.filters["area"].extra["account"] = account
        for name in ("flagged_by", "campaign"):
            self.filters[name].field_class = WordField
        self.filters["ids"].field_class = UuidListField

    @property
    def qs(self) -> QuerySet[PhoneNumber]:
        """Return the matching numbers, none when a filter is not understood."""
        return self.narrowed(self.chosen)

    def narrowed(self, names: Collection[str]) -> QuerySet[PhoneNumber]:
        """Return the numbers that match these of the filters, none when any filter is not understood."""
        if not self.is_valid():
            return PhoneNumber.objects.none()
        return self._apply(listing.listed_numbers(self.account), names)

    def page_numbers(self, sort: Sort) -> QuerySet[PhoneNumber]:
        """Return the same numbers as `qs`, in the shape in which one page of them is found fastest in this order."""
        return self._page_of(listing.numbers_in_order(self.account, sort))

    def page_rows(self, sort: Sort) -> QuerySet[PhoneNumber, Any] | UsualPages:
        """Return what the list shows of the same numbers as `page_numbers`, as named rows."""
        is_usual = self.is_valid() and self.chosen.keys() <= {"status"}
        statuses = self.filters["status"].values(self.chosen.get("status", [])) if is_usual else []
        found = usual_pages(self.account.pk, statuses, sort) if is_usual else None
        return found or self._page_of(listing.rows_in_order(self.account, sort))

    def _page_of(self, numbers: QuerySet[PhoneNumber, Any]) -> QuerySet[PhoneNumber, Any]:
        """Return the matching ones of these numbers, in the shape in which one page is found fastest.

        What narrows by number, label, area or campaign is looked up first, up to FEW. The planner cannot know how many
        there are: without this a search that a tenth of a million numbers match takes twenty times as long.
        """
        if not self.is_valid():
            return numbers.none()
        narrow = [name for name in self.chosen if name in self.BY_INVENTORY]
        if not narrow:
            return self._apply(numbers, self.chosen)
        few = self._few(narrow)
        if few is None:
            return self._walked(numbers)
        keys = sql.among(few) if len(few) <= LOOKED_UP else few
        return self._apply(numbers.filter(status__number_id__in=keys), self.chosen.keys() - set(narrow))

    def _few(self, names: list[str]) -> list[int] | None:
        """Return the keys of the numbers that match these filters, None when they are more than a few."""
        found = self._apply(PhoneNumber.objects.all(), names).order_by().values_list("pk", flat=True)
        limit = FEW if listing.is_indexed(self.chosen.get("q", "")) else min(FEW, LOOKED_UP)
        keys = list(found[: limit + 1])
        return None if len(keys) > limit else keys

    def _walked(self, numbers: QuerySet[PhoneNumber]) -> QuerySet[PhoneNumber]:
        found = self._apply(numbers, self.chosen.keys() - {"q"})
        return listing.found_by_walking(found, self.account, self.chosen["q"]) if "q" in self.chosen else found

    def _apply(self, numbers: QuerySet[PhoneNumber], names: Collection[str]) -> QuerySet[PhoneNumber]:
        for name in self.filters:
            if name in names:
                numbers = self.filters[name].filter(numbers, self.form.cleaned_data[name])
        return numbers

    @cached_property
    def chosen(self) -> dict[str, Any]:
        """Return the cleaned values of the filters that are in use."""
        return {name: value for name, value in self.form.cleaned_data.items() if value} if self.is_valid() else {}

    @property
    def is_counted(self) -> bool:
        """Tell whether the summary table knows the totals under the filters in use."""
        return self.is_valid() and self.chosen.keys() <= self.COUNTED.keys()

    def counted_values(self) -> dict[str, list[Any]]:
        """Return the allowed values per column of the summary table; only while `is_counted`."""
        return {self.COUNTED[name]: self.filters[name].values(value) for name, value in self.chosen.items()}

    def search(self, numbers: QuerySet[PhoneNumber], _name: str, q: str) -> QuerySet[PhoneNumber]:
        """Return the numbers that the search finds."""
        return listing.found(numbers, self.account, q)

    def with_flags(self, numbers: QuerySet[PhoneNumber], _name: str, keys: list[str]) -> QuerySet[PhoneNumber]:
        """Return the numbers that any of these sources flags now."""
        ids = [source.pk for source in self.head.sources if source.key in keys]
        # Not empty follows from the overlap; said again, it lets the partial index of unusual numbers answer.
        return numbers.filter(~Q(status__flagged_by=[]), status__flagged_by__overlap=ids) if keys else numbers

    def in_campaigns(self, numbers: QuerySet[PhoneNumber], _name: str, uuids: list[str]) -> QuerySet[PhoneNumber]:
        """Return the numbers in the pool of any of these campaigns."""
        return listing.in_campaigns(numbers, uuids) if uuids else numbers

    def with_ids(self, numbers: QuerySet[PhoneNumber], _name: str, uuids: list[Any]) -> QuerySet[PhoneNumber]:
        """Return the ticked numbers."""
        return numbers.filter(uuid__in=uuids) if uuids else numbers


def filtered_numbers(account: Account, params: QueryDict) -> QuerySet[PhoneNumber]:
    """Return the account's numbers under the parameters of the list, in its order: what page and export share (D6).

    No rows when a filter is not understood; ask `NumberFilter` for the words.
    """
    return listing.sort_of(params.get("sort")).apply(NumberFilter(params, account=account).qs)
