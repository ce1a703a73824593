"""Complaints about numbers in some account are taken once, without a trace of the consumer (D23, B13)."""

from __future__ import annotations

import io
import threading
import uuid
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import Account
from common.scope import account_scope, all_accounts
from phone_numbers.feeds import complaints
from phone_numbers.feeds.complaint_file import ComplaintFileError, Trouble
from phone_numbers.feeds.ingest import Fence, LeaseLost
from phone_numbers.models import Complaint, ComplaintDay, Feed, NumberCount, PhoneNumber
from phone_numbers.states import FeedState
from providers.base import ComplaintFile
from tests import factories
from tests.factories import NOW

DATA = Path(__file__).parent.parent / "data"
FULL, DAYS = DATA / "ftc_full_rows.csv", DATA / "ftc_days.csv"
FULL_HEADER = (
    "Company_Phone_Number,Created_Date,Violation_Date,Consumer_City,Consumer_State,Consumer_Area_Code,Subject,"
    "Recorded_Message_Or_Robocall\r\n"
)
DAYS_HEADER = "Created_Date,Company_Phone_Number,Consumer_Area_Code\r\n"


def take(text: str, *, now: datetime = NOW) -> complaints.ComplaintReport:
    return complaints.take_lines(io.StringIO(text, newline=""), agency=complaints.FTC, now=now)


def full_row(number: str, created: str, *, violation: str = "", subject: str = "Other", robocall: str = "Y") -> str:
    return f"{number},{created},{violation},Springfield,Nowhere,555,{subject},{robocall}\r\n"


def stored(number: PhoneNumber) -> list[tuple[object, ...]]:
    with account_scope(number.account_id):
        rows = Complaint.objects.filter(number=number).order_by("created_at", "ordinal", "id")
        return list(rows.values_list("created_at", "date_only", "ordinal", "subject", "robocall"))


def count_all() -> int:
    with all_accounts():
        return Complaint.objects.count()


def test_only_complaints_about_numbers_in_some_account_are_kept(acme: Account, globex: Account) -> None:
    factories.make_number(acme, "+13152328257")
    factories.make_number(globex, "+13152328257")
    factories.make_number(globex, "+18443843774")
    report = complaints.import_file(FULL, now=NOW)
    assert report.kept == {"acme": 5, "globex": 7}
    assert count_all() == report.stored == report.matched == 12


def test_the_report_counts_rows_and_names_no_number(acme: Account) -> None:
    factories.make_number(acme, "+17578688432")
    report = complaints.import_file(FULL, now=NOW)
    assert (report.read, report.blank, report.repeats, report.stored) == (36, 3, 1, 1)
    assert report.unreadable == {Trouble.TEXT: 4, Trouble.LENGTH: 5, Trouble.AREA_CODE: 3}
    assert (report.first_day, report.last_day) == (date(2021, 7, 7), date(2021, 7, 7))
    assert "7578688432" not in repr(report)


@pytest.mark.parametrize("file", [FULL, DAYS])
def test_the_same_file_again_adds_nothing(acme: Account, file: Path) -> None:
    for e164 in ("+13152328257", "+17578688432", "+16513715899", "+15733424164"):
        factories.make_number(acme, e164)
    first = complaints.import_file(file, now=NOW)
    before = count_all()
    second = complaints.import_file(file, now=NOW + timedelta(days=1))
    assert first.stored == before > 0
    assert (second.stored, second.kept, second.known, count_all()) == (0, {}, first.stored, before)


def test_full_rows_that_differ_in_one_part_of_the_identity_are_all_kept(acme: Account) -> None:
    number = factories.make_number(acme, "+12025550123")
    report = take(
        FULL_HEADER
        + full_row("2025550123", "2026-07-01 10:00:00")
        + full_row("2025550123", "2026-07-01 10:00:01")
        + full_row("2025550123", "2026-07-01 10:00:00", violation="2026-06-30 08:00:00")
        + full_row("2025550123", "2026-07-01 10:00:00", subject="Charities")
        + full_row("2025550123", "2026-07-01 10:00:00", robocall="N")
        + full_row("2025550123", "2026-07-01 10:00:00", robocall="")
        + full_row("+12025550123", "2026-07-01 10:00:00", subject="  Other ")
    )
    assert (report.stored, report.repeats) == (6, 1)
    assert len(stored(number)) == 6


def test_date_only_rows_keep_their_multiplicity_and_a_doubled_day_is_halved(acme: Account) -> None:
    doubled = factories.make_number(acme, "+16513715899")
    repeated = factories.make_number(acme, "+15733424164")
    report = complaints.import_file(DAYS, now=NOW)
    assert report.halved == {date(2020, 5, 25): 14}
    assert [row[2] for row in stored(doubled)] == [1, 2, 3]
    assert [row[:3] for row in stored(repeated)] == [
        (datetime(2020, 5, 26, tzinfo=UTC), True, ordinal) for ordinal in (1, 2, 3)
    ]


