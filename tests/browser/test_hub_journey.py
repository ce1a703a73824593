"""The journey that the portal is for: sign in, find the number, read what is known about it, export what one sees."""

from __future__ import annotations

import re
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, User
from tests import factories
from tests.browser import list_page, world
from tests.browser.conftest import SignIn

PASSWORD = "correct horse battery staple"


def test_an_admin_signs_in_finds_a_number_and_reads_why_it_is_spam(
    page: Page, live_server: LiveServer, hub: Account, admin: User
) -> None:
    admin.set_password(PASSWORD)
    admin.save(update_fields=["password"])
    page.goto(f"{live_server.url}/numbers/")
    page.get_by_label("Email").fill(admin.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()

    # The address that was asked for is where the sign-in leads.
    expect(page.get_by_role("heading", level=1)).to_have_text("Number Reputation")
    expect(page.locator(".page-note")).to_contain_text("130 numbers")
    page.get_by_role("searchbox", name=re.compile("Search by any digits")).fill("(303) 555-01 03")
    expect(page.locator("table.numbers tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"q=%28303%29"))

    page.get_by_role("link", name="(303) 555-0103").click()
    panel = page.get_by_role("dialog")
    expect(panel.get_by_role("heading", level=2).first).to_contain_text("(303) 555-0103")
    why = panel.locator(".why")
    expect(why).to_contain_text("AT&T")
    expect(why).to_contain_text("Verizon")
    expect(why).to_contain_text("4 of the last 5")
    expect(panel.get_by_role("row", name=re.compile("T-Mobile"))).to_contain_text("Healthy")
    for metric in ("Maturity", "Connection", "Engagement", "Sentiment"):
        expect(panel.get_by_role("heading", name=metric)).to_be_visible()
    expect(panel.get_by_text("Very poor").first).to_be_visible()

    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(page).to_have_url(re.compile(r"/numbers/\?q="))
    expect(page.get_by_role("link", name="(303) 555-0103")).to_be_focused()


def test_the_file_holds_what_the_page_shows_filtered_and_sorted_row_by_row(
    sign_in: SignIn, live_server: LiveServer, hub: Account, viewer: User
) -> None:
    page = sign_in(viewer)
    page.goto(f"{live_server.url}/numbers/?q=555-01&product=contact_center&rating=healthy&sort=-overall&per_page=25")
    shown = list_page.all_rows(page)
    name, exported = list_page.download(page, lambda: page.get_by_role("link", name="Export", exact=True).click())

    assert len(shown) == world.SIZE[world.COLORADO] - len(world.SPAM) - len(world.MIXED) - len(world.SILENT)
    assert [list_page.as_shown(row) for row in exported] == shown
    assert re.fullmatch(r"acme-numbers-\d{4}-\d\d-\d\d\.csv", name)
    assert [row["Overall"] for row in shown] == sorted(
        (row["Overall"] for row in shown), key=["Good", "Normal", "Poor", "Very poor", "Not enough data"].index
    )


def test_the_whole_list_and_its_file_are_equal_and_labels_come_through_unharmed(
    sign_in: SignIn, live_server: LiveServer, hub: Account, viewer: User
) -> None:
    page = sign_in(viewer)
    page.goto(f"{live_server.url}/numbers/?sort=number")
    shown = list_page.all_rows(page)
    _, exported = list_page.download(page, lambda: page.get_by_role("link", name="Export", exact=True).click())

    assert [list_page.as_shown(row) for row in exported] == shown
    assert len(shown) == 130
    labels = {row["Number"]: row["Label"] for row in shown}
    for place, label in world.LABELS.items():
        assert labels[world.e164(world.COLORADO, place)] == label
    assert exported[8]["Label"] == f"'{world.FORMULA}"
    assert {row["Flagged by"] for row in exported} == {"", "AT&T", "AT&T; Verizon"}
    assert sum(row["Overall"] == "Not enough data" for row in exported) == len(world.SILENT)


def test_the_optional_columns_show_what_the_file_says(
    sign_in: SignIn, live_server: LiveServer, hub: Account, viewer: User
) -> None:
    page = sign_in(viewer)
    page.goto(f"{live_server.url}/numbers/?sort=number")
    menu = page.locator("#menu-columns")
    menu.locator("summary").click()
    for metric in ("Connection", "Sentiment"):
        menu.get_by_label(metric).check()
        expect(page.get_by_role("columnheader", name=metric)).to_be_visible()
    cells = page.locator("td.c-metric").all_inner_texts()
    _, exported = list_page.download(page, lambda: page.get_by_role("link", name="Export", exact=True).click())
    assert cells == [row[name] for row in exported[:50] for name in ("Connection", "Sentiment")]

    # The choice is the person's, not the page's.
    page.goto(f"{live_server.url}/numbers/?q=0101")
    expect(page.get_by_role("columnheader", name="Sentiment")).to_be_visible()


def test_the_history_of_a_number_goes_into_a_file(
    sign_in: SignIn, live_server: LiveServer, hub: Account, viewer: User
) -> None:
    page = sign_in(viewer)
    page.goto(f"{live_server.url}/numbers/?q=0102")
    page.get_by_role("link", name="(303) 555-0102").click()
    panel = page.get_by_role("dialog")
    expect(panel.locator(".timeline")).to_contain_text("Spam")
    name, lines = list_page.download(page, lambda: panel.get_by_role("link", name="Export history").click())

    assert name.startswith("acme-history-13035550102-")
    assert {line["Number"] for line in lines} == {"+13035550102"}
    changes = [(line["Kind"], line["From"], line["To"]) for line in lines]
    assert ("Rating", "Unknown", "Spam") in changes
    assert ("Registration", "In progress", "Registered") in changes
    scored = [line for line in lines if line["Maturity"]]
    assert [(line["Connection"], line["Overall"]) for line in scored] == [("40", "40")]


def test_the_panel_counts_complaints_and_never_calls_them_a_status(
    sign_in: SignIn, live_server: LiveServer, hub: Account, owner: User
) -> None:
    number = factories.make_number(hub, "+12125550177", rating=1)
    for day in range(3):
        factories.make_complaint(number, timezone.now() - timedelta(days=day + 1), subject="Debt", robocall=True)
    page = sign_in(owner)
    page.goto(f"{live_server.url}/numbers/{number.uuid}/")
    section = page.get_by_role("region", name="Consumer complaints")
    expect(section).to_contain_text("never set a status")
    expect(section).to_contain_text("Debt")
    expect(page.locator(".panel-status")).to_contain_text("Healthy")
