"""Messages link to what they tell about: each link opens its page, for the person who got it."""

from __future__ import annotations

import re

import pytest
from django.core.exceptions import ImproperlyConfigured

from common.scope import account_scope, all_accounts
from enrollment.models import NumberJob, OutgoingMail
from enrollment.number_states import JobKind, JobState
from enrollment.provider_states import Ownership, Proof
from enrollment.services import mail, notices, number_mail, ownership_mail, ownership_proof
from remediation.services import alert_mail, tickets
from remediation.states import AlertMail
from reputation_portal import settings as portal_settings
from tests.factories import NOW
from tests.remediation import remediation_world
from tests.routes_world import make_world

PORTAL = "https://portal.example.com"
SUPPORT = "support@portal.example"


@pytest.fixture
def portal(settings):
    """The portal has an address, and its support a mailbox."""
    settings.PORTAL_URL, settings.SUPPORT_EMAIL = PORTAL, SUPPORT


def messages():
    with all_accounts():
        return list(OutgoingMail.objects.order_by("pk"))


def link_of(message):
    """Return the path that a message links to; it has one link, alone in its last line."""
    (address,) = re.findall(rf"{PORTAL}\S*", message.body)
    assert message.body.endswith(f"\n\n{address}\n")
    return address.removeprefix(PORTAL)


def page_of(client, path):
    """Follow a link; return the address of the page that it ends at."""
    answer = client.get(path, follow=True)
    assert answer.status_code == 200, path
    return answer.wsgi_request.get_full_path()


def tell_everything(account, world, owner, reviewer):
    """Have a message of every kind written."""
    notices.tell_submitted(world.application, now=NOW)
    for move in ("ask", "reject", "vet", "approve", "end"):
        notices.tell_moved(world.application, move, now=NOW)
    with account_scope(account):
        number_mail.tell_of_ending(account, 3, ends_at=NOW, now=NOW)
        number_mail.tell_of_switched_off(account, [world.number.pk], now=NOW)
        done = {"kind": JobKind.ENABLE, "state": JobState.DONE, "done": 1, "verified_at": None, "actor": owner}
        NumberJob.objects.filter(pk=world.job.pk).update(**done)
        number_mail.tell_of_finished_verifications(account, now=NOW)
        for kind in (Ownership.PENDING, Ownership.FLAGGED, Ownership.REMOVED):
            ownership_mail.tell(account, [world.number.pk], kind=kind, now=NOW)
        ownership_mail.remind(account, [world.number.pk], now=NOW)
        ownership_proof._tell(account, Proof.REJECTED, "Too old", NOW)
        world.ticket.opened_by = owner
        world.ticket.save()
        tickets.answer(world.ticket, "We look into it.", author=reviewer, now=NOW)
        tickets.reply(world.ticket, "Thank you.", author=owner, now=NOW)
    alert_mail.subscribe(account, owner, AlertMail.AT_ONCE, now=NOW)
    remediation_world.flag(account, remediation_world.monitored(account))
    remediation_world.detect(account)
    alert_mail.tell_everybody(now=NOW)


@pytest.mark.django_db
@pytest.mark.usefixtures("portal")
def test_every_message_leads_to_its_page(acme, owner, reviewer, client_for):
    world = make_world(acme)
    with all_accounts():
        OutgoingMail.objects.all().delete()
    tell_everything(acme, world, owner, reviewer)
    clients = {owner.email: client_for(owner), reviewer.email: client_for(reviewer), SUPPORT: client_for(reviewer)}
    known = [one for one in messages() if one.to in clients]  # there are other people in this world
    found = {(one.to, one.kind, page_of(clients[one.to], link_of(one))) for one in known}
    ticket = world.ticket.uuid
    assert found == {
        *((owner.email, f"enrollment.{move}", "/services/") for move in ("submitted", "ask", "reject")),
        *((owner.email, f"enrollment.{move}", "/services/") for move in ("vet", "approve", "end")),
        (reviewer.email, "review.waiting", f"/reviews/{world.application.uuid}/"),
        (owner.email, "numbers.ending", "/numbers/?capability=no_longer_eligible"),
        (owner.email, "numbers.switched_off", "/numbers/?capability=off"),
        (owner.email, "numbers.verified", f"/services/jobs/{world.job.uuid}/"),
        *((owner.email, f"ownership.{kind}", "/settings/provider/") for kind in ("pending_confirmation", "reminder")),
        *((owner.email, f"ownership.{kind}", "/settings/provider/") for kind in ("flagged", "removed")),
        (owner.email, "proof.rejected", "/settings/provider/"),
        (owner.email, "ticket.answered", f"/cases/tickets/{ticket}/"),
        (SUPPORT, "ticket.wrote", f"/reviews/tickets/{ticket}/"),
        (owner.email, "alerts", "/alerts/"),
    }


@pytest.mark.django_db
def test_without_an_address_of_the_portal_messages_are_as_they_were_written(acme, settings):
    settings.PORTAL_URL = ""
    mail.queue_mail(acme, to=["a@acme.example"], kind="test", subject="S", body="Words.", now=NOW, path="/alerts/")
    assert [one.body for one in messages()] == ["Words."]


@pytest.mark.parametrize("wrong", ["portal.example.com", "ftp://portal.example.com", "https://portal.example.com/x"])
def test_an_odd_address_stops_the_start_and_names_the_variable(monkeypatch, wrong):
    monkeypatch.setenv("PORTAL_URL", wrong)
    with pytest.raises(ImproperlyConfigured, match="PORTAL_URL must be an address such as"):
        portal_settings._origin("PORTAL_URL")


def test_a_slash_at_the_end_does_no_harm(monkeypatch):
    monkeypatch.setenv("PORTAL_URL", f"{PORTAL}/")
    assert portal_settings._origin("PORTAL_URL") == PORTAL
