"""Other people in the same portal: a stranger, a viewer, a person without an account."""

from __future__ import annotations

from uuid import UUID

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, User
from common.scope import account_scope
from phone_numbers.models import PhoneNumber
from tests import factories
from tests.browser import list_page, world
from tests.browser.conftest import SignIn


@pytest.fixture
def spam_number(hub: Account) -> UUID:
    """The address of a number of acme."""
    with account_scope(hub):
        return PhoneNumber.objects.get(e164=world.e164(world.COLORADO, 0)).uuid


def test_a_stranger_sees_nothing_and_another_accounts_addresses_are_not_found(
    sign_in: SignIn, live_server: LiveServer, spam_number: UUID, stranger: User, globex: Account
) -> None:
    page = sign_in(stranger)
    page.goto(f"{live_server.url}/numbers/")
    expect(page.get_by_role("main")).to_contain_text("Globex has no numbers yet")

    factories.make_number(globex, "+12125550144")
    page.goto(f"{live_server.url}/numbers/?q=555")
    assert list_page.numbers(page) == ["+12125550144"]
    expect(page.locator("body")).not_to_contain_text("(303)")
    _, exported = list_page.download(page, lambda: page.get_by_role("link", name="Export", exact=True).click())
    assert [row["Number"] for row in exported] == ["+12125550144"]

    for below in ("", "history/", "history.csv"):
        answer = page.goto(f"{live_server.url}/numbers/{spam_number}/{below}")
        assert answer is not None
        assert answer.status == 404
        expect(page.locator("body")).not_to_contain_text("303")
    _, history = list_page.download(page, lambda: page.evaluate("location.assign('/numbers/history.csv')"))
    assert {line["Number"] for line in history} <= {"+12125550144"}
    answer = page.request.get(f"{live_server.url}/numbers/export.csv?ids={spam_number}")
    assert answer.status == 200
    assert answer.text().count("\n") == 1


def test_a_viewer_sees_and_exports_and_is_told_why_no_more(
    sign_in: SignIn, live_server: LiveServer, hub: Account, viewer: User
) -> None:
    page = sign_in(viewer)
    page.goto(f"{live_server.url}/numbers/?q=0100&product=phone")
    assert list_page.numbers(page) == [world.e164(world.TEXAS, 0)]
    _, exported = list_page.download(page, lambda: page.get_by_role("link", name="Export", exact=True).click())
    assert len(exported) == 1
    answer = page.goto(f"{live_server.url}/numbers/import/")
    assert answer is not None
    assert answer.status == 403
    expect(page.locator("body")).to_contain_text("Your role can see and export but not change anything")
    expect(page.get_by_role("link", name="Import", exact=True)).to_have_count(0)


def test_without_an_account_a_person_is_told_what_to_do(sign_in: SignIn, live_server: LiveServer, nobody: User) -> None:
    page = sign_in(nobody)
    answer = page.goto(f"{live_server.url}/numbers/")
    assert answer is not None
    assert answer.status == 403
    expect(page.locator("body")).to_contain_text("Ask an account owner to add you")
