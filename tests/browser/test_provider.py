"""Settings, Provider, as an owner walks it: name it, test it, hand in proof, confirm a number before its deadline."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, User
from common.scope import account_scope
from enrollment.models import NumberOwnership
from enrollment.provider_states import Ownership
from phone_numbers.states import Origin
from tests import factories
from tests.browser.conftest import Visit
from tests.enrollment.vetting_world import key
from tests.simulator import RunningSimulator, _faulty_simulator, own_simulator

__all__ = ["_faulty_simulator", "key", "own_simulator"]
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_an_owner_names_the_provider_hands_in_proof_and_confirms_a_number(
    scripts: bool,
    visit: Visit,
    live_server: LiveServer,
    acme: Account,
    owner: User,
    own_simulator: RunningSimulator,
    key: str,
    tmp_path: Path,
) -> None:
    page = visit(owner, java_script_enabled=scripts)
    page.goto(f"{live_server.url}/settings/")
    page.get_by_role("link", name="Provider", exact=True).click()
    expect(page.get_by_role("heading", name="No provider")).to_be_visible()
    name_provider(page, own_simulator, key)
    hand_in_proof(page, tmp_path)
    confirm_number(page, acme, live_server)


def name_provider(page: Page, simulator: RunningSimulator, key: str) -> None:
    page.get_by_label("API key").fill(key)
    page.get_by_label("Address").fill("https://10.1.2.3/v2")
    page.get_by_role("button", name="Name this provider").click()
    expect(page.get_by_text("10.1.2.3").first).to_be_visible()
    page.get_by_label("API key").fill(key)
    page.get_by_label("Address").fill(f"{simulator.url}/v2")
    page.get_by_role("button", name="Name this provider").click()
    page.get_by_role("button", name="Test connection").click()
    expect(page.get_by_text("Connected to Telnyx: 0 businesses.")).to_be_visible()
    expect(page.get_by_label("API key")).to_have_value("")


def hand_in_proof(page: Page, folder: Path) -> None:
    invoice = folder / "invoice.pdf"
    invoice.write_bytes(PDF)
    page.get_by_label("Invoice or statement").set_input_files(invoice)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("link", name="invoice.pdf")).to_be_visible()
    page.get_by_role("button", name="Hand in to Telnyx").click()
    expect(page.get_by_text("On its way to the provider").first).to_be_visible()


def confirm_number(page: Page, account: Account, live_server: LiveServer) -> None:
    number = factories.make_number(account, "+12125550142", origin=Origin.BYOC)
    now = timezone.now()
    with account_scope(account):
        NumberOwnership.objects.create(
            account=account, number=number, state=Ownership.PENDING, since=now, read_at=now, reason="carrier_changed"
        )
    page.goto(f"{live_server.url}/")
    page.get_by_role("link", name="Confirm", exact=True).click()
    page.get_by_role("checkbox", name="(212) 555-0142").check()
    page.get_by_role("button", name="Not ours any more").click()
    expect(page.get_by_text("The provider removes this number at once")).to_be_visible()
    page.get_by_role("link", name="Cancel").click()
    page.get_by_role("checkbox", name="(212) 555-0142").check()
    page.get_by_role("button", name="Still ours").click()
    expect(page.get_by_text("Your answer for 1 number goes to the provider.")).to_be_visible()
    expect(page.get_by_text("Still ours").first).to_be_visible()
