"""The list by mouse and keyboard: menus that stay open, ranges, selections of their own, and no scripts at all."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, User
from common.scope import account_scope
from phone_numbers.models import NumberStatus
from phone_numbers.states import Rating
from tests import factories
from tests.browser import list_page

SignIn = Callable[[User], Page]
ROWS = ".numbers tbody tr"


@pytest.fixture
def numbers(acme: Account) -> Account:
    """acme with thirty numbers, the newest first by their last digits; every tenth is spam."""
    for serial in range(30):
        factories.make_number(
            acme,
            f"+1415555{100 + serial:04d}",
            rating=Rating.SPAM if serial % 10 == 0 else Rating.HEALTHY,
            last_updated=factories.NOW - timedelta(minutes=serial),
        )
    return acme


@pytest.fixture
def listed(numbers: Account, owner: User, sign_in: SignIn, live_server: LiveServer) -> Page:
    """The list with 25 rows a page."""
    page = sign_in(owner)
    page.goto(f"{live_server.url}/numbers/?per_page=25")
    return page


def bar(page: Page) -> Locator:
    return page.get_by_role("region", name="Selected numbers")


def test_a_filter_menu_stays_open_while_boxes_are_ticked(listed: Page) -> None:
    page = listed
    page.locator("#menu-rating summary").click()
    page.get_by_label("Spam", exact=True).check()
    expect(page.locator(ROWS)).to_have_count(3)
    expect(page.get_by_label("Spam", exact=True)).to_be_focused()
    page.get_by_label("Mixed", exact=True).check()
    expect(page).to_have_url(re.compile("rating=mixed&rating=spam"))
    page.keyboard.press("Escape")
    expect(page.locator("#menu-rating[open]")).to_have_count(0)
    expect(page.locator("#live")).to_have_text("3 numbers match")


def test_another_filter_has_its_own_selection(listed: Page) -> None:
    page = listed
    page.get_by_label("Select (415) 555-0101").check()
    page.locator(".chip", has_text="Spam").click()
    expect(page.locator(ROWS)).to_have_count(3)
    expect(bar(page)).to_be_hidden()
    page.locator(".chip", has_text="Spam").click()
    expect(bar(page)).to_contain_text("1 selected")
    page.reload()
    expect(bar(page)).to_contain_text("1 selected")
    page.get_by_role("button", name="Clear").click()
    expect(bar(page)).to_be_hidden()
    expect(page.get_by_label("Select (415) 555-0101")).not_to_be_checked()


def test_a_range_is_ticked_with_shift_and_one_of_all_can_be_left_out(listed: Page) -> None:
    page = listed
    page.get_by_label("Select (415) 555-0101").click()
    page.get_by_label("Select (415) 555-0105").click(modifiers=["Shift"])
    expect(bar(page)).to_contain_text("5 selected")
    page.get_by_role("button", name="Select all 30 that match").click()
    expect(bar(page)).to_contain_text("30 selected")
    page.get_by_label("Select (415) 555-0103").uncheck()
    expect(bar(page)).to_contain_text("24 selected")


def test_the_panel_opens_over_the_list_and_gives_the_place_back(listed: Page) -> None:
    page = listed
    page.get_by_label("Select (415) 555-0103").check()
    link = page.get_by_role("link", name="(415) 555-0103")
    link.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("(415) 555-0103")
    expect(page).to_have_url(re.compile(r"/numbers/[0-9a-f-]{36}/$"))
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page).to_have_url(re.compile(r"/numbers/\?per_page=25$"))
    expect(link).to_be_focused()
    expect(bar(page)).to_contain_text("1 selected")


def test_a_new_reading_shows_by_itself_but_not_while_somebody_is_typing(
    numbers: Account, owner: User, sign_in: SignIn, live_server: LiveServer
) -> None:
    page = sign_in(owner)
    page.clock.install()
    page.goto(f"{live_server.url}/numbers/?per_page=25")
    page.get_by_label("Select (415) 555-0103").check()
    rate(numbers, "+14155550101", Rating.MIXED)
    page.clock.run_for(16_000)
    expect(page.locator(ROWS).nth(1)).to_contain_text("Mixed")
    expect(bar(page)).to_contain_text("1 selected")
    expect(page).to_have_url(re.compile(r"/numbers/\?per_page=25$"))
    page.get_by_role("searchbox", name="Search by any digits").focus()
    rate(numbers, "+14155550102", Rating.MIXED)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.run_for(60_000)
    assert [url for url in asked if "/numbers/" in url] == []
    expect(page.locator(ROWS).nth(2)).to_contain_text("Healthy")


def rate(account: Account, e164: str, rating: Rating) -> None:
    with account_scope(account):
        NumberStatus.objects.filter(number__e164=e164).update(rating=rating)


def test_everything_works_without_scripts(browser: Browser, listed: Page, live_server: LiveServer) -> None:
    context = browser.new_context(java_script_enabled=False, storage_state=listed.context.storage_state())
    page = context.new_page()
    page.goto(f"{live_server.url}/numbers/")
    page.get_by_role("searchbox", name="Search by any digits").fill("0112")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator(ROWS)).to_have_count(1)
    page.get_by_role("link", name="count all that match").click()
    expect(page.locator("#total")).to_have_text("of 1")
    page.get_by_label("Select (415) 555-0112").check()
    _, rows = list_page.download(page, page.get_by_role("button", name="Export selected").click)
    assert [row["Number"] for row in rows] == ["+14155550112"]
    page.locator("#menu-columns summary").click()
    page.get_by_label("Sentiment").check()
    page.get_by_role("button", name="Show these").click()
    expect(page.get_by_role("columnheader", name="Sentiment")).to_be_visible()
    page.get_by_role("link", name="(415) 555-0112").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("(415) 555-0112")
    context.close()
