"""Forced refresh: billed per number, each with its own outcome, its values from the free list, and never sent twice."""

from __future__ import annotations

import json
import socket
from datetime import UTC, datetime
from typing import Any

import pytest

from providers.base import NumberReadings, Verdict
from providers.errors import Misconfigured, Refused, Temporary
from providers.http import HttpClient
from providers.telnyx.client import TelnyxClient
from providers.telnyx.refresh import TelnyxRefresh
from tests.providers.raw_server import serving
from tests.simulator import RunningSimulator


def refresher(simulator: RunningSimulator, client: HttpClient, key: str, **more: Any) -> TelnyxRefresh:
    api = TelnyxClient(client, key=key, base_url=f"{simulator.url}/v2")
    return TelnyxRefresh(api, enterprise=simulator.enterprise(key), **more)


def numbers_of(simulator: RunningSimulator, key: str, page: int = 1) -> list[str]:
    asked = {"page[size]": 250, "page[number]": page}
    return [one["phone_number"] for one in simulator.call("GET", "/reputation/numbers", key, **asked).json()["data"]]


def checks(simulator: RunningSimulator, key: str) -> list[int]:
    """How many numbers each billed call was about."""
    return [one["count"] for one in simulator.billed(key)]


def asked(simulator: RunningSimulator, key: str, method: str) -> list[str]:
    """The queries of the account's calls, oldest first."""
    return [one["query"] for one in reversed(simulator.seen("/v2/")) if one["key"] == key and one["method"] == method]


def test_a_hundred_numbers_are_one_billed_call_and_their_values_are_new(
    simulator: RunningSimulator, client: HttpClient
) -> None:
    key = simulator.key(180)
    numbers = numbers_of(simulator, key)[:100]
    reader = refresher(simulator, client, key)
    began = datetime.now(UTC)
    page = reader.read(numbers)
    assert isinstance(reader, NumberReadings)
    assert (page.billed_calls, page.calls, list(page.rejected)) == (100, 2, [])
    assert {one.e164 for one in page.observations} <= set(numbers)
    assert len(page.observations) > 90
    assert all(one.observed_at > began for one in page.observations)
    assert checks(simulator, key) == [100]


def test_a_label_shows_after_the_refresh_and_not_before(simulator: RunningSimulator, client: HttpClient) -> None:
    key = simulator.key(20)
    e164 = numbers_of(simulator, key)[3]
    simulator.control("label", number=e164)
    found = refresher(simulator, client, key).read([e164]).observations
    assert [(one.e164, one.verdict) for one in found] == [(e164, Verdict.SPAM)]


def test_each_number_has_its_own_outcome_and_only_good_ones_are_billed(
    simulator: RunningSimulator, client: HttpClient
) -> None:
    key = simulator.key(20)
    mine = numbers_of(simulator, key)[:2]
    page = refresher(simulator, client, key).read([mine[0], "+12025550000", mine[1]])
    assert {one.e164 for one in page.observations} <= set(mine)
    assert [(one.where, one.reason) for one in page.rejected] == [
        ("number 2", "The number is not associated with this enterprise")
    ]
    assert (page.billed_calls, checks(simulator, key)) == (2, [2])


def test_values_come_by_number_when_the_list_is_long_and_never_by_the_single_get(
    simulator: RunningSimulator, client: HttpClient
) -> None:
    key = simulator.key(1200)
    late = numbers_of(simulator, key, page=5)[-2:]
    page = refresher(simulator, client, key).read(late)
    queries = asked(simulator, key, "GET")[1:]
    assert {one.e164 for one in page.observations} <= set(late)
    assert page.calls == 4
    assert ["eq" in one for one in queries] == [False, True, True]
    assert {one["path"].rpartition("/")[2] for one in simulator.seen("/v2/") if one["key"] == key} == {
        "numbers",
        "refresh",
    }
    assert checks(simulator, key) == [2]


def test_values_come_by_page_when_that_takes_fewer_calls(simulator: RunningSimulator, client: HttpClient) -> None:
    key = simulator.key(600)
    spread = [*numbers_of(simulator, key)[:5], *numbers_of(simulator, key, 2)[:5], *numbers_of(simulator, key, 3)[:5]]
    page = refresher(simulator, client, key).read(spread)
    assert page.calls == 4
    assert len(page.observations) >= 12


