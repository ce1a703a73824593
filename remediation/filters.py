"""What the lists of cases and of past alerts can be narrowed by."""

from __future__ import annotations

from datetime import datetime

import django_filters
from django.db.models import Q, QuerySet
from django.http import QueryDict

from accounts.models import Account, User
from common.filter_fields import TEXT_LIMIT, ListFilterSet, WordField
from remediation.models import Alert, Case
from remediation.selectors import case_list
from remediation.states import AlertKind, CaseState

ENDED, EVERY = "ended", "all"
ME, NOBODY = "me", "nobody"


class CaseFilter(ListFilterSet):
    """The filters of the list of cases. Without `state` and `show` it holds the open ones."""

    q = django_filters.CharFilter(method="search", label="Number", max_length=TEXT_LIMIT)
    show = django_filters.ChoiceFilter(
        choices=[(ENDED, "Ended cases"), (EVERY, "Open and ended cases")], method="shown", label="Show"
    )
    state = django_filters.MultipleChoiceFilter(field_name="state", choices=CaseState.choices, label="State")
    provider = django_filters.MultipleChoiceFilter(method="at_providers", label="Provider")
    carrier = django_filters.MultipleChoiceFilter(method="at_carriers", label="Carrier")
    owner = django_filters.MultipleChoiceFilter(method="with_owners", label="Owner")
    overdue = django_filters.ChoiceFilter(choices=[("1", "Yes")], method="late", label="Overdue")
    follow_up = django_filters.ChoiceFilter(choices=[("1", "Yes")], method="to_follow_up", label="To be followed up")
    counted_filters = ()

    def __init__(self, data: QueryDict, *, account: Account, user: User, now: datetime) -> None:
        self.account, self.user, self.now = account, user, now
        super().__init__(data=data, queryset=case_list.listed_cases())
        self.choices = case_list.choices(user)
        self.filters["provider"].extra["choices"] = self.choices.providers
        self.filters["carrier"].extra["choices"] = self.choices.carriers
        self.filters["owner"].extra["choices"] = [(ME, "Me"), (NOBODY, "Nobody"), *self.choices.owners]
        for name in ("state", "provider", "carrier", "owner"):
            self.filters[name].field_class = WordField

    def filter_queryset(self, queryset: QuerySet[Case]) -> QuerySet[Case]:
        """Return the matching cases; the open ones while nothing else was said."""
        found: QuerySet[Case] = super().filter_queryset(queryset)
        said = self.form.cleaned_data
        return found if said.get("show") or said.get("state") else case_list.open_ones(found)

    def shown(self, cases: QuerySet[Case], _name: str, value: str) -> QuerySet[Case]:
        """Return the ended cases, or all of them."""
        return case_list.ended_ones(cases) if value == ENDED else cases

    def search(self, cases: QuerySet[Case], _name: str, q: str) -> QuerySet[Case]:
        """Return the cases of the numbers that a search finds."""
        return case_list.of_numbers(cases, self.account, q)

    def at_providers(self, cases: QuerySet[Case], _name: str, keys: list[str]) -> QuerySet[Case]:
        """Return the cases that any of these providers has, or that are filed by hand."""
        wanted = ["" if key == case_list.BY_HAND else key for key in keys]
        return cases.filter(provider__in=wanted) if wanted else cases

    def at_carriers(self, cases: QuerySet[Case], _name: str, keys: list[str]) -> QuerySet[Case]:
        """Return the cases whose label any of these carriers showed at opening."""
        ids = [self.choices.source_ids[key] for key in keys]
        return cases.filter(carriers__overlap=ids) if ids else cases

    def with_owners(self, cases: QuerySet[Case], _name: str, keys: list[str]) -> QuerySet[Case]:
        """Return the cases that any of these people looks after, or nobody."""
        if not keys:
            return cases
        ids = [self.user.pk if key == ME else int(key) for key in keys if key != NOBODY]
        return cases.filter(Q(owner__in=ids) | Q(owner=None) if NOBODY in keys else Q(owner__in=ids))

    def late(self, cases: QuerySet[Case], _name: str, _value: str) -> QuerySet[Case]:
        """Return the open cases past their target."""
        return cases.filter(closed_at=None, overdue_at__isnull=False)

    def to_follow_up(self, cases: QuerySet[Case], _name: str, _value: str) -> QuerySet[Case]:
        """Return the cases with a dispute that was filed by hand and whose day to look again has come."""
        return case_list.to_follow_up(cases, now=self.now)


class AlertFilter(ListFilterSet):
    """The filters of the history of alerts."""

    q = django_filters.CharFilter(method="search", label="Number", max_length=TEXT_LIMIT)
    kind = django_filters.MultipleChoiceFilter(field_name="kind", choices=AlertKind.choices, label="Kind")
    counted_filters = ()

    def __init__(self, data: QueryDict, *, account: Account, queryset: QuerySet[Alert]) -> None:
        self.account = account
        super().__init__(data=data, queryset=queryset)
        self.filters["kind"].field_class = WordField

    def search(self, alerts: QuerySet[Alert], _name: str, q: str) -> QuerySet[Alert]:
        """Return the alerts about the numbers that a search finds."""
        return alerts.filter(number__in=case_list.number_ids(self.account, q))
