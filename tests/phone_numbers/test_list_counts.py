"""Totals and chips: exact from the summary table, counted up to a limit where that does not know."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from django.http import QueryDict
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from accounts.models import Account, User
from accounts.products import Product
from common.scope import account_scope
from phone_numbers.filters import NumberFilter
from phone_numbers.models import NumberStatus
from phone_numbers.selectors import counts
from phone_numbers.states import Capability, Origin, Rating, Registration, ReputationStatus
from tests import factories
from tests.conftest import ClientFor

pytestmark = pytest.mark.django_db

WORDS: dict[str, list[str]] = {
    "product": ["contact_center", "phone", "other"],
    "registration": ["not_registered", "in_progress", "registered", "rejected"],
    "rating": ["unknown", "healthy", "mixed", "spam"],
    "status": ["no_data", "healthy", "in_progress", "mixed", "spam"],
    "service": ["registration", "monitoring", "none"],
    "capability": ["off", "verifying", "on", "failed", "no_longer_eligible"],
    "source": ["native", "byoc"],
    "tagged": ["yes", "no"],
}


def _query(chosen: dict[str, list[str]]) -> str:
    return "&".join(f"{name}={word}" for name, words in chosen.items() for word in words)


FILTERS = st.fixed_dictionaries(
    {}, optional={name: st.lists(st.sampled_from(words), max_size=2, unique=True) for name, words in WORDS.items()}
)


@pytest.fixture
def many(acme: Account, globex: Account) -> Account:
    """acme with forty numbers in many states, some moved afterwards, and another account that must not count."""
    for place in range(40):
        factories.make_number(
            acme,
            product=Product(place % 3),
            origin=Origin(1 + place % 2),
            registration=Registration(place % 4),
            capability=Capability(place * 7 % 5),
            rating=Rating(place // 3 % 4),
            tag_since=factories.NOW if place % 5 == 0 else None,
        )
    factories.make_number(globex, rating=Rating.SPAM)
    with account_scope(acme):
        NumberStatus.objects.filter(rating=Rating.MIXED, capability=Capability.ON).update(rating=Rating.SPAM)
        NumberStatus.objects.filter(rating=Rating.UNKNOWN).first().number.delete()
    return acme


@given(chosen=FILTERS)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_totals_equal_a_real_count_under_every_combination(many: Account, chosen: dict[str, list[str]]) -> None:
    with account_scope(many):
        filterset = NumberFilter(QueryDict(_query(chosen)), account=many)
        assert filterset.is_counted
        totals = counts.totals(filterset.counted_values(), filterset.head)
        any_status = filterset.narrowed(filterset.chosen.keys() - {"status"})
        real = Counter(any_status.values_list("status__status", flat=True))
        assert totals.counts.total == filterset.qs.count()
        assert totals.everything == NumberStatus.objects.count() == 39
        assert {status: n for status, n in (totals.counts.by_status or {}).items() if n} == real


@pytest.mark.parametrize("query", ["q=5", "area=NY", "flagged_by=att", "ids=00000000-0000-0000-0000-000000000000"])
def test_the_summary_table_does_not_know_the_other_filters(acme: Account, query: str) -> None:
    factories.make_number(acme, area="New York, NY")
    with account_scope(acme):
        assert not NumberFilter(QueryDict(query), account=acme).is_counted


def test_filters_that_are_not_understood_are_not_counted(acme: Account) -> None:
    with account_scope(acme):
        assert not NumberFilter(QueryDict("product=purple"), account=acme).is_counted


def test_other_filters_are_counted_in_the_rows(many: Account, client_for: ClientFor, viewer: User) -> None:
    fragment = _fragment(client_for, viewer, "q=555")
    with account_scope(many):
        spam = NumberStatus.objects.filter(status=ReputationStatus.SPAM).count()
    assert "of 39</span>" in fragment
    assert f"Spam <strong>{spam}</strong>" in fragment


def test_nothing_is_counted_as_nothing(many: Account, client_for: ClientFor, viewer: User) -> None:
    fragment = _fragment(client_for, viewer, "q=999999")
    assert "of 0</span>" in fragment
    assert fragment.count("<strong>0</strong>") == 5


def test_a_chosen_status_narrows_the_total_and_not_the_chips(
    many: Account, client_for: ClientFor, viewer: User
) -> None:
    with account_scope(many):
        by_status = Counter(NumberStatus.objects.values_list("status", flat=True))
    fragment = _fragment(client_for, viewer, "q=555&status=spam")
    assert f"of {by_status[ReputationStatus.SPAM]}</span>" in fragment
    assert f"Healthy <strong>{by_status[ReputationStatus.HEALTHY]}</strong>" in fragment


def test_above_the_limit_the_total_says_so_and_chips_have_no_counts(
    many: Account, client_for: ClientFor, viewer: User, settings: Settings
) -> None:
    settings.COUNT_LIMIT = 30
    fragment = _fragment(client_for, viewer, "q=555")
    assert "of 30+</span>" in fragment
    assert "<strong>" not in fragment.partition("</nav>")[0]


def test_above_the_limit_a_chosen_status_is_still_counted(
    many: Account, client_for: ClientFor, viewer: User, settings: Settings
) -> None:
    settings.COUNT_LIMIT = 30
    with account_scope(many):
        spam = NumberStatus.objects.filter(status=ReputationStatus.SPAM).count()
    assert f"of {spam}</span>" in _fragment(client_for, viewer, "q=555&status=spam")


def test_exactly_the_limit_is_not_above_it(
    many: Account, client_for: ClientFor, viewer: User, settings: Settings
) -> None:
    settings.COUNT_LIMIT = 39
    assert "of 39</span>" in _fragment(client_for, viewer, "q=555")


def _fragment(client_for: ClientFor, user: User, query: str) -> Any:
    address = f"{reverse('numbers:list')}?{query}&count=1"
    response = client_for(user).get(address, headers={"HX-Request": "true"})
    assert response.status_code == 200
    assert "HX-Push-Url" not in response
    return response.content.decode()
