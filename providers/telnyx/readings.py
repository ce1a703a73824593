"""Reputation readings from Telnyx's list pages, which are cached reads and free of charge.

The single GET of a number is never used: it is billed when nothing is stored yet. Rules of the reading:
no `reputation_data`, or none of verdict and time, is no observation; a null score is None; an unknown `spam_risk` is
rejected with its raw entry, never taken for Healthy. Identity is number and `last_refreshed_at`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from providers import parsing
from providers.base import ConnectionReport, Cursor, Observation, ReadingsPage, Rejected, Verdict
from providers.errors import ProviderError, Refused
from providers.http import HttpClient
from providers.kinds import Gives, ProviderKind, Setting, Values
from providers.telnyx import gates
from providers.telnyx.client import BASE_URL, PAGE_SIZE, SERVICE, Meta, TelnyxClient, segment

SOURCE = "telnyx"
VERDICTS = {"high": Verdict.SPAM, "medium": Verdict.MIXED, "low": Verdict.HEALTHY}
SCORES = ("maturity_score", "connection_score", "engagement_score", "sentiment_score")
FETCH_SECONDS = 15.0


class TelnyxReadings:
    """Sweeps over the list of monitored numbers, page by page.

    The cursor holds the sweep's number, the next page, and the list's total when the sweep began. The list has no sort
    order, so rows added or removed during a sweep shift pages: when the total changed, the sweep is run once more.
    """

    def __init__(
        self,
        client: TelnyxClient,
        *,
        enterprise: str = "",
        clock: Callable[[], float] = time.monotonic,
        seconds: float = FETCH_SECONDS,
    ) -> None:
        """Without `enterprise` the list spans all enterprises of the key."""
        self._client = client
        self._enterprise = enterprise
        self._clock = clock
        self._seconds = seconds

    def fetch(self, cursor: Cursor | None, *, limit: int) -> ReadingsPage:
        """As many list pages as fit into `limit` (at least one), for at most 15 seconds.

        An error after the first page is kept for the next call, so that what was read is not lost.
        """
        until, place = self._clock() + self._seconds, _Place.of(cursor)
        found: list[Observation] = []
        rejected: list[Rejected] = []
        calls, more = 0, True
        while more and (calls == 0 or ((calls + 1) * PAGE_SIZE <= limit and self._clock() < until)):
            try:
                entries, meta = self._client.get_page(self._path(), place.page)
            except ProviderError:
                if calls == 0:
                    raise
                break
            calls += 1
            read_entries(entries, place.page, found, rejected)
            place, more = place.after(len(entries), meta)
        return ReadingsPage(found, place.cursor(), more, rejected, calls=calls)

    def test_connection(self) -> ConnectionReport:
        """Whether the key reads the list; for one enterprise, what its two gates say too."""
        try:
            said = gate_words(self._client, self._enterprise) if self._enterprise else ""
            _, meta = self._client.get_page(self._path(), 1, {"page[size]": 1})
        except ProviderError as exc:
            return ConnectionReport(False, exc.message)
        return ConnectionReport(
            True, f"Connected to {SERVICE}: {meta.total_results:,} monitored numbers. {said}".strip()
        )

    def _path(self) -> str:
        if not self._enterprise:
            return "/reputation/numbers"
        return f"/enterprises/{segment(self._enterprise)}/reputation/numbers"


def gate_words(client: TelnyxClient, enterprise: str) -> str:
    """What the gates of an enterprise say; `Refused` in words when Number Reputation is not enabled for it."""
    status = gates.read_gates(client, enterprise)
    if status is None:
        raise Refused(
            f"Number Reputation is not enabled at {SERVICE} for this enterprise, or its id is wrong.", status=404
        )
    return gates.in_words(status)


class _Place:
    """Where a sweep stands: its number, its next page, the total it began with, and whether it repeats another."""

    __slots__ = ("again", "page", "sweep", "total")

    def __init__(self, sweep: int = 1, page: int = 1, total: int | None = None, again: bool = False) -> None:
        self.sweep, self.page, self.total, self.again = sweep, page, total, again

    @classmethod
    def of(cls, cursor: Cursor | None) -> _Place:
        cursor = cursor or {}
        return cls(cursor.get("sweep", 1), cursor.get("page", 1), cursor.get("total"), cursor.get("again", False))

    def cursor(self) -> dict[str, Any]:
        return {"sweep": self.sweep, "page": self.page, "total": self.total, "again": self.again}

    def after(self, entries: int, meta: Meta) -> tuple[_Place, bool]:
        """The place after a page, and whether more is to be read now."""
        total = meta.total_results if self.total is None else self.total
        if entries and self.page < meta.total_pages:
            return _Place(self.sweep, self.page + 1, total, self.again), True
        repeat = meta.total_results != total and not self.again
        return _Place(self.sweep + 1, again=repeat), repeat


def read_entries(entries: list[Any], page: int, found: list[Observation], rejected: list[Rejected]) -> None:
    """Append what a list page holds to `found`, and what cannot be read to `rejected`."""
    for place, entry in enumerate(entries, start=1):
        try:
            observation = observation_of(entry)
        except ValueError as exc:
            rejected.append(
                Rejected(f"page {page}, entry {place}", str(exc), parsing.as_json(entry)[: parsing.RAW_LIMIT])
            )
        else:
            if observation is not None:
                found.append(observation)


def observation_of(entry: Any) -> Observation | None:
    """One list entry as an observation; None when nothing is known yet. ValueError in words when it cannot be read."""
    if not isinstance(entry, dict):
        raise ValueError("The entry is not an object.")
    data = entry.get("reputation_data")
    if data is None:
        return None
    if not isinstance(data, dict):
        raise ValueError("reputation_data is neither an object nor null.")
    e164 = parsing.e164(entry, "phone_number")
    if data.get("spam_risk") is None or data.get("last_refreshed_at") is None:
        return None
    verdict = _verdict(data["spam_risk"])
    maturity, connection, engagement, sentiment = (parsing.score(data, name) for name in SCORES)
    return Observation(
        e164=e164,
        source=SOURCE,
        observed_at=parsing.moment(data, "last_refreshed_at"),
        flagged=verdict is not Verdict.HEALTHY,
        verdict=verdict,
        category=parsing.text(data, "spam_category", limit=100),
        maturity=maturity,
        connection=connection,
        engagement=engagement,
        sentiment=sentiment,
        raw=parsing.as_json({name: value for name, value in data.items() if name != "last_refreshed_at"}),
    )


def _verdict(risk: Any) -> Verdict:
    verdict = VERDICTS.get(risk) if isinstance(risk, str) else None
    if verdict is None:
        raise ValueError(f"spam_risk {str(risk)[:40]!r} is not known (low, medium or high).")
    return verdict


ADDRESS = Setting(
    "base_url", "Address", "Change it only for a test service.", required=True, default=BASE_URL, is_url=True
)


def _make(values: Values, secret: str, client: HttpClient) -> TelnyxReadings:
    api = TelnyxClient(client, key=secret, base_url=values["base_url"])
    return TelnyxReadings(api, enterprise=values["enterprise_id"])


KIND = ProviderKind(
    key="telnyx",
    name="Telnyx Number Reputation",
    about="A provider's own verdict and four scores per number, from cached reads that are free of charge.",
    gives=Gives.READINGS,
    verdicts_of="telnyx",
    key_label="API key",
    interval_seconds=900,
    settings=(ADDRESS, Setting("enterprise_id", "Enterprise id", "Empty: the numbers of all enterprises of this key.")),
    make=_make,
)
