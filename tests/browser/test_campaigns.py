"""Campaigns in a browser: create one, add numbers with a refused one, see the effect, remove; also without scripts."""

from __future__ import annotations

from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, User
from phone_numbers.states import Capability
from tests import factories
from tests.browser.conftest import SignIn, Visit
from tests.browser.test_every_page import take_picture


def walk(page: Page, live_server: LiveServer) -> None:
    """Do what a person does from an empty list of campaigns to a number that is monitored for one no more."""
    page.goto(f"{live_server.url}/campaigns/")
    page.get_by_role("link", name="New campaign").first.click()
    page.get_by_label("Name").fill("Spring renewals")
    page.get_by_label("Dialing method").select_option("progressive")
    page.get_by_role("button", name="Create the campaign").click()
    expect(page.get_by_role("heading", name="Spring renewals")).to_be_visible()

    page.get_by_role("link", name="Add numbers").first.click()
    page.get_by_role("searchbox", name="Search numbers outside the campaign").fill("555-0102")
    page.get_by_role("button", name="Search", exact=True).click()
    page.get_by_label("(303) 555-0102").check()
    page.get_by_role("textbox", name="Numbers (optional)").fill("(303) 555-0101\n303 555 0199")
    page.get_by_role("button", name="Check these numbers").click()
    expect(page.get_by_role("row", name="303 555 0199")).to_contain_text("The account has no such number.")
    effect = page.get_by_role("region", name="What this does to monitoring")
    expect(effect).to_contain_text("2 numbers become outbound dialer numbers")
    take_picture(page, "campaign-add-confirm")
    page.get_by_role("button", name="Add 2 numbers").click()
    expect(page.get_by_text("2 numbers were added to Spring renewals.")).to_be_visible()

    page.get_by_role("button", name="Make (303) 555-0101 the default caller ID").click()
    expect(page.get_by_text("(303) 555-0101 is the default caller ID now.")).to_be_visible()


def leave(page: Page) -> None:
    """Take the monitored number out of the campaign again."""
    page.get_by_label("Tick (303) 555-0101").check()
    page.get_by_role("button", name="Remove ticked numbers").click()
    expect(page.get_by_text("The default caller ID is among them.")).to_be_visible()
    expect(page.get_by_text("1 monitored number becomes No longer eligible")).to_be_visible()
    take_picture(page, "campaign-remove")
    page.get_by_role("button", name="Remove 1 number").click()
    expect(page.get_by_text("1 number was removed from Spring renewals.")).to_be_visible()
    expect(page.get_by_role("table").get_by_role("link", name="(303) 555-0102")).to_be_visible()


def test_a_person_creates_fills_and_empties_a_campaign(
    sign_in: SignIn, live_server: LiveServer, acme: Account, owner: User
) -> None:
    number = factories.make_number(acme, "+13035550101", capability=Capability.ON)
    factories.make_number(acme, "+13035550102")
    page = sign_in(owner)
    walk(page, live_server)
    leave(page)
    assert factories.status_of(number).capability == Capability.NO_LONGER_ELIGIBLE


def test_it_all_works_without_scripts(visit: Visit, live_server: LiveServer, acme: Account, owner: User) -> None:
    number = factories.make_number(acme, "+13035550101", capability=Capability.ON)
    factories.make_number(acme, "+13035550102")
    page = visit(owner, java_script_enabled=False)
    walk(page, live_server)
    leave(page)
    assert factories.status_of(number).capability == Capability.NO_LONGER_ELIGIBLE
