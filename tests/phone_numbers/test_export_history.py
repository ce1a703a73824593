"""The CSV of history: a row per event and per day with a reading, for one number and for the list (R7, D26)."""

from __future__ import annotations

import csv
import io
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account, License, User
from accounts.products import LicenseKind
from common.scope import account_scope
from phone_numbers import states
from phone_numbers.models import PhoneNumber, Reading, Source
from phone_numbers.states import EventKind, Rating
from tests import factories
from tests.conftest import ClientFor

HEADER = "Number,Time,Kind,From,To,Source,Overall,Maturity,Connection,Engagement,Sentiment,Reason,Actor"
DAY = datetime(2026, 7, 10, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def make_reading(number: PhoneNumber, observed_at: datetime, source: str = "telnyx", **scores: int) -> None:
    with account_scope(number.account_id):
        Reading.objects.create(
            account_id=number.account_id,
            number=number,
            source=Source.objects.get(key=source),
            observed_at=observed_at,
            received_at=observed_at,
            flagged=False,
            verdict=Rating.HEALTHY,
            **scores,
        )


def text_of(response: Any) -> str:
    assert response.status_code == 200
    return b"".join(response.streaming_content).decode()


def rows_of(response: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text_of(response), newline="")))


def of_number(client: Client, number: PhoneNumber) -> list[dict[str, str]]:
    return rows_of(client.get(reverse("numbers:history_export", args=[number.uuid])))


def of_account(client: Client, query: str = "") -> list[dict[str, str]]:
    return rows_of(client.get(f"{reverse('numbers:account_history_export')}?{query}"))


@pytest.fixture
def client(client_for: ClientFor, viewer: User) -> Client:
    return client_for(viewer)


def test_a_number_without_history_gives_the_header(client: Client, acme: Account) -> None:
    number = factories.make_number(acme)
    response = client.get(reverse("numbers:history_export", args=[number.uuid]))
    assert response["Content-Disposition"].startswith(f'attachment; filename="acme-history-{number.e164[1:]}-20')
    assert text_of(response) == HEADER + "\r\n"


def test_events_and_days_are_told_in_the_order_of_time(client: Client, acme: Account, owner: User) -> None:
    number = factories.make_number(acme, "+12025550142")
    make_reading(number, DAY + timedelta(hours=9), maturity=80, connection=60, engagement=-1, sentiment=40)
    factories.make_event(
        number,
        EventKind.RATING,
        at=DAY + timedelta(hours=10),
        from_value="healthy",
        to_value="spam",
        source=Source.objects.get(key="att"),
        reason="Flagged by AT&T",
    )
    factories.make_event(number, EventKind.EDITED, at=DAY, from_value="Old", to_value="=NEW()", actor=owner)
    response = client.get(reverse("numbers:history_export", args=[number.uuid]))
    assert text_of(response).splitlines() == [
        HEADER,
        "+12025550142,2026-07-10T00:00:00Z,Edited,Old,'=NEW(),,,,,,,,owner@acme.example",
        "+12025550142,2026-07-10T09:00:00Z,Reading,,,Telnyx,40,80,60,,40,,",
        "+12025550142,2026-07-10T10:00:00Z,Rating,Healthy,Spam,AT&T,,,,,,Flagged by AT&T,",
    ]


@pytest.mark.parametrize("kind", EventKind)
def test_every_kind_of_event_has_its_word(client: Client, acme: Account, kind: EventKind) -> None:
    number = factories.make_number(acme)
    factories.make_event(number, kind)
    assert [row["Kind"] for row in of_number(client, number)] == [kind.label]


def test_states_are_written_in_the_words_of_the_pages(client: Client, acme: Account) -> None:
    number = factories.make_number(acme)
    pairs = [
        (EventKind.RATING, states.Rating),
        (EventKind.REGISTRATION, states.Registration),
        (EventKind.CAPABILITY, states.Capability),
    ]
    expected = []
    for kind, choices in pairs:
        for state in choices:
            factories.make_event(number, kind, from_value=state.name.lower(), to_value=state.name.lower())
            expected.append((state.label, state.label))
    assert [(row["From"], row["To"]) for row in of_number(client, number)] == expected


