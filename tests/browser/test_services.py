"""How to enable and disable spam tag monitoring for numbers, step by step; also without scripts and on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, User
from accounts.products import LicenseKind
from phone_numbers.models import PhoneNumber
from phone_numbers.states import Capability
from tests import factories
from tests.browser import page_checks
from tests.browser.conftest import SignIn, Visit
from tests.browser.test_every_page import take_picture
from tests.enrollment import number_world

ENABLE, DISABLE = "Enable spam monitoring and remediation", "Disable spam monitoring and remediation"
DIALER, SECOND, IDLE = "(303) 555-0101", "(303) 555-0102", "(303) 555-0103"


@pytest.fixture
def dialer(acme: Account) -> PhoneNumber:
    """Return an outbound dialer number; beside it there are a second one and one without a campaign."""
    dialer, second = (factories.make_number(acme, f"+1303555010{last}") for last in (1, 2))
    factories.make_campaign(acme, "Renewals", numbers=[dialer, second])
    factories.make_number(acme, "+13035550103")
    return dialer


def tick(page: Page, *numbers: str) -> None:
    for number in numbers:
        page.get_by_label(f"Select {number}").check()


def enable(page: Page, window: Locator) -> None:
    """Read the confirmation window, remove one number by its X, and enable."""
    expect(window.get_by_role("heading", name=ENABLE)).to_be_visible()
    expect(window).to_contain_text("Spam monitoring can only be enabled for outbound dialer numbers.")
    expect(window).to_contain_text("Verification may take several days.")
    expect(window).to_contain_text("Enable for 2 numbers")
    out = window.get_by_role("region", name="1 number is left out")
    expect(out).to_contain_text(IDLE)
    expect(out).to_contain_text("this number is in no active outbound campaign")
    window.get_by_role("button", name=f"Remove {SECOND}").click()
    expect(window).to_contain_text("Enable for 1 number")
    expect(window).not_to_contain_text(SECOND)
    window.get_by_role("button", name="Enable", exact=True).click()
    expect(page.get_by_text("1 number was taken for verification, 1 number was skipped")).to_be_visible()
    expect(page.get_by_role("row", name=IDLE)).to_contain_text("in no active outbound campaign")


def capability_in_list(page: Page, address: str, word: str) -> None:
    page.goto(address)
    expect(page.get_by_role("row", name=DIALER).locator(".c-capability")).to_contain_text(word)


def verify(account: Account, number: PhoneNumber) -> None:
    """Let the first reading come, and the portal notice it."""
    factories.make_view(number, "verizon")
    number_world.review(account)


def disable(page: Page, window: Locator) -> None:
    """Read the note and disable."""
    expect(window.get_by_role("heading", name=DISABLE)).to_be_visible()
    expect(window).to_contain_text("Once disabled, monitoring and remediation are not provided for these numbers")
    window.get_by_role("button", name="Disable", exact=True).click()
    expect(page.get_by_text("1 number was disabled")).to_be_visible()


def test_numbers_are_enabled_followed_and_disabled_in_dialogs(
    sign_in: SignIn, live_server: LiveServer, acme: Account, owner: User, dialer: PhoneNumber
) -> None:
    page, list_address = sign_in(owner), f"{live_server.url}/numbers/"
    page.goto(list_address)
    tick(page, DIALER, SECOND, IDLE)
    page.get_by_role("button", name=ENABLE).click()
    window = page.get_by_role("dialog")
    expect(window).to_be_visible()
    take_picture(page, "enable-dialog")
    assert page_checks.faults_of(page) == []
    page.keyboard.press("Escape")
    expect(window).not_to_be_visible()
    expect(page.get_by_role("button", name=ENABLE)).to_be_focused()
    page.get_by_role("button", name=ENABLE).click()
    enable(page, window)
    take_picture(page, "enable-result")

    capability_in_list(page, list_address, "Verifying")
    expect(page.get_by_role("region", name="Selected numbers")).not_to_be_visible()
    verify(acme, dialer)
    capability_in_list(page, list_address, "On")
    tick(page, DIALER)
    page.get_by_role("button", name=DISABLE).click()
    disable(page, page.get_by_role("dialog"))
    capability_in_list(page, list_address, "Off")


@pytest.mark.parametrize(
    "options",
    [{"java_script_enabled": False}, {"viewport": {"width": 390, "height": 844}, "has_touch": True}],
    ids=["without scripts", "on a phone"],
)
def test_it_all_works_on_pages_too(
    options: dict[str, object],
    visit: Visit,
    live_server: LiveServer,
    acme: Account,
    owner: User,
    dialer: PhoneNumber,
) -> None:
    page, list_address = visit(owner, **options), f"{live_server.url}/numbers/"
    page.goto(list_address)
    tick(page, DIALER, SECOND, IDLE)
    page.get_by_role("button", name=ENABLE).click()
    page.wait_for_url("**/numbers/monitoring/enable/**")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    enable(page, page.get_by_role("main"))
    capability_in_list(page, list_address, "Verifying")
    verify(acme, dialer)
    capability_in_list(page, list_address, "On")
    tick(page, DIALER)
    page.get_by_role("button", name=DISABLE).click()
    page.wait_for_url("**/numbers/monitoring/disable/**")
    disable(page, page.get_by_role("main"))
    capability_in_list(page, list_address, "Off")


def test_all_that_match_are_enabled_at_once(
    sign_in: SignIn, live_server: LiveServer, acme: Account, owner: User, dialer: PhoneNumber
) -> None:
    page = sign_in(owner)
    page.goto(f"{live_server.url}/numbers/?q=303")
    tick(page, DIALER)
    page.get_by_role("button", name="Select all 3 that match").click()
    page.get_by_role("button", name=ENABLE).click()
    window = page.get_by_role("dialog")
    expect(window).to_contain_text("Enable for 2 numbers")
    window.get_by_role("button", name="Enable", exact=True).click()
    expect(page.get_by_text("2 numbers were taken for verification, 1 number was skipped")).to_be_visible()
    expect(page.get_by_text("All that match Search: 303")).to_be_visible()


def test_an_empty_window_cannot_be_confirmed(
    sign_in: SignIn, live_server: LiveServer, acme: Account, owner: User, dialer: PhoneNumber
) -> None:
    page = sign_in(owner)
    page.goto(f"{live_server.url}/numbers/")
    tick(page, DIALER)
    page.get_by_role("button", name=ENABLE).click()
    window = page.get_by_role("dialog")
    window.get_by_role("button", name=f"Remove {DIALER}").click()
    expect(window).to_contain_text("No number is chosen")
    expect(window.get_by_role("button", name="Enable", exact=True)).to_be_disabled()
    window.get_by_role("link", name="Cancel").click()
    expect(window).not_to_be_visible()


def test_services_details_opens_from_the_list_and_leads_on(
    sign_in: SignIn, live_server: LiveServer, acme: Account, owner: User, dialer: PhoneNumber
) -> None:
    page = sign_in(owner)
    page.goto(f"{live_server.url}/numbers/")
    buttons = page.locator(".page-actions a")
    assert [text.strip() for text in buttons.all_inner_texts()] == ["Services details", "Export"]
    page.get_by_role("link", name="Services details").click()
    window = page.get_by_role("dialog")
    card = window.get_by_role("region", name="Spam monitoring & remediation")
    expect(card).to_contain_text("0 of 100 used, 100 free")
    take_picture(page, "services-dialog")
    assert page_checks.faults_of(page) == []
    card.get_by_role("link", name=ENABLE).click()
    page.wait_for_url("**/numbers/?capability=off")


def test_the_panel_enrolls_one_number_and_hides_the_link_once_it_is_on(
    sign_in: SignIn, live_server: LiveServer, acme: Account, owner: User, dialer: PhoneNumber
) -> None:
    page = sign_in(owner)
    page.goto(f"{live_server.url}/numbers/")
    page.get_by_role("link", name=DIALER).click()
    page.get_by_role("link", name="Enroll spam remediation").click()
    window = page.locator("#popup")
    expect(window).to_contain_text("Enable for 1 number")
    window.get_by_role("button", name="Enable", exact=True).click()
    expect(page.get_by_text("1 number was taken for verification")).to_be_visible()
    verify(acme, dialer)
    page.goto(f"{live_server.url}/numbers/{dialer.uuid}/")
    expect(page.get_by_role("link", name=DISABLE)).to_be_visible()
    expect(page.get_by_role("link", name="Enroll spam remediation")).to_have_count(0)
    assert factories.status_of(dialer).capability == Capability.ON


def test_a_business_without_licenses_reads_which_ones_it_needs(
    sign_in: SignIn, live_server: LiveServer, db: None
) -> None:
    account = factories.make_account(kinds=[LicenseKind.PHONE_PRO])
    page = sign_in(factories.make_member(account))
    page.goto(f"{live_server.url}/services/")
    expect(page.get_by_text("Ask your account manager")).to_have_count(2)
    expect(page.get_by_role("button", name=ENABLE)).to_be_disabled()
    assert page_checks.faults_of(page) == []


def test_platform_staff_read_what_fewer_seats_do_before_they_save(
    sign_in: SignIn, live_server: LiveServer, acme: Account, reviewer: User, dialer: PhoneNumber
) -> None:
    page = sign_in(reviewer)
    page.goto(f"{live_server.url}/reviews/accounts/")
    assert page_checks.faults_of(page) == []
    page.get_by_role("link", name="Acme").click()
    expect(page.get_by_role("heading", name="Acme")).to_be_visible()
    assert page_checks.faults_of(page) == []
    page.get_by_role("link", name="Change Spam Monitoring and Remediation").click()
    page.get_by_label("Seats").fill("20")
    page.get_by_role("button", name="Show what it does").click()
    expect(page.get_by_text("Seats: 100 now, 20 from")).to_be_visible()
    expect(page.get_by_text("No monitored number is affected.")).to_be_visible()
    take_picture(page, "license")
    assert page_checks.faults_of(page) == []
    page.get_by_role("button", name="Yes, save").click()
    expect(page.get_by_text("The licenses of Acme were changed.")).to_be_visible()
    expect(page.get_by_role("row", name="Spam Monitoring and Remediation")).to_contain_text("20")
