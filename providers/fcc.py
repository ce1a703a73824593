"""Consumer complaints about unwanted calls from the FCC's public data set, by number (Socrata, `vakf-fz8e`).

Only the columns that are needed are asked for: the complainant's state, ZIP code and place never reach the portal.
Complaints are unverified and never a status (D23). Text messages are left out; the portal is about calls.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from providers import http, parsing
from providers.base import ComplaintLines, ConnectionReport
from providers.complaint_lines import Complaint, lines_of
from providers.errors import Misconfigured, ProviderError, Refused, Temporary
from providers.kinds import Gives, ProviderKind, Setting, Values

SERVICE = "The FCC"
ADDRESS = "https://opendata.fcc.gov/resource/vakf-fz8e.json"
KIND_COLUMN = "type_of_call_or_messge"
"""Misspelt at the source; a setting, should it be mended one day."""
NUMBER_COLUMNS = ("caller_id_number", "advertiser_business_phone_number")
LARGEST = 50
"""Numbers a call: twice two spellings of each still fit into an address of some 5,000 characters."""
PAGE_SIZE = 1000
MOST_PAGES = 50
LONGEST = 200
ROBOCALL = {"prerecorded voice": "Y", "autodialed live voice call": "Y", "live voice": "N"}
_US = re.compile(r"\+1([2-9]\d\d)([2-9]\d\d)(\d{4})")
_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(T|$)")
_TIME = re.compile(r"\s*(?P<hour>\d{1,2})(?:[:.](?P<minute>\d\d))?\s*(?P<half>[ap])\.?\s*m\b", re.IGNORECASE)


class FccComplaints:
    """Asks about given numbers. A token is not needed; with one the service counts this portal's requests apart."""

    largest = LARGEST

    def __init__(
        self, http_client: http.HttpClient, *, token: str = "", address: str = ADDRESS, kind_column: str = KIND_COLUMN
    ) -> None:
        if not re.fullmatch(r"[a-z_0-9]+", kind_column):
            raise Misconfigured("The column of the kind of call is a name such as type_of_call_or_messge. Correct it.")
        self._http = http_client
        self._address = address
        self._kind_column = kind_column
        self._headers = {"Accept": "application/json"} | ({"X-App-Token": token} if token else {})

    def complaints(self, numbers: Sequence[str], *, since: date) -> ComplaintLines:
        """What was reported about at most 50 numbers since a day; numbers outside North America have nothing here.

        A row counts for each asked number that it names, as the caller's or as the one to call back.
        """
        asked = {"".join(match.groups()): e164 for e164 in numbers if (match := _US.fullmatch(e164))}
        if len(asked) > LARGEST:
            raise ValueError(f"One call asks about at most {LARGEST} numbers, not {len(asked)}.")
        rows, calls = self._rows(where_of(asked, since)) if asked else ([], 0)
        found = [one for row in rows for one in complaints_of(row, asked, self._kind_column)]
        return ComplaintLines(lines_of(found), calls)

    def test_connection(self) -> ConnectionReport:
        try:
            self._page({"$select": self._columns(), "$limit": 1})
        except ProviderError as exc:
            return ConnectionReport(False, exc.message)
        return ConnectionReport(True, f"{SERVICE}'s complaints can be read.")

    def _rows(self, where: str) -> tuple[list[Any], int]:
        """All rows of a condition, page by page, and how many calls that took."""
        rows: list[Any] = []
        for page in range(MOST_PAGES):
            params = {"$select": self._columns(), "$where": where, "$order": ":id", "$limit": PAGE_SIZE}
            found = self._page(params | {"$offset": page * PAGE_SIZE})
            rows += found
            if len(found) < PAGE_SIZE:
                return rows, page + 1
        raise Refused(f"{SERVICE} has more than {PAGE_SIZE * MOST_PAGES:,} rows for one call. Ask about fewer numbers.")

    def _columns(self) -> str:
        return ",".join(("issue_date", "issue_time", *NUMBER_COLUMNS, self._kind_column))

    def _page(self, params: Mapping[str, Any]) -> list[Any]:
        answer = self._http.get(self._address, service=SERVICE, params=params, headers=self._headers)
        http.judge(answer, service=SERVICE, reason=reason_of(answer))
        rows = answer.json(SERVICE)
        if not isinstance(rows, list):
            raise Temporary(f"{SERVICE} sent an answer that is not a list of rows. It will be asked again.")
        return rows


def where_of(asked: Mapping[str, str], since: date) -> str:
    """The condition: either column holds a number as the form spells it, 202-555-0123, or as ten digits."""
    spelled = ",".join(f"'{ten[:3]}-{ten[3:6]}-{ten[6:]}','{ten}'" for ten in sorted(asked))
    named = " or ".join(f"{column} in({spelled})" for column in NUMBER_COLUMNS)
    return f"({named}) and issue_date >= '{since.isoformat()}T00:00:00'"


def reason_of(answer: http.Answer) -> str:
    """The `message` of an error body; empty when there is none."""
    if answer.status < 400:
        return ""
    try:
        return str(answer.json(SERVICE)["message"])[:500]
    except (Temporary, KeyError, TypeError):
        return ""


def complaints_of(row: Any, asked: Mapping[str, str], kind_column: str = KIND_COLUMN) -> list[Complaint | None]:
    """The complaints that a row is, one for each asked number that it names; [None] when it cannot be read.

    Empty for a text message. Two people who say the same of the same number, day and time count once, as with the FTC.
    """
    names = ("issue_date", "issue_time", kind_column, *NUMBER_COLUMNS)
    try:
        day, said, kind, *numbers = (parsing.text(row, name, limit=LONGEST) for name in names)
    except (AttributeError, ValueError):
        return [None]
    date_part = _DAY.match(day)
    if date_part is None:
        return [None]
    if "text" in kind.lower():
        return []
    clock = time_of(said)
    violation = f"{date_part[1]} {clock}" if clock else ""
    named = sorted({ten for number in numbers if (ten := ten_digits(number)) in asked})
    robocall = ROBOCALL.get(kind.lower(), "")
    return [Complaint(asked[ten], f"{date_part[1]} 00:00:00", violation, kind, robocall) for ten in named]


def ten_digits(written: str) -> str:
    """The ten digits of a number however it was typed; empty for the word None and for other lengths."""
    digits = "".join(sign for sign in written if sign.isascii() and sign.isdigit())
    return digits[-10:] if len(digits) == 10 or (len(digits) == 11 and digits[0] == "1") else ""


def time_of(said: str) -> str:
    """`1:17 p.m.` as `13:17:00`; empty when it is no time of a twelve-hour clock."""
    found = _TIME.match(said)
    if found is None:
        return ""
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    if not 1 <= hour <= 12 or minute > 59:
        return ""
    return f"{hour % 12 + (12 if found['half'].lower() == 'p' else 0):02d}:{minute:02d}:00"


def _make(values: Values, secret: str, client: http.HttpClient) -> FccComplaints:
    return FccComplaints(client, token=secret, address=values["address"], kind_column=values["kind_column"])


KIND = ProviderKind(
    key="fcc",
    name="FCC unwanted calls",
    about="Consumer complaints that the FCC publishes, asked number by number: evidence, never a status.",
    gives=Gives.COMPLAINTS,
    key_label="App token",
    interval_seconds=24 * 3600,
    settings=(
        Setting("address", "Address", required=True, default=ADDRESS, is_url=True),
        Setting("kind_column", "Column of the kind of call", "Misspelt at the source.", True, KIND_COLUMN),
    ),
    make=_make,
    key_optional=True,
)
