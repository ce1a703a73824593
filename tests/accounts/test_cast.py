"""The cast of the tests is as the other tests believe it to be."""

from __future__ import annotations

import pytest

from accounts import selectors
from accounts.models import Account, User
from common.scope import account_scope
from enrollment.models import Enrollment, EnrollmentState
from phone_numbers import states
from phone_numbers.models import Source
from tests import factories


def test_both_accounts_hold_the_same_licences(acme: Account, globex: Account) -> None:
    today = factories.NOW.date()
    kinds = selectors.valid_license_kinds(acme, today=today)
    assert kinds == selectors.valid_license_kinds(globex, today=today) == frozenset(factories.EVERY_LICENSE)


def test_only_acme_is_approved_for_the_services(acme: Account, globex: Account) -> None:
    with account_scope(acme):
        assert set(Enrollment.objects.values_list("state", flat=True)) == {EnrollmentState.APPROVED}
    with account_scope(globex):
        assert not Enrollment.objects.exists()


def test_roles_may_do_what_they_should(
    owner: User, admin: User, plain_admin: User, viewer: User, stranger: User
) -> None:
    people = (owner, admin, plain_admin, viewer, stranger)
    assert [selectors.memberships_of(person)[0].may_edit for person in people] == [True, True, False, False, True]
    assert [selectors.memberships_of(person)[0].may_manage_members for person in people] == [True, *[False] * 3, True]


def test_reviewer_and_nobody_are_in_no_account(reviewer: User, nobody: User) -> None:
    assert reviewer.is_reviewer
    assert selectors.memberships_of(reviewer) == selectors.memberships_of(nobody) == []


def test_a_number_comes_with_its_status(acme: Account) -> None:
    number = factories.make_number(acme, rating=states.Rating.SPAM, label="Front desk")
    assert factories.status_of(number).status == states.ReputationStatus.SPAM
    assert number.label == "Front desk"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_known_sources_survive_a_test_that_commits(turn: int) -> None:
    assert Source.objects.filter(key="verizon").count() == 1
