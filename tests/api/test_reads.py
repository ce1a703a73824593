"""Reading over the API: the filters of the pages, pages by cursor, and nothing of another account anywhere."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test import Client

from accounts.products import LicenseKind
from common.scope import account_scope
from phone_numbers.models import NumberStatus, Source
from phone_numbers.states import EventKind, Rating, Registration
from remediation.models import Alert, Case
from tests import factories
from tests.api.conftest import client_of, secret_of
from tests.factories import NOW, make_campaign, make_event, make_feed, make_number, make_reading

pytestmark = pytest.mark.django_db
ODD_PARAMETERS = (
    {"rating": "bad"},
    {"rating": ""},
    {"ratings": "spam"},
    {"sort": "secret"},
    {"per_page": "7"},
    {"q": "\x00"},
    {"q": "x" * 500},
    {"after": "\n"},
)
LISTS = ("numbers", "campaigns", "cases", "alerts", "feeds")


@pytest.fixture
def flagged(acme):
    """A number with a campaign, history, readings, a case and an alert."""
    att = [Source.objects.get(key="att").pk]
    number = make_number(
        acme, "+13035550101", label="Front desk", rating=Rating.SPAM, tag_since=NOW, flagged_by=att, maturity=80
    )
    make_campaign(acme, "Renewals", numbers=[number])
    for hours in range(60):
        make_event(number, EventKind.RATING, at=NOW - timedelta(hours=hours), from_value="healthy", to_value="spam")
        make_reading(number, "att", NOW - timedelta(hours=hours), flagged=True)
    with account_scope(acme):
        case = Case.objects.create(
            account=acme,
            number=number,
            state_since=NOW,
            tag_since=NOW,
            carriers=att,
            opened_at=NOW,
            target_at=NOW + timedelta(days=2),
            limit_at=NOW + timedelta(days=7),
        )
        Alert.objects.create(
            account=acme, kind="tag", subject=str(number.pk), number=number, case=case, since=NOW, raised_at=NOW
        )
    return number


def rows(answer):
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def test_a_number_is_told_in_the_words_of_the_filters(caller, flagged):
    (found,) = rows(caller.get("/api/v1/numbers", {"q": "5550101", "rating": "spam", "tagged": "yes"}))
    one = caller.get(f"/api/v1/numbers/{flagged.uuid}").json()
    assert found == one
    assert (one["number"], one["label"], one["rating"], one["status"]) == (flagged.e164, "Front desk", "spam", "spam")
    assert (one["flagged_by"], one["maturity"], one["overall"]) == (["att"], 80, 80)
    assert one["connection"] is None
    assert one["tagged_since"] == "2026-07-15T12:00:00.000Z"


def test_filters_narrow_and_nonsense_is_refused_in_words(caller, acme, flagged):
    make_number(acme, "+13035550102", rating=Rating.HEALTHY)
    assert len(rows(caller.get("/api/v1/numbers"))) == 2
    assert len(rows(caller.get("/api/v1/numbers", {"rating": ["healthy", "spam"]}))) == 2
    assert len(rows(caller.get("/api/v1/numbers", {"rating": "healthy"}))) == 1
    for params in ODD_PARAMETERS:
        refused = caller.get("/api/v1/numbers", params)
        assert refused.status_code == 400, params
        assert next(iter(params)) in refused.json()["errors"]


@pytest.mark.parametrize(
    ("params", "matches"),
    [
        ({"area": "Denver"}, True),
        ({"area": ["Denver", "Boulder"]}, False),
        ({"area": "Nowhere"}, False),
        ({"flagged_by": "att"}, True),
        ({"flagged_by": "verizon"}, False),
        ({"flagged_by": "nobody"}, False),
        ({"campaign": str(uuid4())}, False),
        ({"campaign": "Renewals"}, False),
    ],
)
def test_what_the_account_has_none_of_matches_no_number(caller, acme, flagged, params, matches):
    with account_scope(acme):
        flagged.area = "Denver, CO"
        flagged.save(update_fields=["area"])
    assert bool(rows(caller.get("/api/v1/numbers", params))) is matches
    assert rows(caller.get("/api/v1/numbers", params | {"campaign": str(uuid4())})) == []


def test_numbers_of_a_campaign_are_found_by_its_id(caller, flagged, acme):
    make_number(acme, "+13035550102")
    (campaign,) = rows(caller.get("/api/v1/campaigns"))
    assert [one["id"] for one in rows(caller.get("/api/v1/numbers", {"campaign": campaign["id"]}))] == [
        str(flagged.uuid)
    ]


@pytest.mark.parametrize(
    ("name", "params", "matches"),
    [
        ("cases", {"q": "5550101"}, True),
        ("cases", {"q": "5550199"}, False),
        ("cases", {"show": "all"}, True),
        ("cases", {"show": "ended"}, False),
        ("cases", {"state": "open", "carrier": "att"}, True),
        ("cases", {"carrier": "verizon"}, False),
        ("cases", {"carrier": "nobody"}, False),
        ("cases", {"provider": "telnyx"}, False),
        ("cases", {"overdue": "1"}, False),
        ("cases", {"follow_up": "1"}, False),
        ("alerts", {"q": "5550101"}, True),
        ("alerts", {"q": "5550199"}, False),
        ("alerts", {"kind": ["tag", "case_overdue"]}, True),
        ("alerts", {"kind": "case_overdue"}, False),
        ("alerts", {"state": ["open", "cleared"]}, True),
        ("alerts", {"state": "cleared"}, False),
    ],
)
def test_cases_and_alerts_are_narrowed_like_their_pages(caller, flagged, name, params, matches):
    assert bool(rows(caller.get(f"/api/v1/{name}", params))) is matches


@pytest.mark.parametrize(
    ("name", "params"),
    [("cases", {"show": "some"}), ("cases", {"overdue": "yes"}), ("cases", {"owner": "me"}), ("alerts", {"kind": ""})],
)
def test_what_cases_and_alerts_do_not_know_is_refused(caller, flagged, name, params):
    assert caller.get(f"/api/v1/{name}", params).status_code == 400


@pytest.mark.parametrize("kind", ["numbers", "history", "readings"])
def test_every_row_is_on_exactly_one_page(caller, acme, flagged, kind):
    for line in range(59):
        make_number(acme, f"+1303666{line:04d}")
    address = "/api/v1/numbers" if kind == "numbers" else f"/api/v1/numbers/{flagged.uuid}/{kind}"
    found, following = [], f"{address}?per_page=25"
    while following:
        page = caller.get(following).json()
        found += page["results"]
        following = page["next"]
    assert len(found) == 60
    assert len({str(sorted(row.items(), key=str)) for row in found}) == 60
    back = caller.get(page["previous"]).json()
    assert len(back["results"]) == 25


def test_campaigns_cases_alerts_and_feeds_are_told(caller, acme, flagged):
    make_feed(acme, name="Telnyx, main")
    (campaign,) = rows(caller.get("/api/v1/campaigns"))
    (case,) = rows(caller.get("/api/v1/cases", {"state": "open"}))
    (alert,) = rows(caller.get("/api/v1/alerts", {"state": "open", "kind": "tag"}))
    (feed,) = rows(caller.get("/api/v1/feeds"))
    assert (campaign["name"], campaign["numbers"], campaign["flagged"]) == ("Renewals", 1, 1)
    assert caller.get(f"/api/v1/campaigns/{campaign['id']}").json() == campaign
    assert (case["number"], case["carriers"], case["state"]) == (flagged.e164, ["att"], "open")
    assert caller.get(f"/api/v1/cases/{case['id']}").json() == case
    assert (alert["kind"], alert["number"], alert["cleared_at"]) == ("tag", flagged.e164, None)
    assert (feed["name"], feed["kept_by"]) == ("Telnyx, main", "account")
    assert "secret" not in str(feed)
    assert rows(caller.get("/api/v1/cases", {"state": "cleared"})) == []


def test_the_other_account_sees_none_of_it(other_caller, acme, flagged):
    make_feed(acme)
    for name in LISTS:
        assert rows(other_caller.get(f"/api/v1/{name}")) == [], name
    with account_scope(acme):
        case = Case.objects.get()
    missing = other_caller.get(f"/api/v1/numbers/{uuid4()}").content
    for address in (
        f"numbers/{flagged.uuid}",
        f"numbers/{flagged.uuid}/history",
        f"numbers/{flagged.uuid}/readings",
        f"campaigns/{flagged.uuid}",
        f"cases/{case.uuid}",
        f"jobs/{flagged.uuid}",
    ):
        answer = other_caller.get(f"/api/v1/{address}")
        assert (answer.status_code, answer.content) == (404, missing), address


def test_a_cursor_of_another_account_is_ignored(caller, other_caller, acme, globex):
    for account in (acme, globex):
        for line in range(30):
            make_number(account, f"+1303666{line:04d}")
    following = caller.get("/api/v1/numbers?per_page=25").json()["next"]
    assert len(rows(other_caller.get(following))) == 25


def test_without_the_license_scores_and_registration_are_null_and_without_any_the_hub_is_closed(db):
    account = factories.make_account(kinds=[LicenseKind.SPAM_MONITORING])
    caller = client_of(secret_of(account, factories.make_member(account)))
    number = make_number(account, maturity=80, registration=Registration.REGISTERED)
    found = caller.get(f"/api/v1/numbers/{number.uuid}").json()
    assert (found["maturity"], found["overall"], found["registration"]) == (None, None, None)
    bare = factories.make_account(kinds=[LicenseKind.PHONE_PRO])
    closed = client_of(secret_of(bare, factories.make_member(bare))).get("/api/v1/numbers")
    assert closed.status_code == 403


def test_queries_are_as_many_at_ten_and_at_fifty_numbers(caller, acme, django_assert_max_num_queries):
    counts = []
    for size in (10, 50):
        with account_scope(acme):
            start = NumberStatus.objects.count()
        for line in range(start, size):
            make_number(acme, f"+1303666{line:04d}")
        with django_assert_max_num_queries(12) as seen:
            caller.get("/api/v1/numbers")
        counts.append(len(seen))
    assert counts[0] >= counts[1]


def test_an_address_that_does_not_exist_is_a_problem_too(caller):
    answer = caller.get("/api/v1/nothing/here")
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"


def test_what_nobody_expected_is_a_problem_for_a_program_and_a_page_for_a_person(caller, owner, client_for):
    caller.raise_request_exception = False
    person = client_for(owner)
    person.raise_request_exception = False
    answers = []
    for client, address in ((caller, "/api/v1/cases"), (person, "/cases/")):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("ALTER TABLE remediation_case RENAME TO gone")
            answers.append(client.get(address))
            transaction.set_rollback(True)
    told, page = answers
    assert (told.status_code, told["Content-Type"]) == (500, "application/problem+json")
    assert "remediation_case" not in told.content.decode()
    assert told.json()["detail"].startswith("Something failed")
    assert (page.status_code, page["Content-Type"]) == (500, "text/html; charset=utf-8")


def test_a_host_that_is_not_served_is_a_problem_too(caller):
    answer = caller.get("/api/v1/feeds", headers={"Host": "elsewhere.example"})
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert Client().get("/livez", headers={"Host": "elsewhere.example"})["Content-Type"].startswith("text/")
