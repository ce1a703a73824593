"""Search by any run of digits however they are typed, by area and by label (D8)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.http import QueryDict
from django.utils.http import urlencode
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Account
from common.scope import account_scope, all_accounts
from phone_numbers import filters
from phone_numbers.filters import NumberFilter
from phone_numbers.models import PhoneNumber
from phone_numbers.selectors import listing, sql
from tests import factories

pytestmark = pytest.mark.django_db
CAST = {
    "+14155550142": ("Spring renewals", "San Francisco, CA"),
    "+13035550114": ("Renewals 100%_west", "Denver, CO"),
    "+18005550199": ("", ""),
    "+442079460018": ("Zürich desk", "London"),
}


@pytest.fixture
def cast(acme: Account) -> Account:
    """acme with four numbers."""
    for e164, (label, area) in CAST.items():
        factories.make_number(acme, e164, label=label, area=area)
    return acme


def found(account: Account, q: str) -> set[str]:
    """Return the numbers that a search finds, and see that the page's own shape of it finds the same."""
    with account_scope(account):
        chosen = NumberFilter(QueryDict(urlencode({"q": q})), account=account)
        numbers = {number.e164 for number in chosen.qs}
        for order in ("number", "-last_updated"):
            assert {number.e164 for number in chosen.page_numbers(listing.sort_of(order))} == numbers
    return numbers


@pytest.mark.parametrize(
    ("q", "numbers"),
    [
        ("(415) 555-01", {"+14155550142"}),
        ("+1415", {"+14155550142"}),
        ("1 (415) 555-0142", {"+14155550142"}),
        ("+1 415.555.0142", {"+14155550142"}),
        ("14155550142", {"+14155550142"}),
        ("4155550142", {"+14155550142"}),
        ("415/555/0142", {"+14155550142"}),
        ("[415] 555\u20110142", {"+14155550142"}),
        ("\uff14\uff11\uff15 555", {"+14155550142"}),
        ("  0142  ", {"+14155550142"}),
        ("0142", {"+14155550142"}),
        ("5550", {"+14155550142", "+13035550114", "+18005550199"}),
        ("142", {"+14155550142"}),
        ("42", {"+14155550142", "+442079460018"}),
        ("9", {"+18005550199", "+442079460018"}),
        ("+44 20 7946", {"+442079460018"}),
        ("0143", set()),
        ("41555501421", set()),
    ],
)
def test_any_run_of_digits_finds_the_number_however_it_is_typed(cast: Account, q: str, numbers: set[str]) -> None:
    assert found(cast, q) == numbers


@pytest.mark.parametrize(
    ("q", "numbers"),
    [
        ("renewals", {"+14155550142", "+13035550114"}),
        ("RENEWALS", {"+14155550142", "+13035550114"}),
        ("spring ren", {"+14155550142"}),
        ("zürich", {"+442079460018"}),
        ("ZÜR", {"+442079460018"}),
        ("de", {"+442079460018", "+13035550114"}),  # "desk", and part of "Denver, CO"
        ("s", {"+14155550142", "+13035550114", "+442079460018"}),
        ("denver", {"+13035550114"}),
        ("Denver, CO", {"+13035550114"}),
        ("co", {"+13035550114"}),
        ("ca", {"+14155550142"}),
        ("francisco", {"+14155550142"}),
        ("100%", {"+13035550114"}),
        ("100", set()),  # digits alone mean the number
        ("%", {"+13035550114"}),
        ("_", {"+13035550114"}),
        ("100_", set()),
        ("\\", set()),
        ("'", set()),
        ("--", set()),
        ("nothing like it", set()),
    ],
)
def test_letters_find_part_of_an_area_or_a_label(cast: Account, q: str, numbers: set[str]) -> None:
    assert found(cast, q) == numbers


def test_a_search_in_one_account_never_finds_a_number_of_another(cast: Account, globex: Account) -> None:
    factories.make_number(globex, "+14155550142", label="Spring renewals", area="San Francisco, CA")
    with account_scope(globex):
        theirs = set(NumberFilter(QueryDict("q=0142"), account=globex).qs.values_list("pk", flat=True))
    for q in ("0142", "renewals", "san francisco"):
        with account_scope(cast):
            mine = NumberFilter(QueryDict(urlencode({"q": q})), account=cast).qs
            assert theirs.isdisjoint(mine.values_list("pk", flat=True))


@contextmanager
def taken_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


WORDS = st.text(alphabet="abAB %_\\é-", max_size=8).map(str.strip)


@given(labels=st.lists(WORDS, min_size=1, max_size=5), q=WORDS.filter(bool), few=st.sampled_from([0, 1, 5_000]))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_labels_are_found_as_python_finds_them(
    acme: Account, monkeypatch: pytest.MonkeyPatch, labels: list[str], q: str, few: int
) -> None:
    monkeypatch.setattr(filters, "FEW", few)
    with taken_back():
        made = {factories.make_number(acme, label=label).e164: label for label in labels}
        assert found(acme, q) == {e164 for e164, label in made.items() if q.lower() in label.lower()}


@given(tails=st.sets(st.integers(0, 99), min_size=1, max_size=6), q=st.text("0123456789", min_size=1, max_size=6))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_digits_are_found_as_python_finds_them(
    acme: Account, monkeypatch: pytest.MonkeyPatch, tails: set[int], q: str
) -> None:
    monkeypatch.setattr(filters, "FEW", len(q) % 3)
    with taken_back():
        made = [factories.make_number(acme, f"+131255501{tail:02d}").e164 for tail in tails]
        assert found(acme, q) == {e164 for e164 in made if q in e164}


def test_three_digits_and_more_are_answered_by_the_search_index(cast: Account) -> None:
    # Without the account's own condition no other index can answer, so that a handful of rows shows what a million do.
    with all_accounts(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for q in ("5550", "renewals"):
            plan = listing.found(PhoneNumber.objects.all(), cast, q).explain()
            assert "Bitmap Index Scan on numbers_search" in plan, plan


def test_areas_are_the_accounts_own_and_each_comes_once(cast: Account, globex: Account) -> None:
    factories.make_number(cast, "+13035550115", area="Denver, CO")
    factories.make_number(globex, "+12065550100", area="Seattle, WA")
    with account_scope(cast):
        assert sorted(sql.areas_of(cast)) == ["Denver, CO", "London", "San Francisco, CA"]


def test_two_letters_name_a_state_before_they_are_part_of_a_name(cast: Account) -> None:
    factories.make_number(cast, "+17195550100", area="Cañon City, CO")
    factories.make_number(cast, "+16145550100", area="Columbus, OH")
    with account_scope(cast):
        assert listing.areas_like(cast, ["co"])["co"] == ["Cañon City, CO", "Denver, CO"]
        assert listing.areas_like(cast, ["um"])["um"] == ["Columbus, OH"]


def test_a_state_by_code_or_name_means_its_cities_and_the_numbers_without_a_city(cast: Account) -> None:
    for serial, area in enumerate(("Austin, TX", "Texas", "Texarkana, AR", "West Virginia", "Norfolk, VA")):
        factories.make_number(cast, f"+1512555010{serial}", area=area)
    with account_scope(cast):
        assert listing.areas_like(cast, ["tx"])["tx"] == ["Austin, TX", "Texas"]
        assert listing.areas_like(cast, ["texas"])["texas"] == ["Austin, TX", "Texas"]
        assert listing.areas_like(cast, ["virginia"])["virginia"] == ["Norfolk, VA", "West Virginia"]
        assert listing.areas_like(cast, ["zz"])["zz"] == []
