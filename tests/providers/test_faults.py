"""Each fault of the simulator, met by the adapters over HTTP: a plain reason, and everything there once it is over."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from providers.base import Observation, ReadingsFeed, ReadingsPage
from providers.carrier_feed import CarrierFeed
from providers.errors import Misconfigured, Temporary
from providers.http import HttpClient
from providers.simulator.faults import KINDS
from providers.telnyx.client import TelnyxClient
from providers.telnyx.readings import TelnyxReadings
from tests.simulator import RunningSimulator

Build = Callable[[HttpClient], ReadingsFeed]


@pytest.fixture(params=["telnyx", "carrier_feed"])
def feed(request: pytest.FixtureRequest, own_simulator: RunningSimulator, own_client: HttpClient) -> ReadingsFeed:
    if request.param == "telnyx":
        return TelnyxReadings(TelnyxClient(own_client, key="faults-n300", base_url=f"{own_simulator.url}/v2"))
    return CarrierFeed(own_client, url=f"{own_simulator.url}/carrier/v1/calls", key="faults-n60")


def until_caught_up(feed: ReadingsFeed, *, limit: int = 250) -> list[ReadingsPage]:
    pages = [feed.fetch(None, limit=limit)]
    while pages[-1].more:
        pages.append(feed.fetch(pages[-1].cursor, limit=limit))
    return pages


def observed(pages: list[ReadingsPage]) -> dict[tuple[str, str, object, str], Observation]:
    return {(one.e164, one.source, one.observed_at, one.ident): one for page in pages for one in page.observations}


def insisting(feed: ReadingsFeed) -> list[ReadingsPage]:
    """What a worker does: the same cursor again after a temporary error."""
    pages: list[ReadingsPage] = []
    for _ in range(200):
        try:
            pages.append(feed.fetch(pages[-1].cursor if pages else None, limit=250))
        except Temporary:
            continue
        if not pages[-1].more:
            return pages
    raise AssertionError("never caught up")


@pytest.mark.parametrize(
    ("fault", "error", "words"),
    [
        ("rate_limited", Temporary, "asks to wait"),
        ("server_error", Temporary, "fault of its own"),
        ("timeout", Temporary, "within 2 seconds|in time"),
        ("slow_drip", Temporary, "within 2 seconds"),
        ("cut_body", Temporary, "broke off"),
        ("reset", Temporary, "broke off|cannot be reached"),
        ("redirect_private", Misconfigured, "redirect"),
    ],
)
def test_a_fault_is_told_in_words_costs_at_most_the_deadline_and_passes(
    feed: ReadingsFeed, own_simulator: RunningSimulator, fault: str, error: type[Exception], words: str
) -> None:
    own_simulator.control("faults", name=fault, times=1)
    started = time.monotonic()
    with pytest.raises(error, match=words):
        feed.fetch(None, limit=250)
    assert time.monotonic() - started < 4
    assert feed.fetch(None, limit=250).observations


def test_a_429_names_its_wait(feed: ReadingsFeed, own_simulator: RunningSimulator) -> None:
    own_simulator.control("faults", name="rate_limited", times=1)
    with pytest.raises(Temporary) as caught:
        feed.fetch(None, limit=250)
    assert caught.value.retry_after == 2.0


@pytest.mark.parametrize("fault", ["rate_limited", "server_error", "cut_body", "reset"])
def test_with_every_second_request_failing_nothing_is_lost_or_changed(
    feed: ReadingsFeed, own_simulator: RunningSimulator, fault: str
) -> None:
    own_simulator.control("faults", name=fault, every=2)
    shaken = observed(insisting(feed))
    own_simulator.control("faults")
    calm = observed(until_caught_up(feed))
    assert {key: shaken[key] for key in calm if key in shaken} == {key: calm[key] for key in calm if key in shaken}
    assert len(set(calm) - set(shaken)) <= 3


@pytest.mark.parametrize("fault", ["duplicate_page", "reordered_pages"])
def test_pages_twice_or_in_another_order_bring_no_false_observation(
    feed: ReadingsFeed, own_simulator: RunningSimulator, fault: str
) -> None:
    own_simulator.control("faults", name=fault)
    shaken = observed(until_caught_up(feed))
    own_simulator.control("faults")
    calm = observed(until_caught_up(feed))
    assert len(set(shaken) - set(calm)) <= 3
    assert all(shaken[key] == calm[key] for key in shaken if key in calm)


def test_wrong_types_are_rejected_one_by_one(feed: ReadingsFeed, own_simulator: RunningSimulator) -> None:
    own_simulator.control("faults", name="wrong_types", times=1)
    page = feed.fetch(None, limit=250)
    assert len(page.rejected) > 30
    assert len(page.observations) > 60


def test_a_malformed_entry_loses_at_most_itself_or_the_page_is_asked_again(
    feed: ReadingsFeed, own_simulator: RunningSimulator
) -> None:
    """In a list page one broken character breaks the JSON, so the page is asked again; in NDJSON a line is a line."""
    calm = observed(until_caught_up(feed))
    own_simulator.control("faults", name="malformed_line", times=1)
    pages = insisting(feed)
    assert len(set(calm) - set(observed(pages))) <= 3
    if isinstance(feed, CarrierFeed):
        assert [one.reason for one in pages[0].rejected] == ["The line is not valid JSON in UTF-8."]


def test_a_huge_entry_is_rejected_alone(feed: ReadingsFeed, own_simulator: RunningSimulator) -> None:
    own_simulator.control("faults", name="huge_line", times=1)
    page = feed.fetch(None, limit=250)
    assert len(page.rejected) == 1
    assert len(page.rejected[0].raw) <= 2000
    assert len(page.observations) > 100


def test_a_skewed_clock_is_passed_on_for_the_ingestion_to_judge(
    feed: ReadingsFeed, own_simulator: RunningSimulator
) -> None:
    calm = feed.fetch(None, limit=250).observations[0]
    own_simulator.control("faults", name="clock_skew", times=1)
    skewed = feed.fetch(None, limit=250).observations[0]
    assert (skewed.observed_at - calm.observed_at).total_seconds() == pytest.approx(7200, abs=60)


def test_every_fault_of_the_simulator_is_tested_here() -> None:
    tested = {"rate_limited", "server_error", "timeout", "slow_drip", "cut_body", "reset", "redirect_private"}
    tested |= {"duplicate_page", "reordered_pages", "wrong_types", "malformed_line", "huge_line", "clock_skew"}
    after_a_change = {"conflict", "lost_answer", "error_after", "slow"}  # tests of the registrar and of the vetting
    assert tested | after_a_change == set(KINDS)


def test_an_error_after_the_first_page_of_a_fetch_keeps_what_was_read(
    own_simulator: RunningSimulator, own_client: HttpClient
) -> None:
    feed = TelnyxReadings(TelnyxClient(own_client, key="partial-n1000", base_url=f"{own_simulator.url}/v2"))
    own_simulator.control("faults", name="rate_limited", every=3)
    page = feed.fetch(None, limit=100_000)
    assert (page.calls, page.more, page.cursor["page"]) == (2, True, 3)
    assert len(page.observations) > 450
