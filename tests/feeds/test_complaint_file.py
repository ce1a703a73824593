"""Files of reported calls are read whatever dirt they hold, and refused in words when they are something else."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest

from phone_numbers.feeds.complaint_file import (
    LINE_LIMIT,
    ComplaintFileError,
    FileTally,
    Trouble,
    open_lines,
    read_complaints,
    read_number,
)

DATA = Path(__file__).parent.parent / "data"
TODAY = date(2026, 7, 15)
FULL_HEADER = (
    "Company_Phone_Number,Created_Date,Violation_Date,Consumer_City,Consumer_State,Consumer_Area_Code,Subject,"
    "Recorded_Message_Or_Robocall\r\n"
)
DAYS_HEADER = "Created_Date,Company_Phone_Number,Consumer_Area_Code\r\n"


def read(lines: Iterable[str]) -> tuple[FileTally, list[list[str]]]:
    out = io.StringIO()
    tally = read_complaints(lines, out, latest=TODAY)
    return tally, [line.split("\t") for line in out.getvalue().splitlines()]


def read_text(text: str) -> tuple[FileTally, list[list[str]]]:
    return read(io.StringIO(text, newline=""))


@pytest.mark.parametrize(
    ("written", "e164"),
    [
        ("2025550123", "+12025550123"),
        ("12025550123", "+12025550123"),
        ("+12025550123", "+12025550123"),
        ("(202) 555-0123", "+12025550123"),
        ("202.555.0123", "+12025550123"),
    ],
)
def test_a_number_is_read_in_the_spellings_that_occur(written: str, e164: str) -> None:
    assert read_number(written) == e164


@pytest.mark.parametrize(
    ("written", "trouble"),
    [
        ("0000000000", Trouble.AREA_CODE),
        ("1425550123", Trouble.AREA_CODE),
        ("2021550123", Trouble.AREA_CODE),
        ("10425550123", Trouble.AREA_CODE),
        ("5", Trouble.LENGTH),
        ("98998081922", Trouble.LENGTH),
        ("12345678901234567890", Trouble.LENGTH),
        ("Restricted", Trouble.TEXT),
        ("__________", Trouble.TEXT),
        ("866288____", Trouble.TEXT),
        ("833number", Trouble.TEXT),
        ("2025550123;222", Trouble.TEXT),
        ("1\xa0844\xa0735944", Trouble.TEXT),
        ("٢٠٢٥٥٥٠١٢٣", Trouble.TEXT),
    ],
)
def test_a_number_that_cannot_exist_is_refused_with_the_reason(written: str, trouble: Trouble) -> None:
    assert read_number(written) is trouble


def test_an_excerpt_of_a_daily_file_is_read_and_its_dirt_counted() -> None:
    tally, rows = read(open_lines(DATA / "ftc_full_rows.csv"))
    assert (tally.date_only, tally.read, tally.blank) == (False, 36, 3)
    assert tally.unreadable == {Trouble.TEXT: 4, Trouble.LENGTH: 5, Trouble.AREA_CODE: 3}
    assert tally.days == {date(2021, 7, 7): 36}
    assert len(rows) == 21


def test_nothing_of_the_consumer_is_read_from_full_rows() -> None:
    _, rows = read(open_lines(DATA / "ftc_full_rows.csv"))
    assert not {"Springfield", "Nowhere", "555"} & {cell for row in rows for cell in row}


def test_subjects_lose_double_spaces_and_keep_commas() -> None:
    _, rows = read(open_lines(DATA / "ftc_full_rows.csv"))
    subjects = {row[5] for row in rows}
    assert "Warranties & protection plans" in subjects
    assert "Reducing your debt (credit cards, mortgage, student loans)" in subjects
    assert not any("  " in subject for subject in subjects)


def test_robocall_is_yes_no_or_not_said() -> None:
    _, rows = read(open_lines(DATA / "ftc_full_rows.csv"))
    assert {row[6] for row in rows} == {"t", "f", "\\N"}


def test_date_only_rows_keep_unreadable_numbers_for_the_even_rule() -> None:
    tally, rows = read(open_lines(DATA / "ftc_days.csv"))
    assert (tally.date_only, tally.read, len(rows)) == (True, 39, 39)
    assert tally.unreadable == {Trouble.TEXT: 3, Trouble.AREA_CODE: 2}
    assert sum(row[1] == "\\N" for row in rows) == 5


def test_a_packed_file_is_read_whatever_its_name(tmp_path: Path) -> None:
    packed = tmp_path / "days.csv"
    packed.write_bytes(gzip.compress((DATA / "ftc_days.csv").read_bytes()))
    assert read(open_lines(packed)) == read(open_lines(DATA / "ftc_days.csv"))


def test_a_packed_file_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    packed = tmp_path / "days.csv.gz"
    packed.write_bytes(gzip.compress((DATA / "ftc_days.csv").read_bytes())[:-20])
    with pytest.raises(ComplaintFileError, match=r"damaged or cut off.*download it again"):
        read(open_lines(packed))


def test_the_order_and_case_of_the_columns_do_not_matter() -> None:
    _, rows = read_text("consumer_area_code, COMPANY_PHONE_NUMBER ,Created_Date\n555,2025550123,2026-07-01\n")
    assert rows == [["2026-07-01 00:00:00+00", "+12025550123", "2025550123", "555", "\\N", "", "\\N"]]


def test_a_byte_order_mark_and_blank_lines_are_harmless(tmp_path: Path) -> None:
    file = tmp_path / "days.csv"
    file.write_bytes(b"\xef\xbb\xbf" + DAYS_HEADER.encode() + b"\r\n2026-07-01,2025550123,555\r\n\r\n")
    assert read(open_lines(file))[0].read == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("\n", "empty"),
        ("<!DOCTYPE html><html>", "Line 1 is not the header.*<!DOCTYPE html>.*Download"),
        ("number,day\n2025550123,2026-07-01\n", "Line 1 is not the header"),
        ("2025550123,2026-07-01\n", "Line 1 is not the header"),
        ("PK\x03\x04\x00\x00binary", "Line 1 is not the header"),
    ],
)
def test_something_else_is_refused_with_the_line_and_the_next_step(text: str, says: str) -> None:
    with pytest.raises(ComplaintFileError, match=says):
        read_text(text)


def test_short_rows_and_bad_dates_are_counted_and_the_rest_is_read() -> None:
    tally, rows = read_text(
        FULL_HEADER
        + "2025550123\r\n"
        + "2025550123,yesterday,,,,,Other,Y\r\n"
        + "2025550123,1999-01-01 00:00:00,,,,,Other,Y\r\n"
        + "2025550123,2026-07-16 00:00:00,,,,,Other,Y\r\n"
        + "2025550123,2026-07-01 10:00:00,long ago,,,,Other,maybe\r\n"
    )
    assert tally.unreadable == {Trouble.COLUMNS: 1, Trouble.DATE: 2, Trouble.FUTURE: 1}
    assert rows == [["2026-07-01T10:00:00+00:00", "+12025550123", "", "", "\\N", "Other", "\\N"]]


def test_signs_that_copy_takes_for_itself_are_escaped() -> None:
    _, rows = read_text(FULL_HEADER + '2025550123,2026-07-01,,,,,"a\\N\tb\nc\0d",Y\r\n')
    assert rows == [["2026-07-01T00:00:00+00:00", "+12025550123", "", "", "\\N", "a\\\\N b cd", "t"]]


def test_a_line_without_end_does_not_fill_the_memory(tmp_path: Path) -> None:
    file = tmp_path / "days.csv"
    file.write_text(DAYS_HEADER + "x" * (5 * LINE_LIMIT) + "\r\n2026-07-01,2025550123,555\r\n")
    lines = list(open_lines(file))
    assert max(map(len, lines)) == LINE_LIMIT
    tally, _ = read(lines)
    assert tally.unreadable[Trouble.COLUMNS] == tally.read - 1 == 5


def test_a_quote_that_is_never_closed_costs_rows_but_never_a_crash() -> None:
    text = DAYS_HEADER + '2026-07-01,"2025550123,555\r\n' + "2026-07-01,2025550124,555\r\n" * 10_000
    tally, _ = read_text(text)
    assert tally.unreadable[Trouble.COLUMNS] >= 1
