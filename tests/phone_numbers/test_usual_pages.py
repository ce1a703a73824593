"""The usual pages of the list by their own statements: the same rows as the filters give, by an index in page order."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Account
from common.keyset import LAST_PAGE, Pager, Rows, Sort
from common.scope import account_scope
from phone_numbers.filters import NumberFilter
from phone_numbers.models import PhoneNumber
from phone_numbers.selectors import listing, usual_pages
from phone_numbers.selectors.usual_pages import UsualPages
from phone_numbers.states import ReputationStatus
from tests import factories
from tests.common.test_keyset import EVERY_SORT, ROWS, make_rows, taken_back

pytestmark = pytest.mark.django_db
STATUS_SORTS = [sign + name for name in usual_pages.ORDERS_OF_A_STATUS for sign in ("", "-")]


def pages(pager: Pager, rows: QuerySet[PhoneNumber] | Rows, *, forward: bool) -> list[list[tuple[object, ...]]]:
    """Return every page, from the first on or from the last back, each row as its values."""
    page = pager.page(rows) if forward else pager.page(rows, before=LAST_PAGE)
    found = [[tuple(row) for row in page.rows]]
    while cursor := page.after if forward else page.before:
        page = pager.page(rows, after=cursor) if forward else pager.page(rows, before=cursor)
        found.append([tuple(row) for row in page.rows])
    return found


@given(rows=ROWS, sort=st.sampled_from(EVERY_SORT), size=st.integers(1, 4), forward=st.booleans())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_all_numbers_are_paged_as_the_filters_page_them(
    acme: Account, globex: Account, rows: list[tuple[object, ...]], sort: str, size: int, forward: bool
) -> None:
    with taken_back(), account_scope(acme):
        make_rows(acme, rows)
        with account_scope(globex):
            make_rows(globex, rows)
        pager = Pager(listing.sort_of(sort), size=size, owner=acme.pk)
        usual = pages(pager, UsualPages(acme.pk), forward=forward)
        assert usual == pages(pager, listing.rows_in_order(acme, pager.sort), forward=forward)
        assert sum(map(len, usual)) == len(rows)


@given(rows=ROWS, sort=st.sampled_from(STATUS_SORTS), size=st.integers(1, 4), forward=st.booleans())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_one_status_is_paged_as_the_filters_page_it(
    acme: Account, rows: list[tuple[object, ...]], sort: str, size: int, forward: bool
) -> None:
    with taken_back(), account_scope(acme):
        make_rows(acme, rows)
        pager = Pager(listing.sort_of(sort), size=size, owner=acme.pk)
        for status in ReputationStatus:
            filtered = listing.rows_in_order(acme, pager.sort).filter(status__status=status)
            usual = pages(pager, UsualPages(acme.pk, status), forward=forward)
            assert usual == pages(pager, filtered, forward=forward)


@pytest.mark.parametrize(
    ("query", "sort", "is_usual"),
    [
        ("", "area", True),
        ("status=spam", "-last_updated", True),
        ("status=spam", "status", True),
        ("status=spam", "label", False),  # no index gives one status by label: the best plan depends on how rare it is
        ("status=spam&status=mixed", "-last_updated", False),
        ("product=phone", "-last_updated", False),
        ("q=303", "number", False),
        ("status=purple", "-last_updated", False),
    ],
)
def test_a_plan_without_values_is_kept_only_where_an_index_has_the_order(
    acme: Account, query: str, sort: str, is_usual: bool
) -> None:
    factories.make_number(acme)
    with account_scope(acme):
        found = NumberFilter(QueryDict(query), account=acme).page_rows(listing.sort_of(sort))
        assert isinstance(found, UsualPages) == is_usual


@pytest.mark.parametrize(
    ("sort", "status"),
    [*((sort, None) for sort in EVERY_SORT), *((sort, ReputationStatus.SPAM) for sort in STATUS_SORTS)],
)
@pytest.mark.parametrize("is_beyond", [False, True])
def test_the_plan_without_values_reads_along_the_order(
    acme: Account, sort: str, status: ReputationStatus | None, is_beyond: bool
) -> None:
    make_rows(acme, [("Renewals", "Denver, CO", 3, 40, minutes) for minutes in range(3)])
    order, found = listing.sort_of(sort), UsualPages(acme.pk, status)
    first = found.take(order, None, 2)
    assert len(first) == 2
    values = order.values_of(first[0]) if is_beyond else None
    with connection.cursor() as cursor:
        # Three rows are always scanned and sorted; without that, it must show whether an index gives the order.
        cursor.execute("DISCARD PLANS; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL enable_sort = off")
    plan = _plan(found, order, values)
    assert "Sort" not in plan, plan
    assert "$1" in plan, plan


def _plan(found: UsualPages, order: Sort, values: tuple[object, ...] | None) -> str:
    """Return the plan of the prepared statement that `take` runs."""
    seen: list[str] = []

    def explain(execute, statement, params, many, context):  # type: ignore[no-untyped-def]
        if not statement.startswith("EXECUTE"):
            return execute(statement, params, many, context)
        execute(f"EXPLAIN {statement}", params, many, context)
        seen.extend(line for (line,) in context["cursor"].fetchall())
        return execute(statement, params, many, context)

    with connection.execute_wrapper(explain):
        found.take(order, values, 2)
    return "\n".join(seen)
