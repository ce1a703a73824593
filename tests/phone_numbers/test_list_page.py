"""The Number Reputation page: who sees it, what it says, what it costs in queries."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Account, User
from accounts.products import LicenseKind, Product
from common.scope import account_scope
from phone_numbers import states
from phone_numbers.models import PhoneNumber, Source
from phone_numbers.services import list_columns
from phone_numbers.states import Capability, Rating, Registration
from tests import factories
from tests.conftest import ClientFor
from tests.pages.page_rules import refused_by_csp
from tests.phone_numbers.list_reader import get, listed, make_many, text, words

pytestmark = pytest.mark.django_db
EVERY_FILTER = ["product", "registration", "rating", "service", "capability", "flagged_by", "source", "tagged"]


@pytest.fixture
def client(client_for: ClientFor, viewer: User) -> Client:
    """A viewer: seeing needs no privilege (D28)."""
    return client_for(viewer)


# --- Who -------------------------------------------------------------------------------------------------------------
def test_an_anonymous_person_is_led_to_sign_in(db: None) -> None:
    response = get(Client())
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))


def test_a_person_without_an_account_is_told_so(client_for: ClientFor, nobody: User) -> None:
    response = get(client_for(nobody))
    assert response.status_code == 403
    assert "not a member of any account" in response.content.decode()


def test_a_stranger_sees_nothing_of_another_account(acme: Account, client_for: ClientFor, stranger: User) -> None:
    number = factories.make_number(acme, "+14155550142", label="Secret renewals", area="San Francisco, CA")
    factories.make_campaign(acme, "Secret campaign", numbers=[number])
    client = client_for(stranger)
    for query in ("", "q=0142", "q=secret", "status=no_data", f"ids={number.uuid}", "count=1", "area=CA"):
        page = text(client, query)
        assert "+14155550142" not in page
        assert str(number.uuid) not in page.replace(f"ids={number.uuid}", "").replace(f'value="{number.uuid}"', "")
        assert "Secret campaign" not in page
        assert "San Francisco" not in page


def test_a_person_of_two_accounts_sees_the_chosen_one(
    acme: Account, globex: Account, client_for: ClientFor, owner: User
) -> None:
    factories.add_member(globex, owner, role="viewer")  # type: ignore[arg-type]
    factories.make_number(acme, "+14155550142")
    factories.make_number(globex, "+12065550101")
    assert listed(text(client_for(owner, globex))) == ["+12065550101"]
    assert listed(text(client_for(owner, acme))) == ["+14155550142"]


def test_the_cursor_of_another_account_leads_to_ones_own_first_page(
    acme: Account, globex: Account, client: Client, client_for: ClientFor, stranger: User
) -> None:
    for place in range(26):
        factories.make_number(acme, f"+1415555010{place}" if place < 10 else f"+141555501{place}")
    factories.make_number(globex, "+12065550101")
    cursor = re.search(r"after=([^\"&]+)", text(client, "per_page=25"))
    assert cursor
    assert listed(text(client_for(stranger), f"per_page=25&after={cursor[1]}")) == ["+12065550101"]


# --- What a row says -------------------------------------------------------------------------------------------------
def test_a_row_tells_everything_about_its_number(acme: Account, client: Client) -> None:
    att, verizon = (Source.objects.get(key=key).pk for key in ("att", "verizon"))
    since = timezone.now() - timedelta(days=3)
    number = factories.make_number(
        acme,
        "+13035550130",
        label="Spring appointments",
        area="Denver, CO",
        product=Product.CONTACT_CENTER,
        registration=Registration.REGISTERED,
        capability=Capability.ON,
        rating=Rating.SPAM,
        rating_since=since,
        tag_since=since,
        flagged_by=[att, verizon],
        maturity=80,
        sentiment=10,
        last_updated=timezone.now() - timedelta(minutes=2),
    )
    page = text(client)
    row = page[page.index("<tbody") : page.index("</tbody>")]
    said = words(row)
    for word in ("(303) 555-0130", "Spring appointments", "Denver, CO", "Spam", "Registered", "Very poor", "On"):
        assert word in said
    assert "Registration" in said
    assert "Monitoring & remediation" in said
    assert "Contact Center" in said
    assert "Flagged by AT&T and Verizon" in said
    assert "VZW" in said
    assert 'title="Flagged by AT&T and Verizon, Spam since ' in row
    assert "Tagged as spam since" in row
    assert 'title="+13035550130"' in row
    assert 'data-copy="+13035550130"' in row
    assert reverse("numbers:panel", args=[number.uuid]) in row
    assert "2 min ago" in said


def test_unknown_is_said_as_unknown_and_never_as_healthy_or_poor(acme: Account, client: Client) -> None:
    factories.make_number(acme)
    row = words(text(client).partition("<tbody")[2].partition("</tbody>")[0])
    assert "No data yet" in row
    assert "Not registered" in row
    assert "Not enough data" in row
    assert "never" in row
    assert "Healthy" not in row
    assert "Poor" not in row


def test_a_number_flagged_while_registration_runs_is_in_progress_and_tagged(acme: Account, client: Client) -> None:
    factories.make_number(
        acme, rating=Rating.SPAM, tag_since=factories.NOW, registration=Registration.IN_PROGRESS, flagged_by=[1]
    )
    row = text(client).partition("<tbody")[2].partition("</tbody>")[0]
    assert "In Progress" in words(row)
    assert "Tagged as spam since" in row


def test_why_monitoring_failed_stands_in_the_row(acme: Account, client: Client) -> None:
    factories.make_number(acme, capability=Capability.FAILED, capability_reason="Ownership could not be confirmed.")
    assert "Ownership could not be confirmed." in text(client)


def test_texts_of_people_are_shown_as_text(acme: Account, client: Client) -> None:
    factories.make_number(acme, label="<script>alert(1)</script>", area='"><img src=x>', capability_reason="<b>&'")
    factories.make_campaign(acme, "<b>bold</b>")
    page = get(client, "q=%3Cscript%3E").content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "<b>bold" not in page
    assert "<b>&" not in page
    assert "&lt;script&gt;alert(1)" in page


# --- Licences (D1) ---------------------------------------------------------------------------------------------------
@pytest.fixture
def unlicensed(db: None) -> Account:
    """An account that may see the hub, but has no licence for scores and registration."""
    return factories.make_account(kinds=[LicenseKind.SPAM_MONITORING])


def test_without_a_license_for_scores_overall_and_metrics_say_so(unlicensed: Account, client_for: ClientFor) -> None:
    factories.make_number(unlicensed, rating=Rating.SPAM, tag_since=factories.NOW, maturity=10, sentiment=90)
    person = factories.make_member(unlicensed)
    list_columns.choose_list_columns(person, chosen=["maturity"])
    page = text(client_for(person))
    row = words(page.partition("<tbody")[2].partition("</tbody>")[0])
    assert row.count("License needed") == 2
    assert "Very poor" not in row
    assert "Spam" in row
    assert "Enterprise Spam Registration" in words(page)
    assert "sort=-overall" not in page


# --- Empty -----------------------------------------------------------------------------------------------------------
def test_an_empty_account_says_what_to_do_first(
    acme: Account, client: Client, client_for: ClientFor, owner: User
) -> None:
    assert "Acme has no numbers yet" in text(client)
    assert "<table" not in text(client_for(owner))


def test_no_match_says_what_to_do_next(acme: Account, client: Client) -> None:
    factories.make_number(acme, "+13035550130")
    page = text(client, "q=9999")
    assert "No number matches" in page
    assert "Search takes any run of digits" in page
    assert 'href="/numbers/" hx-get="/numbers/">Show all numbers' in page


# --- Form ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("query", ["", "q=555", "status=spam", "product=x", "q=zzz"])
def test_nothing_is_inline_that_the_policy_refuses(acme: Account, client: Client, query: str) -> None:
    make_many(acme, 30)
    assert refused_by_csp(get(client, query).content.decode()) == []


def test_the_table_has_a_caption_scopes_and_labels(acme: Account, client: Client) -> None:
    factories.make_number(acme, "+13035550130")
    page = text(client)
    assert "<caption" in page
    assert page.count('scope="col"') == 9
    assert 'scope="row"' in page
    assert 'aria-label="Select (303) 555-0130"' in page
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("query", ["", "q=555", "area=CO", "status=spam&sort=label", "q=555&count=1"])
def test_ten_rows_cost_as_many_queries_as_fifty(acme: Account, client: Client, query: str) -> None:
    make_many(acme, 10)
    few = queries(client, query)
    with account_scope(acme):
        PhoneNumber.objects.all().delete()
    make_many(acme, 50)
    assert queries(client, query) == few <= 14


def queries(client: Client, query: str) -> int:
    get(client, query)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        get(client, query)
    return len(captured)


def test_the_page_shows_every_filter_of_the_list(acme: Account, client: Client) -> None:
    factories.make_number(acme)
    factories.make_campaign(acme, "Renewals")
    page = text(client)
    for name in [*EVERY_FILTER, "campaign", "area", "q"]:
        assert f'name="{name}"' in page
    assert all(f"> {label}</label>" in page for label in states.Capability.labels)
