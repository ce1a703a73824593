"""Caller ID in a browser: try a destination, watch a flagged number be skipped, clear it and see it chosen again."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, User
from common.scope import account_scope
from phone_numbers.feeds import ingest, partitions
from phone_numbers.models import AreaPrefix, PhoneNumber
from phone_numbers.states import Rating
from providers.base import Observation
from tests import factories
from tests.browser.conftest import SignIn, Visit
from tests.browser.test_every_page import take_picture


def observe(account: Account, number: PhoneNumber, *, flagged: bool, newest: datetime) -> None:
    """Let a feed's page say what phones at one carrier showed."""
    page = [
        Observation(number.e164, "att", newest - timedelta(minutes=place), flagged, ident=str(place))
        for place in range(4)
    ]
    with account_scope(account):
        ingest.ingest_page(account, page, now=timezone.now())


def walk(page: Page, live_server: LiveServer, account: Account) -> None:
    """Try one destination before the flag, under it, and after it."""
    now = timezone.now()
    partitions.ensure_partitions(now - timedelta(days=2), now)
    AreaPrefix.objects.get_or_create(prefix="1303", defaults={"area": "Denver, CO", "state": "CO"})
    near = factories.make_number(account, "+13035550101", rating=Rating.HEALTHY, state="CO")
    far = factories.make_number(account, "+15125550101", rating=Rating.HEALTHY, state="TX")
    factories.make_campaign(account, "Renewals", numbers=[near, far])

    page.goto(f"{live_server.url}/campaigns/")
    page.get_by_role("link", name="Renewals").click()
    page.get_by_role("link", name="Caller ID", exact=True).click()
    answer = try_destination(page)
    expect(answer).to_contain_text("would show (303) 555-0101")

    observe(account, near, flagged=True, newest=now - timedelta(hours=1))
    answer = try_destination(page)
    expect(answer).to_contain_text("would show (512) 555-0101")
    expect(page.get_by_role("row", name="Same area code and exchange")).to_contain_text("1 tagged as spam")
    take_picture(page, "caller-id")

    observe(account, near, flagged=False, newest=now)
    expect(try_destination(page)).to_contain_text("would show (303) 555-0101")


def try_destination(page: Page):
    """Ask about a number near the first one, and return what the page answers."""
    page.get_by_role("textbox", name="Destination").fill("(303) 555-0142")
    page.get_by_role("button", name="Try", exact=True).click()
    return page.locator(".try-answer")


def test_a_flagged_number_is_skipped_and_chosen_again_when_it_is_clean(
    sign_in: SignIn, live_server: LiveServer, acme: Account, owner: User
) -> None:
    walk(sign_in(owner), live_server, acme)


@pytest.mark.parametrize("width", [390, 1280])
def test_it_works_without_scripts_at_any_width(
    visit: Visit, live_server: LiveServer, acme: Account, owner: User, width: int
) -> None:
    walk(visit(owner, java_script_enabled=False, viewport={"width": width, "height": 800}), live_server, acme)


def test_the_documentation_of_the_api_reads_and_tries_without_a_foreign_address(
    sign_in: SignIn, live_server: LiveServer, acme: Account, owner: User
) -> None:
    page = sign_in(owner)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{live_server.url}/api/v1/")
    expect(page.get_by_text("Choose a caller ID", exact=True)).to_be_visible()
    take_picture(page, "api-docs")
    assert all(url.startswith((live_server.url, "data:")) for url in asked)
