"""The list in a browser: chips, filters, sort, pages, ticked rows, the keyboard, and what can go wrong meanwhile."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlparse

import pytest
from django.conf import settings
from playwright.sync_api import Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Role, User
from tests import factories
from tests.browser import list_page, world
from tests.browser.conftest import SignIn


@pytest.fixture
def listed(sign_in: SignIn, live_server: LiveServer, hub: Account, owner: User) -> Page:
    """The list by number, as the owner sees it."""
    page = sign_in(owner)
    page.goto(f"{live_server.url}/numbers/?sort=number")
    return page


def in_bar(page: Page, name: str) -> None:
    page.locator("#selection").get_by_role("button", name=name).click()


def test_a_chip_filters_by_its_status_and_its_count_is_what_comes(listed: Page) -> None:
    spam = listed.locator("#chips").get_by_role("link", name="Spam")
    expect(spam).to_contain_text(str(len(world.SPAM)))
    list_page.turn(listed, spam)
    expect(spam).to_have_attribute("aria-current", "true")
    assert list_page.numbers(listed) == [world.e164(world.COLORADO, place) for place in world.SPAM]
    expect(listed.locator("#live")).to_have_text(re.compile(rf"{len(world.SPAM)} numbers"))
    list_page.turn(listed, spam)
    expect(listed.locator("#total")).to_have_text("of 130")


def test_filters_add_up_are_shown_as_chips_and_go_one_by_one_or_all_at_once(listed: Page) -> None:
    for menu, words in (("product", "Contact Center"), ("rating", "Healthy"), ("flagged_by", "AT&T")):
        listed.locator(f"#menu-{menu} > summary").click()
        listed.locator(f"#menu-{menu}").get_by_label(words).check()
        expect(listed.locator(".filter-chip", has_text=words)).to_be_visible()
    expect(listed.get_by_role("heading", name="No number matches")).to_be_visible()
    listed.keyboard.press("Escape")
    list_page.turn(listed, listed.get_by_role("link", name="Remove filter Rating: Healthy"))
    flagged = [*world.SPAM, *world.MIXED]
    assert list_page.numbers(listed) == [world.e164(world.COLORADO, place) for place in flagged]
    list_page.turn(listed, listed.get_by_role("link", name="Clear all"))
    assert parse_qs(urlparse(listed.url).query) == {"sort": ["number"]}
    expect(listed.locator("#total")).to_have_text("of 130")


def test_an_area_can_be_typed_and_back_and_forward_walk_through_the_filters(listed: Page) -> None:
    listed.locator("#menu-more > summary").click()
    listed.get_by_role("textbox", name="Area", exact=True).fill("TX")
    listed.keyboard.press("Enter")
    expect(listed.locator("table.numbers tbody tr")).to_have_count(world.SIZE[world.TEXAS])
    expect(listed).to_have_url(re.compile("area=TX"))
    listed.go_back()
    expect(listed.locator("table.numbers tbody tr")).to_have_count(50)
    assert list_page.numbers(listed)[0] == world.e164(world.COLORADO, 0)
    listed.go_forward()
    expect(listed.locator("table.numbers tbody tr")).to_have_count(world.SIZE[world.TEXAS])
    listed.reload()
    expect(listed.locator("table.numbers tbody tr")).to_have_count(world.SIZE[world.TEXAS])


def test_headers_sort_both_ways_and_say_so(listed: Page) -> None:
    header = listed.get_by_role("columnheader", name="Reputation status")
    list_page.turn(listed, header.get_by_role("link"))
    expect(header).to_have_attribute("aria-sort", "descending")
    assert {row["Reputation status"] for row in list_page.rows(listed)[: len(world.SPAM)]} == {"Spam"}
    list_page.turn(listed, header.get_by_role("link"))
    expect(header).to_have_attribute("aria-sort", "ascending")
    assert list_page.rows(listed)[0]["Reputation status"] == "No data yet"


def test_ticked_rows_survive_pages_and_go_into_the_file(listed: Page) -> None:
    listed.get_by_label("Select (303) 555-0101").check()
    list_page.turn(listed, listed.get_by_role("link", name="Next", exact=True))
    listed.get_by_label("Select (303) 555-0160").check()
    list_page.turn(listed, listed.get_by_role("link", name="Previous", exact=True))
    expect(listed.get_by_label("Select (303) 555-0101")).to_be_checked()
    expect(listed.locator("#selection")).to_contain_text("2 selected")
    _, exported = list_page.download(listed, lambda: in_bar(listed, "Export selected"))
    assert [row["Number"] for row in exported] == ["+13035550101", "+13035550160"]
    in_bar(listed, "Clear")
    expect(listed.get_by_label("Select (303) 555-0101")).not_to_be_checked()
    expect(listed.locator("#selection")).not_to_contain_text("2 selected")


def test_hundreds_of_ticked_rows_go_into_the_file(listed: Page) -> None:
    # 130 ids of 36 characters are more than many servers take in an address.
    list_page.turn(listed, listed.get_by_role("group", name="Rows per page").get_by_role("link", name="100"))
    listed.get_by_label("Select all numbers on this page").check()
    list_page.turn(listed, listed.get_by_role("link", name="Next", exact=True))
    listed.get_by_label("Select all numbers on this page").check()
    expect(listed.locator("#selection")).to_contain_text("130 selected")
    _, exported = list_page.download(listed, lambda: in_bar(listed, "Export selected"))
    assert len(exported) == 130


def test_all_that_match_are_selected_at_once_and_the_server_runs_the_filter_again(
    listed: Page, live_server: LiveServer
) -> None:
    listed.goto(f"{live_server.url}/numbers/?sort=number&product=contact_center")
    listed.get_by_label("Select (303) 555-0100").check()
    in_bar(listed, "Select all 100 that match")
    expect(listed.locator("#selection")).to_contain_text("100 selected")
    list_page.turn(listed, listed.get_by_role("link", name="Next", exact=True))
    expect(listed.get_by_label("Select (303) 555-0199")).to_be_checked()
    _, exported = list_page.download(listed, lambda: in_bar(listed, "Export selected"))
    assert [row["Number"] for row in exported] == [world.e164(world.COLORADO, place) for place in range(100)]

    # Ticks belong to one set of filters: what another set shows is not ticked unseen.
    listed.goto(f"{live_server.url}/numbers/?product=phone")
    expect(listed.locator("#selection")).not_to_contain_text("100 selected")
    assert listed.locator("table.numbers tbody input:checked").count() == 0


def test_the_keyboard_alone_searches_opens_reads_and_comes_back(listed: Page) -> None:
    listed.locator("#q").focus()
    listed.keyboard.type("512 555 0107")
    expect(listed.locator("table.numbers tbody tr")).to_have_count(1)
    expect(listed.locator("#q")).to_be_focused()
    link = listed.get_by_role("link", name="(512) 555-0107")
    for _ in range(40):
        listed.keyboard.press("Tab")
        if link.evaluate("node => node === document.activeElement"):
            break
    listed.keyboard.press("Enter")
    panel = listed.get_by_role("dialog")
    expect(panel).to_be_visible()
    for _ in range(60):  # the focus stays inside the open panel (or in the browser's own bars)
        listed.keyboard.press("Tab")
        assert listed.evaluate("!document.activeElement.closest('#list')")
    listed.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(link).to_be_focused()


def test_typing_fast_ends_with_the_last_word_and_keeps_the_cursor(listed: Page) -> None:
    search = listed.locator("#q")
    with listed.expect_request(re.compile("q=supp&")):  # a person pauses: the first request leaves now
        search.press_sequentially("supp", delay=20)
    search.press_sequentially("ort", delay=20)
    expect(listed.locator("table.numbers tbody tr")).to_have_count(world.SIZE[world.TEXAS])
    expect(search).to_have_value("support")
    expect(listed).to_have_url(re.compile("q=support"))
    expect(search).to_be_focused()


def test_nonsense_in_the_address_is_refused_in_words_on_the_page_and_in_the_file(
    listed: Page, live_server: LiveServer
) -> None:
    for query in ("rating=purple", "tagged=perhaps", "campaign=7", "area=Atlantis", "flagged_by=nobody", "ids=x"):
        listed.goto(f"{live_server.url}/numbers/?{query}")
        expect(listed.get_by_role("alert")).to_be_visible()
        expect(listed.locator("table.numbers")).to_have_count(0)
        answer = listed.request.get(f"{live_server.url}/numbers/export.csv?{query}")
        assert answer.status == 400
    list_page.turn(listed, listed.get_by_role("link", name="Remove this filter"))
    expect(listed.locator("table.numbers tbody tr")).to_have_count(50)
    for query in ("after=nonsense", "before=%00", "sort=drop+table", "per_page=1000000", "page=7", "q=%F0%9F%93%9E"):
        listed.goto(f"{live_server.url}/numbers/?{query}")
        expect(listed.get_by_role("heading", level=1)).to_have_text("Number Reputation")


def test_a_session_that_ended_leads_to_the_sign_in_and_not_into_the_list(listed: Page) -> None:
    listed.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    listed.locator("#chips").get_by_role("link", name="Spam").click()
    expect(listed).to_have_url(re.compile(r"/accounts/login/\?next="))
    expect(listed.get_by_role("button", name="Sign in")).to_be_visible()
    expect(listed.locator("#list")).to_have_count(0)


def test_a_portal_that_cannot_be_reached_is_said_and_the_rows_stay(listed: Page, faults: list[str]) -> None:
    def refuse(route: Route) -> None:
        route.abort()

    listed.route(re.compile(r"/numbers/\?.*rating="), refuse)
    listed.locator("#menu-rating > summary").click()
    listed.locator("#menu-rating").get_by_label("Spam").check()
    expect(listed.get_by_role("alert")).to_contain_text("could not be reached")
    expect(listed.locator("table.numbers tbody tr")).to_have_count(50)
    faults.clear()  # htmx writes the refused request to the console


def test_another_account_in_another_tab_does_not_mix_their_numbers(
    listed: Page, live_server: LiveServer, owner: User, globex: Account
) -> None:
    factories.add_member(globex, owner, role=Role.ADMIN)
    factories.make_number(globex, "+12125550155")
    listed.get_by_label("Select (303) 555-0101").check()
    other = listed.context.new_page()
    other.goto(live_server.url)
    other.locator("summary.topbar-account").click()
    other.get_by_role("button", name="Globex").click()
    expect(other.get_by_role("heading", level=1)).to_contain_text("Globex")
    # The first tab still shows acme; its next step answers for the account that is current now, and says which.
    list_page.turn(listed, listed.locator("#chips").get_by_role("link", name="No data yet"))
    assert list_page.numbers(listed) == ["+12125550155"]
    assert listed.locator("table.numbers tbody input:checked").count() == 0
