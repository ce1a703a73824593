"""Hiya, asked number by number: what its words mean, that each number is billed once, and that it is one file."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers import hiya
from providers.base import NumberReadings, Observation, Verdict
from providers.errors import Misconfigured, Refused, Temporary
from providers.hiya import FieldNames, HiyaReputation, observation_of, read_entries
from providers.http import HttpClient
from providers.registry import build
from providers.simulator.inventory import numbers
from tests.providers.raw_server import saying, serving
from tests.simulator import RunningSimulator

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
NAMES = FieldNames()
NUMBER = "+12025550123"
ENTRY = {
    "phone": NUMBER,
    "status": "unflagged",
    "maturityMetric": "A",
    "connectionMetric": "B",
    "engagementMetric": "C",
    "sentimentMetric": "D",
}
DEMO = numbers("hiya", 200, 1)


def reader(simulator: RunningSimulator, client: HttpClient, app_id: str, **more: Any) -> HiyaReputation:
    return HiyaReputation(client, app_id=app_id, secret="secret", base_url=f"{simulator.url}/hiya", **more)


def app_id(simulator: RunningSimulator, marker: str = "PROD_") -> str:
    return marker + simulator.key(0)


# One entry ----------------------------------------------------------------------------------------------------------


def test_an_entry_is_the_providers_own_verdict_and_four_scores() -> None:
    found, odd = observation_of(ENTRY, NAMES, at=NOW)
    assert odd == []
    assert found == Observation(
        e164=NUMBER,
        source="hiya",
        observed_at=NOW,
        flagged=False,
        verdict=Verdict.HEALTHY,
        maturity=88,
        connection=62,
        engagement=37,
        sentiment=12,
        raw=found.raw,
    )
    assert json.loads(found.raw) == {name: value for name, value in ENTRY.items() if name != "phone"}


@pytest.mark.parametrize(
    ("word", "verdict", "flagged"),
    [
        ("flagged", Verdict.SPAM, True),
        ("mixed_high", Verdict.MIXED, True),
        ("mixed_low", Verdict.HEALTHY, False),
        ("unflagged", Verdict.HEALTHY, False),
        ("Mixed High", Verdict.MIXED, True),
    ],
)
def test_the_four_statuses_are_verdicts_as_d19_says(word: str, verdict: Verdict, flagged: bool) -> None:
    found, _ = observation_of(ENTRY | {"status": word}, NAMES, at=NOW)
    assert (found.verdict, found.flagged) == (verdict, flagged)


@pytest.mark.parametrize(
    ("words", "score"),
    [
        (("A", "a", "good", "GOOD"), 88),
        (("B", "normal", "Normal"), 62),
        (("C", "poor"), 37),
        (("D", "very_poor", "Very poor", "very-poor"), 12),
        ((None, ""), None),
    ],
)
def test_letters_and_words_are_the_same_grades_and_none_is_too_little_data(words: tuple[Any, ...], score: Any) -> None:
    for word in words:
        found, odd = observation_of(ENTRY | {"sentimentMetric": word}, NAMES, at=NOW)
        assert (found.sentiment, odd) == (score, [])
    found, _ = observation_of({"phone": NUMBER, "status": "flagged"}, NAMES, at=NOW)
    assert (found.maturity, found.connection, found.engagement, found.sentiment) == (None,) * 4


@pytest.mark.parametrize("status", ["clean", "", None, 7, ["flagged"], "low"])
def test_an_unknown_status_is_rejected_with_its_raw_entry_and_never_healthy(status: Any) -> None:
    found, rejected = read_entries([ENTRY | {"status": status}], [NUMBER], NAMES, at=NOW)
    assert found == []
    assert "is not known" in rejected[0].reason
    assert json.loads(rejected[0].raw)["status"] == status


@pytest.mark.parametrize("grade", ["E", "excellent", 5, ["A"], True])
def test_an_unknown_grade_is_told_and_costs_only_itself(grade: Any) -> None:
    found, rejected = read_entries([ENTRY | {"maturityMetric": grade}], [NUMBER], NAMES, at=NOW)
    assert [(one.maturity, one.connection) for one in found] == [(None, 62)]
    assert "maturityMetric" in rejected[0].reason
    assert json.loads(found[0].raw)["maturityMetric"] == grade


def test_a_number_that_was_not_asked_about_or_is_told_twice_does_not_count() -> None:
    entries = [ENTRY, ENTRY | {"status": "flagged"}, ENTRY | {"phone": "+12025550199"}, "nothing"]
    found, rejected = read_entries(entries, [NUMBER], NAMES, at=NOW)
    assert [one.verdict for one in found] == [Verdict.HEALTHY]
    assert [one.where for one in rejected] == ["entry 2", "entry 3", "entry 4"]


json_values = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text(), max_size=2)


@given(json_values | st.fixed_dictionaries({}, optional=dict.fromkeys(ENTRY, json_values)))
def test_no_entry_however_odd_stops_an_answer(odd: Any) -> None:
    found, rejected = read_entries([odd, ENTRY], [NUMBER], NAMES, at=NOW)
    assert len(found) == 1
    for one in [*found, *rejected]:
        one.raw.encode()


# Over HTTP ----------------------------------------------------------------------------------------------------------


def test_a_hundred_numbers_are_one_call_and_each_is_billed_once(
    simulator: RunningSimulator, client: HttpClient
) -> None:
    mine = app_id(simulator)
    page = reader(simulator, client, mine).read(DEMO[:100])
    assert (page.calls, page.billed_calls, page.more, list(page.rejected)) == (1, 100, False, [])
    assert 90 <= len(page.observations) <= 100
    assert {one.e164 for one in page.observations} <= set(DEMO[:100])
    assert [(one["kind"], one["count"]) for one in simulator.billed(mine)] == [("hiya", 100)]
    sent = simulator.seen("/hiya/")[0]["query"]
    assert sent.count("phones=%2B1") == 100


def test_more_than_a_hundred_or_none_at_all_are_never_sent(simulator: RunningSimulator, client: HttpClient) -> None:
    mine = app_id(simulator)
    for wrong in (DEMO[:101], []):
        with pytest.raises(ValueError, match="1 to 100"):
            reader(simulator, client, mine).read(wrong)
    assert simulator.billed(mine) == []


def test_a_number_twice_in_a_call_is_asked_and_billed_once(simulator: RunningSimulator, client: HttpClient) -> None:
    mine = app_id(simulator)
    assert reader(simulator, client, mine).read([NUMBER, NUMBER]).billed_calls == 1
    assert [one["count"] for one in simulator.billed(mine)] == [1]


def test_a_label_shows_at_the_next_look_and_the_time_is_that_of_the_look(
    simulator: RunningSimulator, client: HttpClient
) -> None:
    simulator.control("label", number=DEMO[150])
    labelled = reader(simulator, client, app_id(simulator), clock=lambda: NOW).read([DEMO[150]]).observations[0]
    simulator.control("clear", number=DEMO[150])
    cleared = reader(simulator, client, app_id(simulator)).read([DEMO[150]]).observations[0]
    assert (labelled.verdict, labelled.observed_at) == (Verdict.SPAM, NOW)
    assert cleared.verdict is Verdict.HEALTHY
    assert datetime.now(UTC) - cleared.observed_at < timedelta(minutes=1)


def test_test_keys_cost_nothing(simulator: RunningSimulator, client: HttpClient) -> None:
    mine = app_id(simulator, "TEST_")
    assert reader(simulator, client, mine).read(DEMO[:5]).observations
    assert simulator.billed(mine) == []


def test_the_connection_test_proves_the_key_and_is_never_billed(
    simulator: RunningSimulator, client: HttpClient
) -> None:
    mine = app_id(simulator)
    report = reader(simulator, client, mine).test_connection()
    assert (report.ok, "No number was asked about" in report.message) == (True, True)
    wrong = reader(simulator, client, "bad-id").test_connection()
    assert (wrong.ok, "does not accept the key" in wrong.message) == (False, True)
    assert simulator.billed(mine) == []


def test_a_bad_key_stops_the_feed_and_tells_what_hiya_said(simulator: RunningSimulator, client: HttpClient) -> None:
    with pytest.raises(Misconfigured, match=r"Enter a new one.*It said: The credentials are missing"):
        reader(simulator, client, "bad-id").read([NUMBER])


def test_a_refused_request_is_told_in_hiyas_words(simulator: RunningSimulator, client: HttpClient) -> None:
    with pytest.raises(Refused, match="12 is not a phone number"):
        reader(simulator, client, app_id(simulator)).read(["12"])


def test_field_names_are_settings_so_that_another_body_needs_no_change_of_code() -> None:
    body = json.dumps({"data": [{"number": NUMBER, "flagStatus": "flagged", "maturity": "good"}]}).encode()
    values = {
        "app_id": "PROD_1",
        "results_field": "data",
        "phone_field": "number",
        "status_field": "flagStatus",
        "maturity_field": "maturity",
    }
    with serving(saying(f"HTTP/1.1 200 OK\nContent-Length: {len(body)}", body)) as pair:
        feed = build("hiya", values | {"base_url": f"http://{pair}"}, "secret", HttpClient(allow=[pair]))
        assert isinstance(feed, NumberReadings)
        found = feed.read([NUMBER]).observations[0]
    assert (found.verdict, found.maturity, found.sentiment) == (Verdict.SPAM, 88, None)


@pytest.mark.parametrize("body", [b"{}", b'{"reputations":{}}', b"null", b"7"])
def test_an_answer_without_results_is_asked_again_and_says_where_to_look(body: bytes) -> None:
    with serving(saying(f"HTTP/1.1 200 OK\nContent-Length: {len(body)}", body)) as pair:
        feed = HiyaReputation(HttpClient(allow=[pair]), app_id="a", secret="b", base_url=f"http://{pair}")
        with pytest.raises(Temporary, match="compare the field names"):
            feed.read([NUMBER])


@pytest.mark.parametrize(
    ("fault", "error", "words"),
    [
        ("rate_limited", Temporary, "asks to wait.*Too many requests"),
        ("server_error", Temporary, "fault of its own.*Unexpected error"),
        ("timeout", Temporary, "within 2 seconds|in time"),
        ("slow_drip", Temporary, "within 2 seconds"),
        ("cut_body", Temporary, "broke off"),
        ("reset", Temporary, "broke off|cannot be reached"),
        ("malformed_line", Temporary, "not valid JSON"),
        ("redirect_private", Misconfigured, "redirect"),
    ],
)
def test_a_fault_is_told_in_words_and_passes(
    own_simulator: RunningSimulator, own_client: HttpClient, fault: str, error: type[Exception], words: str
) -> None:
    feed = reader(own_simulator, own_client, "PROD_faults-n0")
    own_simulator.control("faults", name=fault, times=1, path="/hiya")
    with pytest.raises(error, match=words):
        feed.read(DEMO[:20])
    assert feed.read(DEMO[:20]).observations


@pytest.mark.parametrize(("fault", "lost"), [("wrong_types", 7), ("huge_line", 1)])
def test_bad_entries_are_rejected_one_by_one(
    own_simulator: RunningSimulator, own_client: HttpClient, fault: str, lost: int
) -> None:
    own_simulator.control("faults", name=fault, times=1)
    page = reader(own_simulator, own_client, "PROD_faults-n0").read(DEMO[:21])
    assert abs(len(page.rejected) - lost) <= 1
    assert len(page.observations) >= 12


# One file -----------------------------------------------------------------------------------------------------------


def test_the_provider_is_one_file_that_only_the_registry_names() -> None:
    """What docs/providers.md promises: a new provider touches no other adapter and no shared module."""
    folder = Path(hiya.__file__).parent
    naming = {
        file.relative_to(folder).as_posix()
        for file in folder.rglob("*.py")
        if "simulator" not in file.parts and re.search(r"\bhiya\b", file.read_text())
    }
    assert naming == {"hiya.py", "registry.py"}
