"""`/cases/`: which cases it holds and counts, its filters, its order, and what a poll is told (R84-R88)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Account, User
from common.scope import account_scope
from phone_numbers.models import Source
from remediation.models import Case
from remediation.services import cases, clock
from tests.pages.page_rules import refused_by_csp
from tests.remediation import remediation_world as world
from tests.remediation.case_pages import LIST, numbers_shown, plain, text

# Session, person, memberships, choices of the filters, the page, counts, the strip.
QUERIES = 6


def test_an_account_without_cases_is_told_when_one_opens(client: Client, acme: Account) -> None:
    html = text(client, LIST)
    assert "No case yet" in html
    assert refused_by_csp(html) == []


def test_the_list_holds_open_cases_and_counts_them(client: Client, acme: Account) -> None:
    case, _, _ = world.parked_case(acme)
    html = text(client, LIST)
    assert numbers_shown(html) == [case.number.e164]
    assert "Open 1" in plain(html)
    assert "Needs a person 1" in plain(html)
    assert "Under way 0" in plain(html)
    assert refused_by_csp(html) == []


def test_ended_cases_are_under_their_own_filter(client: Client, acme: Account, owner: User) -> None:
    case, _, _ = world.parked_case(acme)
    with account_scope(acme):
        cases.cancel(case, actor=owner, now=world.NOW)
    assert numbers_shown(text(client, LIST)) == []
    assert "No open case" in text(client, LIST)
    assert numbers_shown(text(client, f"{LIST}?show=ended")) == [case.number.e164]
    assert numbers_shown(text(client, f"{LIST}?show=all")) == [case.number.e164]
    assert numbers_shown(text(client, f"{LIST}?state=cancelled")) == [case.number.e164]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=parked", True),
        ("state=open", False),
        ("provider=by-hand", True),
        ("provider=telnyx", False),
        ("carrier=telnyx", True),
        ("carrier=verizon", False),
        ("owner=nobody", True),
        ("owner=me", False),
        ("overdue=1", False),
        ("follow_up=1", False),
        ("q=9999999", False),
    ],
)
def test_each_filter_narrows(query: str, found: bool, client: Client, acme: Account) -> None:
    world.parked_case(acme)
    html = text(client, f"{LIST}?{query}")
    assert bool(numbers_shown(html)) == found
    assert found or "No case matches" in html


def test_the_search_takes_a_number_as_people_write_it(client: Client, acme: Account) -> None:
    case, _, _ = world.parked_case(acme)
    world.parked_case(acme)
    national = case.number.e164.removeprefix("+1")
    assert numbers_shown(text(client, f"{LIST}?q=({national[:3]})+{national[3:6]}-{national[6:]}")) == [
        case.number.e164
    ]


def test_overdue_and_to_be_followed_up_are_found(client: Client, acme: Account, owner: User) -> None:
    case, task, _ = world.parked_case(acme)
    clock.follow_clocks(acme, now=world.NOW + 3 * world.DAY)
    with account_scope(acme):
        today = timezone.now().date()
        cases.file_task(task, reference="R-1", follow_up_on=today, note="", actor=owner, now=world.NOW)
    assert numbers_shown(text(client, f"{LIST}?overdue=1")) == [case.number.e164]
    assert numbers_shown(text(client, f"{LIST}?follow_up=1")) == [case.number.e164]


def test_a_filter_that_is_not_understood_shows_nothing_and_says_what_exists(client: Client, acme: Account) -> None:
    world.parked_case(acme)
    html = text(client, f"{LIST}?state=nonsense")
    assert numbers_shown(html) == []
    assert "“nonsense” is not a choice here. Choose from: Open, Submitted" in html


def test_open_cases_are_sorted_by_the_limit_and_ended_ones_are_not(client: Client, acme: Account) -> None:
    first, _, _ = world.parked_case(acme)
    second, _, _ = world.parked_case(acme)
    with account_scope(acme):
        Case.objects.filter(pk=second.pk).update(limit_at=first.limit_at - timedelta(hours=1))
    assert numbers_shown(text(client, f"{LIST}?sort=limit")) == [second.number.e164, first.number.e164]
    assert "sort=limit" in text(client, LIST)
    assert "sort=limit" not in text(client, f"{LIST}?show=ended")


def test_the_same_address_answers_with_the_list_alone_and_with_nothing_while_it_did_not_change(
    client: Client, acme: Account, owner: User
) -> None:
    case, _, _ = world.parked_case(acme)
    html = text(client, LIST, headers={"HX-Request": "true"})
    assert "<html" not in html
    (version,) = re.findall(r'data-version="(\w+)"', html)
    poll = f"{LIST}?poll={version}"
    assert client.get(poll, headers={"HX-Request": "true"}).status_code == 204
    with account_scope(acme):
        cases.assign(case, owner, actor=owner, now=world.NOW)
    assert client.get(poll, headers={"HX-Request": "true"}).status_code == 200


@pytest.mark.parametrize("count", [3, 30])
def test_the_list_takes_the_same_queries_for_any_number_of_rows(
    count: int, client: Client, acme: Account, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    world.flag(acme, world.monitored(acme, count))
    world.detect(acme)
    with django_assert_num_queries(QUERIES):
        assert len(numbers_shown(text(client, LIST))) == count


def test_markup_in_any_text_of_a_row_stays_text(client: Client, acme: Account, owner: User) -> None:
    case, _, _ = world.parked_case(acme)
    with account_scope(acme):
        type(case.number).objects.filter(pk=case.number_id).update(label="<b>label</b>")
        User.objects.filter(pk=owner.pk).update(full_name="<b>owner</b>")
        Source.objects.filter(key="telnyx").update(name="<b>source</b>")
        cases.assign(case, owner, actor=owner, now=world.NOW)
        Case.objects.filter(pk=case.pk).update(reason="<b>reason</b>", provider="<b>provider</b>")
    html = text(client, LIST)
    rows = html[html.index("<tbody") : html.index("</tbody")]
    assert "<b>" not in rows
    for said in ("label", "owner", "source", "reason", "provider"):
        assert f"&lt;b&gt;{said}&lt;/b&gt;" in rows
