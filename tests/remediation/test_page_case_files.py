"""What is taken out of the cases: the times to clear, the export, the evidence to file by hand (B4, R99)."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Account, AuditEvent
from common.scope import account_scope
from remediation.models import ManualTask
from remediation.states import ManualState
from remediation.views import case_files
from tests.remediation import remediation_world as world
from tests.remediation.case_pages import LIST, address_of, plain, text


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


def test_one_evidence_pack_for_all_cases_of_a_carrier(client: Client, acme: Account) -> None:
    found = [world.parked_case(acme)[0] for _ in range(3)]
    words = client.get("/cases/evidence.txt?carrier=telnyx&provider=by-hand").content.decode()
    assert words.startswith("Request to re-evaluate the labels of 3 numbers")
    assert all(f"Affected number: {case.number.e164}" in words for case in found)
    pdf = client.get("/cases/evidence.pdf?carrier=telnyx")
    assert pdf.content.startswith(b"%PDF-")
    assert pdf["Content-Disposition"].startswith('attachment; filename="acme-evidence-')
    with account_scope(acme):
        events = AuditEvent.objects.filter(action="cases.evidence_taken")
        assert [event.detail["rows"] for event in events] == [3, 3]
    assert "/cases/evidence.pdf?carrier=telnyx" in text(client, "/cases/?carrier=telnyx")


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("state=nonsense", 400, "is not a choice here"),
        ("show=ended", 404, "There is no evidence to put together."),
        ("", 400, "It would tell of more than 2 numbers."),
    ],
)
def test_an_evidence_pack_that_cannot_be_made_says_why(
    query: str, status: int, words: str, client: Client, acme: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(case_files, "PACK_LIMIT", 2)
    for _ in range(3):
        world.parked_case(acme)
    assert words in text(client, f"/cases/evidence.pdf?{query}", status=status)
