"""Reputation readings from Hiya's Business Partner API, asked number by number and billed for each.

`GET /reputation?phones=%2B1...&phones=%2B1...`, 100 numbers a call. The published reference names the fields and
renders the answer's body in the browser only, so the body is assumed (docs/providers.md) and its field names are
settings. Hiya speaks for Hiya-powered networks, one status per number; its status is looked up live with each request.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from providers import http, parsing
from providers.base import ConnectionReport, Observation, ReadingsPage, Rejected, Verdict
from providers.errors import Misconfigured, ProviderError, Refused, Temporary
from providers.kinds import Gives, ProviderKind, Setting, Values

SERVICE, SOURCE = "Hiya", "hiya"
BASE_URL = "https://api.hiya.com"
LARGEST = 100

# The four statuses (D19). Flagged now: the next call would be labelled, or the label has just come or gone.
VERDICTS = {
    "flagged": Verdict.SPAM,
    "mixed_high": Verdict.MIXED,
    "mixed_low": Verdict.HEALTHY,
    "unflagged": Verdict.HEALTHY,
}
# A grade as a score in the middle of its band (D9): 75-100 Good, 50-74 Normal, 25-49 Poor, 0-24 Very poor.
GRADES = {"a": 88, "good": 88, "b": 62, "normal": 62, "c": 37, "poor": 37, "d": 12, "very_poor": 12}


@dataclass(frozen=True, slots=True)
class FieldNames:
    """What the fields of an answer are called: the list of results, and in each of them number, status and grades."""

    results: str = "reputations"
    phone: str = "phone"
    status: str = "status"
    maturity: str = "maturityMetric"
    connection: str = "connectionMetric"
    engagement: str = "engagementMetric"
    sentiment: str = "sentimentMetric"


class HiyaReputation:
    """Asks about given numbers. Each request counts as a look at this moment, told by `clock`."""

    largest = LARGEST

    def __init__(
        self,
        http_client: http.HttpClient,
        *,
        app_id: str,
        secret: str,
        base_url: str = BASE_URL,
        names: FieldNames | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._http = http_client
        self._url = base_url.rstrip("/") + "/reputation"
        self._names = names or FieldNames()
        self._clock = clock
        pair = b64encode(f"{app_id}:{secret}".encode()).decode()
        self._headers = {"Authorization": f"Basic {pair}", "Accept": "application/json"}

    def read(self, numbers: Sequence[str]) -> ReadingsPage:
        """What Hiya says now about at most 100 numbers; every number of the call is billed."""
        asked = list(dict.fromkeys(numbers))
        if not 0 < len(asked) <= LARGEST:
            raise ValueError(f"One call asks about 1 to {LARGEST} numbers, not {len(asked)}.")
        entries = self._entries(self._ask(asked).json(SERVICE))
        found, rejected = read_entries(entries, asked, self._names, at=self._clock())
        return ReadingsPage(found, {}, False, rejected, calls=1, billed_calls=len(asked))

    def test_connection(self) -> ConnectionReport:
        """Asks about no number, which can cost nothing: a key that is taken is answered with a complaint about that."""
        try:
            self._ask([])
        except Refused as exc:
            if exc.status != 400:
                return ConnectionReport(False, exc.message)
        except ProviderError as exc:
            return ConnectionReport(False, exc.message)
        return ConnectionReport(True, f"{SERVICE} answers and takes the key. No number was asked about.")

    def _ask(self, numbers: Sequence[str]) -> http.Answer:
        answer = self._http.get(self._url, service=SERVICE, params={"phones": numbers}, headers=self._headers)
        http.judge(answer, service=SERVICE, reason=reason_of(answer))
        return answer

    def _entries(self, body: Any) -> list[Any]:
        entries = body.get(self._names.results) if isinstance(body, dict) else body
        if not isinstance(entries, list):
            raise Temporary(
                f"{SERVICE} sent an answer without a list of reputations. It will be asked again; if it stays, compare "
                "the field names in the feed's settings with an answer of your account."
            )
        return entries


def reason_of(answer: http.Answer) -> str:
    """The messages of an error body, joined; empty when there is none (it may be absent)."""
    if answer.status < 400:
        return ""
    try:
        return "; ".join(str(one["message"]) for one in answer.json(SERVICE)["error"]["errors"])[:500]
    except (Temporary, KeyError, TypeError):
        return ""


def read_entries(
    entries: Sequence[Any], asked: Sequence[str], names: FieldNames, *, at: datetime
) -> tuple[list[Observation], list[Rejected]]:
    """The observations of an answer, and what could not be read. A number counts once, and only if it was asked for."""
    awaited, found, rejected = set(asked), [], []
    for place, entry in enumerate(entries, start=1):
        try:
            observation, odd = observation_of(entry, names, at=at)
            if observation.e164 not in awaited:
                raise ValueError(f"{names.phone} is a number that was not asked about, or it is told twice.")
        except ValueError as exc:
            rejected.append(_rejected(place, str(exc), entry))
            continue
        awaited.discard(observation.e164)
        found.append(observation)
        rejected += [_rejected(place, reason, entry) for reason in odd]
    return found, rejected


def _rejected(place: int, reason: str, entry: Any) -> Rejected:
    return Rejected(f"entry {place}", reason, parsing.as_json(entry)[: parsing.RAW_LIMIT])


def observation_of(entry: Any, names: FieldNames, *, at: datetime) -> tuple[Observation, list[str]]:
    """One entry as an observation, and the grades that are no known word, each in a sentence.

    ValueError in words when number or status cannot be read: an unknown status is never taken for Healthy. An unknown
    grade costs only itself: it counts as too little data, and is told.
    """
    if not isinstance(entry, dict):
        raise ValueError("The entry is not an object.")
    e164, verdict = parsing.e164(entry, names.phone), _verdict(entry, names.status)
    odd: list[str] = []
    observation = Observation(
        e164=e164,
        source=SOURCE,
        observed_at=at,
        flagged=verdict is not Verdict.HEALTHY,
        verdict=verdict,
        maturity=_score(entry, names.maturity, odd),
        connection=_score(entry, names.connection, odd),
        engagement=_score(entry, names.engagement, odd),
        sentiment=_score(entry, names.sentiment, odd),
        raw=parsing.as_json({name: value for name, value in entry.items() if name != names.phone}),
    )
    return observation, odd


def _word(value: Any) -> str:
    """A status or grade as it is compared: `Very Poor` and `very-poor` are `very_poor`; empty for what is no text."""
    return value.strip().lower().replace(" ", "_").replace("-", "_") if isinstance(value, str) else ""


def _verdict(entry: Mapping[str, Any], name: str) -> Verdict:
    verdict = VERDICTS.get(_word(entry.get(name)))
    if verdict is None:
        raise ValueError(f"{name} {str(entry.get(name))[:40]!r} is not known ({', '.join(VERDICTS)}).")
    return verdict


def _score(entry: Mapping[str, Any], name: str, odd: list[str]) -> int | None:
    value = entry.get(name)
    if value is None or value == "":
        return None
    score = GRADES.get(_word(value))
    if score is None:
        odd.append(f"{name} {str(value)[:40]!r} is not a known grade (A to D, or good, normal, poor, very_poor).")
    return score


def _make(values: Values, secret: str, client: http.HttpClient) -> HiyaReputation:
    if not values["app_id"].isascii() or ":" in values["app_id"] or " " in values["app_id"]:
        raise Misconfigured("The App ID holds a character that App IDs do not have. Copy it again.")
    names = FieldNames(**{one.name: values[f"{one.name}_field"] for one in fields(FieldNames)})
    return HiyaReputation(client, app_id=values["app_id"], secret=secret, base_url=values["base_url"], names=names)


def _field(name: str, label: str) -> Setting:
    return Setting(f"{name}_field", label, required=True, default=getattr(FieldNames(), name))


KIND = ProviderKind(
    key="hiya",
    name="Hiya Number Reputation",
    about="Hiya's own verdict and four grades per number. Hiya charges for each number with each request.",
    gives=Gives.READINGS,
    verdicts_of="hiya",
    key_label="App secret",
    interval_seconds=24 * 3600,
    settings=(
        Setting("app_id", "App ID", "Production keys begin with PROD_; test keys cost nothing.", required=True),
        Setting("base_url", "Address", "As Hiya told it with the key.", required=True, default=BASE_URL, is_url=True),
        _field("results", "Field of the results"),
        _field("phone", "Field of the number"),
        _field("status", "Field of the status"),
        _field("maturity", "Field of the maturity grade"),
        _field("connection", "Field of the connection grade"),
        _field("engagement", "Field of the engagement grade"),
        _field("sentiment", "Field of the sentiment grade"),
    ),
    make=_make,
    billed=True,
)
