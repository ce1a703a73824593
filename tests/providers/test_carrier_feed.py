"""The portal's own bulk format: good lines are kept, bad ones told by line, and a cut page is never taken."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.base import Observation, ReadingsPage
from providers.carrier_feed import CarrierFeed, observation_of, page_of
from providers.errors import Misconfigured, Temporary
from providers.http import HttpClient
from tests.simulator import RunningSimulator

LINE = {
    "id": "c-1",
    "number": "+12025550123",
    "carrier": "tmobile",
    "time": "2026-11-20T08:15:30.5Z",
    "label": "Scam Likely",
    "category": "telemarketer",
}
END = {"end": {"cursor": "next", "more": False, "count": 1}}


def body(*lines: Any) -> bytes:
    return b"".join((one if isinstance(one, bytes) else json.dumps(one).encode()) + b"\n" for one in lines)


def feed(simulator: RunningSimulator, client: HttpClient, key: str) -> CarrierFeed:
    return CarrierFeed(client, url=f"{simulator.url}/carrier/v1/calls", key=key)


def all_pages(reader: CarrierFeed, limit: int) -> list[ReadingsPage]:
    pages = [reader.fetch(None, limit=limit)]
    while pages[-1].more:
        pages.append(reader.fetch(pages[-1].cursor, limit=limit))
    return pages


def test_a_line_is_one_observed_call() -> None:
    assert observation_of(json.dumps(LINE).encode()) == Observation(
        e164="+12025550123",
        source="tmobile",
        observed_at=datetime(2026, 11, 20, 8, 15, 30, 500_000, tzinfo=UTC),
        flagged=True,
        ident="c-1",
        category="telemarketer",
        raw=json.dumps(LINE),
    )


@pytest.mark.parametrize("label", [None, "", "  "])
def test_a_call_without_a_word_on_the_screen_is_not_flagged(label: str | None) -> None:
    assert not observation_of(json.dumps(LINE | {"label": label}).encode()).flagged


@pytest.mark.parametrize(
    ("word", "source"),
    [("att", "att"), ("AT&T", "att"), ("T-Mobile", "tmobile"), ("US Cellular", "uscellular"), ("cricket", "cricket")],
)
def test_carriers_are_known_by_their_short_names(word: str, source: str) -> None:
    assert observation_of(json.dumps(LINE | {"carrier": word}).encode()).source == source


@pytest.mark.parametrize(
    "bad",
    [
        b'{"id":"half a li',
        b"[]",
        b"null",
        b"7",
        b"\xff\xfe",
        b"{" * 10_000,
        {name: value for name, value in LINE.items() if name != "label"},
        LINE | {"label": ["Scam"]},
        LINE | {"number": "2025550123"},
        LINE | {"number": 12025550123},
        LINE | {"time": "2026-11-20T08:15:30"},
        LINE | {"time": 1_790_000_000},
        LINE | {"carrier": "a carrier with a very long and strange name!"},
        LINE | {"carrier": ""},
        LINE | {"id": 7},
        LINE | {"id": "x" * 20_000},
        LINE | {"id": "x" * 81},
        LINE | {"carrier": "a" * 31},
    ],
)
def test_a_bad_line_is_rejected_by_its_number_and_the_others_stay(bad: Any) -> None:
    page = page_of(body(LINE, bad, LINE, END))
    assert len(page.observations) == 2
    assert [one.where for one in page.rejected] == ["line 2"]
    assert len(page.rejected[0].raw) <= 8_000


def test_an_id_of_eighty_characters_is_kept_whole() -> None:
    assert observation_of(json.dumps(LINE | {"id": "x" * 80}).encode()).ident == "x" * 80


@given(st.lists(st.binary(max_size=60).filter(lambda line: b"\n" not in line), max_size=8))
def test_no_line_however_odd_stops_a_page(lines: list[bytes]) -> None:
    page = page_of(body(*lines, LINE, END))
    assert len(page.observations) == 1
    for one in page.rejected:
        one.raw.encode()


@pytest.mark.parametrize(
    "cut",
    [
        b"",
        body(LINE),
        body(LINE)[:-20],
        body(LINE, {"end": {}}),
        body(LINE, {"end": {"cursor": None, "more": True}}),
        body(LINE, {"end": {"cursor": "x", "more": "no"}}),
    ],
)
def test_a_page_without_its_last_line_is_not_taken(cut: bytes) -> None:
    with pytest.raises(Temporary, match="cut"):
        page_of(cut)


def test_calls_arrive_once_each_in_order_of_time_whatever_the_page_size(
    simulator: RunningSimulator, client: HttpClient
) -> None:
    reader = feed(simulator, client, simulator.key(60))
    small, large = all_pages(reader, 50), all_pages(reader, 50_000)
    few, many = ([one for page in pages for one in page.observations] for pages in (small, large))
    times = [one.observed_at for one in few]
    assert len(small) > 5
    assert times == sorted(times)
    assert len(many) > 300
    assert {one.ident for one in many[5:-5]} <= {one.ident for one in few}
    assert len({one.ident for one in few}) == len(few)


def test_after_the_last_page_only_new_calls_come(simulator: RunningSimulator, client: HttpClient) -> None:
    reader = feed(simulator, client, simulator.key(10))
    cursor = all_pages(reader, 50_000)[-1].cursor
    simulator.control("calls", calls=[LINE | {"id": "by hand"}])
    page = reader.fetch(cursor, limit=1000)
    assert [one.ident for one in page.observations if one.ident == "by hand"] == ["by hand"]
    assert len(page.observations) < 5


def test_a_bad_key_stops_the_feed_and_the_connection_test_says_so(
    simulator: RunningSimulator, client: HttpClient
) -> None:
    with pytest.raises(Misconfigured, match="does not accept the key"):
        feed(simulator, client, "bad").fetch(None, limit=10)
    assert not feed(simulator, client, "bad").test_connection().ok
    assert feed(simulator, client, simulator.key()).test_connection().ok
