"""Support tickets: prefilled with the evidence, e-mailed to support, answered by platform staff (D21, B4)."""

from __future__ import annotations

import pytest
from reportlab.platypus import Paragraph

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

# The business's answers, what was approved, labels and tags of the numbers, and one step back to former attempts.
QUERIES = 14


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
        found = evidence.evidence_of(acme, [failed], now=NOW)
        first, second = evidence_pdf.pdf_of(found), evidence_pdf.pdf_of(found)
    assert first.startswith(b"%PDF")
    assert first == second


def words_of(flowable):
    """Return the words of a part of a document."""
    inside = getattr(flowable, "_content", None) or [flowable]
    return "\n".join(one.getPlainText() for one in inside if isinstance(one, Paragraph))


def test_the_pdf_says_what_the_text_says(acme, failed):
    answer_form(acme, SectionKey.PRACTICES, consent="yes")
    with account_scope(acme):
        found = evidence.evidence_of(acme, [failed], now=NOW)
    drawn = "\n".join(words_of(one) for one in evidence_pdf.story_of(found))
    for line in evidence.text_of(found).splitlines():
        said = line.removeprefix("- ").removeprefix("Business: ").removeprefix("Contact: ").rstrip(":")
        assert said.replace(" (", ", ").rstrip(")") in drawn.replace(" (", ", ")


def test_one_pack_tells_of_several_numbers_and_of_the_attempts_before(acme, failed, django_assert_num_queries):
    numbers = world.monitored(acme, 3)
    for days in (0, 10):
        world.flag(acme, numbers, NOW + days * DAY)
        world.detect(acme, NOW + days * DAY)
        world.clean(acme, numbers, NOW + days * DAY + HOUR)
        world.detect(acme, NOW + days * DAY + HOUR)
    with account_scope(acme):
        latest = [case for case in world.cases(acme) if case.attempt == 2]
        with django_assert_num_queries(QUERIES):
            evidence.evidence_of(acme, latest[:1], now=NOW)
        with django_assert_num_queries(QUERIES):
            found = evidence.evidence_of(acme, latest, now=NOW)
    text = evidence.text_of(found)
    assert text.startswith("Request to re-evaluate the labels of 3 numbers")
    assert [one.number in text for one in found.numbers] == [True] * 3
    assert text.count("Attempt 1: opened 2") == text.count("Attempt 2: opened 2") == 3
    assert text.count(evidence.ATTESTED) == 1


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
