"""The FTC's API: days in parts, in the daily file's lines, resumed where they stood, and doubted when they shift."""

from __future__ import annotations

import csv
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from providers.base import ComplaintFile, ComplaintsFeed, Cursor
from providers.complaint_lines import HEADER
from providers.errors import Misconfigured, Temporary
from providers.ftc import FtcDailyFiles
from providers.ftc_api import PAGE_SIZE, READINGS_OF_A_DAY, FtcApiPages, complaint_of, page_of
from providers.http import HttpClient
from tests.providers.raw_server import saying, serving
from tests.simulator import RunningSimulator

RECORDED = Path(__file__).parent.parent / "data" / "ftc_api_page.json"
"""Ten of the records that the API gave for 2021-02-08, without city, state and area code."""
EMPTY = ("", "", "")


def thursday() -> date:
    """A Thursday whose complaints are published, seen from the simulator's own clock."""
    day = datetime.now(UTC).date() - timedelta(days=2)
    return day - timedelta(days=(day.weekday() - 3) % 7)


def feed(simulator: RunningSimulator, client: HttpClient, key: str = "demo", look_back: int = 31) -> FtcApiPages:
    return FtcApiPages(client, key=key, address=f"{simulator.url}/ftc/v0/dnc-complaints", look_back=look_back)


@pytest.fixture
def patient(own_simulator: RunningSimulator) -> HttpClient:
    """A client that waits while the simulator makes a day up, which takes some seconds on a busy machine."""
    return HttpClient(allow=[own_simulator.pair], deadline=20)


def before(day: date, days: int = 1) -> Cursor:
    return {"day": (day - timedelta(days=days)).isoformat()}


def rows(files: list[ComplaintFile]) -> list[list[str]]:
    """The rows of all files, each of which begins with the header."""
    found = []
    for file in files:
        header, *these = csv.reader(file.lines)
        assert tuple(header) == HEADER
        found += these
    return found


def files_of(
    api: ComplaintsFeed, cursor: Cursor | None, today: date
) -> list[tuple[date, Cursor, int, list[list[str]]]]:
    return [(one.day, one.cursor, one.calls, rows([one])) for one in api.files(cursor, today=today)]


# One answer ---------------------------------------------------------------------------------------------------------


def test_recorded_answers_are_read_whole() -> None:
    records, total = page_of(json.loads(RECORDED.read_text()))
    complaints = [complaint_of(one) for one in records]
    assert (len(records), total) == (10, 13776)
    assert None not in complaints
    assert {one.created[:10] for one in complaints if one} == {"2021-02-08"}
    assert {one.robocall for one in complaints if one} <= {"Y", "N", ""}


@pytest.mark.parametrize("meta", [{"record-total": 7}, {"records-total": 7}, {"record-total": "7"}])
def test_both_spellings_of_the_total_are_understood(meta: dict[str, Any]) -> None:
    assert page_of({"data": [], "meta": meta}) == ([], 7)


@pytest.mark.parametrize(
    "odd",
    [{}, [], None, {"data": [], "meta": {}}, {"data": {}, "meta": {"record-total": 1}}]
    + [{"data": [], "meta": {"record-total": total}} for total in (-1, 1.5, True, None, "many")],
)
def test_an_answer_that_is_no_page_is_asked_again_later(odd: Any) -> None:
    with pytest.raises(Temporary):
        page_of(odd)


@pytest.mark.parametrize("odd", [None, [], {}, {"attributes": []}, {"attributes": {"created-date": 7}}])
def test_a_record_that_cannot_be_read_becomes_a_line_that_is_counted_as_unreadable(odd: Any) -> None:
    assert complaint_of(odd) is None


# Over HTTP ----------------------------------------------------------------------------------------------------------


