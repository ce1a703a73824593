"""Every main page at laptop and phone width, light and dark: it fits, can be read, and the policy refuses nothing.

Each visit leaves a picture in `artefacts/`, to look at.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Role, User
from common.scope import account_scope
from enrollment.number_states import JobKind
from phone_numbers.models import Campaign, PhoneNumber
from tests import factories
from tests.browser import page_checks, world
from tests.browser.conftest import Visit
from tests.enrollment import number_world
from tests.remediation import remediation_world

ARTEFACTS = Path(__file__).resolve().parent.parent.parent / "artefacts"
LAPTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
SMALL_PHONE = {"width": 320, "height": 640}
PAGES = {
    "home": "/",
    "list": "/numbers/",
    "list-filtered": "/numbers/?rating=spam&rating=mixed&product=contact_center&q=555",
    "list-no-match": "/numbers/?q=999999",
    "list-nonsense": "/numbers/?rating=purple",
    "panel": "/numbers/{uuid}/",
    "history": "/numbers/{uuid}/history/",
    "import": "/numbers/import/",
    "campaigns": "/campaigns/",
    "campaign": "/campaigns/{campaign}/",
    "campaign-new": "/campaigns/new/",
    "campaign-add": "/campaigns/{campaign}/numbers/add/?q=303",
    "campaign-caller-id": "/campaigns/{campaign}/caller-id/?destination=%2B13035550142",
    "campaign-end": "/campaigns/{campaign}/end/",
    "services": "/services/",
    "enable": "/numbers/monitoring/enable/?all=1",
    "disable": "/numbers/monitoring/disable/?all=1",
    "register": "/numbers/registration/register/?all=1&area=TX",
    "job": "/services/jobs/{job}/",
    "cases": "/cases/",
    "cases-ended": "/cases/?show=ended",
    "case": "/cases/{case}/",
    "case-cancel": "/cases/{case}/cancel/",
    "case-task": "/cases/tasks/{task}/",
    "ticket": "/cases/tickets/{ticket}/",
    "tickets": "/cases/tickets/",
    "alerts": "/alerts/?group={campaign}",
    "alerts-past": "/alerts/history/",
    "alerts-mail": "/settings/alerts/",
    "help": "/help/",
    "help-topic": "/help/remediation/",
    "feeds": "/feeds/",
    "settings": "/settings/",
    "thresholds": "/settings/thresholds/",
    "keys": "/settings/keys/",
    "provider": "/settings/provider/",
    "audit": "/settings/audit/",
    "password": "/accounts/password/change/",
    "not-found": "/numbers/nothing-here/",
    "another-account": "/accounts/{other}/?next=/alerts/",
}


@pytest.fixture
def addresses(hub: Account, globex: Account, owner: User, live_server: LiveServer) -> dict[str, str]:
    """The address of each page; the number is a flagged one with the longest label, the owner has two accounts."""
    factories.add_member(globex, owner, role=Role.OWNER)
    factories.make_feed(hub, name="Telnyx", interval_seconds=300)
    with account_scope(hub):
        number = PhoneNumber.objects.get(e164=world.e164(world.COLORADO, 0))
        PhoneNumber.objects.filter(pk=number.pk).update(label=world.LONGEST)
        campaign = Campaign.objects.get()
        Campaign.objects.update(default_number=number)
    job = number_world.start(hub, JobKind.DISABLE, [number])
    case, task, ticket = remediation_world.parked_case(hub)
    places = {
        "other": globex.uuid,
        "uuid": number.uuid,
        "campaign": campaign.uuid,
        "job": job.uuid,
        "case": case.uuid,
        "task": task.uuid,
        "ticket": ticket.uuid,
    }
    return {name: live_server.url + path.format(**places) for name, path in PAGES.items()}


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("laptop-light", {"viewport": LAPTOP, "color_scheme": "light"}),
        ("laptop-dark", {"viewport": LAPTOP, "color_scheme": "dark"}),
        ("phone-light", {"viewport": PHONE, "color_scheme": "light", "has_touch": True}),
        ("phone-dark", {"viewport": SMALL_PHONE, "color_scheme": "dark", "has_touch": True}),
    ],
)
def test_every_page_fits_the_screen_can_be_read_and_is_refused_nothing(
    kind: str, options: dict[str, object], visit: Visit, addresses: dict[str, str], owner: User
) -> None:
    page = visit(owner, **options)
    faults = {}
    for name, address in addresses.items():
        page.goto(address)
        take_picture(page, f"{name}-{kind}")
        if found := page_checks.faults_of(page):
            faults[name] = found
    assert faults == {}
    expect(page.locator("html")).to_have_attribute("data-bs-theme", str(options["color_scheme"]))


def test_the_open_panel_and_the_sign_in_are_pictured_too(
    visit: Visit, live_server: LiveServer, hub: Account, owner: User
) -> None:
    page = visit(owner)
    page.goto(f"{live_server.url}/numbers/?rating=spam")
    page.get_by_role("link", name="(303) 555-0103").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    take_picture(page, "panel-over-list-laptop-light")
    assert page_checks.faults_of(page) == []
    page.context.clear_cookies()
    page.goto(f"{live_server.url}/accounts/login/")
    take_picture(page, "sign-in-laptop-light")
    assert page_checks.faults_of(page) == []


def take_picture(page: Page, name: str) -> None:
    """Take it when the fragments are there and the charts are drawn."""
    page_checks.settle(page)
    ARTEFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTEFACTS / f"{name}.png")
