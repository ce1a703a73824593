"""Consumer complaints from the FTC's API, 50 a page, by the day of their creation: for the days that lack a file.

A busy day has some 300 pages and a key has 1,000 requests an hour, so a day is handed over in parts; the cursor knows
where it stands. The lines are those of the daily file: a complaint that both tell is kept once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from providers import http, parsing
from providers.base import ComplaintFile, ConnectionReport, Cursor
from providers.complaint_lines import Complaint, lines_of
from providers.errors import Misconfigured, ProviderError, Temporary
from providers.ftc import LOOK_BACK, SERVICE
from providers.kinds import Gives, ProviderKind, Setting, Values
from providers.published_days import ONE_DAY, PublishedDays

ADDRESS = "https://api.ftc.gov/v0/dnc-complaints"
PAGE_SIZE = 50
PAGES_A_PART = 20
PART_SECONDS = 15.0
OVER_LIMIT_WAIT = 900.0
"""Seconds: the limit is of a rolling hour, and the service names no wait."""
READINGS_OF_A_DAY = 3
"""A day whose pages did not fit together is read again; after so many readings it stays as it is."""

NAMES = ("company-phone-number", "created-date", "violation-date", "subject", "recorded-message-or-robocall")
LONGEST = 200


@dataclass(slots=True)
class Place:
    """Where the reading of one day stands: next offset, the day's total when it began, the last id, and any doubt.

    `doubt`: pages overlapped, ended early, or the total changed, so a complaint may have been passed over.
    """

    day: date
    offset: int = 0
    total: int | None = None
    last: str = ""
    doubt: bool = False
    done: bool = False

    @classmethod
    def of(cls, cursor: Cursor | None, day: date) -> Place:
        part = (cursor or {}).get("part") or {}
        if part.get("day") != day.isoformat():
            return cls(day)
        return cls(day, part["offset"], part["total"], part["last"], part["doubt"])

    def cursor(self) -> dict[str, Any]:
        return {
            "day": self.day.isoformat(),
            "offset": self.offset,
            "total": self.total,
            "last": self.last,
            "doubt": self.doubt,
        }

    def move(self, ids: list[str], total: int, seen: set[str]) -> None:
        """Go on behind a page with these ids; `seen` are the ids of the part so far."""
        self.total = total if self.total is None else self.total
        overlap = self.last in ids or bool(seen.intersection(ids)) or len(set(ids)) < len(ids)
        self.offset += len(ids)
        self.done = not ids or self.offset >= total
        self.doubt = self.doubt or overlap or total != self.total or (not ids and self.offset < total)
        self.last = ids[-1] if ids else self.last
        seen.update(ids)


@dataclass(slots=True)
class _Part:
    """Some pages of one day."""

    complaints: list[Complaint | None] = field(default_factory=list)
    calls: int = 0


class FtcApiPages:
    """The API's pages, day by day. The cursor is that of the daily files, with `part` while a day is being read."""

    def __init__(
        self,
        http_client: http.HttpClient,
        *,
        key: str,
        address: str = ADDRESS,
        look_back: int = LOOK_BACK,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._http = http_client
        self._address = address
        self._headers = {"X-Api-Key": key, "Accept": "application/json"}
        self._look_back = look_back
        self._clock = clock

    def files(self, cursor: Cursor | None, *, today: date) -> Iterator[ComplaintFile]:
        """Parts of the days before today that were not taken in full, oldest first.

        A day without a single complaint is not published yet, weekends and holidays included.
        """
        taken = PublishedDays.of(cursor, today=today, look_back=self._look_back)
        doubts: dict[str, int] = dict((cursor or {}).get("doubts", {}))
        for day in taken.to_ask(today - ONE_DAY):
            place = Place.of(cursor, day)
            while not place.done and (part := self._read(place)) is not None:
                if place.done:
                    taken = _after(taken, place, doubts)
                after = taken.cursor() | {"doubts": dict(doubts)}
                after |= {} if place.done else {"part": place.cursor()}
                yield ComplaintFile(day, iter(lines_of(part.complaints)), after, calls=part.calls)

    def test_connection(self) -> ConnectionReport:
        try:
            answer = self._ask({"items_per_page": 1})
        except ProviderError as exc:
            return ConnectionReport(False, exc.message)
        left = answer.headers.get("X-RateLimit-Remaining", "")
        return ConnectionReport(
            True, f"{SERVICE}'s API takes the key." + (f" {left} requests are left." if left else "")
        )

    def _read(self, place: Place) -> _Part | None:
        """Some pages from a place on, which moves along; None when the day holds nothing (not published yet).

        An error after the first page ends the part with what was read; it comes back if it is still there.
        """
        until, part, seen = self._clock() + PART_SECONDS, _Part(), set[str]()
        while not place.done and part.calls < PAGES_A_PART and (part.calls == 0 or self._clock() < until):
            try:
                records, total = self._page(place)
            except ProviderError:
                if part.calls == 0:
                    raise
                break
            part.calls += 1
            if total == 0 and place.offset == 0:
                return None
            place.move([_id_of(one) for one in records], total, seen)
            part.complaints += [complaint_of(one) for one in records]
        return part

    def _page(self, place: Place) -> tuple[list[Any], int]:
        """The records of a page and how many the day has. Dates stand in quotation marks, or they are refused."""
        params = {
            "created_date": f'"{place.day.isoformat()}"',
            "items_per_page": PAGE_SIZE,
            "offset": place.offset,
            "sort_order": "ASC",
        }
        return page_of(self._ask(params).json(SERVICE))

    def _ask(self, params: Mapping[str, Any]) -> http.Answer:
        answer = self._http.get(self._address, service=SERVICE, params=params, headers=self._headers)
        said = reason_of(answer)
        if answer.status == 403:
            raise Misconfigured(f"{SERVICE} does not accept the API key. Enter one of api.data.gov. It said: {said}")
        if answer.status == 429 and http.retry_after(answer.headers) is None:
            raise Temporary(
                f"The hour's requests of this key are used up. It said: {said}", retry_after=OVER_LIMIT_WAIT
            )
        http.judge(answer, service=SERVICE, reason=said)
        return answer


def _after(taken: PublishedDays, place: Place, doubts: dict[str, int]) -> PublishedDays:
    """What is taken once a day was read to its end; in doubt it is asked for again, but not for ever."""
    day = place.day.isoformat()
    taken = taken.having(place.day, expected=lambda _: True)
    readings = doubts.pop(day, 0) + 1
    if place.doubt and readings < READINGS_OF_A_DAY:
        doubts[day] = readings
        return taken.again(place.day)
    return taken


def reason_of(answer: http.Answer) -> str:
    """What an error body says: `OVER_RATE_LIMIT: You have exceeded ...`; empty when there is none."""
    if answer.status < 400:
        return ""
    try:
        error = answer.json(SERVICE)["error"]
        return f"{error['code']}: {error['message']}"[:500]
    except (Temporary, KeyError, TypeError):
        return ""


def page_of(answer: Any) -> tuple[list[Any], int]:
    """The records of an answer and the total, which is spelled `record-total` or `records-total`."""
    meta = answer.get("meta") if isinstance(answer, dict) else None
    records = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(meta, dict) or not isinstance(records, list):
        raise Temporary(f"{SERVICE} sent an answer that is not a page of complaints. It will be asked again.")
    total = meta.get("record-total", meta.get("records-total"))
    if isinstance(total, str) and total.isascii() and total.isdigit():
        total = int(total)
    if not isinstance(total, int) or isinstance(total, bool) or total < 0:
        raise Temporary(f"{SERVICE} sent a page without its total. It will be asked again.")
    return records, total


def _id_of(record: Any) -> str:
    """The record's id; records without one are told apart by what they are."""
    found = record.get("id") if isinstance(record, dict) else None
    return found if isinstance(found, str) else repr(record)[:200]


def complaint_of(record: Any) -> Complaint | None:
    """One record; None when it is not shaped like one. City, state and area code of the consumer are not looked at."""
    values = record.get("attributes") if isinstance(record, dict) else None
    if not isinstance(values, dict):
        return None
    try:
        return Complaint(*(parsing.text(values, name, limit=LONGEST) for name in NAMES))
    except ValueError:
        return None


def _make(values: Values, secret: str, client: http.HttpClient) -> FtcApiPages:
    return FtcApiPages(client, key=secret, address=values["address"])


KIND = ProviderKind(
    key="ftc_api",
    name="FTC reported calls, by API",
    about="The complaints of the daily file, 50 a page, for days that lack a file: evidence, never a status.",
    gives=Gives.COMPLAINTS,
    key_label="API key of api.data.gov",
    interval_seconds=6 * 3600,
    settings=(Setting("address", "Address", required=True, default=ADDRESS, is_url=True),),
    make=_make,
)
