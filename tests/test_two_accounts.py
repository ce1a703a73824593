"""With two accounts of 10,000 numbers each, nothing of one is told to the other or changed by it.

The addresses are those of the portal and the ids those of the matrix, so that a new address cannot be left out. Each
answer is compared with the one for an id that nobody has: what belongs to another account does not exist.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Account, User
from enrollment.models import EnrolledService
from tests import factories
from tests.conftest import ClientFor
from tests.routes import BAD_METHOD, GONE, NO, ROWS
from tests.test_routes import ROUTES, read
from tests.two_accounts import NUMBERS, Side, fingerprint, make_side

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
FORM, JSON, NDJSON = "application/x-www-form-urlencoded", "application/json", "application/x-ndjson"
STAFF_ONLY = ("reviews:", "tickets:")  # closed to members of accounts, whatever the id
DESTINATION = "+13036660199"
MONITORING = ("services:enable", "services:disable", "services:register")

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(autouse=True)
def _silent(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    """Leave no line for each of the many requests."""
    settings.API_LOG_CALLS = False
    caplog.set_level("CRITICAL")


@pytest.fixture
def ours(acme: Account, owner: User, client_for: ClientFor) -> Side:
    """acme with everything, as whose ids are tried."""
    return make_side(acme, owner, client_for)


@pytest.fixture
def theirs(globex: Account, stranger: User, client_for: ClientFor) -> Side:
    """globex with everything, who tries them."""
    for service in EnrolledService:
        factories.make_enrollment(globex, service)
    return make_side(globex, stranger, client_for)


def addresses_with_an_id(side: Side, *, of_api: bool) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield name, ids and form of every request of the matrix that names something of this account by its id."""
    for name in ROUTES:
        for row in ROWS[name]:
            ids = row.kwargs(side.world)
            if "uuid" in ids and ids["uuid"] != side.world.platform_feed.uuid and name.startswith("api:") == of_api:
                yield name, ids, urlencode(row.data(side.world))


def told(client: Client, method: str, name: str, ids: dict[str, Any], body: str, kind: str) -> tuple[int, bytes]:
    """Return the answer: its status, and what it says when it is not made anew for each request."""
    address = reverse(name, kwargs=ids)
    asked = name == "api:caller_id" and method in ("GET", "HEAD")
    query = f"?{urlencode({'destination': DESTINATION})}" if asked else ""
    response = client.generic(method, f"{address}{query}", body, content_type=kind)
    read(response)
    return response.status_code, b"" if response.streaming else response.content


def test_every_page_about_one_thing_is_missing_for_another_account(ours: Side, theirs: Side) -> None:
    before, tried = fingerprint(ours.account), set()
    for name, ids, form in addresses_with_an_id(ours, of_api=False):
        for method in METHODS:
            status, _ = told(theirs.person, method, name, ids, form, FORM)
            missing, _ = told(theirs.person, method, name, ids | {"uuid": uuid4()}, form, FORM)
            assert status == missing, (method, name)
            assert status in ({NO} if name.startswith(STAFF_ONLY) else {GONE, BAD_METHOD}), (method, name)
        tried.add(name)
    assert len(tried) > 30
    assert fingerprint(ours.account) == before


def test_every_call_about_one_thing_is_missing_for_another_account(ours: Side, theirs: Side) -> None:
    before, tried = fingerprint(ours.account), set()
    for name, ids, _ in addresses_with_an_id(ours, of_api=True):
        body = json.dumps({"destination": DESTINATION})
        for method in METHODS:
            answer = told(theirs.program, method, name, ids, body, JSON)
            assert answer == told(theirs.program, method, name, ids | {"uuid": uuid4()}, body, JSON), (method, name)
            assert answer[0] in {GONE, BAD_METHOD}, (method, name)
        assert told(theirs.program, "GET", name, ids, "", JSON)[0] == GONE
        tried.add(name)
    assert fingerprint(ours.account) == before
    for name, ids, _ in addresses_with_an_id(ours, of_api=True):
        assert told(ours.program, "GET", name, ids, "", JSON)[0] == 200, name
    assert tried == {name for name in ROUTES if name.startswith("api:") and "uuid" in ROWS[name][0].kwargs(ours.world)}


def test_each_of_ten_thousand_numbers_is_missing_for_another_account(ours: Side, theirs: Side) -> None:
    missing = theirs.program.get(f"/api/v1/numbers/{uuid4()}").content
    for one in ours.ids:
        answer = theirs.program.get(f"/api/v1/numbers/{one}")
        assert (answer.status_code, answer.content) == (GONE, missing)
    for one in sorted(ours.ids)[::100]:
        assert theirs.person.get(reverse("numbers:panel", args=[one])).status_code == GONE
        assert ours.program.get(f"/api/v1/numbers/{one}").json()["number"] in ours.e164s


