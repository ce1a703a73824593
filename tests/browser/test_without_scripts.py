"""The same journeys in a browser that runs no script: everything is a link or a form."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, User
from tests.browser import list_page, world
from tests.browser.conftest import Visit

PASSWORD = "correct horse battery staple"


@pytest.fixture
def plain(visit: Visit, owner: User) -> Page:
    """A browser without JavaScript, signed in as the owner."""
    return visit(owner, java_script_enabled=False)


def test_signing_in_searching_filtering_sorting_and_exporting(
    visit: Visit, live_server: LiveServer, hub: Account, owner: User
) -> None:
    owner.set_password(PASSWORD)
    owner.save(update_fields=["password"])
    page = visit(None, java_script_enabled=False)
    page.goto(f"{live_server.url}/numbers/")
    page.get_by_label("Email").fill(owner.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()

    page.locator("#q").fill("555 01")
    page.locator("#menu-rating > summary").click()
    page.locator("#menu-rating").get_by_label("Healthy").check()
    page.get_by_role("button", name="Apply").click()
    page.get_by_role("columnheader", name="Number", exact=True).get_by_role("link").click()
    expect(page).to_have_url(re.compile(r"q=555\+01&rating=healthy&sort=number"))
    page.get_by_role("link", name="count all that match").click()
    expect(page.locator("#total")).to_have_text("of 118")
    shown = page_rows(page)
    _, exported = list_page.download(page, lambda: page.get_by_role("link", name="Export", exact=True).click())
    assert [list_page.as_shown(row)["Number"] for row in exported] == shown

    page.get_by_role("link", name="Clear all").click()
    expect(page.locator("#total")).to_have_text("of 130")


def page_rows(page: Page) -> list[str]:
    """Return the numbers of all pages from here on; scripts of tests run, those of the page do not."""
    found = list_page.numbers(page)
    while page.get_by_role("link", name="Next", exact=True).count():
        list_page.turn(page, page.get_by_role("link", name="Next", exact=True))
        found += list_page.numbers(page)
    return found


def test_the_panel_its_history_and_its_file(plain: Page, live_server: LiveServer, hub: Account) -> None:
    plain.goto(f"{live_server.url}/numbers/?q=0103")
    plain.get_by_role("link", name="(303) 555-0103").click()
    expect(plain.get_by_role("heading", level=1)).to_contain_text("(303) 555-0103")
    expect(plain.locator(".why")).to_contain_text("4 of the last 5")
    plain.get_by_text("Show as a table").click()
    expect(plain.get_by_role("columnheader", name="Maturity")).to_be_visible()
    expect(plain.locator("canvas")).to_be_hidden()
    plain.get_by_role("link", name="Registration", exact=True).click()
    expect(plain.locator(".timeline li")).to_have_count(2)
    plain.get_by_role("link", name="Show", exact=True).click()
    expect(plain.get_by_role("main")).to_contain_text("spam_risk")
    plain.go_back()
    _, lines = list_page.download(plain, lambda: plain.get_by_role("link", name="Export history").click())
    assert {line["Number"] for line in lines} == {world.e164(world.COLORADO, 3)}


def test_ticked_rows_and_the_choice_of_columns(plain: Page, live_server: LiveServer, hub: Account) -> None:
    plain.goto(f"{live_server.url}/numbers/?sort=number&product=phone")
    plain.locator("#menu-columns summary").click()
    plain.locator("#menu-columns").get_by_label("Maturity").check()
    plain.get_by_role("button", name="Show these").click()
    expect(plain).to_have_url(re.compile(r"sort=number&product=phone"))
    expect(plain.get_by_role("columnheader", name="Maturity")).to_be_visible()
    plain.get_by_label("Select (512) 555-0101").check()
    plain.get_by_label("Select (512) 555-0103").check()
    export = plain.locator("#selection").get_by_role("button", name="Export selected")
    _, exported = list_page.download(plain, export.click)
    assert [row["Number"] for row in exported] == ["+15125550101", "+15125550103"]


def test_importing_a_file(plain: Page, live_server: LiveServer, hub: Account) -> None:
    plain.goto(f"{live_server.url}/numbers/import/")
    content = "Number,Label\n(303) 555-0150,Renamed\n720-555-0199,New desk\n12345,Too short\n"
    plain.locator("input[type=file]").set_input_files(
        {"name": "desk.csv", "mimeType": "text/csv", "buffer": content.encode()}
    )
    plain.get_by_role("button", name="Upload and check").click()
    expect(plain.get_by_role("main")).to_contain_text("Nothing has been changed yet")
    plain.get_by_role("button", name="Add 1 number, change 1").click()
    expect(plain.get_by_role("main")).to_contain_text("1 number added, 1 changed, 1 line refused")
    plain.goto(f"{live_server.url}/numbers/?q=720")
    assert list_page.numbers(plain) == ["+17205550199"]
