"""The FTC's daily files by address: each taken once, absent days skipped, and never half a file."""

from __future__ import annotations

import csv
import socket
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from providers.errors import Misconfigured, Temporary
from providers.ftc import FtcDailyFiles
from providers.http import HttpClient
from providers.simulator.behaviour import World
from providers.simulator.ftc import csv_of, is_published
from tests.providers.raw_server import saying, serving
from tests.simulator import RunningSimulator

FRIDAY = date(2026, 11, 20)
MONDAY = date(2026, 11, 23)
HEADER = "Company_Phone_Number,Created_Date,Violation_Date\r\n"


def last_friday() -> date:
    """A Friday whose file is published, seen from the simulator's own clock."""
    day = datetime.now(UTC).date() - timedelta(days=1)
    return day - timedelta(days=(day.weekday() - 4) % 7)


def feed(simulator: RunningSimulator, client: HttpClient, look_back: int = 31) -> FtcDailyFiles:
    address = f"{simulator.url}/ftc/DNC_Complaint_Numbers_{{date}}.csv"
    return FtcDailyFiles(client, address=address, look_back=look_back)


def test_files_come_oldest_first_with_their_lines_and_cursor(simulator: RunningSimulator, client: HttpClient) -> None:
    friday = last_friday()
    taken = []
    for file in feed(simulator, client, look_back=4).files(None, today=friday):
        rows = list(csv.reader(file.lines))
        taken.append((file.day, rows[0][0], len(rows), file.cursor))
    assert [one[0] for one in taken] == [friday - timedelta(days=back) for back in (4, 3, 2, 1, 0)]
    assert all(one[1] == "Company_Phone_Number" and one[2] > 300 for one in taken)
    assert taken[-1][3] == {"day": friday.isoformat(), "missing": []}


def test_only_days_after_the_cursor_are_asked_for(simulator: RunningSimulator, client: HttpClient) -> None:
    friday = last_friday()
    cursor = {"day": (friday - timedelta(days=1)).isoformat()}
    assert [file.day for file in feed(simulator, client).files(cursor, today=friday)] == [friday]
    assert list(feed(simulator, client).files({"day": friday.isoformat()}, today=friday)) == []


def test_weekends_and_days_not_published_yet_are_skipped(simulator: RunningSimulator, client: HttpClient) -> None:
    friday = last_friday()
    cursor = {"day": friday.isoformat()}
    assert list(feed(simulator, client).files(cursor, today=friday + timedelta(days=2))) == []
    far = datetime.now(UTC).date() + timedelta(days=40)
    assert list(feed(simulator, client, look_back=5).files(None, today=far)) == []


def test_a_long_pause_looks_back_a_bounded_number_of_days(simulator: RunningSimulator, client: HttpClient) -> None:
    friday = last_friday()
    days = [file.day for file in feed(simulator, client, look_back=3).files({"day": "2020-01-01"}, today=friday)]
    assert min(days) == friday - timedelta(days=3)


def test_a_business_day_whose_file_comes_late_is_taken_when_it_is_there() -> None:
    """Wednesday's file appears after Thursday's and Friday's; a cursor that only knew the last day would miss it."""
    days = {FRIDAY - timedelta(days=back) for back in (2, 1, 0)}
    late, content = FRIDAY - timedelta(days=2), HEADER.encode() + b"2025550123,x,x\r\n"
    published, heads = days - {late}, list[bytes]()

    def answer(connection: socket.socket) -> None:
        there = any(day.isoformat().encode() in heads[-1] for day in published)
        head = f"HTTP/1.1 {'200 OK' if there else '404 Not Found'}\r\nContent-Length: {len(content) if there else 0}"
        connection.sendall(f"{head}\r\nConnection: close\r\n\r\n".encode() + (content if there else b""))

    with serving(answer, heads=heads) as pair:
        reader = FtcDailyFiles(HttpClient(allow=[pair]), address=f"http://{pair}/{{date}}.csv", look_back=2)
        first = [(file.day, file.cursor) for file in reader.files(None, today=FRIDAY)]
        again = list(reader.files(first[-1][1], today=FRIDAY))
        published = days
        healed = [(file.day, file.cursor) for file in reader.files(first[-1][1], today=FRIDAY)]
    assert [day for day, _ in first] == [FRIDAY - timedelta(days=1), FRIDAY]
    assert first[-1][1] == {"day": FRIDAY.isoformat(), "missing": [late.isoformat()]}
    assert again == []
    assert healed == [(late, {"day": FRIDAY.isoformat(), "missing": []})]


