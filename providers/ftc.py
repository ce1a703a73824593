"""Consumer complaints from the FTC's daily file of reported calls, by address.

One CSV a business day, weekend days with Monday's; an address without a file answers 404. The file is complete before
its first line is handed over, kept on disk beyond 1 MB. Complaints are unverified and never a status (D23).
Days that the files lack can be read from the API instead (`providers.ftc_api`): the same complaints, the same lines.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import IO

from providers import http
from providers.base import ComplaintFile, ConnectionReport, Cursor
from providers.errors import Misconfigured, ProviderError, Temporary
from providers.kinds import Gives, ProviderKind, Setting, Values
from providers.published_days import PublishedDays

SERVICE = "The FTC"
ADDRESS = "https://www.ftc.gov/sites/default/files/DNC_Complaint_Numbers_{date}.csv"
FIRST_COLUMN = "Company_Phone_Number"
LOOK_BACK = 31
"""Days: how far back a first or long interrupted reading begins, and how long a missing day is asked for."""


class FtcDailyFiles:
    """The daily files. The cursor: `{"day": newest taken, "missing": [business days before it without a file yet]}`."""

    def __init__(self, http_client: http.HttpClient, *, address: str = ADDRESS, look_back: int = LOOK_BACK) -> None:
        """`address` holds `{date}` where the day stands, as YYYY-MM-DD."""
        if "{date}" not in address:
            raise Misconfigured("The address of the daily files must hold {date} where the day stands.")
        self._http = http_client
        self._address = address
        self._look_back = look_back

    def files(self, cursor: Cursor | None, *, today: date) -> Iterator[ComplaintFile]:
        """The files that were not taken yet, oldest first; days without one (weekends, not yet published) are left."""
        taken = PublishedDays.of(cursor, today=today, look_back=self._look_back)
        for day in taken.to_ask(today):
            file = self._file(day)
            if file is not None:
                taken = taken.having(day, expected=is_business_day)
                with file:
                    yield ComplaintFile(day, _lines(file), taken.cursor())

    def test_connection(self, *, today: date | None = None) -> ConnectionReport:
        """Looks for a file of the last ten days."""
        last = today or datetime.now(UTC).date()
        try:
            for back in range(10):
                file = self._file(last - timedelta(days=back))
                if file is not None:
                    file.close()
                    return ConnectionReport(True, f"{SERVICE}'s file of {last - timedelta(days=back)} is there.")
        except ProviderError as exc:
            return ConnectionReport(False, exc.message)
        return ConnectionReport(False, "No file of the last ten days was found. Check the address.")

    def _file(self, day: date) -> IO[bytes] | None:
        """The file of a day, None when there is none. An answer that is not that file is `Temporary`."""
        answer, file = self._http.download(self._address.replace("{date}", day.isoformat()), service=SERVICE)
        if answer.status == 404:
            file.close()
            return None
        try:
            http.judge(answer, service=SERVICE)
            _require_header(file)
        except ProviderError:
            file.close()
            raise
        return file


def is_business_day(day: date) -> bool:
    """Monday to Friday. A holiday is one too here: it is asked for in vain until it is older than the look-back."""
    return day.weekday() < 5


def _require_header(file: IO[bytes]) -> None:
    start = file.read(200).decode("utf-8", "replace").lstrip("\ufeff")
    file.seek(0)
    if not start.startswith((FIRST_COLUMN, f'"{FIRST_COLUMN}"')):
        raise Temporary(f"{SERVICE} sent something that is not its daily file. It will be asked again.")


def _lines(file: IO[bytes]) -> Iterator[str]:
    """The text with its line ends, as the csv module wants it; bytes that are not UTF-8 become replacement signs."""
    with io.TextIOWrapper(file, encoding="utf-8-sig", errors="replace", newline="") as text:
        yield from text


def _make(values: Values, _secret: str, client: http.HttpClient) -> FtcDailyFiles:
    return FtcDailyFiles(client, address=values["address"])


KIND = ProviderKind(
    key="ftc",
    name="FTC reported calls",
    about="Consumer complaints from the FTC's daily file: evidence, never a status.",
    gives=Gives.COMPLAINTS,
    key_label="",
    interval_seconds=6 * 3600,
    settings=(
        Setting(
            "address",
            "Address",
            "{date} stands for the day, YYYY-MM-DD.",
            required=True,
            default=ADDRESS,
            is_url=True,
        ),
    ),
    make=_make,
)
