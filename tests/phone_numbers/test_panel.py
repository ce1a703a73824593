"""The panel of a number: what it shows, for whom, and at what cost (R44-R55, D9, D11, D23, B1-B3)."""

from __future__ import annotations

import json
import re
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Account, License, User
from accounts.products import LicenseKind
from common.scope import account_scope
from phone_numbers import states
from phone_numbers.feeds.rating import mark_of
from phone_numbers.models import PhoneNumber, Reading, Source
from phone_numbers.states import EventKind, Rating
from tests import factories
from tests.conftest import ClientFor
from tests.pages.page_rules import refused_by_csp

QUERIES = 11  # session, person with memberships, number, views, periods, scores, chart, events, complaints 2, frame
HTMX = {"HX-Request": "true", "HX-Target": "panel"}
pytestmark = pytest.mark.django_db


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("&amp;", "&").split())


def panel(client: Client, number: PhoneNumber, **headers: str) -> str:
    response = client.get(reverse("numbers:panel", args=[number.uuid]), headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def chart_of(html: str) -> dict[str, Any]:
    found = re.search(r'<script id="history-data" type="application/json">(.*?)</script>', html)
    assert found
    chart: dict[str, Any] = json.loads(found[1])
    return chart


def carrier_view(number: PhoneNumber, source: str, flags: str, *, newest: datetime | None = None) -> None:
    newest = newest or timezone.now() - timedelta(minutes=5)
    marks = [mark_of(newest - timedelta(hours=age), flagged=flag == "x") for age, flag in enumerate(flags)]
    verdict = Rating.SPAM if flags[0] == "x" else Rating.HEALTHY
    factories.make_view(
        number, source, verdict=verdict, flagged=flags[0] == "x", since=newest, last_seen=newest, marks=marks
    )


def make_reading(number: PhoneNumber, observed_at: datetime, **fields: Any) -> None:
    fields = {"source": "telnyx", "flagged": False, "verdict": Rating.HEALTHY, "raw": None} | fields
    source = Source.objects.get(key=fields.pop("source"))
    with account_scope(number.account_id):
        Reading.objects.create(
            account_id=number.account_id,
            number=number,
            source=source,
            observed_at=observed_at,
            received_at=observed_at,
            **fields,
        )


@pytest.fixture
def client(client_for: ClientFor, viewer: User) -> Client:
    return client_for(viewer)


def test_the_page_says_who_the_number_is(client: Client, acme: Account) -> None:
    number = factories.make_number(acme, "+13035550142", label="Spring <b>", area="Denver, CO")
    html = panel(client, number)
    assert "<h1>" in html
    assert "(303) 555-0142" in html
    assert "+13035550142 · Denver, CO · Spring &lt;b&gt; · Contact Center · Native" in words(html)
    assert 'data-copy="+13035550142"' in html
    assert "No data yet No source has reported on this number yet." in words(html)
    assert refused_by_csp(html) == []


def test_htmx_gets_the_inside_of_the_panel_alone(client: Client, acme: Account) -> None:
    html = panel(client, factories.make_number(acme), **HTMX)
    assert "<html" not in html
    assert 'id="panel-title"' in html
    assert "data-panel-close" in html
    assert refused_by_csp(html) == []


@pytest.mark.parametrize("status", states.ReputationStatus)
def test_every_status_comes_with_its_meaning(client: Client, acme: Account, status: states.ReputationStatus) -> None:
    registration = int(status == states.ReputationStatus.IN_PROGRESS)
    rating = {found: rating for rating, found in states.STATUS_BY_RATING.items()}.get(status, Rating.UNKNOWN)
    number = factories.make_number(acme, registration=registration, rating=rating)
    assert states.STATUS_MEANING[status] in words(panel(client, number))


def test_service_registration_and_capability_are_shown_with_the_reason(client: Client, acme: Account) -> None:
    number = factories.make_number(
        acme,
        registration=states.Registration.REGISTERED,
        capability=states.Capability.FAILED,
        capability_reason="The letter was not signed.",
    )
    text = words(panel(client, number))
    assert "Service Registration Registration Registered Capability Failed The letter was not signed." in text


def test_a_tagged_number_shows_the_alert_even_while_registration_runs(client: Client, acme: Account) -> None:
    number = factories.make_number(
        acme, registration=1, rating=Rating.SPAM, rating_since=factories.NOW, tag_since=factories.NOW
    )
    text = words(panel(client, number))
    assert "In Progress This number is in the process of being registered." in text
    assert "Tagged as spam since 15 Jul" in text
    assert "the rating behind it is Spam" in text


def test_why_holds_the_numbers_that_went_in(client: Client, acme: Account) -> None:
    number = factories.make_number(acme, rating=Rating.SPAM)
    carrier_view(number, "att", "xxxx.xxx.x")
    carrier_view(number, "tmobile", "....")
    text = words(panel(client, number))
    assert "Why? AT&T has flagged this number since" in text
    assert ", in 8 of the last 10 observations." in text
    assert "T-Mobile disagrees: not flagged." in text
    assert "Spam needs at least 3 observations and 50 % flagged within 14 days." in text


def test_a_source_shows_its_last_ten_as_marks_and_in_words(client: Client, acme: Account) -> None:
    number = factories.make_number(acme, rating=Rating.SPAM)
    carrier_view(number, "att", "xxx.")
    html = panel(client, number)
    assert "3 of the last 4 observations flagged, the newest on the right" in html
    marks = re.search(r'<span class="ten" title="3 of[^>]*>(.*?)</span>', html, re.DOTALL)
    assert marks
    classes = re.findall(r'<i(?: class="([\w-]+)")?></i>', marks[1])
    assert classes == [""] * 6 + ["is-clean"] + ["is-flagged"] * 3


def test_a_stale_source_is_marked_and_does_not_count(client: Client, acme: Account) -> None:
    number = factories.make_number(acme, rating=Rating.HEALTHY)
    carrier_view(number, "att", "xxxx", newest=timezone.now() - timedelta(days=15))
    carrier_view(number, "verizon", "...")
    text = words(panel(client, number))
    assert "Healthy Stale" not in text
    assert "Spam Stale" in text
    assert "AT&T is stale and does not count" in text


def test_the_metrics_have_their_word_question_and_advice_only_when_bad(client: Client, acme: Account) -> None:
    number = factories.make_number(acme, maturity=80, connection=60, engagement=30, sentiment=-1)
    text = words(panel(client, number))
    assert "Overall Poor Overall is the worst known metric." in text
    assert "Maturity Good Is the number well established and recognized?" in text
    assert "Connection Normal" in text
    assert "Engagement Poor" in text
    assert "Sentiment Not enough data" in text
    assert "Say who is calling in the first seconds" in text
    assert "Call at hours when people expect you" not in text


def test_the_trend_of_a_metric_is_drawn_and_said(client: Client, acme: Account) -> None:
    number = factories.make_number(acme, connection=40)
    for age, score in ((60, 99), (25, 70), (10, 55), (1, 40)):
        make_reading(number, timezone.now() - timedelta(days=age), connection=score)
    html = panel(client, number)
    assert "Down 30 points in 30 days" in html
    line = re.search(r'<polyline points="([^"]+)"', html)
    assert line
    assert len(line[1].split()) == 3


def test_without_the_registration_license_the_metrics_say_what_is_missing(client: Client, acme: Account) -> None:
    with account_scope(acme):
        License.objects.filter(kind=LicenseKind.SPAM_REGISTRATION).delete()
    number = factories.make_number(acme, rating=Rating.SPAM, maturity=80, registration=2)
    make_reading(number, timezone.now() - timedelta(days=1), maturity=80)
    html = panel(client, number)
    text = words(html)
    assert "Enterprise Spam Registration" in text
    assert "Registration License needed" in text
    assert 'class="gauge' not in html
    assert chart_of(html)["lines"] == {}
    assert "Currently flagged as spam" in text


def test_the_chart_has_the_ratings_between_their_changes(client: Client, acme: Account) -> None:
    number = factories.make_number(acme, rating=Rating.SPAM)
    now = timezone.now()
    turns = [(100, "unknown", "mixed"), (50, "mixed", "healthy"), (10, "healthy", "spam")]
    for age, old, new in turns:
        factories.make_event(number, EventKind.RATING, at=now - timedelta(days=age), from_value=old, to_value=new)
    factories.make_event(number, EventKind.TAG, at=now - timedelta(days=10), to_value="tagged")
    chart = chart_of(panel(client, number))
    assert [rating for _, _, rating in chart["spans"]] == [Rating.MIXED, Rating.HEALTHY, Rating.SPAM]
    assert chart["spans"][0][0] == chart["start"]
    assert chart["spans"][-1][1] == chart["end"]
    assert [event[1:] for event in chart["events"]] == [["Tagged as spam", "tagged"]]


def test_complaints_are_counted_and_called_unverified(client: Client, acme: Account) -> None:
    number = factories.make_number(acme)
    now = timezone.now()
    for age, subject in ((1, "Warranties"), (2, "Warranties"), (200, "Debt")):
        factories.make_complaint(number, now - timedelta(days=age), subject=subject, robocall=age == 1)
    text = words(panel(client, number))
    assert "Last 90 days 2 In all 3" in text
    assert "Robocalls 33 % of the 3 that say" in text
    assert "Warranties 2 Debt 1" in text
    assert "they never set a status" in text
    assert "Consumers filed 2 complaints in 90 days (unverified)." in text


def test_an_account_with_its_own_rule_is_told_that_it_departs(client: Client, acme: Account) -> None:
    acme.spam_carriers = 2
    acme.save(update_fields=["spam_carriers"])
    number = factories.make_number(acme, rating=Rating.MIXED)
    carrier_view(number, "att", "xxx")
    assert "departs from the default of one carrier: two carriers must say Spam" in words(panel(client, number))


@pytest.mark.parametrize("name", ["panel", "history"])
def test_another_account_sees_the_same_as_for_a_number_that_never_was(
    client_for: ClientFor, stranger: User, acme: Account, name: str
) -> None:
    number = factories.make_number(acme, label="MARKER")
    client = client_for(stranger)
    theirs, missing = (client.get(reverse(f"numbers:{name}", args=[key])) for key in (number.uuid, uuid.uuid4()))
    assert theirs.status_code == missing.status_code == 404
    assert words(theirs.content.decode()) == words(missing.content.decode())


def test_anonymous_people_are_sent_to_sign_in(client_for: ClientFor, acme: Account) -> None:
    number = factories.make_number(acme)
    response = client_for(None).get(reverse("numbers:panel", args=[number.uuid]))
    assert response.status_code == 302


def test_a_fragment_is_never_served_in_place_of_its_page(client: Client, acme: Account) -> None:
    response = client.get(reverse("numbers:panel", args=[factories.make_number(acme).uuid]))
    assert "HX-Request" in response["Vary"]
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("size", [0, 1, 40])
def test_the_queries_are_as_many_whatever_the_number_has_behind_it(
    client: Client, acme: Account, django_assert_num_queries: DjangoAssertNumQueries, size: int
) -> None:
    number = factories.make_number(acme, rating=Rating.SPAM)
    now = timezone.now()
    for step in range(size):
        make_reading(number, now - timedelta(days=step, hours=1), maturity=step)
        factories.make_event(number, EventKind.RATING, at=now - timedelta(days=step), to_value="spam")
        factories.make_complaint(number, now - timedelta(days=step, hours=3))
    for source in ("att", "verizon", "telnyx")[:size]:
        carrier_view(number, source, "xxx")
    with django_assert_num_queries(QUERIES):
        panel(client, number)
    with django_assert_num_queries(QUERIES - 1):
        panel(client, number, **HTMX)