@pytest.mark.parametrize("fault", ["reset", "cut_body", "malformed_line", "server_error"])
def test_a_lost_answer_is_looked_up_on_the_list_and_never_sent_again(
    own_simulator: RunningSimulator, own_client: HttpClient, fault: str
) -> None:
    """It may have been billed, so every number counts as billed; the values are what the list says."""
    key = "lost-n40"
    numbers = numbers_of(own_simulator, key)[:10]
    own_simulator.control("faults", name=fault, times=1, path=f"/v2/enterprises/{own_simulator.enterprise(key)}")
    page = refresher(own_simulator, own_client, key).read(numbers)
    posts = [one for one in own_simulator.seen("/refresh") if one["method"] == "POST"]
    assert len(posts) == 1
    assert page.billed_calls == 10
    assert {one.e164 for one in page.observations} <= set(numbers)
    assert len(page.observations) >= 8
    assert checks(own_simulator, key) == ([] if fault == "server_error" else [10])


def test_an_error_while_values_are_read_keeps_what_was_billed(
    own_simulator: RunningSimulator, own_client: HttpClient
) -> None:
    key = "values-n40"
    numbers = numbers_of(own_simulator, key)[:10]
    own_simulator.control("faults", name="server_error", every=2)
    page = refresher(own_simulator, own_client, key).read(numbers)
    assert (list(page.observations), page.billed_calls, page.calls) == ([], 10, 1)


def test_reading_values_ends_after_its_seconds(simulator: RunningSimulator, client: HttpClient) -> None:
    key = simulator.key(1200)
    late = numbers_of(simulator, key, page=5)[-3:]
    ticks = iter([0.0, 5.0, 20.0])
    page = refresher(simulator, client, key, clock=lambda: next(ticks), seconds=15).read(late)
    assert page.calls == 3
    assert page.billed_calls == 3


def test_a_limit_of_its_own_is_a_wait_and_nothing_is_billed(
    own_simulator: RunningSimulator, own_client: HttpClient
) -> None:
    key = "limited-n40"
    numbers = numbers_of(own_simulator, key)[:10]
    own_simulator.control("faults", name="rate_limited", times=1)
    with pytest.raises(Temporary) as caught:
        refresher(own_simulator, own_client, key).read(numbers)
    assert caught.value.retry_after == 2.0
    assert checks(own_simulator, key) == []


@pytest.mark.parametrize(
    "results",
    [None, {}, [7], [{"phone_number": []}], "none"],
)
def test_an_answer_that_cannot_be_read_counts_as_billed_or_as_untold(results: Any) -> None:
    refreshed = json.dumps({"data": {"results": results}}).encode()
    listed = json.dumps({"data": [], "meta": {"total_pages": 1, "total_results": 0}}).encode()
    heads: list[bytes] = []

    def answer(connection: socket.socket) -> None:
        body = refreshed if heads[-1].startswith(b"POST") else listed
        connection.sendall(
            f"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
        )

    with serving(answer, heads=heads) as pair:
        api = TelnyxClient(HttpClient(allow=[pair]), key="key", base_url=f"http://{pair}")
        page = TelnyxRefresh(api, enterprise="e").read(["+12025550123"])
    assert list(page.observations) == []
    assert page.billed_calls == 1 or "did not say" in page.rejected[0].reason


def test_wrong_settings_are_told_in_words(simulator: RunningSimulator, client: HttpClient) -> None:
    key = simulator.key(5)
    with pytest.raises(ValueError, match="1 to 100"):
        refresher(simulator, client, key).read([f"+1202555{line:04d}" for line in range(101)])
    with pytest.raises(Misconfigured, match="does not accept the key"):
        refresher(simulator, client, "bad").read(["+12025550123"])
    api = TelnyxClient(client, key=key, base_url=f"{simulator.url}/v2")
    with pytest.raises(Refused, match="does not exist or is not yours"):
        TelnyxRefresh(api, enterprise="00000000-0000-4000-8000-000000000000").read(["+12025550123"])
    assert refresher(simulator, client, key).test_connection().ok
    assert simulator.billed(key) == []