def test_one_odd_pair_keeps_a_day_whole(acme: Account) -> None:
    number = factories.make_number(acme, "+12025550123")
    twice = "2026-07-01,2025550123,555\r\n" * 2
    report = take(DAYS_HEADER + twice + "2026-07-01,unknown,554\r\n")
    assert report.halved == {}
    assert len(stored(number)) == 2


def test_the_area_code_tells_pairs_apart(acme: Account) -> None:
    number = factories.make_number(acme, "+12025550123")
    report = take(DAYS_HEADER + "2026-07-01,2025550123,555\r\n2026-07-01,2025550123,554\r\n")
    assert (report.halved, len(stored(number))) == ({}, 2)


def test_a_longer_file_of_the_same_day_adds_only_what_is_new(acme: Account) -> None:
    number = factories.make_number(acme, "+12025550123")
    row = "2026-07-01,2025550123,555\r\n"
    take(DAYS_HEADER + row)
    report = take(DAYS_HEADER + row * 3)
    assert (report.stored, report.known) == (2, 1)
    assert [ordinal for _, _, ordinal, _, _ in stored(number)] == [1, 2, 3]


FULL_DAY = FULL_HEADER + full_row("2025550123", "2026-07-01 10:00:00") + full_row("2025550123", "2026-07-01 23:59:59")
SAME_DAYS = DAYS_HEADER + "2026-07-01,2025550123,555\r\n" * 3 + "2026-07-02,2025550123,555\r\n"


def test_a_day_known_in_both_kinds_is_told_by_its_full_rows_whichever_came_first(
    acme: Account, globex: Account
) -> None:
    number = factories.make_number(acme, "+12025550123")
    take(SAME_DAYS)
    report = take(FULL_DAY)
    assert (report.stored, report.replaced) == (2, 3)
    one_way = stored(number)
    with account_scope(acme):
        Complaint.objects.all().delete()
    take(FULL_DAY)
    report = take(SAME_DAYS)
    assert (report.stored, report.in_full) == (1, 3)
    assert stored(number) == one_way
    assert [date_only for _, date_only, _, _, _ in one_way] == [False, False, True]


@pytest.mark.django_db(transaction=True)
def test_files_that_are_taken_at_the_same_moment_count_once(acme: Account) -> None:
    number = factories.make_number(acme, "+12025550123")
    errors: list[BaseException] = []

    def run(text: str) -> None:
        try:
            take(text)
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(text,)) for text in (SAME_DAYS, FULL_DAY, SAME_DAYS, FULL_DAY)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert [date_only for _, date_only, _, _, _ in stored(number)] == [False, False, True]
    assert factories.status_of(number).complaints_90d == 3


def test_a_number_that_came_later_gets_its_complaints_when_the_file_is_taken_again(acme: Account) -> None:
    complaints.import_file(FULL, now=NOW)
    number = factories.make_number(acme, "+13152328257")
    report = complaints.import_file(FULL, now=NOW)
    assert (report.stored, len(stored(number))) == (5, 5)