def test_a_day_is_one_row_with_its_newest_scores(client: Client, acme: Account) -> None:
    number = factories.make_number(acme)
    make_reading(number, DAY + timedelta(hours=1), maturity=10, connection=10, engagement=10, sentiment=10)
    make_reading(number, DAY + timedelta(hours=8), maturity=20, connection=30, engagement=40, sentiment=50)
    make_reading(number, DAY + timedelta(hours=23, minutes=59), source="verizon")
    make_reading(number, DAY + timedelta(days=1), source="verizon")
    first, second = of_number(client, number)
    assert (first["Time"], first["Source"], first["Overall"]) == ("2026-07-10T08:00:00Z", "Telnyx", "20")
    assert (second["Time"], second["Source"], second["Overall"]) == ("2026-07-11T00:00:00Z", "Verizon", "")


def test_a_day_is_a_day_of_utc_whatever_the_zone_of_the_person(client: Client, acme: Account, viewer: User) -> None:
    viewer.time_zone = "Pacific/Kiritimati"
    viewer.save(update_fields=["time_zone"])
    number = factories.make_number(acme)
    for hour in (1, 22):
        make_reading(number, DAY + timedelta(hours=hour), maturity=hour)
    assert [row["Maturity"] for row in of_number(client, number)] == ["22"]


def test_the_account_file_takes_the_filters_of_the_list(client: Client, acme: Account) -> None:
    numbers = [factories.make_number(acme, rating=rating) for rating in (Rating.SPAM, Rating.HEALTHY, Rating.SPAM)]
    for number in reversed(numbers):
        factories.make_event(number, EventKind.ADDED)
        factories.make_event(number, EventKind.RATING, at=factories.NOW - timedelta(days=1))
    rows = of_account(client, "rating=spam&sort=-label")
    assert [row["Number"] for row in rows] == sorted([numbers[0].e164, numbers[2].e164] * 2)
    assert [row["Kind"] for row in rows] == ["Rating", "Added"] * 2
    assert len(of_account(client)) == 6
    assert len(of_account(client, f"ids={numbers[1].uuid}")) == 2


def test_a_filter_that_is_not_understood_is_refused(client: Client, acme: Account) -> None:
    response = client.get(f"{reverse('numbers:account_history_export')}?rating=nonsense")
    assert response.status_code == 400


def test_another_account_is_as_missing_as_a_number_that_never_was(
    client_for: ClientFor, stranger: User, acme: Account
) -> None:
    number = factories.make_number(acme)
    factories.make_event(number, EventKind.ADDED, reason="MARKER")
    client = client_for(stranger)
    theirs = client.get(reverse("numbers:history_export", args=[number.uuid]))
    missing = client.get(reverse("numbers:history_export", args=[uuid.uuid4()]))
    assert theirs.status_code == missing.status_code == 404
    assert of_account(client) == []


def test_the_same_number_in_two_accounts_keeps_two_histories(client: Client, acme: Account, globex: Account) -> None:
    ours, theirs = (factories.make_number(account, "+12025550142") for account in (acme, globex))
    factories.make_event(ours, EventKind.ADDED, reason="ours")
    factories.make_event(theirs, EventKind.ADDED, reason="theirs")
    make_reading(theirs, DAY, maturity=1)
    assert [row["Reason"] for row in of_account(client)] == ["ours"]


def test_without_the_registration_license_scores_are_empty(client: Client, acme: Account) -> None:
    with account_scope(acme):
        License.objects.filter(kind=LicenseKind.SPAM_REGISTRATION).delete()
    number = factories.make_number(acme)
    make_reading(number, DAY, maturity=80)
    (row,) = of_number(client, number)
    assert (row["Kind"], row["Overall"], row["Maturity"]) == ("Reading", "", "")


def test_reasons_and_actors_cannot_run_in_a_spreadsheet(client: Client, acme: Account) -> None:
    number = factories.make_number(acme)
    person = factories.make_user("=cmd@people.example")
    factories.make_event(number, EventKind.EDITED, from_value="-1", to_value="@x", reason="\t=1", actor=person)
    (row,) = of_number(client, number)
    assert [row[name] for name in ("From", "To", "Reason", "Actor")] == [
        "'-1",
        "'@x",
        "'\t=1",
        "'=cmd@people.example",
    ]


def test_kinds_are_numbered_from_one_without_a_gap() -> None:
    assert list(states.EventKind) == list(range(1, len(states.EventKind) + 1))
