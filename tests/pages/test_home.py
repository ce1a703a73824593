"""The home page: figures, chart, carriers, what needs a person, freshness of feeds."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Account, User
from common.scope import account_scope
from common.templatetags import formats
from phone_numbers import states
from phone_numbers.models import ImportJob, RatingDay, Source
from phone_numbers.selectors import home as selectors
from tests import factories
from tests.conftest import ClientFor
from tests.pages.page_rules import refused_by_csp
from tests.remediation import remediation_world

# Session, person with memberships, totals, feeds, days, carriers, sources, imports, the frame's alert count; cases,
# alerts, time to clear, unsuccessful cases, manual tasks, tickets.
QUERIES = 16


def _home(client: Client) -> str:
    answer = client.get("/")
    assert answer.status_code == 200
    return answer.content.decode()


def _words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def _source_ids(*keys: str) -> list[int]:
    return [Source.objects.get(key=key).pk for key in keys]


@pytest.mark.django_db
def test_anonymous_people_are_sent_to_sign_in() -> None:
    answer = Client().get("/")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/accounts/login/?next=/"


def test_a_person_without_an_account_is_told_so(nobody: User, client_for: ClientFor) -> None:
    answer = client_for(nobody).get("/")
    assert answer.status_code == 403
    assert "You are not a member of any account yet. Ask an account owner to add you." in answer.content.decode()


def test_an_account_without_numbers_shows_the_first_steps(owner: User, client_for: ClientFor) -> None:
    html = _home(client_for(owner))
    assert "1. Bring your numbers in" in html
    assert "2. Let observations arrive" in html
    assert refused_by_csp(html) == []


@pytest.mark.parametrize("person", ["viewer", "plain_admin"])
def test_who_may_not_edit_is_not_offered_the_import(
    person: str, acme: Account, client_for: ClientFor, request: pytest.FixtureRequest
) -> None:
    client = client_for(request.getfixturevalue(person))
    assert "Your role can see and export." in _home(client)
    factories.make_number(acme)
    main = _home(client).split('id="content"')[1]
    assert "Import numbers" not in main


def test_the_figures_come_from_the_totals_and_lead_to_the_list(
    acme: Account, owner: User, client_for: ClientFor
) -> None:
    factories.make_number(acme, rating=states.Rating.HEALTHY)
    factories.make_number(acme, rating=states.Rating.SPAM, tag_since=factories.NOW)
    factories.make_number(acme, rating=states.Rating.MIXED)
    factories.make_number(acme)
    remediation_world.detect(acme)
    html = _home(client_for(owner))
    assert re.findall(r'class="figure-value[^"]*">(.*?)<', html) == [
        "4",
        "1",
        "0",
        "None yet",
    ]
    assert "1 rated Healthy" in html
    assert "25.0 % of all numbers" in html
    assert '?tagged=1">' in html


def test_nothing_of_another_account_shows(
    acme: Account, globex: Account, stranger: User, client_for: ClientFor
) -> None:
    factories.make_number(globex, rating=states.Rating.HEALTHY)
    factories.make_number(acme, rating=states.Rating.SPAM, tag_since=factories.NOW, flagged_by=_source_ids("att"))
    factories.make_feed(acme, name="Secret feed", failures=2, last_error="Secret error")
    with account_scope(acme):
        RatingDay.objects.create(account=acme, day=timezone.now().date() - timedelta(days=3), rating=3, n=777)
    html = _home(client_for(stranger))
    assert re.findall(r'class="figure-value[^"]*">(.*?)<', html)[:2] == ["1", "0"]
    assert "Secret" not in html
    assert "777" not in html


@pytest.mark.parametrize("numbers", [1, 30])
def test_the_page_asks_the_same_few_queries_at_any_size(
    numbers: int,
    acme: Account,
    owner: User,
    client_for: ClientFor,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(numbers):
        factories.make_number(acme, rating=states.Rating.SPAM, tag_since=factories.NOW, flagged_by=_source_ids("att"))
        factories.make_feed(acme, failures=1, last_error="Refused.")
    client = client_for(owner)
    with django_assert_num_queries(QUERIES):
        _home(client)


def test_the_chart_holds_ninety_days_and_today_as_it_is_now(acme: Account, owner: User, client_for: ClientFor) -> None:
    factories.make_number(acme, rating=states.Rating.MIXED)
    today = timezone.now().date()
    with account_scope(acme):
        for age, count in ((1, 11), (89, 22), (90, 33)):
            RatingDay.objects.create(account=acme, day=today - timedelta(days=age), rating=3, n=count)
        RatingDay.objects.create(account=acme, day=today, rating=3, n=44)
    html = _home(client_for(owner))
    found = re.search(r'<script id="chart-data" type="application/json">(.*?)</script>', html)
    assert found is not None
    chart = json.loads(found[1])
    assert chart["days"] == [str(today - timedelta(days=age)) for age in (89, 1, 0)]
    assert {one["label"]: one["counts"] for one in chart["series"]} == {
        "Spam": [22, 11, 0],
        "Mixed": [0, 0, 1],
        "Unknown": [0, 0, 0],
        "Healthy": [0, 0, 0],
    }
    assert refused_by_csp(html) == []


def test_the_chart_has_the_same_numbers_as_a_table(acme: Account, owner: User, client_for: ClientFor) -> None:
    factories.make_number(acme, rating=states.Rating.HEALTHY)
    html = _home(client_for(owner))
    today = timezone.now()
    assert f'<th scope="row">{today.day} {today:%b %Y}</th>' in html
    assert '<td class="num">1</td>' in html


def test_carriers_are_compared_by_the_numbers_that_they_flag(acme: Account, owner: User, client_for: ClientFor) -> None:
    att_and_verizon, verizon = _source_ids("att", "verizon"), _source_ids("verizon")
    factories.make_number(acme, rating=states.Rating.SPAM, flagged_by=att_and_verizon)
    factories.make_number(acme, rating=states.Rating.MIXED, flagged_by=verizon)
    factories.make_number(acme, rating=states.Rating.HEALTHY)
    factories.make_number(acme, rating=states.Rating.HEALTHY)
    words = _words(_home(client_for(owner)))
    assert "Verizon 50.0 % · 2 AT&amp;T 25.0 % · 1 T-Mobile None UScellular None" in words
    assert "Hiya" not in words


def test_a_flagged_number_that_is_being_registered_counts_for_its_carrier(acme: Account) -> None:
    factories.make_number(
        acme,
        rating=states.Rating.SPAM,
        registration=states.Registration.IN_PROGRESS,
        flagged_by=_source_ids("tmobile"),
    )
    with account_scope(acme):
        shares = selectors.carrier_shares(selectors.totals())
    assert [(share.source.key, share.flagged) for share in shares if share.flagged] == [("tmobile", 1)]


@pytest.mark.parametrize(
    ("fields", "text", "query"),
    [
        ({"capability": states.Capability.FAILED}, "1 number failed verification", "capability=failed"),
        (
            {"capability": states.Capability.NO_LONGER_ELIGIBLE},
            "1 number no longer eligible",
            "capability=no_longer_eligible",
        ),
        ({"registration": states.Registration.REJECTED}, "1 number rejected", "registration=rejected"),
        ({"rating": states.Rating.UNKNOWN}, "1 number without data", "status=no_data"),
    ],
)
def test_what_needs_a_person_is_counted_with_its_list(
    fields: dict[str, int], text: str, query: str, acme: Account, owner: User, client_for: ClientFor
) -> None:
    factories.make_number(acme, **{"rating": states.Rating.HEALTHY, **fields})
    html = _home(client_for(owner))
    assert text in html
    assert f"/numbers/?{query}" in html


def test_a_number_being_registered_is_not_called_without_data(
    acme: Account, owner: User, client_for: ClientFor
) -> None:
    factories.make_number(acme, registration=states.Registration.IN_PROGRESS)
    assert "Nothing right now." in _home(client_for(owner))


def test_an_import_that_waits_for_agreement_is_listed(acme: Account, owner: User, client_for: ClientFor) -> None:
    factories.make_number(acme, rating=states.Rating.HEALTHY)
    with account_scope(acme):
        ImportJob.objects.create(
            account=acme,
            actor=owner,
            filename="july.csv",
            size=1,
            state=states.ImportState.CHECKED,
            created_at=factories.NOW,
        )
    assert "The import july.csv is checked and waits." in _home(client_for(owner))


@pytest.mark.parametrize(
    ("success_ago", "word", "needs_a_person"),
    [(timedelta(minutes=90), "Healthy", False), (timedelta(minutes=121), "Stale", True)],
)
def test_d19_a_feed_is_stale_after_twice_its_interval(
    success_ago: timedelta, word: str, needs_a_person: bool, acme: Account
) -> None:
    factories.make_feed(acme, interval_seconds=3600, last_success_at=factories.NOW - success_ago)
    with account_scope(acme):
        (freshness,) = selectors.feed_freshness(now=factories.NOW)
    assert (freshness.health.word, freshness.needs_a_person) == (word, needs_a_person)


def test_the_feeds_of_the_platform_are_not_the_accounts(acme: Account) -> None:
    factories.make_feed(None)
    with account_scope(acme):
        assert selectors.feed_freshness(now=factories.NOW) == []


def test_with_very_many_flagged_numbers_the_shares_are_estimates(
    acme: Account, monkeypatch: pytest.MonkeyPatch, owner: User, client_for: ClientFor
) -> None:
    monkeypatch.setattr(selectors, "FLAGGED_READ", 2)
    for _ in range(6):
        factories.make_number(acme, rating=states.Rating.SPAM, flagged_by=_source_ids("att"))
    with account_scope(acme):
        shares = selectors.carrier_shares(selectors.totals())
    assert (shares[0].source.key, shares[0].flagged, shares[0].percent) == ("att", 6, 100)
    assert "estimated from" in _home(client_for(owner))


def test_a_failing_feed_is_shown_with_its_error_and_comes_first(
    acme: Account, owner: User, client_for: ClientFor
) -> None:
    factories.make_number(acme, rating=states.Rating.HEALTHY)
    now = timezone.now()
    factories.make_feed(acme, name="A fresh one", created_at=now, last_success_at=now, due_at=now + timedelta(hours=1))
    factories.make_feed(acme, name="Broken", created_at=now, failures=3, last_error="The API key was refused.")
    html = _home(client_for(owner))
    assert "<strong>Feed Broken</strong><br>Failed 3 times in a row: The API key was refused." in html
    freshness = html.split('id="feeds-title"')[1]
    assert freshness.index("Broken") < freshness.index("A fresh one")


def test_what_people_typed_is_escaped(acme: Account, owner: User, client_for: ClientFor) -> None:
    factories.make_number(acme)
    factories.make_feed(acme, name="<script>alert(1)</script>", failures=1, last_error="<img onerror=x>")
    html = _home(client_for(owner))
    assert "<script>alert" not in html
    assert refused_by_csp(html) == []


def test_repairs_are_counted_and_what_needs_a_person_is_said(acme: Account, owner: User, client_for: ClientFor) -> None:
    numbers = remediation_world.monitored(acme, 2)
    remediation_world.flag(acme, numbers)
    remediation_world.detect(acme)
    now = remediation_world.NOW + timedelta(hours=30)
    remediation_world.clean(acme, numbers[:1], now)
    with account_scope(acme):
        remediation_world.detect(acme, timezone.now())
    html = _home(client_for(owner))
    assert re.findall(r'class="figure-value[^"]*">(.*?)<', html)[2:] == ["1", "1 day 6 h"]
    assert "1 needs a person" in _words(html)
    assert "1 case needs a person." in html


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=20), "under a minute"),
        (timedelta(minutes=12), "12 min"),
        (timedelta(hours=5, minutes=3), "5 h 3 min"),
        (timedelta(days=1, hours=6), "1 day 6 h"),
        (timedelta(days=2), "2 days"),
        (None, ""),
    ],
)
def test_a_length_of_time_is_told_in_its_two_largest_units(length: timedelta | None, words: str) -> None:
    assert formats.span(length) == words
