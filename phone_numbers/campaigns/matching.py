"""Which number of a campaign's pool calls a destination (R89-R92, D25): pure, no queries.

The order of the steps is: same area code and exchange, same area code, same state, any. Within a step Healthy comes
before Mixed and unknown, and of those the number that was used least recently. A tagged number is never chosen by any
step, the default included; neither is one whose calls reached a cap. Numbers that rest (their calls of the day reached
`rest_after`) come after all others: the steps are gone through once without them and once with them. When no step has a
number, the campaign's default is used even if tagged; without a default there is no caller ID.

`caller_id_sql` claims by the same order in the database; a test holds both equal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum, StrEnum

from phone_numbers.states import Rating

NANP_LENGTH = 12  # +1 and ten digits


class Step(IntEnum):
    """How near a number is to the destination; the nearest come first."""

    EXCHANGE = 1
    AREA_CODE = 2
    STATE = 3
    ANY = 4

    @property
    def words(self) -> str:
        """Return the step as people read it."""
        return _STEP_WORDS[self]


_STEP_WORDS = {
    Step.EXCHANGE: "Same area code and exchange",
    Step.AREA_CODE: "Same area code",
    Step.STATE: "Same state",
    Step.ANY: "Any other number",
}


class Skipped(StrEnum):
    """Why a number of the pool is not considered."""

    TAGGED = "tagged"
    MIXED = "mixed"
    HOUR_CAP = "hour_cap"
    DAY_CAP = "day_cap"

    @property
    def words(self) -> str:
        """Return the reason as people read it."""
        return _SKIPPED_WORDS[self]


_SKIPPED_WORDS = {
    Skipped.TAGGED: "tagged as spam",
    Skipped.MIXED: "rated Mixed, which this campaign does not use",
    Skipped.HOUR_CAP: "at the cap of calls an hour",
    Skipped.DAY_CAP: "at the cap of calls a day",
}


@dataclass(frozen=True, slots=True)
class Policy:
    """The campaign's own choices. A cap or `rest_after` of None means that there is none; all count calls."""

    use_mixed: bool = True
    calls_per_hour: int | None = None
    calls_per_day: int | None = None
    rest_after: int | None = None


@dataclass(frozen=True, slots=True)
class PoolNumber:
    """What the decision looks at in a number.

    `hour_uses` and `day_uses` count its calls since `hour_at` and on `day_on`, those of other campaigns included.
    """

    id: int
    e164: str
    state: str
    rating: Rating
    tagged: bool
    last_used_at: datetime
    hour_at: datetime
    hour_uses: int
    day_on: date
    day_uses: int


@dataclass(frozen=True, slots=True)
class Destination:
    """Who is called: E.164, and the US state ('' when it has none, as toll-free and foreign numbers)."""

    e164: str
    state: str = ""


@dataclass(frozen=True, slots=True)
class StepReport:
    """What one step had: `usable` numbers in order, how many of them rest, and how many were skipped and why."""

    step: Step
    usable: Sequence[PoolNumber]
    resting: int
    skipped: Counter[Skipped]


@dataclass(frozen=True, slots=True)
class Match:
    """The chosen number, by which step, and what each step had. None: no step has a number."""

    number: PoolNumber | None
    step: Step | None
    reports: Sequence[StepReport]


def area_code_of(e164: str) -> str:
    """Return +1 and the area code of a number of the North American plan, '' for others."""
    return e164[:5] if e164.startswith("+1") and len(e164) == NANP_LENGTH else ""


def exchange_of(e164: str) -> str:
    """Return +1, area code and exchange of a number of the North American plan, '' for others."""
    return e164[:8] if area_code_of(e164) else ""


def step_of(number: PoolNumber, destination: Destination) -> Step:
    """Return the nearest step that a number belongs to."""
    exchange, area_code = exchange_of(destination.e164), area_code_of(destination.e164)
    if exchange and exchange_of(number.e164) == exchange:
        return Step.EXCHANGE
    if area_code and area_code_of(number.e164) == area_code:
        return Step.AREA_CODE
    return Step.STATE if destination.state and number.state == destination.state else Step.ANY


def hour_of(now: datetime) -> datetime:
    """Return the start of the hour that calls are counted for."""
    return now.replace(minute=0, second=0, microsecond=0)


def skip_reason(number: PoolNumber, policy: Policy, now: datetime) -> Skipped | None:
    """Return why a number is not considered, None when it is."""
    if number.tagged or number.rating == Rating.SPAM:
        return Skipped.TAGGED
    if number.rating == Rating.MIXED and not policy.use_mixed:
        return Skipped.MIXED
    if policy.calls_per_hour is not None and _this_hour(number, now) >= policy.calls_per_hour:
        return Skipped.HOUR_CAP
    if policy.calls_per_day is not None and _today(number, now) >= policy.calls_per_day:
        return Skipped.DAY_CAP
    return None


def rests(number: PoolNumber, policy: Policy, now: datetime) -> bool:
    """Tell whether a number has had its calls of the day and comes last."""
    return policy.rest_after is not None and _today(number, now) >= policy.rest_after


def _this_hour(number: PoolNumber, now: datetime) -> int:
    return number.hour_uses if number.hour_at >= hour_of(now) else 0


def _today(number: PoolNumber, now: datetime) -> int:
    return number.day_uses if number.day_on >= now.date() else 0


def match(pool: Iterable[PoolNumber], destination: Destination, policy: Policy, *, now: datetime) -> Match:
    """Choose a number of the pool for a destination."""
    reports = tuple(_reports(list(pool), destination, policy, now))
    for resting in (False, True):
        for report in reports:
            for number in report.usable:
                if rests(number, policy, now) == resting:
                    return Match(number, report.step, reports)
    return Match(None, None, reports)


def _reports(
    pool: Sequence[PoolNumber], destination: Destination, policy: Policy, now: datetime
) -> Iterator[StepReport]:
    """Sort the pool into the steps, each in the order in which its numbers would be chosen."""
    by_step: dict[Step, list[PoolNumber]] = {step: [] for step in Step}
    for number in pool:
        by_step[step_of(number, destination)].append(number)
    for step, numbers in by_step.items():
        reasons = [(number, skip_reason(number, policy, now)) for number in numbers]
        usable = sorted((number for number, reason in reasons if reason is None), key=_order)
        resting = sum(rests(number, policy, now) for number in usable)
        yield StepReport(step, usable, resting, Counter(reason for _, reason in reasons if reason is not None))


def _order(number: PoolNumber) -> tuple[bool, datetime, int]:
    return (number.rating != Rating.HEALTHY, number.last_used_at, number.id)