def test_no_column_of_the_database_holds_anything_of_the_consumer(acme: Account) -> None:
    factories.make_number(acme, "+13152328257")
    complaints.import_file(FULL, now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(c)::text FROM numbers_complaint c")
        text = "".join(row for (row,) in cursor.fetchall())
    assert "Springfield" not in text
    assert "Nowhere" not in text
    assert {field.name for field in Complaint._meta.get_fields()} == {
        "id", "account", "number", "agency", "created_at", "violation_at", "subject", "robocall",
        "date_only", "ordinal",
    }  # fmt: skip


def test_counts_of_90_days_are_written_and_nothing_else_of_the_status_moves(acme: Account) -> None:
    number = factories.make_number(acme, "+12025550123", rating=1, last_updated=NOW - timedelta(days=3))
    quiet = factories.make_number(acme, "+12025550124")
    before = factories.status_of(number)
    old = full_row("2025550123", "2026-04-16 11:59:59")
    take(FULL_HEADER + old + full_row("2025550123", "2026-04-16 12:00:01") + full_row("2025550123", "2026-07-14"))
    after = factories.status_of(number)
    assert (after.complaints_90d, factories.status_of(quiet).complaints_90d) == (2, 0)
    assert (after.status, after.rating, after.tag_since) == (before.status, before.rating, before.tag_since)
    assert after.last_updated == before.last_updated


def test_the_daily_upkeep_lets_counts_fall_as_days_pass(acme: Account) -> None:
    number = factories.make_number(acme, "+12025550123")
    take(FULL_HEADER + full_row("2025550123", "2026-07-01") + full_row("2025550123", "2026-07-10"))
    assert factories.status_of(number).complaints_90d == 2
    assert complaints.refresh_complaint_counts(NOW) == 0
    assert complaints.refresh_complaint_counts(datetime(2026, 9, 30, tzinfo=UTC)) == 1
    assert factories.status_of(number).complaints_90d == 1
    assert complaints.refresh_complaint_counts(datetime(2027, 1, 1, tzinfo=UTC)) == 1
    assert factories.status_of(number).complaints_90d == 0


def test_the_totals_of_the_chips_stay_right(acme: Account) -> None:
    factories.make_number(acme, "+12025550123")
    with account_scope(acme):
        before = list(NumberCount.objects.values_list("id", "n"))
    take(FULL_HEADER + full_row("2025550123", "2026-07-01"))
    with account_scope(acme):
        assert list(NumberCount.objects.values_list("id", "n")) == before
    factories.make_number(acme, "+12025550124")
    with account_scope(acme):
        assert sum(NumberCount.objects.values_list("n", flat=True)) == 2


def test_the_days_taken_are_remembered(acme: Account) -> None:
    complaints.import_file(DAYS, now=NOW)
    complaints.import_file(FULL, now=NOW)
    complaints.import_file(FULL, now=NOW + timedelta(days=1))
    assert list(ComplaintDay.objects.order_by("day").values_list("day", "date_only", "rows", "halved", "taken_at")) == [
        (date(2020, 5, 25), True, 28, True, NOW),
        (date(2020, 5, 26), True, 11, False, NOW),
        (date(2021, 7, 7), False, 36, False, NOW + timedelta(days=1)),
    ]


def test_something_else_than_a_file_of_calls_changes_nothing(acme: Account) -> None:
    with pytest.raises(ComplaintFileError):
        take("<html>404</html>")
    assert count_all() == ComplaintDay.objects.count() == 0


def lease(feed: Feed) -> Fence:
    token = uuid.uuid4()
    until = NOW + timedelta(minutes=1)
    with all_accounts():
        Feed.objects.filter(pk=feed.pk).update(state=FeedState.LEASED, lease_token=token, lease_until=until)
    return Fence(feed.pk, token, old_cursor=None, new_cursor={"day": "2021-07-07"}, lease_until=until)


def published() -> ComplaintFile:
    return ComplaintFile(date(2021, 7, 7), iter(FULL.read_text().splitlines(keepends=True)), {"day": "2021-07-07"})


def test_a_file_of_a_feed_moves_the_cursor_with_its_rows(acme: Account) -> None:
    factories.make_number(acme, "+13152328257")
    feed = factories.make_feed(None, "ftc")
    fence = lease(feed)
    report = complaints.take_published_file(published(), now=NOW, fence=fence)
    with all_accounts():
        feed.refresh_from_db()
    assert (report.stored, feed.cursor) == (5, {"day": "2021-07-07"})
    assert report.run_counts == {
        "fetched": 36, "stored": 5, "duplicate": 1, "unknown_number": 15, "unreadable": 15,
    }  # fmt: skip
    with pytest.raises(LeaseLost):
        complaints.take_published_file(published(), now=NOW, fence=fence)


def test_a_lost_lease_leaves_nothing(acme: Account) -> None:
    factories.make_number(acme, "+13152328257")
    feed = factories.make_feed(None, "ftc")
    lost = lease(feed)
    lease(feed)
    with pytest.raises(LeaseLost):
        complaints.take_published_file(published(), now=NOW, fence=lost)
    assert count_all() == ComplaintDay.objects.count() == 0


def test_the_command_reports_in_words(acme: Account) -> None:
    factories.make_number(acme, "+16513715899")
    out = io.StringIO()
    call_command("import_complaints", str(DAYS), stdout=out)
    said = out.getvalue()
    assert "Read 39 rows (days and numbers only, 2020-05-25 to 2020-05-26)." in said
    assert "2020-05-25 stands twice in the file: 14 rows left out" in said
    assert "Unreadable, letters or signs in the number: 3" in said
    assert "Kept for acme: 3" in said
    assert "6513715899" not in said


def test_the_command_says_what_is_wrong_with_the_file(tmp_path: Path, db: None) -> None:
    with pytest.raises(CommandError, match=r"missing\.csv cannot be read: No such file"):
        call_command("import_complaints", str(tmp_path / "missing.csv"))
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("a,b\n1,2\n")
    with pytest.raises(CommandError, match="Line 1 is not the header"):
        call_command("import_complaints", str(wrong))