def test_a_page_that_is_not_the_file_is_not_taken_for_it() -> None:
    page = b"<html>We are moving</html>"
    with serving(saying(f"HTTP/1.1 200 OK\nContent-Length: {len(page)}", page)) as pair:
        reader = FtcDailyFiles(HttpClient(allow=[pair]), address=f"http://{pair}/{{date}}.csv")
        with pytest.raises(Temporary, match="not its daily file"):
            list(reader.files(None, today=FRIDAY))


def test_bytes_that_are_not_utf_8_and_a_byte_order_mark_do_not_stop_a_file() -> None:
    content = b"\xef\xbb\xbf" + HEADER.encode() + b"2025550123,\xff\xfe,x\r\n"
    with serving(saying(f"HTTP/1.1 200 OK\nContent-Length: {len(content)}", content)) as pair:
        reader = FtcDailyFiles(HttpClient(allow=[pair]), address=f"http://{pair}/{{date}}.csv", look_back=0)
        rows = [row for file in reader.files(None, today=FRIDAY) for row in csv.reader(file.lines)]
    assert rows[0][0] == "Company_Phone_Number"
    assert rows[1] == ["2025550123", "\ufffd\ufffd", "x"]


def test_a_cut_file_is_told_before_its_first_line() -> None:
    with serving(saying("HTTP/1.1 200 OK\nContent-Length: 9000", HEADER.encode())) as pair:
        reader = FtcDailyFiles(HttpClient(allow=[pair]), address=f"http://{pair}/{{date}}.csv", look_back=0)
        with pytest.raises(Temporary, match="broke off"):
            next(reader.files(None, today=FRIDAY))


def test_an_address_without_a_place_for_the_day_is_refused() -> None:
    with pytest.raises(Misconfigured, match=r"\{date\}"):
        FtcDailyFiles(HttpClient(), address="https://www.ftc.example/file.csv")


def test_the_connection_test_finds_a_recent_file_or_says_what_to_check(
    simulator: RunningSimulator, client: HttpClient
) -> None:
    found = feed(simulator, client).test_connection()
    assert found.ok
    missing = FtcDailyFiles(client, address=f"{simulator.url}/ftc/nothing-{{date}}.csv").test_connection()
    assert (missing.ok, "Check the address" in missing.message) == (False, True)


# The made-up files --------------------------------------------------------------------------------------------------


def rows_of(day: date) -> list[list[str]]:
    text = csv_of(World(1, datetime(2026, 11, 22, tzinfo=UTC)), day).decode()
    assert text.count("\r\n") == text.count("\n")
    return list(csv.reader(text.splitlines()))


def test_made_up_files_are_the_same_every_time_and_hold_no_real_line() -> None:
    rows = rows_of(FRIDAY)[1:]
    assert rows == rows_of(FRIDAY)[1:]
    whole = [row[0] for row in rows if len(row[0]) == 10 and row[0].isdigit() and row[0][0] not in "01"]
    assert len(whole) > 300
    assert all(number[3:8] == "55501" for number in whole)


def test_made_up_files_have_the_real_ones_dirt() -> None:
    rows = rows_of(FRIDAY)[1:]
    numbers = [row[0] for row in rows]
    assert "" in numbers
    assert any(number and len(number) != 10 for number in numbers)
    assert any(number and not number.isdigit() for number in numbers)
    assert any("  &" in row[6] for row in rows)
    assert any(row[2] > row[1] for row in rows)
    assert any(row[2].endswith("00:00:00") for row in rows)
    assert max(Counter(map(tuple, rows)).values()) == 2
    assert [row[1] for row in rows] != sorted(row[1] for row in rows)


def test_mondays_file_holds_the_weekend_too() -> None:
    assert {row[1][:10] for row in rows_of(MONDAY)[1:]} == {"2026-11-20", "2026-11-21", "2026-11-22"}
    assert {row[1][:10] for row in rows_of(FRIDAY)[1:]} == {"2026-11-19"}


def test_files_appear_on_business_days_at_noon_eastern() -> None:
    assert not is_published(FRIDAY, datetime(2026, 11, 20, 16, 59, tzinfo=UTC))
    assert is_published(FRIDAY, datetime(2026, 11, 20, 17, 0, tzinfo=UTC))
    assert not is_published(date(2026, 11, 21), datetime(2026, 11, 30, tzinfo=UTC))
    assert not is_published(date(2020, 1, 3), datetime(2026, 11, 30, tzinfo=UTC))
