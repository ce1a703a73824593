"""The pages of cases: list, one case, what people do there, the files, and what others may not see."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Account, AuditEvent, User
from common.scope import account_scope
from phone_numbers.states import Capability
from remediation.models import Case, CaseEvent, ManualTask, SupportTicket
from remediation.services import cases, clock
from remediation.states import CaseState, ManualState
from tests import factories
from tests.conftest import ClientFor
from tests.pages.page_rules import refused_by_csp
from tests.remediation import remediation_world as world
from tests.remediation.provider_drill import Drill

LIST = "/cases/"
# Session, person, memberships, sources, members, the page, counts, the strip.
QUERIES = 8


@pytest.fixture
def client(owner: User, client_for: ClientFor) -> Client:
    return client_for(owner)


def text(client: Client, address: str, status: int = 200, **kwargs: object) -> str:
    answer = client.get(address, **kwargs)  # type: ignore[arg-type]
    assert answer.status_code == status
    return answer.content.decode()


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def address_of(case: Case) -> str:
    return reverse("cases:detail", args=[case.uuid])


def act(client: Client, case: Case, action: str, **data: str) -> str:
    answer = client.post(reverse("cases:act", args=[case.uuid, action]), data, follow=True)
    return plain(answer.content.decode())


def numbers_shown(html: str) -> list[str]:
    return re.findall(r'class="phone" href="/cases/[^"]+" title="(\+\d+)"', html)


# --- The list ---


def test_an_account_without_cases_is_told_when_one_opens(client: Client, acme: Account) -> None:
    html = text(client, LIST)
    assert "No case yet" in html
    assert refused_by_csp(html) == []


def test_the_list_holds_open_cases_and_counts_them(client: Client, acme: Account) -> None:
    case, _, _ = world.parked_case(acme)
    html = text(client, LIST)
    assert numbers_shown(html) == [case.number.e164]
    assert "Open 1" in plain(html)
    assert "Needs a person 1" in plain(html)
    assert "Under way 0" in plain(html)
    assert refused_by_csp(html) == []


def test_ended_cases_are_under_their_own_filter(client: Client, acme: Account, owner: User) -> None:
    case, _, _ = world.parked_case(acme)
    with account_scope(acme):
        cases.cancel(case, actor=owner, now=world.NOW)
    assert numbers_shown(text(client, LIST)) == []
    assert "No open case" in text(client, LIST)
    assert numbers_shown(text(client, f"{LIST}?show=ended")) == [case.number.e164]
    assert numbers_shown(text(client, f"{LIST}?show=all")) == [case.number.e164]
    assert numbers_shown(text(client, f"{LIST}?state=cancelled")) == [case.number.e164]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=parked", True),
        ("state=open", False),
        ("provider=by-hand", True),
        ("provider=telnyx", False),
        ("carrier=telnyx", True),
        ("carrier=verizon", False),
        ("owner=nobody", True),
        ("owner=me", False),
        ("overdue=1", False),
        ("follow_up=1", False),
        ("q=9999999", False),
    ],
)
def test_each_filter_narrows(query: str, found: bool, client: Client, acme: Account) -> None:
    world.parked_case(acme)
    html = text(client, f"{LIST}?{query}")
    assert bool(numbers_shown(html)) == found
    assert found or "No case matches" in html


def test_the_search_takes_a_number_as_people_write_it(client: Client, acme: Account) -> None:
    case, _, _ = world.parked_case(acme)
    world.parked_case(acme)
    national = case.number.e164.removeprefix("+1")
    assert numbers_shown(text(client, f"{LIST}?q=({national[:3]})+{national[3:6]}-{national[6:]}")) == [
        case.number.e164
    ]


def test_overdue_and_to_be_followed_up_are_found(client: Client, acme: Account, owner: User) -> None:
    case, task, _ = world.parked_case(acme)
    clock.follow_clocks(acme, now=world.NOW + 3 * world.DAY)
    with account_scope(acme):
        today = timezone.now().date()
        cases.file_task(task, reference="R-1", follow_up_on=today, note="", actor=owner, now=world.NOW)
    assert numbers_shown(text(client, f"{LIST}?overdue=1")) == [case.number.e164]
    assert numbers_shown(text(client, f"{LIST}?follow_up=1")) == [case.number.e164]


def test_a_filter_that_is_not_understood_shows_nothing_and_says_what_exists(client: Client, acme: Account) -> None:
    world.parked_case(acme)
    html = text(client, f"{LIST}?state=nonsense")
    assert numbers_shown(html) == []
    assert "“nonsense” is not a choice here. Choose from: Open, Submitted" in html


def test_open_cases_are_sorted_by_the_limit_and_ended_ones_are_not(client: Client, acme: Account) -> None:
    first, _, _ = world.parked_case(acme)
    second, _, _ = world.parked_case(acme)
    with account_scope(acme):
        Case.objects.filter(pk=second.pk).update(limit_at=first.limit_at - timedelta(hours=1))
    assert numbers_shown(text(client, f"{LIST}?sort=limit")) == [second.number.e164, first.number.e164]
    assert "sort=limit" in text(client, LIST)
    assert "sort=limit" not in text(client, f"{LIST}?show=ended")


def test_the_same_address_answers_with_the_list_alone_and_with_nothing_while_it_did_not_change(
    client: Client, acme: Account, owner: User
) -> None:
    case, _, _ = world.parked_case(acme)
    html = text(client, LIST, headers={"HX-Request": "true"})
    assert "<html" not in html
    (version,) = re.findall(r'data-version="(\w+)"', html)
    poll = f"{LIST}?poll={version}"
    assert client.get(poll, headers={"HX-Request": "true"}).status_code == 204
    with account_scope(acme):
        cases.assign(case, owner, actor=owner, now=world.NOW)
    assert client.get(poll, headers={"HX-Request": "true"}).status_code == 200


def test_a_poll_of_somebody_who_is_signed_out_leads_nowhere(acme: Account) -> None:
    case, _, _ = world.parked_case(acme)
    for address in (f"{LIST}?poll=1", f"{address_of(case)}?poll=1", "/alerts/strip/"):
        answer = Client().get(address, headers={"HX-Request": "true"})
        assert answer.status_code == 204
        assert "HX-Redirect" not in answer


@pytest.mark.parametrize("count", [3, 30])
def test_the_list_takes_the_same_queries_for_any_number_of_rows(
    count: int, client: Client, acme: Account, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    world.flag(acme, world.monitored(acme, count))
    world.detect(acme)
    with django_assert_num_queries(QUERIES):
        assert len(numbers_shown(text(client, LIST))) == count


def test_times_to_clear_say_how_many_cases_they_come_from(client: Client, acme: Account) -> None:
    now = timezone.now()
    numbers = world.monitored(acme, 4)
    world.flag(acme, numbers, now - 2 * world.DAY)
    world.detect(acme, now - 2 * world.DAY)
    world.clean(acme, numbers, now - world.DAY)
    world.detect(acme, now - world.DAY)
    assert 'hx-get="/cases/times/"' in text(client, LIST)
    words = plain(text(client, "/cases/times/"))
    assert plain(text(client, "/cases/times/", headers={"HX-Request": "true"})) in words
    assert "By hand 1 day 1 day 4" in words
    assert "Telnyx 1 day 1 day 4" in words


def test_the_export_holds_what_the_list_shows(client: Client, acme: Account) -> None:
    case, _, _ = world.parked_case(acme)
    other, _, _ = world.parked_case(acme)
    answer = client.get(f"/cases/export.csv?q={case.number.e164.removeprefix('+')}")
    header, *rows = csv.reader(io.StringIO(b"".join(answer).decode()))
    assert header[:3] == ["Number", "Label", "State"]
    assert [row[0] for row in rows] == [case.number.e164]
    assert rows[0][2] == "Needs a person"
    with account_scope(acme):
        assert AuditEvent.objects.filter(action="cases.exported").count() == 1
    assert other.number.e164 not in rows[0]


def test_an_export_with_a_filter_that_is_not_understood_is_refused(client: Client, acme: Account) -> None:
    assert "not understood" in text(client, "/cases/export.csv?state=nonsense", status=400)


# --- One case ---


def test_the_page_says_why_since_when_and_what_to_do(client: Client, acme: Account) -> None:
    case, _, ticket = world.parked_case(acme)
    html = text(client, address_of(case))
    words = plain(html)
    assert "No provider is named for this account. File the dispute by hand" in words
    assert "To be filed by hand" in words
    assert ticket.code in words
    assert "0 billed requests so far" in words
    assert "A monitored number is flagged as spam" in words
    assert refused_by_csp(html) == []


def test_the_part_that_changes_is_asked_for_again_until_the_case_ends(
    client: Client, acme: Account, owner: User
) -> None:
    case, _, _ = world.parked_case(acme)
    html = text(client, address_of(case))
    (poll,) = re.findall(r'hx-get="(/cases/[^"]+poll=[^"]+)"', html)
    assert client.get(poll, headers={"HX-Request": "true"}).status_code == 204
    with account_scope(acme):
        cases.cancel(case, actor=owner, now=world.NOW, reason="Retired")
    changed = text(client, poll, headers={"HX-Request": "true"})
    assert "Cancelled: Retired" in changed
    assert 'id="case-facts"' in changed
    assert "hx-get" not in changed


def test_what_was_sent_and_what_came_back_is_shown_with_its_cost(drill: Drill, client: Client) -> None:
    drill.flagged(1)
    drill.settle(days=2)
    case = world.only_case(drill.account)
    words = plain(text(client, address_of(case)))
    assert "Accepted by the provider" in words
    assert "1 billed request" in words
    assert "The provider's answer as it was given" in words
    assert case.number.e164 in words


def test_a_viewer_sees_the_case_but_no_forms(acme: Account, viewer: User, client_for: ClientFor) -> None:
    case, task, _ = world.parked_case(acme)
    html = text(client_for(viewer), address_of(case))
    assert "Add the note" not in html
    assert "Cancel the repair" not in html
    assert reverse("cases:task", args=[task.uuid]) not in html


def test_a_note_and_an_owner_stand_in_the_timeline(client: Client, acme: Account, admin: User) -> None:
    case, _, _ = world.parked_case(acme)
    client.post(reverse("cases:note", args=[case.uuid]), {"note": "Called the carrier <b>"})
    client.post(reverse("cases:owner", args=[case.uuid]), {"owner": str(admin.pk)})
    html = text(client, address_of(case))
    assert "Called the carrier &lt;b&gt;" in html
    assert f"Assigned to {admin}" in plain(html)


def test_an_empty_note_and_a_stranger_as_owner_are_refused_in_words(
    client: Client, acme: Account, stranger: User
) -> None:
    case, _, _ = world.parked_case(acme)
    noted = client.post(reverse("cases:note", args=[case.uuid]), {"note": " "}, follow=True)
    assert "Write what the others should know." in noted.content.decode()
    owned = client.post(reverse("cases:owner", args=[case.uuid]), {"owner": str(stranger.pk)}, follow=True)
    assert "This person is not in the account" in owned.content.decode()
    assert world.only_case(acme).owner_id is None


def test_cancelling_is_asked_first_then_done_once(client: Client, acme: Account) -> None:
    case, _, _ = world.parked_case(acme)
    assert "Cancel this repair?" in text(client, reverse("cases:act", args=[case.uuid, "cancel"]))
    assert "The repair is cancelled." in act(client, case, "cancel", reason="Number is retired")
    assert "This case has changed since you looked." in act(client, case, "cancel")
    assert world.only_case(acme).state == CaseState.CANCELLED


def test_a_cancelled_repair_can_begin_anew_while_the_label_is_there(client: Client, acme: Account) -> None:
    case, _, _ = world.parked_case(acme)
    act(client, case, "cancel")
    assert "Start another attempt" in text(client, address_of(case))
    assert "Another attempt has begun." in act(client, case, "again")
    with account_scope(acme):
        made = Case.objects.get(previous=case)
    assert made.attempt == 2


def test_retry_is_offered_where_a_provider_could_take_it(drill: Drill, client: Client) -> None:
    drill.flagged(1)
    case = world.only_case(drill.account)
    with account_scope(drill.account):
        cases.move_cases(drill.account, [case.pk], "park", now=drill.clock(), reason="Refused")
    assert "Submit again" in text(client, address_of(case))
    assert "The number is submitted again." in act(client, case, "retry")
    assert world.only_case(drill.account).state == CaseState.OPEN


def test_a_dispute_is_the_reason_that_is_shown_and_can_be_settled(drill: Drill, client: Client) -> None:
    drill.flagged(1)
    drill.turn()
    case = world.only_case(drill.account)
    assert "marked as a regulatory dispute" in act(client, case, "dispute", reason="Carrier asked the regulator")
    assert "Carrier asked the regulator" in text(client, address_of(case))
    assert "The dispute is settled." in act(client, case, "settle")


# --- By hand ---


def test_the_evidence_is_downloaded_as_pdf_and_as_text(client: Client, acme: Account) -> None:
    case, _, _ = world.parked_case(acme)
    pdf = client.get(reverse("cases:evidence_pdf", args=[case.uuid]))
    assert pdf.content.startswith(b"%PDF-")
    assert pdf["Content-Disposition"].endswith('.pdf"')
    words = client.get(reverse("cases:evidence_text", args=[case.uuid])).content.decode()
    assert f"Request to re-evaluate the label of {case.number.e164}" in words


def test_a_dispute_is_filed_with_its_reference_and_a_day_to_look_again(client: Client, acme: Account) -> None:
    case, task, _ = world.parked_case(acme)
    address = reverse("cases:task", args=[task.uuid])
    assert case.number.e164 in text(client, address)
    day = timezone.localdate() + timedelta(days=3)
    client.post(address, {"reference": "ATT-77", "follow_up_on": day.isoformat(), "note": "By form"})
    words = plain(text(client, address_of(case)))
    assert "Reference ATT-77" in words
    assert "Submitted" in words
    client.post(address, {"reference": "ATT-77", "action": "done"})
    with account_scope(acme):
        assert ManualTask.objects.get(pk=task.pk).state == ManualState.DONE
    assert "This task is closed: done." in text(client, address)


def test_a_day_that_has_passed_is_refused_at_its_field(client: Client, acme: Account) -> None:
    _, task, _ = world.parked_case(acme)
    yesterday = (timezone.localdate() - timedelta(days=2)).isoformat()
    answer = client.post(reverse("cases:task", args=[task.uuid]), {"follow_up_on": yesterday})
    assert answer.status_code == 400
    assert "This day has passed." in answer.content.decode()


# --- Tickets ---


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


# --- On other pages ---


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
