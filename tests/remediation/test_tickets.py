"""Support tickets: prefilled with the evidence, e-mailed to support, answered by platform staff (D21, B4)."""

from __future__ import annotations

import pytest

from common.scope import account_scope, all_accounts
from enrollment.models import OutgoingMail, ProfileSection
from enrollment.states import SectionKey
from remediation.models import SupportTicket
from remediation.selectors import tickets as selectors
from remediation.services import cases, evidence, evidence_pdf, tickets
from remediation.states import TicketState
from tests import factories
from tests.remediation import remediation_world as world
from tests.remediation.remediation_world import DAY, HOUR, NOW


@pytest.fixture
def failed(acme):
    """A case that was given up; the label is AT&T's."""
    (number,) = world.monitored(acme)
    world.flag(acme, [number])
    factories.make_view(number, "att", flagged=True, verdict=3, category="Spam Risk", marks=[3, 3, 2])
    world.detect(acme)
    case = world.only_case(acme)
    with account_scope(acme):
        cases.move_cases(acme, [case.pk], "give_up", now=NOW + 7 * DAY, reason="The limit passed")
    return world.only_case(acme)


def answer_form(acme, key, **answers):
    with account_scope(acme):
        ProfileSection.objects.create(account=acme, key=key, answers=answers, form_version=1, saved_at=NOW)


def mails():
    with all_accounts():
        return list(OutgoingMail.objects.order_by("pk").values_list("to", "subject"))


def test_the_draft_holds_number_label_carrier_times_purpose_practices_and_attempts(acme, failed):
    answer_form(acme, SectionKey.CALLS, call_purpose="Appointment reminders")
    answer_form(acme, SectionKey.PRACTICES, consent="yes", hours="no")
    with account_scope(acme):
        subject, body = tickets.draft(failed, now=NOW + 8 * DAY)
    assert failed.number.e164 in subject
    assert "AT&T" in subject
    wanted = (
        failed.number.e164,
        "“Spam Risk”",
        "2 of the last 3",
        "Appointment reminders",
        "existing relationship: Yes",
        "called person's time zone only: No",
        "Attempt 1: opened",
        "unsuccessful",
        "flagged since",
        "as attested by the business",
        evidence.ATTESTATION,
    )
    assert [words for words in wanted if words not in body] == []


def test_the_evidence_is_a_pdf_too_with_any_characters(acme, failed):
    answer_form(acme, SectionKey.CALLS, call_purpose="Reminders <b>&\n日本 \N{PILE OF POO}")
    with account_scope(acme):
        found = evidence.evidence_of(failed, now=NOW)
        first, second = evidence_pdf.pdf_of(found), evidence_pdf.pdf_of(found)
    assert first.startswith(b"%PDF")
    assert first == second


def test_a_ticket_is_mailed_answered_asked_again_and_closed(acme, admin, reviewer, failed, settings):
    settings.SUPPORT_EMAIL = "help@portal.example"
    with account_scope(acme):
        ticket = tickets.open_ticket(failed, subject="Please help", body="All of it", actor=admin, now=NOW)
        with pytest.raises(tickets.TicketExists):
            tickets.open_ticket(failed, subject="Again", body="", actor=admin, now=NOW)
        tickets.answer(ticket, "We wrote to AT&T", author=reviewer, now=NOW + HOUR)
        assert SupportTicket.objects.get().state == TicketState.ANSWERED
        tickets.reply(ticket, "Thanks", author=admin, now=NOW + 2 * HOUR)
        tickets.close(ticket, now=NOW + 3 * HOUR)
        with pytest.raises(cases.AlreadyChanged):
            tickets.reply(ticket, "One more", author=admin, now=NOW + 4 * HOUR)
        assert [one.from_staff for one in selectors.messages_of(ticket)] == [False, True, False]
    assert [to for to, _ in mails()] == ["help@portal.example", admin.email, "help@portal.example"]
    assert all(ticket.code in subject for _, subject in mails())


def test_platform_staff_see_the_tickets_of_all_accounts_and_a_stranger_none(acme, globex, admin, failed):
    with account_scope(acme):
        ticket = tickets.open_ticket(failed, subject="Please help", body="All of it", actor=admin, now=NOW)
    assert selectors.platform_tickets() == [ticket]
    with account_scope(globex):
        assert list(selectors.listed_tickets()) == []
