"""The history page of a number: events by kind and page, readings by page, raw answers on demand (R54-R55, B1)."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Account, User
from phone_numbers.models import PhoneNumber
from phone_numbers.states import EventKind, Rating
from phone_numbers.templatetags.panel import microseconds
from phone_numbers.views.panel import PAGE_EVENTS, PAGE_READINGS
from tests import factories
from tests.conftest import ClientFor
from tests.pages.page_rules import refused_by_csp
from tests.phone_numbers.test_panel import make_reading, words

pytestmark = pytest.mark.django_db
NOW = factories.NOW


@pytest.fixture
def client(client_for: ClientFor, viewer: User) -> Client:
    return client_for(viewer)


def history(client: Client, number: PhoneNumber, query: str = "", target: str = "") -> str:
    headers = {"HX-Request": "true", "HX-Target": target} if target else {}
    response = client.get(f"{reverse('numbers:history', args=[number.uuid])}?{query}", headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def test_events_are_told_newest_first_in_words(client: Client, acme: Account, owner: User) -> None:
    number = factories.make_number(acme)
    lines = [
        (EventKind.ADDED, "", "", "Added to the inventory"),
        (EventKind.REGISTRATION, "not_registered", "in_progress", "Registration: Not registered → In progress"),
        (EventKind.CAPABILITY, "off", "verifying", "Monitoring: Off → Verifying"),
        (EventKind.RATING, "healthy", "spam", "Rating: Healthy → Spam"),
        (EventKind.TAG, "", "tagged", "Tagged as spam"),
        (EventKind.TAG, "tagged", "cleared", "Spam tag cleared"),
        (EventKind.TAG, "tagged", "expired", "Spam tag expired"),
        (EventKind.EDITED, "Old", "New", "Changed from “Old” to “New”"),
        (EventKind.EDITED, "", "New", "Set to “New”"),
    ]
    for step, (kind, old, new, _) in enumerate(lines):
        factories.make_event(
            number, kind, at=NOW + timedelta(hours=step), from_value=old, to_value=new, actor=owner, reason="Because"
        )
    html = history(client, number)
    told = re.findall(r'<span class="timeline-icon">.*?<p>(.*?)</p>', html)
    assert told == [text for _, _, _, text in reversed(lines)]
    assert "Because · owner@acme.example" in words(html)
    assert refused_by_csp(html) == []


def test_a_kind_narrows_the_events_with_and_without_htmx(client: Client, acme: Account) -> None:
    number = factories.make_number(acme)
    factories.make_event(number, EventKind.ADDED)
    factories.make_event(number, EventKind.TAG, to_value="tagged")
    for html in (history(client, number, "kind=tag"), history(client, number, "kind=tag", target="timeline")):
        assert "Tagged as spam" in html
        assert "Added to the inventory" not in html
    assert "<html" not in html


def test_an_unknown_kind_shows_no_events_and_says_so(client: Client, acme: Account) -> None:
    number = factories.make_number(acme)
    factories.make_event(number, EventKind.ADDED)
    html = history(client, number, "kind=nonsense")
    assert "“nonsense” is not a kind of event" in html
    assert "Added to the inventory" not in html


def test_events_are_paged_without_a_gap_or_a_repeat(client: Client, acme: Account) -> None:
    number = factories.make_number(acme)
    for step in range(PAGE_EVENTS + 3):
        factories.make_event(number, EventKind.EDITED, at=NOW + timedelta(seconds=step // 2), to_value=f"step {step}")
    first = history(client, number, target="timeline")
    older = re.search(r'\?(after=[^"]+)"[^>]*>Older', first)
    assert older
    second = history(client, number, older[1], target="timeline")
    told = re.findall(r"step (\d+)", first + second)
    assert told == [str(step) for step in reversed(range(PAGE_EVENTS + 3))]
    assert "Newer" in second
    assert "Newer" not in first


@pytest.mark.parametrize("query", ["after=nonsense", "before=%00", "readings_after=x", "after=a&before=b"])
def test_a_damaged_cursor_is_the_first_page(client: Client, acme: Account, query: str) -> None:
    number = factories.make_number(acme)
    factories.make_event(number, EventKind.ADDED)
    assert "Added to the inventory" in history(client, number, query)


def test_readings_show_what_was_said_and_the_scores(client: Client, acme: Account) -> None:
    number = factories.make_number(acme)
    make_reading(number, NOW, verdict=Rating.SPAM, maturity=70, connection=40)
    make_reading(number, NOW - timedelta(hours=1), source="att", verdict=0, flagged=True, category="survey")
    text = words(history(client, number))
    assert "Telnyx Spam M 70 C 40 E – S –" in text  # noqa: RUF001  -- an en dash stands for no score
    assert "AT&T Flagged Survey" in text


def test_readings_are_paged(client: Client, acme: Account) -> None:
    number = factories.make_number(acme)
    for step in range(PAGE_READINGS + 2):
        make_reading(number, NOW - timedelta(days=step), maturity=step)
    first = history(client, number, target="readings")
    older = re.search(r'\?(readings_after=[^"#]+)#', first)
    assert older
    second = history(client, number, older[1], target="readings")
    told = re.findall(r">M</abbr> (\d+)", first + second)
    assert told == [str(step) for step in range(PAGE_READINGS + 2)]


def test_the_raw_answer_is_the_last_one_that_was_kept(client: Client, acme: Account) -> None:
    number = factories.make_number(acme)
    make_reading(number, NOW - timedelta(days=2), raw='{"spam_risk": "low <b>"}')
    make_reading(number, NOW - timedelta(days=1, microseconds=7), raw=None)
    address = reverse(
        "numbers:reading_raw", args=[number.uuid, "telnyx", microseconds(NOW - timedelta(days=1, microseconds=7))]
    )
    page = client.get(address)
    assert page.status_code == 200
    assert "low &lt;b&gt;" in page.content.decode()
    fragment = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    assert refused_by_csp(fragment) == []


@pytest.mark.parametrize("moment", ["0", "99999999999999999999999"])
def test_a_reading_that_never_was_is_not_found(client: Client, acme: Account, moment: str) -> None:
    number = factories.make_number(acme)
    assert client.get(f"/numbers/{number.uuid}/readings/telnyx/{moment}/").status_code == 404


def test_a_stranger_reads_nothing_of_it(client_for: ClientFor, stranger: User, acme: Account) -> None:
    number = factories.make_number(acme)
    make_reading(number, NOW, raw="MARKER")
    client = client_for(stranger)
    moment = microseconds(NOW)
    for key in (number.uuid, uuid.uuid4()):
        assert client.get(reverse("numbers:reading_raw", args=[key, "telnyx", moment])).status_code == 404
        assert client.get(reverse("numbers:history", args=[key])).status_code == 404


def test_the_history_page_has_a_fixed_number_of_queries(
    client: Client, acme: Account, django_assert_num_queries: object
) -> None:
    number = factories.make_number(acme)
    for step in range(30):
        make_reading(number, NOW - timedelta(days=step), maturity=step)
        factories.make_event(number, EventKind.RATING, at=timezone.now() - timedelta(days=step))
    with django_assert_num_queries(12):  # type: ignore[operator]  -- the panel's 11 and the readings
        history(client, number)
