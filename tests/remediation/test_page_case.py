"""`/cases/<uuid>/`: one case, and what people do with it (R84-R88, D21)."""

from __future__ import annotations

import re

from django.test import Client
from django.urls import reverse

from accounts.models import Account, User
from common.scope import account_scope
from remediation.models import Case
from remediation.services import cases
from remediation.states import CaseState
from tests.conftest import ClientFor
from tests.pages.page_rules import refused_by_csp
from tests.remediation import remediation_world as world
from tests.remediation.case_pages import act, address_of, plain, text
from tests.remediation.provider_drill import Drill


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
    for step in ("Accepted by the provider", "First networks done", "All networks done", "Results are in"):
        assert step in words
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
