"""Cases on pages of others, and what others may not see of them (D22, D28)."""

from __future__ import annotations

import re

from django.test import Client
from django.urls import reverse

from accounts.models import Account, User
from common.scope import account_scope
from phone_numbers.states import Capability
from remediation.models import CaseEvent
from tests import factories
from tests.conftest import ClientFor
from tests.remediation import remediation_world as world
from tests.remediation.case_pages import LIST, address_of, text


def test_the_panel_of_a_number_shows_its_case_and_leads_there_without_scripts(client: Client, acme: Account) -> None:
    case, _, _ = world.parked_case(acme)
    address = reverse("cases:of_number", args=[case.number.uuid])
    assert address in text(client, reverse("numbers:panel", args=[case.number.uuid]))
    card = text(client, address, headers={"HX-Request": "true"})
    assert "Needs a person" in card
    assert "Flagged as spam by Telnyx" in card
    (poll,) = re.findall(r'hx-get="([^"]+)"', card)
    assert client.get(poll, headers={"HX-Request": "true"}).status_code == 204
    assert client.get(address)["Location"] == address_of(case)


def test_a_flagged_number_without_monitoring_is_offered_to_be_enabled(client: Client, acme: Account) -> None:
    (number,) = world.monitored(acme, capability=Capability.OFF)
    world.flag(acme, [number])
    world.detect(acme)
    card = text(client, reverse("cases:of_number", args=[number.uuid]), headers={"HX-Request": "true"})
    assert f"/numbers/monitoring/enable/?ids={number.uuid}" in card
    assert factories.status_of(number).is_tagged


def test_a_poll_of_somebody_who_is_signed_out_leads_nowhere(acme: Account) -> None:
    case, _, _ = world.parked_case(acme)
    for address in (f"{LIST}?poll=1", f"{address_of(case)}?poll=1", "/alerts/strip/"):
        answer = Client().get(address, headers={"HX-Request": "true"})
        assert answer.status_code == 204
        assert "HX-Redirect" not in answer


def test_nothing_of_another_account_shows(acme: Account, stranger: User, client_for: ClientFor) -> None:
    case, _, ticket = world.parked_case(acme)
    theirs = client_for(stranger)
    assert case.number.e164 not in text(theirs, f"{LIST}?show=all")
    assert ticket.code not in text(theirs, "/cases/tickets/")
    assert case.number.e164 not in b"".join(theirs.get("/cases/export.csv?show=all")).decode()
    with account_scope(acme):
        events = CaseEvent.objects.count()
    assert theirs.post(reverse("cases:note", args=[case.uuid]), {"note": "x"}).status_code == 404
    with account_scope(acme):
        assert CaseEvent.objects.count() == events