def test_a_day_of_the_api_is_the_day_of_the_file_line_by_line_but_for_the_consumers_place(
    simulator: RunningSimulator, client: HttpClient
) -> None:
    day = thursday()
    told = files_of(feed(simulator, client), before(day), day + timedelta(days=1))
    address = f"{simulator.url}/ftc/DNC_Complaint_Numbers_{{date}}.csv"
    files = FtcDailyFiles(client, address=address).files(before(day, 0), today=day + timedelta(days=1))
    want = [[*row[:3], *EMPTY, *row[6:]] for file in files for row in list(csv.reader(file.lines))[1:]]
    assert sorted(row for part in told for row in part[3]) == sorted(want)
    assert {part[0] for part in told} == {day}
    assert sum(part[2] for part in told) == -(-len(want) // PAGE_SIZE)


def test_parts_can_be_taken_one_by_one_and_go_on_from_their_cursor(
    simulator: RunningSimulator, client: HttpClient
) -> None:
    day, found, cursor = thursday(), [], before(thursday())
    ticks = iter(range(0, 10_000, 4))
    api = FtcApiPages(
        client, key="demo", address=f"{simulator.url}/ftc/v0/dnc-complaints", clock=lambda: float(next(ticks))
    )
    whole = [row for part in files_of(feed(simulator, client), cursor, day + timedelta(days=1)) for row in part[3]]
    for _ in range(50):
        part = next(api.files(cursor, today=day + timedelta(days=1)), None)
        if part is None:
            break
        assert part.calls <= 5
        found += rows([part])
        cursor = json.loads(json.dumps(part.cursor))
    assert found == whole
    assert len(whole) > 300
    assert cursor == {"day": day.isoformat(), "missing": [], "doubts": {}}


def test_requests_carry_the_date_in_quotation_marks_and_the_key_in_a_header(
    simulator: RunningSimulator, client: HttpClient
) -> None:
    day = thursday()
    next(feed(simulator, client, key="header-key").files(before(day), today=day + timedelta(days=1)))
    query = next(one["query"] for one in simulator.seen("/ftc/v0/") if day.isoformat() in one["query"])
    assert parse_qs(query)["created_date"] == [f'"{day.isoformat()}"']
    assert "header-key" not in query


def test_a_day_that_is_not_published_is_left_and_asked_for_later(
    simulator: RunningSimulator, client: HttpClient
) -> None:
    day = datetime.now(UTC).date() + timedelta(days=40)
    assert files_of(feed(simulator, client, look_back=3), None, day) == []


def test_a_weekend_has_complaints_of_its_own(simulator: RunningSimulator, client: HttpClient) -> None:
    saturday = thursday() - timedelta(days=5)
    told = files_of(feed(simulator, client), before(saturday), saturday + timedelta(days=2))
    assert {part[0] for part in told} == {saturday, saturday + timedelta(days=1)}


def test_the_connection_test_tells_what_is_left_of_the_hour_or_what_is_wrong(
    simulator: RunningSimulator, client: HttpClient
) -> None:
    good, bad = (feed(simulator, client, key=key).test_connection() for key in ("demo", "bad"))
    assert (good.ok, good.message) == (True, "The FTC's API takes the key. 999 requests are left.")
    assert (bad.ok, "API_KEY_INVALID" in bad.message) == (False, True)


def test_a_bad_key_stops_the_feed_with_the_next_step(simulator: RunningSimulator, client: HttpClient) -> None:
    with pytest.raises(Misconfigured, match=r"Enter one of api\.data\.gov"):
        files_of(feed(simulator, client, key="bad"), None, thursday())


def test_a_used_up_hour_waits_although_the_service_names_no_wait() -> None:
    body = b'{"error":{"code":"OVER_RATE_LIMIT","message":"You have exceeded your rate limit."}}'
    with serving(saying(f"HTTP/1.1 429 Too Many Requests\nContent-Length: {len(body)}", body)) as pair:
        api = FtcApiPages(HttpClient(allow=[pair]), key="k", address=f"http://{pair}/")
        with pytest.raises(Temporary, match=r"used up.*OVER_RATE_LIMIT") as caught:
            next(api.files(None, today=date(2026, 11, 20)))
    assert caught.value.retry_after == 900


@pytest.mark.parametrize("fault", ["rate_limited", "server_error", "cut_body", "reset", "malformed_line"])
def test_with_every_second_request_failing_a_day_comes_whole(
    own_simulator: RunningSimulator, patient: HttpClient, fault: str
) -> None:
    day, cursor, found = thursday(), before(thursday()), []
    api = feed(own_simulator, patient)
    calm = [row for part in files_of(api, cursor, day + timedelta(days=1)) for row in part[3]]
    own_simulator.control("faults", name=fault, every=2)
    for _ in range(100):
        try:
            for part in api.files(cursor, today=day + timedelta(days=1)):
                found += rows([part])
                cursor = part.cursor
        except Temporary:
            continue
        break
    assert found == calm


@pytest.mark.parametrize("fault", ["duplicate_page", "reordered_pages"])
def test_pages_that_do_not_fit_together_are_read_again_until_they_do(
    own_simulator: RunningSimulator, patient: HttpClient, fault: str
) -> None:
    day = thursday()
    api = feed(own_simulator, patient)
    calm = [row for part in files_of(api, before(day), day + timedelta(days=1)) for row in part[3]]
    own_simulator.control("faults", name=fault)
    shaken = files_of(api, before(day), day + timedelta(days=1))
    own_simulator.control("faults")
    if fault == "duplicate_page":
        assert shaken[-1][1]["missing"] == [day.isoformat()]
    again = files_of(api, shaken[-1][1], day + timedelta(days=1))
    found = {tuple(row) for part in [*shaken, *again] for row in part[3]}
    assert found == set(map(tuple, calm))
    assert (again or shaken)[-1][1]["missing"] == []


def test_a_day_that_never_fits_together_is_not_read_without_end(
    own_simulator: RunningSimulator, patient: HttpClient
) -> None:
    day, cursor, readings = thursday(), before(thursday()), 0
    own_simulator.control("faults", name="duplicate_page")
    while parts := files_of(feed(own_simulator, patient), cursor, day + timedelta(days=1)):
        cursor, readings = parts[-1][1], readings + 1
    assert readings == READINGS_OF_A_DAY
    assert cursor == {"day": day.isoformat(), "missing": [], "doubts": {}}
