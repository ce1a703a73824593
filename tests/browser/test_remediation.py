"""A label in a browser: it alerts without reloading, its repair is followed to the end, and so is one that fails.

The provider is the simulator over HTTP; the turns of the workers are taken by hand, so that each state can be seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, User
from phone_numbers.models import PhoneNumber
from remediation.services import clock
from tests import factories
from tests.browser import page_checks
from tests.browser.conftest import SignIn, Visit
from tests.browser.test_every_page import PHONE, take_picture
from tests.remediation import remediation_world as world
from tests.remediation.provider_drill import Drill
from tests.simulator import RunningSimulator

SOON = 15_000  # milliseconds: more than twice the time between two polls
HOUR = timedelta(hours=1)


@pytest.fixture
def drill(acme: Account, settings: Settings) -> Iterator[Drill]:
    """acme with its provider at a simulator of its own, which clears what is submitted."""
    running = RunningSimulator("--numbers", "12")
    settings.OUTBOUND_ALLOW = frozenset({running.pair})
    running.control("outcomes", outcomes=["remediated"] * 3)
    yield Drill(acme, running)
    running.stop()


def strip(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Spam alert")


def counts(page: Page) -> list[Locator]:
    """Return the count in the navigation and the one at the bell."""
    return [page.locator("#alerts-count"), page.locator("#bell .topbar-count")]


def flag_seen(drill: Drill, page: Page, live_server: LiveServer) -> PhoneNumber:
    """Flag a number while the list is open: the alert comes by itself, and leads to the panel."""
    page.goto(f"{live_server.url}/numbers/")
    expect(strip(page)).to_have_count(0)
    (number,) = drill.flagged(1)
    expect(strip(page)).to_contain_text("1 number is flagged as spam.", timeout=SOON)
    for count in counts(page):
        expect(count).to_have_text("1")
    take_picture(page, "alert-appears")
    return number


def case_page(drill: Drill, page: Page, live_server: LiveServer) -> None:
    page.goto(live_server.url + reverse("cases:detail", args=[world.only_case(drill.account).uuid]))


def test_an_admin_watches_a_label_come_and_go(
    sign_in: SignIn, live_server: LiveServer, drill: Drill, owner: User
) -> None:
    factories.make_number(drill.account)  # otherwise there would be no list
    page = sign_in(owner)
    number = flag_seen(drill, page, live_server)
    page.get_by_role("link", name="Show it").click()
    page.locator(".numbers tbody a").first.click()
    panel = page.get_by_role("dialog")
    expect(panel.locator("#number-case")).to_contain_text("Open case")
    take_picture(page, "panel-with-case")
    panel.get_by_role("link", name="Open case").click()

    state = page.locator("#state-title")
    expect(state).to_have_text("Open")
    drill.turn()
    expect(state).to_have_text("Submitted", timeout=SOON)
    drill.skip(HOUR)
    drill.turn()
    expect(state).to_have_text("In review", timeout=SOON)
    take_picture(page, "case-in-review")
    drill.settle(days=2)
    expect(state).to_have_text("Awaiting a clean reading", timeout=SOON)
    expect(page.get_by_label("Request to Telnyx")).to_contain_text("One billed request")
    expect(page.locator("#case-facts")).to_contain_text("1 billed request")
    page.get_by_text("The provider's answer as it was given").click()
    expect(page.locator(".case-raw pre")).to_contain_text(number.e164)
    assert page_checks.faults_of(page) == []
    drill.skip(HOUR)
    world.clean(drill.account, [number], drill.clock())
    drill.detect()
    expect(state).to_have_text("Cleared", timeout=SOON)
    expect(strip(page)).to_have_count(0, timeout=SOON)
    expect(page.locator("#alerts-count")).to_be_hidden()
    take_picture(page, "case-cleared")
    assert history_tells(page, live_server, number)


def history_tells(page: Page, live_server: LiveServer, number: PhoneNumber) -> bool:
    page.goto(live_server.url + reverse("numbers:history", args=[number.uuid]))
    timeline = page.locator("#timeline")
    for words in ("Tagged as spam", "Remediation: submitted", "Remediation: cleared", "Spam tag cleared"):
        expect(timeline).to_contain_text(words)
    page.goto(f"{live_server.url}/alerts/history/")
    expect(page.get_by_role("table")).to_contain_text("A clean reading")
    return True


@pytest.mark.parametrize("options", [{}, {"java_script_enabled": False, "viewport": PHONE}], ids=["laptop", "by hand"])
def test_a_repair_that_fails_ends_in_a_ticket_that_is_answered(
    options: dict[str, object], visit: Visit, live_server: LiveServer, acme: Account, owner: User, reviewer: User
) -> None:
    world.flag(acme, world.monitored(acme))
    world.detect(acme)
    page, staff = visit(owner, **options), visit(reviewer, **options)
    file_by_hand(page, live_server)
    clock.follow_clocks(acme, now=world.NOW + 8 * world.DAY)
    page.goto(f"{live_server.url}/cases/")
    page.get_by_role("link", name="Ended", exact=True).click()
    page.locator("tbody .cell-main a").click()
    expect(page.locator("#state-title")).to_have_text("Unsuccessful")
    page.get_by_role("link", name="Open a support ticket").click()
    expect(page.get_by_label("What support should know")).to_have_value(re.compile("Request to re-evaluate"))
    page.get_by_role("button", name="Send to support").click()
    expect(page.get_by_text("was sent to support")).to_be_visible()

    staff.goto(f"{live_server.url}/reviews/tickets/")
    staff.locator("tbody th a").click()
    staff.get_by_role("textbox", name="Message").fill("The carrier keeps it until Monday.")
    staff.get_by_role("button", name="Send the answer").click()
    expect(staff.get_by_text("Your answer was sent.")).to_be_visible()
    take_picture(staff, "ticket-answered")

    page.goto(live_server.url)
    page.get_by_role("listitem").filter(has_text="1 support ticket was answered.").get_by_role("link").click()
    page.locator("tbody th a").click()
    expect(page.get_by_text("The carrier keeps it until Monday.")).to_be_visible()
    page.get_by_role("button", name="Close the ticket").click()
    expect(page.get_by_text("The ticket is closed.")).to_be_visible()


def file_by_hand(page: Page, live_server: LiveServer) -> None:
    """From what needs a person to a dispute that is noted as filed."""
    page.goto(live_server.url)
    page.get_by_role("listitem").filter(has_text="1 case needs a person.").get_by_role("link").click()
    page.locator("tbody .cell-main a").click()
    page.get_by_role("link", name="File it").click()
    expect(page.locator("pre.evidence")).to_contain_text("Request to re-evaluate")
    page.get_by_label("Reference").fill("ATT-77")
    page.get_by_role("button", name="It is filed").click()
    expect(page.locator("#state-title")).to_have_text("Submitted")
    expect(page.get_by_text("Reference ATT-77")).to_be_visible()


@pytest.mark.parametrize("options", [{}, {"java_script_enabled": False, "viewport": PHONE}], ids=["laptop", "by hand"])
def test_many_numbers_of_a_campaign_are_one_alert_that_is_seen_and_muted(
    options: dict[str, object], visit: Visit, live_server: LiveServer, acme: Account, owner: User
) -> None:
    numbers = world.monitored(acme, 30)
    factories.make_campaign(acme, "Renewals", numbers=numbers)
    world.flag(acme, numbers)
    world.detect(acme)
    page = visit(owner, **options)
    page.goto(f"{live_server.url}/alerts/")
    line = page.locator(".alert-line").first
    expect(line).to_contain_text("30 numbers of Renewals are flagged as spam")
    line.get_by_role("link", name="Show them").click()
    expect(line.get_by_role("row")).to_have_count(31)
    take_picture(page, f"alerts-opened-{'laptop' if not options else 'phone'}")
    line.get_by_role("button", name="Acknowledge").click()
    expect(line).to_contain_text("acknowledged")
    line.get_by_text("Mute", exact=True).click()
    line.get_by_role("button", name="1 day").click()
    expect(page.get_by_text("Muted for 1 day.")).to_be_visible()
    expect(strip(page)).to_contain_text("30 numbers are flagged as spam. Muted for now.", use_inner_text=False)
    line.get_by_role("button", name="Unmute").click()
    expect(page.get_by_text("The alert is loud again.")).to_be_visible()


def test_cancelling_and_notes_work_without_scripts(
    visit: Visit, live_server: LiveServer, acme: Account, owner: User
) -> None:
    case, _, _ = world.parked_case(acme)
    page = visit(owner, java_script_enabled=False)
    page.goto(live_server.url + reverse("numbers:panel", args=[case.number.uuid]))
    page.get_by_role("link", name="See the repair of this number").click()
    page.get_by_role("textbox", name="Note").fill("Number is retired next week")
    page.get_by_role("button", name="Add the note").click()
    expect(page.get_by_text("Number is retired next week")).to_be_visible()
    page.get_by_role("combobox", name="Owner").select_option(label=str(owner))
    page.get_by_role("button", name="Assign").click()
    expect(page.get_by_text("looks after this case now.")).to_be_visible()
    page.get_by_role("link", name="Cancel the repair").click()
    page.get_by_label("Why").fill("Retired")
    page.get_by_role("button", name="Cancel the repair").click()
    expect(page.locator("#state-title")).to_have_text("Cancelled")
    expect(page.get_by_text("Cancelled: Retired").first).to_be_visible()
    page.get_by_role("link", name="Start another attempt").click()
    page.get_by_role("button", name="Start another attempt").click()
    expect(page.get_by_text("Another attempt has begun.")).to_be_visible()
