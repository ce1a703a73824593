"""The ways through the list: sort, pages, chips, fragments, columns and selection."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from accounts.models import Account, User
from accounts.products import Product
from common.scope import account_scope
from phone_numbers.filters import filtered_numbers
from phone_numbers.models import PhoneNumber
from phone_numbers.states import Rating
from tests import factories
from tests.conftest import ClientFor
from tests.phone_numbers.list_reader import HTMX, follow, get, listed, make_many, text, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client_for: ClientFor, viewer: User) -> Client:
    """A viewer: seeing needs no privilege (D28)."""
    return client_for(viewer)


# --- Filters, sort, pages --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("sort", ["-last_updated", "number", "-label", "area", "-status", "overall"])
def test_the_pages_hold_every_number_once_and_in_order(acme: Account, client: Client, sort: str) -> None:
    make_many(acme, 60)
    page, seen = text(client, f"sort={sort}&per_page=25"), []
    while page:
        seen.append(listed(page))
        page = follow(client, page, "next")
    with account_scope(acme):
        wanted = [number.e164 for number in filtered_numbers(acme, QueryDict(f"sort={sort}"))]
    assert [len(rows) for rows in seen] == [25, 25, 10]
    assert [number for rows in seen for number in rows] == wanted


def test_one_can_go_to_the_end_and_back(acme: Account, client: Client) -> None:
    make_many(acme, 60)
    first = text(client, "sort=number&per_page=25")
    last = follow(client, first, "last")
    assert listed(last)[-1] == "+12125550159"
    assert len(listed(last)) == 25
    assert not follow(client, last, "next")
    before = follow(client, last, "prev")
    assert listed(before)[-1] < listed(last)[0]
    assert listed(follow(client, last, "first")) == listed(first)
    assert not follow(client, first, "prev")


def test_a_change_of_filter_or_sort_starts_at_the_first_page(acme: Account, client: Client) -> None:
    make_many(acme, 60)
    second = follow(client, text(client, "sort=number&per_page=25"), "next")
    addresses = re.findall(r'href="(/numbers/\?[^"]*)"', second)
    leading_on = [address for address in addresses if "after=" in address or "before=" in address]
    assert len(set(leading_on)) == 3  # previous, next, last


def test_a_page_that_has_emptied_leads_back_to_the_first(acme: Account, client: Client) -> None:
    make_many(acme, 26)
    first = text(client, "sort=number&per_page=25")
    with account_scope(acme):
        PhoneNumber.objects.filter(e164="+12125550125").delete()
    page = follow(client, first, "next")
    assert "There is nothing on this page any more" in page
    assert 'href="/numbers/?sort=number&per_page=25"' in page


def test_headers_lead_to_the_other_direction_and_say_the_present_one(acme: Account, client: Client) -> None:
    factories.make_number(acme)
    page = text(client)
    assert 'class="c-last_updated" aria-sort="descending"' in page
    assert page.count("aria-sort") == 1
    assert 'href="/numbers/?sort=last_updated"' in page
    assert 'href="/numbers/?sort=-status"' in page
    page = text(client, "sort=label&q=555")
    assert 'class="c-label" aria-sort="ascending"' in page
    assert 'href="/numbers/?q=555&sort=-label"' in page


def test_chips_count_and_filter_and_take_the_filter_away_again(acme: Account, client: Client) -> None:
    for rating in (1, 1, 3):
        factories.make_number(acme, rating=rating)
    factories.make_number(acme, product=Product.PHONE, rating=3)
    page = text(client, "product=contact_center")
    chips = page.partition('id="chips"')[2].partition("</nav>")[0]
    assert re.findall(r"</span>([A-Za-z ]+) <strong>", chips) == [
        "Healthy",
        "Spam",
        "Mixed",
        "In Progress",
        "No data yet",
    ]
    assert re.findall(r"<strong>(\d+)</strong>", chips) == ["2", "1", "0", "0", "0"]
    assert 'href="/numbers/?product=contact_center&status=spam"' in chips
    assert "aria-current" not in chips
    chosen = text(client, "product=contact_center&status=spam").partition('id="chips"')[2].partition("</nav>")[0]
    assert (
        'href="/numbers/?product=contact_center" hx-get="/numbers/?product=contact_center" aria-current="true"'
        in chosen
    )
    assert re.findall(r"<strong>(\d+)</strong>", chosen) == ["2", "1", "0", "0", "0"]


def test_filters_in_use_are_named_and_each_can_be_removed(acme: Account, client: Client) -> None:
    factories.make_number(acme, "+13035550130", area="Denver, CO", rating=Rating.SPAM)
    page = text(client, "q=303&product=contact_center&product=phone&tagged=no&area=Denver&sort=label")
    chips = dict(re.findall(r'class="filter-chip" href="([^"]+)"[^>]*aria-label="Remove filter ([^"]+)"', page))
    assert set(chips.values()) == {
        "Search: 303",
        "Product: Contact Center",
        "Product: Phone",
        "Spam tag: No",
        "Area: Denver",
    }
    assert chips["/numbers/?q=303&product=contact_center&tagged=no&area=Denver&sort=label"] == "Product: Phone"
    assert 'class="list-clear" href="/numbers/?sort=label"' in page


def test_the_form_keeps_what_is_chosen(acme: Account, client: Client) -> None:
    factories.make_number(acme)
    page = text(client, "product=phone&tagged=1&status=spam&sort=label&per_page=100&q=5")
    assert re.search(r'id="product-phone"[^>]* checked', page)
    assert not re.search(r'id="product-other"[^>]* checked', page)
    assert re.search(r'id="tagged-yes"[^>]* checked', page)
    for name, value in (("status", "spam"), ("sort", "label"), ("per_page", "100")):
        assert f'<input type="hidden" name="{name}" value="{value}">' in page
    assert re.search(r'id="q" name="q" value="5"', page)


def test_the_export_button_carries_the_filters_and_the_file_equals_the_list(acme: Account, client: Client) -> None:
    make_many(acme, 40)
    page = text(client, "rating=spam&sort=-number&per_page=100")
    address = re.search(r'href="([^"]*export\.csv[^"]*)" id="export"', page)
    assert address
    response: Any = client.get(address[1])
    rows = csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode(), newline=""))
    assert [row["Number"] for row in rows] == listed(page)
    assert len(listed(page)) == 10


# --- Fragments -------------------------------------------------------------------------------------------------------
def test_the_same_address_is_a_page_or_its_changing_part(acme: Account, client: Client) -> None:
    factories.make_number(acme, "+13035550130")
    page, part = get(client, "rating=unknown"), get(client, "rating=unknown", **HTMX)
    assert page.content.startswith(b"<!doctype html>")
    assert b"<html" not in part.content
    assert part.content.strip().startswith(b'<div id="list"')
    assert listed(part.content.decode()) == listed(page.content.decode()) == ["+13035550130"]
    assert "HX-Request" in page["Vary"]
    assert "HX-Request" in part["Vary"]
    assert "HX-Push-Url" not in page


def test_the_part_puts_a_clean_address_into_the_browser(acme: Account, client: Client) -> None:
    make_many(acme, 26)
    part = get(client, "q=&product=&rating=unknown&rating=spam&per_page=25", **HTMX)
    assert part["HX-Push-Url"] == "/numbers/?rating=unknown&rating=spam&per_page=25"
    cursor = re.search(r"after=([^\"&]+)", text(client, "per_page=25"))
    assert cursor
    assert get(client, f"per_page=25&after={cursor[1]}&q=", **HTMX)["HX-Push-Url"].startswith(
        "/numbers/?per_page=25&after="
    )


def test_going_back_in_the_browser_brings_the_whole_page(acme: Account, client: Client) -> None:
    response = get(client, "", **HTMX, **{"HX-History-Restore-Request": "true"})
    assert response.content.startswith(b"<!doctype html>")


def test_a_poll_is_answered_only_when_a_row_reads_differently(acme: Account, client: Client) -> None:
    number = factories.make_number(acme, "+13035550130")
    version = re.search(r'data-poll="([^"]+)" data-version="([^"]+)"', text(client, "rating=unknown&rating=spam"))
    assert version
    assert version[1] == "/numbers/?rating=unknown&rating=spam"
    query = f"rating=unknown&rating=spam&poll={version[2]}"
    assert get(client, query, **HTMX).status_code == 204
    with account_scope(acme):
        number.status.rating = Rating.SPAM
        number.status.save(update_fields=["rating"])
    changed = get(client, query, **HTMX)
    assert changed.status_code == 200
    assert "HX-Push-Url" not in changed
    assert "&amp;poll" not in changed.content.decode()


def test_a_poll_stays_on_its_page(acme: Account, client: Client) -> None:
    make_many(acme, 30)
    second = follow(client, text(client, "sort=number&per_page=25"), "next")
    polled = re.search(r'data-poll="([^"]+)"', second)
    assert polled
    assert listed(client.get(polled[1]).content.decode()) == listed(second)


def test_a_search_leaves_its_count_to_a_second_fragment(acme: Account, client: Client) -> None:
    make_many(acme, 30)
    page = text(client, "q=5550")
    assert 'hx-get="/numbers/?q=5550&count=1" hx-trigger="load"' in page
    assert "count all that match" in page  # the way without scripts
    counted = text(client, "q=5550&count=1")
    assert "of 30</span>" in counted
    assert 'hx-trigger="load"' not in counted


def test_filters_of_the_summary_table_need_no_second_fragment(acme: Account, client: Client) -> None:
    make_many(acme, 30)
    page = text(client, "rating=spam")
    assert 'hx-trigger="load"' not in page
    assert "of 7</span>" in page
    assert 'data-announce="7 numbers match"' in page


# --- Columns ---------------------------------------------------------------------------------------------------------
def test_a_persons_choice_of_metrics_is_remembered(acme: Account, client: Client, viewer: User) -> None:
    factories.make_number(acme, maturity=90, sentiment=30)
    assert 'class="c-sentiment"' not in text(client)
    response = client.post(
        reverse("numbers:columns"),
        {"metric": ["sentiment", "maturity", "nonsense"], "next": "/numbers/?q=5&sort=label"},
    )
    assert (response.status_code, response["Location"]) == (302, "/numbers/?q=5&sort=label")
    viewer.refresh_from_db()
    assert viewer.list_columns == ["maturity", "sentiment"]
    page = text(client)
    assert page.index('class="c-maturity"') < page.index('class="c-sentiment"')
    assert words(page).count("Good") == 1
    client.post(reverse("numbers:columns"), {"next": ""})
    assert 'class="c-sentiment"' not in text(client)


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/numbers/", "//evil.example", "/accounts/", "javascript:1", ""]
)
def test_the_way_back_never_leads_elsewhere(acme: Account, client: Client, wanted: str) -> None:
    response = client.post(reverse("numbers:columns"), {"next": wanted})
    assert response["Location"] == "/numbers/"


def test_a_choice_is_not_made_by_a_get(acme: Account, client: Client) -> None:
    assert client.get(reverse("numbers:columns")).status_code == 405


# --- Selection (D18) -------------------------------------------------------------------------------------------------
def test_ticked_numbers_go_to_a_bulk_action_by_a_plain_form(acme: Account, client: Client) -> None:
    number = factories.make_number(acme, "+13035550130")
    factories.make_number(acme, "+13035550131")
    page = text(client)
    assert f'form="selection" name="ids" value="{number.uuid}"' in page
    response: Any = client.get(reverse("numbers:export"), {"ids": [str(number.uuid)]})
    rows = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode(), newline="")))
    assert [row["Number"] for row in rows] == ["+13035550130"]


def test_all_that_match_are_named_by_the_filters(acme: Account, client: Client) -> None:
    factories.make_number(acme)
    page = text(client, "rating=unknown&sort=label")
    fields = page.partition("data-all-matching>")[2].partition("</fieldset>")[0]
    assert '<input type="hidden" name="rating" value="unknown">' in fields
    assert '<input type="hidden" name="all" value="1">' in fields


def test_the_key_of_a_selection_depends_on_account_and_filters_only(acme: Account, client: Client) -> None:
    factories.make_number(acme)
    key = 'data-selection="([^"]*)"'
    one, other = (re.search(key, text(client, query)) for query in ("q=5&rating=spam&sort=label", "rating=spam&q=5"))
    assert one
    assert other
    assert one[1] == other[1] == f"{acme.uuid}?q=5&rating=spam"


def test_hundreds_of_ticked_numbers_are_posted(acme: Account, client: Client) -> None:
    make_many(acme, 120)
    with account_scope(acme):
        uuids = [str(uuid) for uuid in PhoneNumber.objects.values_list("uuid", flat=True)]
    response: Any = client.post(reverse("numbers:export"), {"ids": uuids[:110], "sort": "number"})
    lines = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode(), newline="")))
    assert len(lines) == 110
    assert [line["Number"] for line in lines] == sorted(line["Number"] for line in lines)
