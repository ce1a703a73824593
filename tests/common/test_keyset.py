"""Paging by row values: every row once in both directions under every sort, by index, with cursors that hold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Account
from common.keyset import LAST_PAGE, Pager, Sort, choose_sort
from common.scope import account_scope
from phone_numbers.models import PhoneNumber
from phone_numbers.selectors import listing
from tests import factories

pytestmark = pytest.mark.django_db
EVERY_SORT = [sign + name for name in listing.SORTS for sign in ("", "-")]
# Few values, so that nearly every row ties with another one.
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["", "Renewals", "renewals", "Zürich"]),
        st.sampled_from(["", "Denver, CO"]),
        st.sampled_from([0, 1, 2, 3]),
        st.sampled_from([-1, 40]),
        st.sampled_from([0, 1]),
    ),
    max_size=9,
)


def make_rows(account: Account, rows: list[tuple[Any, ...]]) -> None:
    for label, area, rating, score, minutes in rows:
        factories.make_number(
            account,
            label=label,
            area=area,
            rating=rating,
            sentiment=score,
            last_updated=factories.NOW + timedelta(minutes=minutes),
        )


@contextmanager
def taken_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def walk(pager: Pager, numbers: QuerySet[PhoneNumber], *, forward: bool) -> list[list[int]]:
    """Return the keys of every page, from the first on or from the last back."""
    page = pager.page(numbers) if forward else pager.page(numbers, before=LAST_PAGE)
    pages = [[row.pk for row in page.rows]]
    while cursor := page.after if forward else page.before:
        page = pager.page(numbers, after=cursor) if forward else pager.page(numbers, before=cursor)
        pages.append([row.pk for row in page.rows])
    return pages


@given(rows=ROWS, sort=st.sampled_from(EVERY_SORT), size=st.integers(1, 4))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_row_comes_once_in_both_directions(acme: Account, rows: list[Any], sort: str, size: int) -> None:
    with taken_back(), account_scope(acme):
        make_rows(acme, rows)
        numbers = listing.listed_numbers(acme)
        pager = Pager(listing.sort_of(sort), size=size, owner=acme.pk)
        wanted = [number.pk for number in pager.sort.apply(numbers)]
        forward = walk(pager, numbers, forward=True)
        backward = walk(pager, numbers, forward=False)
    assert len(wanted) == len(rows)
    assert [key for page in forward for key in page] == wanted
    assert [key for page in reversed(backward) for key in page] == wanted
    assert all(len(page) == size for page in [*forward[:-1], *backward[:-1]])


@pytest.mark.parametrize("sort", EVERY_SORT)
def test_the_way_back_leads_over_the_same_rows(acme: Account, sort: str) -> None:
    make_rows(acme, [("", "", 1, -1, 0)] * 5)
    with account_scope(acme):
        numbers, pager = listing.listed_numbers(acme), Pager(listing.sort_of(sort), size=2, owner=acme.pk)
        first = pager.page(numbers)
        second = pager.page(numbers, after=first.after)
        again = pager.page(numbers, before=second.before)
    assert again.rows == first.rows
    assert (again.before, again.after) == ("", first.after)


@pytest.mark.parametrize("sort", EVERY_SORT)
def test_a_page_is_found_by_index_and_never_by_filtering(acme: Account, sort: str) -> None:
    make_rows(acme, [("Renewals", "Denver, CO", 1, 40, 0)] * 3)
    with account_scope(acme):
        numbers = listing.listed_numbers(acme)
        pager = Pager(listing.sort_of(sort), size=1, owner=acme.pk)
        values = pager.sort.values_of(pager.page(numbers).rows[0])
        with connection.cursor() as cursor:
            # A table of three rows is always scanned; without that the planner must show which index could answer.
            cursor.execute(
                "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off"
            )
        plan = pager.sort.apply(pager.sort.beyond(numbers, values))[:2].explain()
    conditions = [line for line in plan.splitlines() if "Index Cond" in line]
    column = pager.sort.fields[0].split("__")[-1]
    compared = "<" if pager.sort.descending else ">"
    assert any(column in line and compared in line for line in conditions), plan
    assert " OR " not in plan


def test_a_cursor_of_another_sort_is_ignored(acme: Account) -> None:
    make_rows(acme, [("a", "", 1, 10, 0), ("b", "", 1, 20, 0), ("c", "", 1, 30, 0)])
    with account_scope(acme):
        numbers = listing.listed_numbers(acme)
        cursor = Pager(listing.sort_of("label"), size=1, owner=acme.pk).page(numbers).after
        for sort in ("-label", "area", "number"):
            pager = Pager(listing.sort_of(sort), size=1, owner=acme.pk)
            assert pager.page(numbers, after=cursor).rows == pager.page(numbers).rows


@pytest.mark.parametrize("cursor", ["nonsense", "a:b", "WyJsYWJlbCJd:x", "\x00", "é" * 2000, "end:end"])
def test_a_damaged_cursor_is_ignored(acme: Account, cursor: str) -> None:
    make_rows(acme, [("a", "", 1, 10, 0), ("b", "", 1, 20, 0)])
    with account_scope(acme):
        numbers, pager = listing.listed_numbers(acme), Pager(listing.sort_of("label"), size=1, owner=acme.pk)
        first = pager.page(numbers)
        assert pager.page(numbers, after=cursor).rows == first.rows
        assert pager.page(numbers, before=cursor).rows == first.rows
        assert pager.page(numbers, after=first.after + "x").rows == first.rows


def test_a_signed_cursor_with_the_wrong_number_of_values_is_ignored(acme: Account) -> None:
    make_rows(acme, [("a", "", 1, 10, 0), ("b", "", 1, 20, 0)])
    with account_scope(acme):
        numbers, pager = listing.listed_numbers(acme), Pager(listing.sort_of("label"), size=1, owner=acme.pk)
        for payload in (["label"], ["label", "a"], ["label", "a", "not a key"], [], {}, 7):
            cursor = pager._signer.sign_object(payload)
            assert pager.page(numbers, after=cursor).rows == pager.page(numbers).rows


def test_a_cursor_of_another_owner_is_ignored(acme: Account, globex: Account) -> None:
    make_rows(acme, [("a", "", 1, 10, 0), ("b", "", 1, 20, 0)])
    make_rows(globex, [("a", "", 1, 10, 0), ("b", "", 1, 20, 0)])
    with account_scope(acme):
        cursor = Pager(listing.sort_of("label"), size=1, owner=acme.pk).page(listing.listed_numbers(acme)).after
    with account_scope(globex):
        numbers, pager = listing.listed_numbers(globex), Pager(listing.sort_of("label"), size=1, owner=globex.pk)
        assert pager.page(numbers, after=cursor).rows == pager.page(numbers).rows


def test_a_cursor_shows_nothing_that_was_not_on_the_page(acme: Account) -> None:
    make_rows(acme, [("a", "", 1, 10, 0), ("b", "", 1, 20, 0)])
    with account_scope(acme):
        pager = Pager(listing.sort_of("number"), size=1, owner=acme.pk)
        page = pager.page(listing.listed_numbers(acme))
    assert pager._signer.unsign_object(page.after) == ["number", page.rows[0].e164]


def test_an_empty_list_has_one_empty_page(acme: Account) -> None:
    with account_scope(acme):
        page = Pager(listing.sort_of(None), size=5, owner=acme.pk).page(listing.listed_numbers(acme), before=LAST_PAGE)
    assert (page.rows, page.before, page.after) == ([], "", "")


@pytest.mark.parametrize(
    ("wanted", "key", "descending"),
    [
        (None, "last_updated", True),
        ("", "last_updated", True),
        ("nonsense", "last_updated", True),
        ("--label", "last_updated", True),
        ("label", "label", False),
        ("-label", "label", True),
    ],
)
def test_an_unknown_sort_is_the_default(wanted: str | None, key: str, descending: bool) -> None:
    sort = choose_sort(wanted, listing.SORTS, listing.DEFAULT_SORT)
    assert (sort.key, sort.descending) == (key, descending)


def test_every_sort_ends_in_a_unique_column() -> None:
    assert {fields[-1] for fields in listing.SORTS.values()} == {"e164", "id", "status__number_id"}
    assert all(isinstance(listing.sort_of(name), Sort) for name in EVERY_SORT)
