"""The frame by keyboard, on a phone, in the dark, and without JavaScript; the chart of the home page."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Role, User
from tests import factories
from tests.browser import page_checks
from tests.browser.conftest import SignIn

PHONE = {"width": 390, "height": 844}


def test_a_slash_goes_to_the_search_and_enter_to_the_list(
    sign_in: SignIn, live_server: LiveServer, owner: User, acme: Account
) -> None:
    factories.make_number(acme, "+13035550142")
    page = sign_in(owner)
    page.goto(live_server.url)
    page.keyboard.press("/")
    search = page.get_by_role("searchbox", name="Search numbers, areas and labels")
    expect(search).to_be_focused()
    page.keyboard.type("303 555/01")
    expect(search).to_have_value("303 555/01")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/numbers/\?q=303"))
    expect(page.get_by_role("main")).to_contain_text("(303) 555-0142")


def test_the_first_stop_of_the_keyboard_skips_to_the_content(
    sign_in: SignIn, live_server: LiveServer, owner: User
) -> None:
    page = sign_in(owner)
    page.goto(live_server.url)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()


def test_menus_close_on_escape_and_on_a_click_elsewhere(sign_in: SignIn, live_server: LiveServer, owner: User) -> None:
    page = sign_in(owner)
    page.goto(live_server.url)
    menu = page.locator("summary.avatar-button")
    menu.click()
    expect(page.get_by_role("link", name="Change password")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Change password")).to_be_hidden()
    expect(menu).to_be_focused()
    menu.click()
    page.get_by_role("heading", level=1).click()
    expect(page.get_by_role("link", name="Change password")).to_be_hidden()


def test_the_chosen_theme_is_remembered_and_comes_before_the_first_paint(
    sign_in: SignIn, live_server: LiveServer, owner: User
) -> None:
    page = sign_in(owner)
    page.goto(live_server.url)
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")
    page.get_by_role("button", name="Switch between light and dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.goto(f"{live_server.url}/numbers/", wait_until="commit")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_the_navigation_opens_on_a_phone_and_nothing_is_wider_than_it(
    sign_in: SignIn, live_server: LiveServer, owner: User, acme: Account
) -> None:
    factories.make_number(acme, tag_since=factories.NOW, rating=3)
    page = sign_in(owner)
    page.set_viewport_size(PHONE)
    page.goto(live_server.url)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    link = page.locator(".sidenav").get_by_role("link", name="Number Reputation")
    expect(link).to_be_hidden()
    page.get_by_role("button", name="Navigation").click()
    expect(link).to_be_visible()
    page.keyboard.press("Escape")
    expect(link).to_be_hidden()


def test_without_javascript_the_frame_still_works(
    browser: Browser, live_server: LiveServer, owner: User, globex: Account, sign_in: SignIn
) -> None:
    factories.add_member(globex, owner, role=Role.VIEWER)
    cookies = sign_in(owner).context.cookies(live_server.url)
    context = browser.new_context(java_script_enabled=False, viewport=PHONE, color_scheme="dark")
    context.add_cookies([{"name": one["name"], "value": one["value"], "url": live_server.url} for one in cookies])
    page = context.new_page()
    page.goto(live_server.url)
    page.get_by_role("button", name="Navigation").click()
    expect(page.get_by_role("navigation").get_by_role("link", name="Number Reputation")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("summary.topbar-account").click()
    page.get_by_role("button", name="Globex").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Globex")
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_chart_is_drawn_and_a_rating_can_be_hidden(
    theme: str, sign_in: SignIn, live_server: LiveServer, owner: User, acme: Account
) -> None:
    factories.make_number(acme, rating=1)
    page = sign_in(owner)
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    page.goto(live_server.url)
    healthy = page.get_by_role("button", name="Healthy")
    drawn = (
        "(() => { const c = document.getElementById('chart'); return Chart.getChart(c).getVisibleDatasetCount(); })()"
    )
    page_checks.until(page, "Boolean(window.Chart && Chart.getChart('chart'))")
    before = page.evaluate(drawn)
    healthy.click()
    expect(healthy).to_have_attribute("aria-pressed", "false")
    assert page.evaluate(drawn) == before - 1