def test_ten_thousand_ids_of_another_account_at_once_change_nothing(ours: Side, theirs: Side) -> None:
    before, own_before = fingerprint(ours.account), fingerprint(theirs.account)
    foreign, own = sorted(ours.ids)[:NUMBERS], next(iter(theirs.ids))
    for action in ("enable", "disable"):
        for numbers in (foreign, [own, *foreign[1:]]):
            answer = theirs.program.post("/api/v1/jobs", {"action": action, "numbers": numbers}, content_type=JSON)
            assert answer.status_code == GONE
    confirmed = {"step": "confirm", "shown": NUMBERS, "ids": foreign}
    for name in MONITORING:
        assert theirs.person.post(reverse(name), confirmed).status_code == 400
    campaign = theirs.world.of_campaign()
    for name in ("campaigns:add_numbers", "campaigns:remove_numbers"):
        page = theirs.person.post(reverse(name, kwargs=campaign), confirmed)
        assert b"303) 666" not in page.content
    theirs.person.post(reverse("campaigns:default", kwargs=campaign), {"number": foreign[0]})
    assert fingerprint(ours.account) == before
    assert fingerprint(theirs.account) == own_before


def test_lists_searches_and_exports_hold_ones_own_numbers_and_all_of_them(ours: Side, theirs: Side) -> None:
    found, following = [], "/api/v1/numbers?per_page=100"
    while following:
        page = theirs.program.get(following).json()
        found += page["results"]
        following = page["next"]
    assert len(found) == len(theirs.ids)
    assert {one["id"] for one in found} == theirs.ids
    assert {one["number"] for one in found} == theirs.e164s
    assert numbers_in(theirs, "numbers:export") == theirs.e164s
    assert numbers_in(theirs, "numbers:account_history_export") == theirs.e164s
    some = sorted(ours.ids)[:500]
    for query in ({"q": "303666"}, {"q": "Line of Acme"}, {"ids": some}, {"campaign": ours.world.campaign.uuid}):
        assert numbers_in(theirs, "numbers:export", **query) == set(), query
        assert b"303) 666" not in theirs.person.get(reverse("numbers:list"), query).content, query
    for word in ("303666", "Line of Acme"):
        assert theirs.program.get("/api/v1/numbers", {"q": word}).json()["results"] == []
    assert numbers_in(ours, "numbers:export", q="303666") == {one for one in ours.e164s if "303666" in one}
    hold_their_own_other_things(ours, theirs)


def numbers_in(side: Side, name: str, **query: Any) -> set[str]:
    """Return the numbers that an export of this account holds; none where the filter is refused."""
    response = side.person.get(reverse(name), query)
    if response.status_code == 400:
        return set()
    text = b"".join(response.streaming_content).decode() if response.streaming else response.content.decode()
    return {line["Number"] for line in csv.DictReader(io.StringIO(text))}


def hold_their_own_other_things(ours: Side, theirs: Side) -> None:
    """Compare campaigns, cases, alerts and feeds, over the API and on pages."""
    for name in ("campaigns", "cases", "alerts", "feeds"):
        here, there = (ids_of(side.program.get(f"/api/v1/{name}").json()["results"]) for side in (ours, theirs))
        assert here, name
        assert there, name
        assert not here & there, name
    for name in ("campaigns:list", "cases:list", "alerts:list", "feeds:list", "settings:keys", "home"):
        page = theirs.person.get(reverse(name)).content.decode()
        world = ours.world
        for one in (world.number, world.campaign, world.feed, world.case, world.ticket, world.job, world.api_key):
            assert str(one.uuid) not in page, (name, one)


def ids_of(rows: list[dict[str, Any]]) -> set[str]:
    """Return what the rows are known by; feeds of the platform are everybody's."""
    return {row["id"] for row in rows if row.get("kept_by") != "platform"}


def test_a_caller_id_and_test_calls_reach_ones_own_numbers_only(ours: Side, theirs: Side) -> None:
    before = fingerprint(ours.account)
    many = {"destinations": [f"+1303666{line:04d}" for line in range(100)]}
    address = "/api/v1/campaigns/{}/caller-id"
    refused = theirs.program.post(address.format(ours.world.campaign.uuid), many, content_type=JSON)
    chosen = theirs.program.post(address.format(theirs.world.campaign.uuid), many, content_type=JSON).json()["results"]
    assert refused.status_code == GONE
    assert {one["number_id"] for one in chosen} <= theirs.ids
    assert {one["caller_id"] for one in chosen} <= theirs.e164s
    call = {"carrier": "att", "time": timezone.now().isoformat(), "label": "Spam Likely"}
    lines = "\n".join(json.dumps(call | {"number": number}) for number in sorted(ours.e164s)[:NUMBERS])
    counts = theirs.program.post("/api/v1/observations", lines.encode(), content_type=NDJSON).json()
    assert (counts["stored"], counts["unknown_number"]) == (0, NUMBERS)
    assert fingerprint(ours.account) == before
