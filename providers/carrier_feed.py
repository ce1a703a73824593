"""The portal's own bulk format for observed calls: NDJSON over HTTPS with a cursor (docs/providers.md).

Each line is one call as a phone at a carrier showed it; the last line of a page says how it ends. A page without that
line was cut and is not taken. A line that cannot be read is rejected with its number and the others are kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from providers import http, parsing
from providers.base import (
    CATEGORY_LENGTH,
    IDENT_LENGTH,
    SOURCE_LENGTH,
    ConnectionReport,
    Cursor,
    Observation,
    ReadingsPage,
    Rejected,
)
from providers.errors import ProviderError, Temporary
from providers.kinds import Gives, ProviderKind, Setting, Values

SERVICE = "The carrier feed"
LARGEST = 50_000
LONGEST_LINE = 16 * 1024
_SOURCE = re.compile(rf"[a-z0-9][a-z0-9_-]{{0,{SOURCE_LENGTH - 1}}}")
_OTHER_WORDS = {"at&t": "att", "t-mobile": "tmobile", "us cellular": "uscellular", "us_cellular": "uscellular"}


class CarrierFeed:
    """Pages of observed calls from one address. The cursor holds what the service gave: `{"after": "..."}`."""

    def __init__(self, http_client: http.HttpClient, *, url: str, key: str) -> None:
        self._http = http_client
        self._url = url
        self._headers = {"Authorization": f"Bearer {key.strip()}", "Accept": "application/x-ndjson"}

    def fetch(self, cursor: Cursor | None, *, limit: int) -> ReadingsPage:
        after = (cursor or {}).get("after")
        params: dict[str, Any] = {"limit": min(limit, LARGEST)}
        if after is not None:
            params["after"] = after
        answer = self._http.get(self._url, service=SERVICE, params=params, headers=self._headers)
        http.judge(answer, service=SERVICE)
        return page_of(answer.body)

    def test_connection(self) -> ConnectionReport:
        try:
            self.fetch(None, limit=1)
        except ProviderError as exc:
            return ConnectionReport(False, exc.message)
        return ConnectionReport(True, f"{SERVICE} answers and speaks the format.")


def page_of(body: bytes) -> ReadingsPage:
    """A page's observations and rejected lines. `Temporary` when its last line does not end it."""
    lines = body.split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    end = _end_of(lines.pop() if lines else b"")
    found: list[Observation] = []
    rejected: list[Rejected] = []
    for number, line in enumerate(lines, start=1):
        try:
            if line.strip():
                found.append(observation_of(line))
        except ValueError as exc:
            raw = line[: parsing.RAW_LIMIT].decode("ascii", "backslashreplace").replace("\0", "\\0")
            rejected.append(Rejected(f"line {number}", str(exc), raw))
    return ReadingsPage(found, {"after": end["cursor"]}, end["more"], rejected)


def _end_of(line: bytes) -> Mapping[str, Any]:
    try:
        end = json.loads(line)["end"]
        if isinstance(end["cursor"], str | int) and isinstance(end["more"], bool):
            return {"cursor": str(end["cursor"])[:500], "more": end["more"]}
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    raise Temporary(f"{SERVICE} sent a page without its last line, so it may be cut. It will be asked again.")


def observation_of(line: bytes) -> Observation:
    """One line as an observation. ValueError in words when it cannot be read."""
    if len(line) > LONGEST_LINE:
        raise ValueError(f"The line has {len(line):,} bytes; at most {LONGEST_LINE:,} are read.")
    try:
        text = line.decode("utf-8")
        entry = json.loads(text)
    except (ValueError, RecursionError) as exc:
        raise ValueError("The line is not valid JSON in UTF-8.") from exc
    if not isinstance(entry, dict):
        raise ValueError("The line is not a JSON object.")
    return Observation(
        e164=parsing.e164(entry, "number"),
        source=_source(entry),
        observed_at=parsing.moment(entry, "time"),
        flagged=_flagged(entry),
        ident=_ident(entry),
        category=parsing.text(entry, "category", limit=CATEGORY_LENGTH),
        raw=text.replace("\0", ""),
    )


def _ident(entry: Mapping[str, Any]) -> str:
    ident = parsing.text(entry, "id", limit=LONGEST_LINE)
    if len(ident) > IDENT_LENGTH:
        raise ValueError(f"id has {len(ident)} characters; at most {IDENT_LENGTH} are kept.")
    return ident


def _source(entry: Mapping[str, Any]) -> str:
    word = parsing.text(entry, "carrier", limit=60).lower()
    source = _OTHER_WORDS.get(word, word)
    if not _SOURCE.fullmatch(source):
        raise ValueError("carrier is not a short name such as att, verizon, tmobile or uscellular.")
    return source


def _flagged(entry: Mapping[str, Any]) -> bool:
    """`label` must be there: the word on the screen, or null for none. A missing label is not a clean call."""
    if "label" not in entry:
        raise ValueError("label is missing; null says that no label was shown.")
    return parsing.text(entry, "label", limit=100) != ""


def _make(values: Values, secret: str, client: http.HttpClient) -> CarrierFeed:
    return CarrierFeed(client, url=values["url"], key=secret)


KIND = ProviderKind(
    key="carrier_feed",
    name="Carrier feed",
    about="Observed calls per carrier in the portal's own bulk format.",
    gives=Gives.READINGS,
    key_label="Bearer key",
    interval_seconds=60,
    settings=(Setting("url", "Address", "Where pages of calls are read.", required=True, is_url=True),),
    make=_make,
)
