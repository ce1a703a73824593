"""Forced refresh at Telnyx: given numbers are looked at now, billed for each, and their values read from the list.

The single GET of a number is never used: it is billed when nothing is stored. The refresh is not atomic: each number
has its own outcome. When its answer is lost it may have been carried out and billed all the same, so it is not sent
again: the list, which is free, says what became of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from providers import parsing
from providers.base import ConnectionReport, Observation, ReadingsPage, Rejected
from providers.errors import OutcomeUnknown, ProviderError
from providers.http import HttpClient
from providers.kinds import Gives, ProviderKind, Setting, Values
from providers.telnyx.client import SERVICE, TelnyxClient, segment
from providers.telnyx.readings import ADDRESS, FETCH_SECONDS, TelnyxReadings, read_entries

LARGEST = 100
UNTOLD = "did not say what became of the number."


class TelnyxRefresh:
    """Asks Telnyx to look at numbers of one enterprise now."""

    largest = LARGEST

    def __init__(
        self,
        client: TelnyxClient,
        *,
        enterprise: str,
        clock: Callable[[], float] = time.monotonic,
        seconds: float = FETCH_SECONDS,
    ) -> None:
        self._client = client
        self._enterprise = enterprise
        self._path = f"/enterprises/{segment(enterprise)}/reputation/numbers"
        self._clock = clock
        self._seconds = seconds

    def read(self, numbers: Sequence[str]) -> ReadingsPage:
        """Refresh at most 100 numbers and read what the list says of them then.

        An error, or 15 seconds, after the refresh end the reading with what is there: the other values are on the list
        and come with the feed that reads it.
        """
        asked = list(dict.fromkeys(numbers))
        if not 0 < len(asked) <= LARGEST:
            raise ValueError(f"One call refreshes 1 to {LARGEST} numbers, not {len(asked)}.")
        done, rejected, billed = self._refresh(asked)
        found: list[Observation] = []
        calls = 1
        for entries in self._lists(done):
            calls += 1
            read_entries([one for one in entries if _number_of(one) in done], calls - 1, found, rejected)
        mine = {one.e164: one for one in found}
        return ReadingsPage(list(mine.values()), {}, False, rejected, calls=calls, billed_calls=billed)

    def test_connection(self) -> ConnectionReport:
        """What the list and the gates say; nothing is refreshed."""
        return TelnyxReadings(self._client, enterprise=self._enterprise).test_connection()

    def _refresh(self, asked: list[str]) -> tuple[list[str], list[Rejected], int]:
        """The numbers to read, those that were not refreshed with the reason, and how many are billed."""
        try:
            answer = self._client.send("POST", self._path + "/refresh", {"phone_numbers": asked})
            results = answer["data"]["results"]
            outcomes = {one["phone_number"]: one for one in results if one["phone_number"] in asked}
        except (OutcomeUnknown, KeyError, TypeError):
            return asked, [], len(asked)
        done = [e164 for e164 in asked if outcomes.get(e164, {}).get("success") is True]
        failed = [_failed(place, outcomes.get(e164)) for place, e164 in enumerate(asked, 1) if e164 not in done]
        return done, failed, len(done)

    def _lists(self, wanted: list[str]) -> Iterator[list[Any]]:
        """List answers that hold the wanted numbers: the first page, and then whatever takes fewer calls."""
        until = self._clock() + self._seconds
        if not wanted:
            return
        try:
            first, meta = self._client.get_page(self._path, 1)
            yield first
            for page, filters in _next_asks(wanted, first, meta.total_pages):
                if self._clock() >= until:
                    return
                yield self._client.get_page(self._path, page, filters)[0]
        except ProviderError:
            return


def _next_asks(wanted: list[str], first: list[Any], pages: int) -> list[tuple[int, dict[str, str]]]:
    """After the first page: the others when they are fewer than the numbers still wanted, else number by number."""
    here = [_number_of(one) for one in first]
    others = [e164 for e164 in wanted if e164 not in here]
    if not others:
        return []
    if pages - 1 <= len(others):
        return [(page, {}) for page in range(2, pages + 1)]
    return [(1, {"filter[phone_number][eq]": e164}) for e164 in others]


def _number_of(entry: Any) -> Any:
    return entry.get("phone_number") if isinstance(entry, dict) else None


def _failed(place: int, outcome: Any) -> Rejected:
    said = outcome.get("error") if outcome else None
    return Rejected(
        f"number {place}",
        f"{SERVICE} {UNTOLD}" if not said else str(said),
        parsing.as_json(outcome)[: parsing.RAW_LIMIT],
    )


def _make(values: Values, secret: str, client: HttpClient) -> TelnyxRefresh:
    api = TelnyxClient(client, key=secret, base_url=values["base_url"])
    return TelnyxRefresh(api, enterprise=values["enterprise_id"])


KIND = ProviderKind(
    key="telnyx_refresh",
    name="Telnyx, refreshed on demand",
    about="Telnyx looks at a number when the portal asks for it, and charges for each: for numbers that matter now.",
    gives=Gives.READINGS,
    verdicts_of="telnyx",
    key_label="API key",
    interval_seconds=24 * 3600,
    settings=(ADDRESS, Setting("enterprise_id", "Enterprise id", "Whose numbers are refreshed.", required=True)),
    make=_make,
    billed=True,
)
