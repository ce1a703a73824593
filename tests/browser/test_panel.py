"""The panel over the list: how it opens and closes, what the address says, and the same as a page of its own."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, User
from common.scope import account_scope
from phone_numbers.models import PhoneNumber
from tests.browser import list_page, page_checks, world
from tests.browser.conftest import SignIn

PANEL_ADDRESS = re.compile(r"/numbers/[0-9a-f-]{36}/$")


@pytest.fixture
def listed(sign_in: SignIn, live_server: LiveServer, hub: Account, owner: User) -> Page:
    """The list, filtered, as the owner sees it."""
    page = sign_in(owner)
    page.goto(f"{live_server.url}/numbers/?sort=number&product=contact_center")
    return page


def open_panel(page: Page, national: str) -> None:
    page.get_by_role("link", name=national).click()
    expect(page.get_by_role("dialog")).to_be_visible()


def test_escape_the_button_and_the_ground_close_it_and_give_back_address_focus_and_ticks(listed: Page) -> None:
    address = listed.url
    listed.get_by_label("Select (303) 555-0102").check()
    panel = listed.get_by_role("dialog")
    closings = (
        lambda: listed.keyboard.press("Escape"),
        lambda: panel.get_by_role("button", name="Close").click(),
        lambda: listed.mouse.click(20, 400),
    )
    for close in closings:
        open_panel(listed, "(303) 555-0101")
        expect(listed).to_have_url(PANEL_ADDRESS)
        close()
        expect(panel).to_be_hidden()
        expect(listed).to_have_url(address)
        expect(listed.get_by_role("link", name="(303) 555-0101")).to_be_focused()
    expect(listed.get_by_label("Select (303) 555-0102")).to_be_checked()
    assert len(list_page.rows(listed)) == 50


def test_back_closes_it_forward_opens_it_and_reload_shows_it_as_a_page(listed: Page) -> None:
    address = listed.url
    open_panel(listed, "(303) 555-0101")
    listed.go_back()
    expect(listed.get_by_role("dialog")).to_be_hidden()
    expect(listed).to_have_url(address)
    listed.go_forward()
    expect(listed).to_have_url(PANEL_ADDRESS)
    expect(listed.get_by_role("heading", name=re.compile(re.escape("(303) 555-0101"))).first).to_be_visible()
    listed.reload()
    expect(listed.get_by_role("heading", level=1)).to_contain_text("(303) 555-0101")
    listed.get_by_role("main").get_by_role("link", name="Number Reputation").click()
    expect(listed).to_have_url(re.compile(r"/numbers/(\?|$)"))


def test_a_second_click_while_it_opens_does_no_harm(listed: Page) -> None:
    listed.get_by_role("link", name="(303) 555-0101").dblclick()
    panel = listed.get_by_role("dialog")
    expect(panel.get_by_role("heading", level=2).first).to_contain_text("(303) 555-0101")
    listed.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(listed).to_have_url(re.compile(r"/numbers/\?sort=number"))


def test_the_lists_of_the_panel_and_of_the_history_page_are_filtered_in_place(listed: Page) -> None:
    open_panel(listed, "(303) 555-0103")
    panel = listed.get_by_role("dialog")
    events = panel.locator(".timeline li")
    before = events.count()
    panel.get_by_role("link", name="Spam tag", exact=True).click()
    expect(events).to_have_count(1)
    assert before > 1
    expect(listed).to_have_url(PANEL_ADDRESS)
    panel.get_by_role("link", name="All events and readings").click()
    expect(listed.get_by_role("heading", level=1)).to_contain_text("History of (303) 555-0103")
    readings = listed.get_by_role("region", name="Readings", exact=True)
    expect(readings.get_by_role("row")).to_have_count(17)
    readings.get_by_role("link", name="Show", exact=True).click()
    expect(readings.locator("#raw-answer")).to_contain_text("spam_risk")


def test_the_chart_is_drawn_and_its_lines_can_be_switched(listed: Page) -> None:
    open_panel(listed, "(303) 555-0103")
    page_checks.until(listed, "Boolean(window.Chart && Chart.getChart(document.querySelector('dialog canvas')))")
    visible = "Chart.getChart(document.querySelector('dialog canvas')).getVisibleDatasetCount()"
    assert listed.evaluate(visible) == 1
    maturity = listed.get_by_role("dialog").get_by_role("button", name="Maturity")
    maturity.click()
    expect(maturity).to_have_attribute("aria-pressed", "true")
    assert listed.evaluate(visible) == 2
    listed.get_by_role("dialog").get_by_text("Show as a table").click()
    expect(listed.get_by_role("columnheader", name="Maturity")).to_be_visible()


def test_on_a_phone_the_panel_is_a_page(sign_in: SignIn, live_server: LiveServer, hub: Account, viewer: User) -> None:
    page = sign_in(viewer)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server.url}/numbers/?q=0102")
    page.get_by_role("link", name="(303) 555-0102").click()
    expect(page).to_have_url(PANEL_ADDRESS)
    expect(page.get_by_role("heading", level=1)).to_contain_text("(303) 555-0102")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.go_back()
    expect(page).to_have_url(re.compile("q=0102"))


def test_a_number_that_went_away_is_said_and_the_list_stays(listed: Page, hub: Account) -> None:
    with account_scope(hub):
        PhoneNumber.objects.get(e164=world.e164(world.COLORADO, 1)).delete()
    listed.get_by_role("link", name="(303) 555-0101").click()
    expect(listed.locator("#messages")).to_contain_text("no longer there")
    expect(listed.get_by_role("dialog")).to_be_hidden()
    assert len(list_page.rows(listed)) == 50
    open_panel(listed, "(303) 555-0102")
    listed.keyboard.press("Escape")
    expect(listed).to_have_url(re.compile(r"/numbers/\?sort=number"))
