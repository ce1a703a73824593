"""Reading Telnyx's list pages: what an entry means, how a sweep goes on, and that nothing is ever billed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from providers.base import Observation, ReadingsPage, Verdict
from providers.errors import Misconfigured, Refused, Temporary
from providers.http import HttpClient
from providers.telnyx.client import TelnyxClient, page_of
from providers.telnyx.readings import TelnyxReadings, observation_of, read_entries
from providers.telnyx.refresh import TelnyxRefresh
from tests.providers.openapi import Contract, Exchange
from tests.simulator import RunningSimulator

DATA = {
    "spam_risk": "low",
    "spam_category": None,
    "maturity_score": 72,
    "connection_score": 80,
    "engagement_score": 64,
    "sentiment_score": 75,
    "last_refreshed_at": "2026-04-26T18:09:24.785211Z",
}


def entry(**changes: Any) -> dict[str, Any]:
    return {"phone_number": "+19495550123", "reputation_data": DATA | changes}


def reader(url: str, client: HttpClient, key: str, enterprise: str = "") -> TelnyxReadings:
    return TelnyxReadings(TelnyxClient(client, key=key, base_url=f"{url}/v2"), enterprise=enterprise)


def sweep(feed: TelnyxReadings, limit: int = 100_000) -> list[ReadingsPage]:
    """Pages until caught up."""
    pages = [feed.fetch(None, limit=limit)]
    while pages[-1].more:
        pages.append(feed.fetch(pages[-1].cursor, limit=limit))
    return pages


# One entry ----------------------------------------------------------------------------------------------------------


def test_the_published_example_is_read_whole() -> None:
    found = observation_of(entry())
    assert found is not None
    assert found == Observation(
        e164="+19495550123",
        source="telnyx",
        observed_at=datetime(2026, 4, 26, 18, 9, 24, 785211, tzinfo=UTC),
        flagged=False,
        verdict=Verdict.HEALTHY,
        maturity=72,
        connection=80,
        engagement=64,
        sentiment=75,
        raw=found.raw,
    )
    assert json.loads(found.raw) == {name: value for name, value in DATA.items() if name != "last_refreshed_at"}


@pytest.mark.parametrize(
    ("risk", "verdict", "flagged"),
    [("high", Verdict.SPAM, True), ("medium", Verdict.MIXED, True), ("low", Verdict.HEALTHY, False)],
)
def test_the_risk_words_are_the_providers_own_verdict(risk: str, verdict: Verdict, flagged: bool) -> None:
    found = observation_of(entry(spam_risk=risk))
    assert found is not None
    assert (found.verdict, found.flagged) == (verdict, flagged)


@pytest.mark.parametrize(
    "known_nothing",
    [
        {"phone_number": "+19495550123", "reputation_data": None},
        {"phone_number": "+19495550123"},
        entry(spam_risk=None),
        entry(last_refreshed_at=None),
    ],
)
def test_no_data_is_no_observation(known_nothing: dict[str, Any]) -> None:
    assert observation_of(known_nothing) is None


def test_a_null_score_is_unknown_and_never_zero() -> None:
    found = observation_of(entry(connection_score=None, engagement_score=None, sentiment_score=0))
    assert found is not None
    assert (found.connection, found.engagement, found.sentiment) == (None, None, 0)


@pytest.mark.parametrize(
    "odd",
    [
        entry(spam_risk="severe"),
        entry(spam_risk=7),
        entry(spam_risk="HIGH"),
        entry(maturity_score="72"),
        entry(maturity_score=101),
        entry(maturity_score=-1),
        entry(maturity_score=72.5),
        entry(maturity_score=True),
        entry(last_refreshed_at="yesterday"),
        entry(last_refreshed_at="2026-04-26T18:09:24"),
        entry(last_refreshed_at=1777226964),
        entry(last_refreshed_at="0001-01-01T00:00:00+23:59"),
        entry(spam_category=["Telemarketer"]),
        {"phone_number": "9495550123", "reputation_data": DATA},
        {"phone_number": None, "reputation_data": DATA},
        {"phone_number": "+19495550123", "reputation_data": []},
        [],
        "+19495550123",
        None,
    ],
)
def test_what_cannot_be_read_is_rejected_with_its_place_and_never_taken_for_healthy(odd: Any) -> None:
    found: list[Observation] = []
    rejected: list[Any] = []
    read_entries([entry(), odd], 3, found, rejected)
    assert len(found) == 1
    assert [one.where for one in rejected] == ["page 3, entry 2"]
    assert rejected[0].reason.endswith(".")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
named = st.fixed_dictionaries({}, optional=dict.fromkeys(DATA, json_values))


@given(st.fixed_dictionaries({}, optional={"phone_number": json_values, "reputation_data": json_values | named}))
def test_no_entry_however_odd_stops_a_page(odd: dict[str, Any]) -> None:
    found: list[Observation] = []
    rejected: list[Any] = []
    read_entries([odd], 1, found, rejected)
    assert len(found) + len(rejected) <= 1
    for one in [*rejected, *found]:
        one.raw.encode()


def test_text_that_no_database_can_hold_is_cleaned() -> None:
    found = observation_of(entry(spam_category="Tele\0mar\ud800keter"))
    assert found is not None
    assert found.category == "Tele mar keter"
    found.raw.encode()


@pytest.mark.parametrize(
    "answer",
    [
        {},
        [],
        None,
        {"data": []},
        {"data": {}, "meta": {"total_pages": 1, "total_results": 1}},
        {"data": [], "meta": {}},
        {"data": [], "meta": {"total_pages": "1", "total_results": True}},
    ],
)
def test_an_answer_that_is_no_list_is_asked_again_later(answer: Any) -> None:
    with pytest.raises(Temporary):
        page_of(answer)


# Sweeps over HTTP ---------------------------------------------------------------------------------------------------


def test_a_sweep_reads_every_number_once_and_is_never_billed(simulator: RunningSimulator, client: HttpClient) -> None:
    key = simulator.key(620)
    pages = sweep(reader(simulator.url, client, key), limit=250)
    found = [one for page in pages for one in page.observations]
    assert [page.more for page in pages] == [True, True, False]
    assert 590 <= len(found) == len({one.e164 for one in found}) <= 620
    assert sum(page.calls for page in pages) == 3
    assert sum(page.billed_calls for page in pages) == 0
    assert simulator.billed(key) == []


def test_the_enterprise_list_and_the_alias_give_the_same(simulator: RunningSimulator, client: HttpClient) -> None:
    key = simulator.key(60)
    alias = reader(simulator.url, client, key).fetch(None, limit=250)
    own = reader(simulator.url, client, key, simulator.enterprise(key)).fetch(None, limit=250)
    assert list(alias.observations) == list(own.observations)


def test_a_larger_limit_takes_several_list_pages_in_one_fetch(simulator: RunningSimulator, client: HttpClient) -> None:
    feed = reader(simulator.url, client, simulator.key(1100))
    page = feed.fetch(None, limit=1000)
    assert (page.calls, page.more, page.cursor["page"]) == (4, True, 5)
    rest = feed.fetch(page.cursor, limit=1000)
    assert (rest.calls, rest.more) == (1, False)


def test_a_fetch_stops_after_its_seconds_and_goes_on_from_there(
    simulator: RunningSimulator, client: HttpClient
) -> None:
    ticks = iter([0.0, 5.0, 20.0])
    api = TelnyxClient(client, key=simulator.key(1100), base_url=f"{simulator.url}/v2")
    page = TelnyxReadings(api, clock=lambda: next(ticks), seconds=15).fetch(None, limit=10_000)
    assert (page.calls, page.more) == (2, True)


def test_the_next_sweep_begins_at_the_first_page_with_a_new_cursor(
    simulator: RunningSimulator, client: HttpClient
) -> None:
    feed = reader(simulator.url, client, simulator.key(60))
    first = feed.fetch(None, limit=250)
    second = feed.fetch(first.cursor, limit=250)
    assert list(first.observations) == list(second.observations)
    assert (first.cursor["page"], second.cursor["page"]) == (1, 1)
    assert first.cursor != second.cursor


def test_the_same_cursor_gives_the_same_page(simulator: RunningSimulator, client: HttpClient) -> None:
    feed = reader(simulator.url, client, simulator.key(600))
    cursor = feed.fetch(None, limit=250).cursor
    assert feed.fetch(cursor, limit=250).observations == feed.fetch(cursor, limit=250).observations


def test_a_list_that_changed_in_mid_sweep_is_swept_once_more(simulator: RunningSimulator, client: HttpClient) -> None:
    """Rows move to earlier pages when one is removed: without a second sweep one would be missed."""
    key = simulator.key(510)
    feed = reader(simulator.url, client, key)
    pages = [feed.fetch(None, limit=250)]
    gone = pages[0].observations[0].e164
    simulator.call("DELETE", f"/reputation/numbers/{quote(gone, safe='')}", key)
    while pages[-1].more:
        pages.append(feed.fetch(pages[-1].cursor, limit=250))
    listed = {one.e164 for page in pages for one in page.observations} - {gone}
    again = {one.e164 for page in sweep(feed) for one in page.observations}
    assert len(pages) == 6
    assert listed == again


def test_an_empty_account_is_caught_up_at_once(simulator: RunningSimulator, client: HttpClient) -> None:
    page = reader(simulator.url, client, simulator.key(0)).fetch(None, limit=250)
    assert (list(page.observations), page.more) == ([], False)


def test_a_new_label_is_read_at_the_next_sweep(simulator: RunningSimulator, client: HttpClient) -> None:
    feed = reader(simulator.url, client, simulator.key(45))
    first = feed.fetch(None, limit=250)
    e164 = next(one.e164 for one in first.observations if one.verdict is Verdict.HEALTHY)
    simulator.control("label", number=e164)
    found = next(one for one in feed.fetch(first.cursor, limit=250).observations if one.e164 == e164)
    assert (found.verdict, found.flagged) == (Verdict.SPAM, True)
    assert found.category != ""


# Errors and settings ------------------------------------------------------------------------------------------------


def test_a_bad_key_stops_the_feed_with_the_next_step(simulator: RunningSimulator, client: HttpClient) -> None:
    with pytest.raises(Misconfigured, match=r"does not accept the key.*Enter a new one.*Authentication failed"):
        reader(simulator.url, client, "bad-key").fetch(None, limit=250)


def test_an_enterprise_that_is_not_ours_is_refused_in_words(simulator: RunningSimulator, client: HttpClient) -> None:
    strange = "00000000-0000-4000-8000-000000000000"
    with pytest.raises(Refused, match="does not exist or is not yours"):
        reader(simulator.url, client, simulator.key(), strange).fetch(None, limit=250)


def test_the_connection_test_tells_the_count_and_the_gates(simulator: RunningSimulator, client: HttpClient) -> None:
    key = simulator.key(60)
    plain = reader(simulator.url, client, key).test_connection()
    own = reader(simulator.url, client, key, simulator.enterprise(key)).test_connection()
    assert (plain.ok, plain.message) == (True, "Connected to Telnyx: 60 monitored numbers.")
    assert own.message.endswith("Business approved, letter of authorization approved.")
    assert not reader(simulator.url, client, "bad-key").test_connection().ok
    assert simulator.billed(key) == []


def test_the_adapters_own_requests_fit_the_contract(
    simulator: RunningSimulator, client: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Requests are recorded as they leave and asked once more; both halves are held against the OpenAPI file."""
    contract, key, sent = Contract(), simulator.key(300), []
    send = requests.Session.send

    def record(session: requests.Session, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        sent.append(request)
        return send(session, request, **kwargs)

    feed = reader(simulator.url, client, key, simulator.enterprise(key))
    with monkeypatch.context() as patch:
        patch.setattr(requests.Session, "send", record)
        sweep(feed)
        sweep(reader(simulator.url, client, key))
        feed.test_connection()
        api = TelnyxClient(client, key=key, base_url=f"{simulator.url}/v2")
        listed = feed.fetch(None, limit=250).observations
        TelnyxRefresh(api, enterprise=simulator.enterprise(key)).read([listed[0].e164, listed[-1].e164])
    asked = {contract.check(_asked_again(request)) for request in sent}
    assert asked == {
        "listReputationNumbers",
        "listReputationNumbersSimplified",
        "getReputationSettings",
        "refreshReputationNumbers",
    }


def _asked_again(request: requests.PreparedRequest) -> Exchange:
    body = request.body if isinstance(request.body, bytes) else b""
    answer = requests.request(
        str(request.method), str(request.url), headers=dict(request.headers), data=body, timeout=10
    )
    address, kind = urlsplit(str(request.url)), answer.headers["Content-Type"].partition(";")[0]
    path = address.path.removeprefix("/v2")
    return Exchange(str(request.method), path, address.query, body, answer.status_code, kind, answer.content)
