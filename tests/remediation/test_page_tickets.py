"""Support tickets: asked for by the account, answered by the platform's staff (D21)."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Account, User
from common.scope import account_scope
from remediation.models import Case, SupportTicket
from remediation.services import clock
from tests.conftest import ClientFor
from tests.remediation import remediation_world as world
from tests.remediation.case_pages import address_of, plain, text
from tests.remediation.provider_drill import Drill


def unsuccessful(account: Account) -> Case:
    """Make a case that was given up at its limit."""
    now = timezone.now()
    world.flag(account, world.monitored(account), now - 8 * world.DAY)
    world.detect(account, now - 8 * world.DAY)
    clock.follow_clocks(account, now=now)
    return world.only_case(account)


def test_an_unsuccessful_case_offers_a_ticket_with_the_evidence_filled_in(client: Client, acme: Account) -> None:
    case = unsuccessful(acme)
    assert "1 repair was unsuccessful and is in no ticket." in plain(text(client, "/"))
    address = reverse("cases:open_ticket", args=[case.uuid])
    assert address in text(client, address_of(case))
    html = text(client, address)
    assert case.number.e164 in html
    assert "Dialing practices" in html
    answer = client.post(address, {"subject": "Not removed", "body": "Please look."}, follow=True)
    assert "was sent to support" in answer.content.decode()
    with account_scope(acme):
        ticket = SupportTicket.objects.get()
    assert ticket.code in text(client, "/cases/tickets/")
    assert "unsuccessful and" not in plain(text(client, "/"))
    assert client.get(address)["Location"] == reverse("cases:ticket", args=[ticket.uuid])


def test_a_ticket_about_a_repair_that_goes_on_is_refused_in_words(drill: Drill, client: Client) -> None:
    drill.flagged(1)
    case = world.only_case(drill.account)
    answer = client.get(reverse("cases:open_ticket", args=[case.uuid]), follow=True)
    assert "This repair is still going on." in answer.content.decode()


def test_platform_staff_answers_and_the_account_reads_it(
    client: Client, acme: Account, reviewer: User, client_for: ClientFor
) -> None:
    _, _, ticket = world.parked_case(acme)
    staff = client_for(reviewer)
    assert ticket.subject in text(staff, "/reviews/tickets/")
    answer = staff.post(reverse("tickets:answer", args=[ticket.uuid]), {"body": "We asked AT&T <now>."}, follow=True)
    assert "Your answer was sent." in answer.content.decode()
    html = text(client, reverse("cases:ticket", args=[ticket.uuid]))
    assert "We asked AT&amp;T &lt;now&gt;." in html
    assert "1 support ticket was answered." in plain(text(client, "/"))
    client.post(reverse("cases:ticket", args=[ticket.uuid]), {"body": "Thanks"})
    assert "Waits for an answer" in text(staff, "/reviews/tickets/")
    client.post(reverse("cases:ticket", args=[ticket.uuid]), {"action": "close"})
    closed = staff.post(reverse("tickets:answer", args=[ticket.uuid]), {"body": "Late"}, follow=True)
    assert "This ticket was closed meanwhile." in closed.content.decode()
