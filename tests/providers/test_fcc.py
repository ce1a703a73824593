"""The FCC's complaints by number: cleaned, without text messages, and without a trace of who complained."""

from __future__ import annotations

import csv
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.base import ComplaintLines, NumberComplaints
from providers.complaint_lines import HEADER, Complaint
from providers.errors import Misconfigured, Refused, Temporary
from providers.fcc import LARGEST, FccComplaints, complaints_of, ten_digits, time_of, where_of
from providers.http import HttpClient
from providers.simulator.inventory import numbers
from tests.providers.raw_server import saying, serving
from tests.simulator import RunningSimulator

PUBLISHED = {
    "id": "4957510",
    "issue_date": "2021-08-12T00:00:00.000",
    "issue_time": "1:17 p.m.",
    "issue_type": "Phone",
    "method": "Wired",
    "issue": "Unwanted Calls",
    "caller_id_number": "203-760-1637",
    "type_of_call_or_messge": "Prerecorded Voice",
    "advertiser_business_phone_number": "203-760-1637",
    "state": "CT",
    "zip": "06712",
}
ASKED = {"2037601637": "+12037601637"}
SINCE = datetime.now(UTC).date() - timedelta(days=700)
DEMO = numbers("fcc", 400, 1)


def reader(simulator: RunningSimulator, client: HttpClient, **more: Any) -> FccComplaints:
    return FccComplaints(client, address=f"{simulator.url}/fcc/resource/vakf-fz8e.json", **more)


def rows(told: ComplaintLines) -> list[list[str]]:
    header, *found = csv.reader(told.lines)
    assert tuple(header) == HEADER
    return found


# One row ------------------------------------------------------------------------------------------------------------


def test_a_published_row_is_one_complaint_that_holds_nothing_of_the_complainant() -> None:
    assert complaints_of(PUBLISHED, ASKED) == [
        Complaint("+12037601637", "2021-08-12 00:00:00", "2021-08-12 13:17:00", "Prerecorded Voice", "Y")
    ]


def test_text_messages_and_rows_about_nobody_are_left_out() -> None:
    assert complaints_of(PUBLISHED | {"type_of_call_or_messge": "Text Message"}, ASKED) == []
    nobody = PUBLISHED | {"caller_id_number": "None", "advertiser_business_phone_number": "None"}
    assert complaints_of(nobody, ASKED) == []


def test_a_row_counts_for_each_asked_number_that_it_names() -> None:
    two = PUBLISHED | {"advertiser_business_phone_number": "(202) 555-0123"}
    found = complaints_of(two, ASKED | {"2025550123": "+12025550123"})
    assert [one.number for one in found if one] == ["+12025550123", "+12037601637"]
    assert [one.number for one in complaints_of(two, ASKED) if one] == ["+12037601637"]


@pytest.mark.parametrize(
    ("kind", "robocall"),
    [("Live Voice", "N"), ("Autodialed Live Voice Call", "Y"), ("Abandoned Calls", ""), ("", "")],
)
def test_the_kind_of_call_says_whether_it_was_a_robocall(kind: str, robocall: str) -> None:
    found = complaints_of(PUBLISHED | {"type_of_call_or_messge": kind}, ASKED)[0]
    assert found is not None
    assert (found.subject, found.robocall) == (kind, robocall)


@pytest.mark.parametrize(
    ("said", "clock"),
    [
        ("1:17 p.m.", "13:17:00"),
        ("6:53 pm", "18:53:00"),
        ("12:05 AM", "00:05:00"),
        ("12:05 P.M.", "12:05:00"),
        ("9 am", "09:00:00"),
        ("10.30 a. m.", "10:30:00"),
        (" 9:30 am EST", "09:30:00"),
        ("13:00 pm", ""),
        ("9:75 am", ""),
        ("about noon", ""),
        ("9:30 amber", ""),
        ("", ""),
    ],
)
def test_free_text_times_are_read_when_they_are_times(said: str, clock: str) -> None:
    assert time_of(said) == clock


@pytest.mark.parametrize(
    ("written", "ten"),
    [
        ("202-555-0123", "2025550123"),
        ("(202) 555.0123", "2025550123"),
        ("+1 202 555 0123", "2025550123"),
        ("None", ""),
        ("555-0123", ""),
        ("2-202-555-0123", ""),
        ("٢٠٢٥٥٥٠١٢٣", ""),
    ],
)
def test_numbers_are_cleaned_however_they_were_typed(written: str, ten: str) -> None:
    assert ten_digits(written) == ten


@pytest.mark.parametrize(
    "odd",
    [None, [], "row", PUBLISHED | {"issue_date": "soon"}, PUBLISHED | {"caller_id_number": 7}, {}],
)
def test_a_row_that_cannot_be_read_is_counted_as_unreadable(odd: Any) -> None:
    assert complaints_of(odd, ASKED) == [None]


values = st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text(), max_size=2)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(PUBLISHED, values)))
def test_no_row_however_odd_stops_the_others(row: dict[str, Any]) -> None:
    assert len(complaints_of(row, ASKED)) <= 1


def test_the_condition_names_both_columns_in_both_spellings() -> None:
    assert where_of(ASKED, date(2026, 1, 31)) == (
        "(caller_id_number in('203-760-1637','2037601637') or "
        "advertiser_business_phone_number in('203-760-1637','2037601637')) and issue_date >= '2026-01-31T00:00:00'"
    )


