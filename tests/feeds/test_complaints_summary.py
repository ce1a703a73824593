"""What the panel says about complaints: counts, subjects, robocalls, dates and since when they are counted."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from accounts.models import Account
from common.scope import ScopeError, account_scope
from phone_numbers.models import ComplaintDay, PhoneNumber
from phone_numbers.selectors.complaints import ComplaintSummary, SubjectCount, complaint_summary
from tests import factories
from tests.factories import NOW


def summary_of(number: PhoneNumber) -> ComplaintSummary:
    with account_scope(number.account_id):
        return complaint_summary(number, now=NOW)


def take_day(day: date, taken_at: datetime = NOW, **fields: Any) -> None:
    fields = {"date_only": False, "rows": 1} | fields
    ComplaintDay.objects.create(agency="ftc", day=day, taken_at=taken_at, **fields)


def test_complaints_are_summed_up_by_subject_and_robocall(acme: Account) -> None:
    number = factories.make_number(acme)
    for hour, subject, robocall in (
        (1, "Other", True),
        (2, "Other", None),
        (3, "Charities", True),
        (4, "Other", False),
    ):
        factories.make_complaint(number, NOW - timedelta(hours=hour), subject=subject, robocall=robocall)
    factories.make_complaint(number, NOW - timedelta(days=91), subject="Energy", robocall=True)
    factories.make_complaint(number, datetime(2026, 2, 1, tzinfo=UTC), date_only=True, ordinal=1)
    summary = summary_of(number)
    assert (summary.total, summary.recent, summary.without_details) == (6, 4, 1)
    assert summary.subjects == (SubjectCount("Other", 3), SubjectCount("Charities", 1), SubjectCount("Energy", 1))
    assert (summary.robocalls, summary.robocall_said, summary.robocall_percent) == (3, 4, 75)
    assert (summary.first_day, summary.last_day) == (date(2026, 2, 1), date(2026, 7, 15))


def test_a_number_without_complaints_has_none_and_no_share(acme: Account) -> None:
    summary = summary_of(factories.make_number(acme))
    assert (summary.total, summary.recent, summary.subjects, summary.robocall_percent) == (0, 0, (), None)
    assert (summary.first_day, summary.last_day) == (None, None)


def test_it_counts_since_the_first_day_that_was_taken_while_the_number_was_here(acme: Account) -> None:
    number = factories.make_number(acme, created_at=NOW - timedelta(days=5))
    assert summary_of(number).counted_since is None
    take_day(date(2026, 1, 1), NOW - timedelta(days=6))
    assert summary_of(number).counted_since is None
    take_day(date(2026, 7, 12), NOW - timedelta(days=4))
    take_day(date(2026, 7, 13), NOW - timedelta(days=3))
    assert summary_of(number).counted_since == date(2026, 7, 12)


def test_it_costs_two_queries_whatever_the_number_of_complaints(acme: Account, django_assert_num_queries: Any) -> None:
    number = factories.make_number(acme)
    for hour in range(20):
        factories.make_complaint(number, NOW - timedelta(hours=hour), subject=f"Subject {hour % 7}")
    with account_scope(acme), django_assert_num_queries(2):
        complaint_summary(number, now=NOW)


def test_it_is_refused_outside_the_account(acme: Account) -> None:
    number = factories.make_number(acme)
    with pytest.raises(ScopeError):
        complaint_summary(number, now=NOW)
