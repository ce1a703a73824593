"""The panel over the list: opening, closing, the browser's Back and Forward, a phone, and life without JavaScript."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, User
from phone_numbers.models import PhoneNumber
from phone_numbers.states import EventKind, Rating
from tests import factories
from tests.browser.conftest import SignIn
from tests.phone_numbers.test_panel import carrier_view, make_reading

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def number(acme: Account) -> PhoneNumber:
    """A number that AT&T flags, with two scored days and two events."""
    now = timezone.now()
    number = factories.make_number(
        acme, "+13035550142", label="Renewals", rating=Rating.SPAM, tag_since=now, maturity=80, connection=20
    )
    carrier_view(number, "att", "xxxx")
    for age in (1, 20):
        make_reading(number, now - timedelta(days=age), maturity=80, connection=age)
    factories.make_event(number, EventKind.RATING, at=now, from_value="healthy", to_value="spam")
    factories.make_event(number, EventKind.TAG, at=now, to_value="tagged")
    return number


def open_panel(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("link", name="(303) 555-0142").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def test_the_panel_opens_over_the_list_and_escape_gives_focus_and_address_back(
    sign_in: SignIn, live_server: LiveServer, owner: User, number: PhoneNumber
) -> None:
    page = sign_in(owner)
    address = f"{live_server.url}/numbers/?rating=spam&sort=number"
    page.goto(address)
    page.get_by_role("checkbox", name="Select (303) 555-0142").check()
    page.get_by_role("link", name="(303) 555-0142").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("AT&T flags this number: 4 of the last 4 observations")
    expect(page).to_have_url(f"{live_server.url}/numbers/{number.uuid}/")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page).to_have_url(address)
    expect(page.get_by_role("link", name="(303) 555-0142")).to_be_focused()
    expect(page.get_by_role("checkbox", name="Select (303) 555-0142")).to_be_checked()


@pytest.mark.parametrize("way", ["button", "ground"])
def test_the_button_and_the_ground_close_it(
    sign_in: SignIn, live_server: LiveServer, owner: User, number: PhoneNumber, way: str
) -> None:
    page = sign_in(owner)
    open_panel(page, f"{live_server.url}/numbers/")
    if way == "button":
        page.get_by_role("button", name="Close").click()
    else:
        page.mouse.click(300, 400)
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page).to_have_url(f"{live_server.url}/numbers/")


def test_back_closes_it_and_forward_shows_it_as_a_page(
    sign_in: SignIn, live_server: LiveServer, owner: User, number: PhoneNumber
) -> None:
    page = sign_in(owner)
    open_panel(page, f"{live_server.url}/numbers/?sort=number")
    page.go_back()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page).to_have_url(f"{live_server.url}/numbers/?sort=number")
    page.go_forward()
    expect(page.get_by_role("heading", level=1)).to_contain_text("(303) 555-0142")
    expect(page).to_have_url(f"{live_server.url}/numbers/{number.uuid}/")


def test_a_second_number_can_be_opened_after_the_first(
    sign_in: SignIn, live_server: LiveServer, owner: User, acme: Account, number: PhoneNumber
) -> None:
    factories.make_number(acme, "+13035550143")
    page = sign_in(owner)
    open_panel(page, f"{live_server.url}/numbers/")
    page.keyboard.press("Escape")
    page.get_by_role("link", name="(303) 555-0143").click()
    expect(page.get_by_role("dialog").get_by_role("heading", level=2).first).to_contain_text("(303) 555-0143")
    page.keyboard.press("Escape")
    expect(page).to_have_url(f"{live_server.url}/numbers/")


def test_events_are_narrowed_inside_the_panel(
    sign_in: SignIn, live_server: LiveServer, owner: User, number: PhoneNumber
) -> None:
    page = sign_in(owner)
    open_panel(page, f"{live_server.url}/numbers/")
    timeline = page.get_by_role("dialog").locator("#timeline")
    expect(timeline).to_contain_text("Rating: Healthy → Spam")
    timeline.get_by_role("link", name="Spam tag").click()
    expect(timeline).to_contain_text("Tagged as spam")
    expect(timeline).not_to_contain_text("Rating: Healthy")
    expect(page).to_have_url(f"{live_server.url}/numbers/{number.uuid}/")


def test_the_chart_is_drawn_and_its_lines_are_switched_by_keyboard(
    sign_in: SignIn, live_server: LiveServer, owner: User, number: PhoneNumber
) -> None:
    page = sign_in(owner)
    page.goto(f"{live_server.url}/numbers/{number.uuid}/")
    page.wait_for_function("window.Chart && Chart.getChart(document.querySelector('[data-history-chart]'))")
    switch = page.get_by_role("button", name="Connection")
    expect(switch).to_have_attribute("aria-pressed", "false")
    switch.focus()
    page.keyboard.press("Enter")
    expect(switch).to_have_attribute("aria-pressed", "true")
    shown = "Chart.getChart(document.querySelector('[data-history-chart]')).isDatasetVisible(2)"
    assert page.evaluate(shown) is True


def test_on_a_phone_the_link_leads_to_the_page(
    sign_in: SignIn, live_server: LiveServer, owner: User, number: PhoneNumber
) -> None:
    page = sign_in(owner)
    page.set_viewport_size(PHONE)
    page.goto(f"{live_server.url}/numbers/")
    page.get_by_role("link", name="(303) 555-0142").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("(303) 555-0142")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_without_javascript_the_panel_is_a_page_with_its_table(
    sign_in: SignIn, live_server: LiveServer, owner: User, number: PhoneNumber, browser: Browser
) -> None:
    cookies = sign_in(owner).context.cookies()
    context = browser.new_context(java_script_enabled=False, locale="en-US")
    context.add_cookies(cookies)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{live_server.url}/numbers/")
    page.get_by_role("link", name="(303) 555-0142").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("(303) 555-0142")
    page.get_by_text("Show as a table").click()
    expect(page.get_by_role("table", name="Scores by day (UTC), 0 to 100")).to_be_visible()
    page.get_by_role("link", name="Spam tag").click()
    expect(page.locator("#timeline")).not_to_contain_text("Rating: Healthy")
    context.close()


def test_the_exported_file_is_what_the_page_shows(
    sign_in: SignIn, live_server: LiveServer, owner: User, acme: Account, number: PhoneNumber, tmp_path: Path
) -> None:
    factories.make_number(acme, "+13035550143", rating=Rating.HEALTHY)
    factories.make_number(acme, "+13035550144", rating=Rating.SPAM, last_updated=factories.NOW)
    page = sign_in(owner)
    page.goto(f"{live_server.url}/numbers/?rating=spam&sort=-number")
    shown = [button.get_attribute("data-copy") for button in page.locator("tbody [data-copy]").all()]
    with page.expect_download() as download:
        page.get_by_role("link", name="Export").click()
    download.value.save_as(tmp_path / "export.csv")
    rows = csv.DictReader(io.StringIO((tmp_path / "export.csv").read_bytes().decode(), newline=""))
    assert [row["Number"] for row in rows] == shown == ["+13035550144", "+13035550142"]