# Over HTTP ----------------------------------------------------------------------------------------------------------


def test_complaints_about_the_asked_numbers_come_in_the_daily_files_form(
    simulator: RunningSimulator, client: HttpClient
) -> None:
    batches = [DEMO[start : start + LARGEST] for start in range(0, 200, LARGEST)]
    told = [reader(simulator, client).complaints(batch, since=SINCE) for batch in batches]
    found = [(set(batch), row) for batch, one in zip(batches, told, strict=True) for row in rows(one)]
    assert [one.calls for one in told] == [1] * len(batches)
    assert len(found) > 20
    assert all(row[0] in batch for batch, row in found)
    assert not any("Text" in row[6] for _, row in found)
    assert {row[3:6] == ["", "", ""] for _, row in found} == {True}
    assert {bool(row[2]) for _, row in found} == {True, False}


def test_the_complainants_state_and_zip_code_are_never_asked_for(
    simulator: RunningSimulator, client: HttpClient
) -> None:
    reader(simulator, client).complaints(DEMO[:3], since=SINCE)
    query = parse_qs(simulator.seen("/fcc/")[0]["query"])
    assert query["$select"] == [
        "issue_date,issue_time,caller_id_number,advertiser_business_phone_number,type_of_call_or_messge"
    ]
    assert (query["$order"], query["$limit"]) == ([":id"], ["1000"])


def test_only_complaints_since_a_day_come(simulator: RunningSimulator, client: HttpClient) -> None:
    day = SINCE + timedelta(days=400)
    every, late = (rows(reader(simulator, client).complaints(DEMO[:50], since=since)) for since in (SINCE, day))
    assert late == [row for row in every if row[1][:10] >= day.isoformat()]
    assert 0 < len(late) < len(every)


def test_several_pages_are_read_to_their_end() -> None:
    row = json.dumps(PUBLISHED)
    full, last = (f"[{','.join([row] * count)}]".encode() for count in (1000, 3))
    pages = iter([full, full, last])

    def answer(connection: Any) -> None:
        body = next(pages)
        connection.sendall(
            f"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
        )

    heads: list[bytes] = []
    with serving(answer, heads=heads) as pair:
        told = FccComplaints(HttpClient(allow=[pair]), address=f"http://{pair}/").complaints(
            ["+12037601637"], since=SINCE
        )
    assert (told.calls, len(rows(told))) == (3, 2003)
    assert [b"offset=2000" in head for head in heads] == [False, False, True]


def test_numbers_outside_north_america_cost_no_call(client: HttpClient) -> None:
    told = FccComplaints(client, address="https://127.0.0.1/").complaints(["+442079460000"], since=SINCE)
    assert (told.calls, rows(told)) == (0, [])


def test_more_numbers_than_fit_are_refused(simulator: RunningSimulator, client: HttpClient) -> None:
    assert isinstance(reader(simulator, client), NumberComplaints)
    with pytest.raises(ValueError, match="at most 50"):
        reader(simulator, client).complaints(DEMO[:51], since=SINCE)


def test_a_mended_column_is_a_setting_and_a_wrong_one_is_told(simulator: RunningSimulator, client: HttpClient) -> None:
    wrong = reader(simulator, client, kind_column="type_of_call_or_message")
    with pytest.raises(Refused, match="No such column: type_of_call_or_message"):
        wrong.complaints(DEMO[:1], since=SINCE)
    assert not wrong.test_connection().ok
    with pytest.raises(Misconfigured, match="column"):
        reader(simulator, client, kind_column="kind; drop")


def test_a_token_is_not_needed_and_a_bad_one_is_told(simulator: RunningSimulator, client: HttpClient) -> None:
    assert reader(simulator, client).test_connection().ok
    assert reader(simulator, client, token="good").test_connection().ok
    assert "Invalid app_token" in reader(simulator, client, token="bad").test_connection().message


def test_an_answer_that_is_no_list_is_asked_again() -> None:
    with serving(saying("HTTP/1.1 200 OK\nContent-Length: 2", b"{}")) as pair:
        feed = FccComplaints(HttpClient(allow=[pair]), address=f"http://{pair}/")
        with pytest.raises(Temporary, match="not a list"):
            feed.complaints(["+12037601637"], since=SINCE)


@pytest.mark.parametrize("fault", ["rate_limited", "server_error", "timeout", "cut_body", "reset", "malformed_line"])
def test_a_fault_is_told_in_words_and_passes(
    own_simulator: RunningSimulator, own_client: HttpClient, fault: str
) -> None:
    own_simulator.control("faults", name=fault, times=1)
    with pytest.raises(Temporary):
        reader(own_simulator, own_client).complaints(DEMO[:50], since=SINCE)
    assert rows(reader(own_simulator, own_client).complaints(DEMO[:50], since=SINCE))


@pytest.mark.parametrize("fault", ["wrong_types", "huge_line"])
def test_bad_rows_are_counted_as_unreadable_one_by_one(
    own_simulator: RunningSimulator, own_client: HttpClient, fault: str
) -> None:
    own_simulator.control("faults", name=fault, times=1)
    found = rows(reader(own_simulator, own_client).complaints(DEMO[:50], since=SINCE))
    assert ["?"] in found
    assert any(len(row) == len(HEADER) for row in found)
