"""How made-up numbers live: a pure function of seed, number and simulated time, plus what people did to them.

`World` answers three questions about a number: what the provider would say now (`reading`), when it looked
(`refresh_times`) and which test calls the carriers saw (`calls`). The demo's 90-day history and the running simulator
ask the same functions, so the one continues the other without a seam. The rules are told in docs/providers.md.

Before `epoch` simulated time is wall-clock time; after it, `speed` simulated seconds pass in a second. All times given
and returned are wall clock, aware and UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from providers.simulator.episodes import (
    CARRIERS,
    DAY,
    HOUR,
    Episode,
    episodes_around,
    episodes_between,
    forced_episode,
)
from providers.simulator.hashing import mix, text_key, unit, wave

LABEL_WORDS = {
    "att": "Spam Risk",
    "verizon": "Potential Spam",
    "tmobile": "Scam Likely",
    "uscellular": "Potential Spam",
}
QUIET_GRID = 48 * HOUR
BUSY_GRID = 12 * HOUR
QUIET_KEY, BUSY_KEY = 0x9A1, 0xD01
STRAY_LABEL = 0.0008
ENOUGH_TRAFFIC = 0.35
RETRIED = HOUR / 2  # after a remediation each carrier is tried again, one after the other
SILENT_SHARE = 0.02
QUIET_SHARE = 0.08
_CARRIER_KEYS = {carrier: text_key(carrier, 0) for carrier in CARRIERS}
_RISKS = ("low", "medium", "high")
_START = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ReputationData:
    """One snapshot in the provider's own words and scales: risk low, medium or high; scores 0-100 or None."""

    spam_risk: str
    spam_category: str | None
    maturity_score: int | None
    connection_score: int | None
    engagement_score: int | None
    sentiment_score: int | None
    last_refreshed_at: datetime


@dataclass(frozen=True, slots=True)
class CarrierCall:
    """One test call as a phone at a carrier saw it. `label` is the word on the screen, empty when there was none."""

    ident: str
    e164: str
    carrier: str
    at: datetime
    label: str
    category: str

    @property
    def flagged(self) -> bool:
        return self.label != ""


def seconds_of(at: datetime) -> float:
    return (at - _START).total_seconds()


def moment_of(seconds: float) -> datetime:
    return _START + timedelta(seconds=round(seconds, 6))


@dataclass(frozen=True, slots=True)
class _Stretch:
    """From this wall-clock second on, simulated time runs from `simulated` at the world's speed."""

    wall: float
    simulated: float


class World:
    """All made-up numbers under one seed. The overlay (`label`, `clear`, `jump`) is the only memory.

    `changes` counts what was done to it: an answer computed ahead holds while the count stays.
    """

    def __init__(self, seed: int, epoch: datetime, speed: float = 1.0) -> None:
        if epoch.tzinfo is None:
            raise ValueError("The epoch must be an aware time, for example 2026-01-01T00:00:00+00:00.")
        if speed <= 0:
            raise ValueError("The speed must be above zero.")
        self.seed = seed
        self.epoch = epoch
        self.speed = speed
        self._stretches = [_Stretch(seconds_of(epoch), seconds_of(epoch))]
        self.changes = 0
        self._cleared: dict[str, list[float]] = {}
        self._forced: dict[str, list[Episode]] = {}

    # Time -----------------------------------------------------------------------------------------------------------

    def simulated(self, at: datetime) -> float:
        """Simulated seconds since 1970 at a wall-clock moment."""
        wall = seconds_of(at)
        if wall < self._stretches[0].wall:
            return wall
        stretch = next(one for one in reversed(self._stretches) if one.wall <= wall)
        return stretch.simulated + (wall - stretch.wall) * self.speed

    def wall(self, moment: float) -> datetime:
        """The wall-clock moment at which simulated time reaches `moment`; a skipped one is reached at its jump."""
        if moment <= self._stretches[0].simulated:
            return moment_of(moment)
        place = max(at for at, one in enumerate(self._stretches) if one.simulated <= moment)
        stretch = self._stretches[place]
        reached = stretch.wall + (moment - stretch.simulated) / self.speed
        later = self._stretches[place + 1 :]
        return moment_of(min(reached, later[0].wall) if later else reached)

    def jump(self, at: datetime, seconds: float) -> None:
        """Skip `seconds` of simulated time at a wall-clock moment; not before the epoch or an earlier jump."""
        if seconds < 0:
            raise ValueError("Simulated time only goes forward.")
        wall = max(seconds_of(at), self._stretches[-1].wall)
        self.changes += 1
        self._stretches.append(_Stretch(wall, self.simulated(moment_of(wall)) + seconds))

    # What the provider says -----------------------------------------------------------------------------------------

    def reading(self, e164: str, at: datetime) -> ReputationData | None:
        """What a live look at this moment gives; None for a number that nobody ever collected anything about."""
        key, moment = text_key(e164, self.seed), self.simulated(at)
        if self._is_silent(e164, key):
            return None
        episodes = self._episodes(e164, key, moment)
        worst = _worst(episodes, moment)
        risk = worst.risk(moment) if worst else "low"
        strain = max((one.weight(moment) for one in episodes), default=0.0)
        category = worst.category if worst and risk == "high" else None
        return ReputationData(risk, category, *_scores(key, moment, strain), at)

    def risk(self, e164: str, at: datetime) -> str:
        """The word of a reading alone (low, medium, high; empty without data), at a fraction of its cost."""
        key, moment = text_key(e164, self.seed), self.simulated(at)
        if self._is_silent(e164, key):
            return ""
        worst = _worst(self._episodes(e164, key, moment), moment)
        return worst.risk(moment) if worst else "low"

    def _is_silent(self, e164: str, key: int) -> bool:
        return unit(key ^ 0x511) < SILENT_SHARE and e164 not in self._forced

    def refresh_times(self, e164: str, start: datetime, end: datetime, frequency: str = "daily") -> Iterator[datetime]:
        """When the provider looked at the number by itself, start <= time < end, oldest first.

        `frequency` is the contract's word: business_daily, daily, weekly, biweekly, monthly or never.
        """
        key = text_key(e164, self.seed)
        offset = unit(key ^ 0x3F) * DAY
        day = int((self.simulated(start) - offset) // DAY)
        while (at := self.wall(day * DAY + offset)) < end:
            if at >= start and _looks_on(day, key, frequency):
                yield at
            day += 1

    def last_refresh(self, e164: str, at: datetime, frequency: str = "daily") -> datetime | None:
        """The newest refresh not after `at`, looking back 31 simulated days."""
        key = text_key(e164, self.seed)
        offset = unit(key ^ 0x3F) * DAY
        today = int((self.simulated(at) - offset) // DAY)
        for day in range(today, today - 32, -1):
            if _looks_on(day, key, frequency) and (found := self.wall(day * DAY + offset)) <= at:
                return found
        return None

    # What carriers' phones saw --------------------------------------------------------------------------------------

    def calls(self, e164: str, start: datetime, end: datetime) -> Iterator[CarrierCall]:
        """The test calls of all carriers, start <= time < end, oldest first.

        A carrier is tried every 48 simulated hours, and every 12 while it may be labelling the number.
        """
        key = text_key(e164, self.seed)
        since, until = self.simulated(start), self.simulated(end)
        episodes = self._with_overlay(e164, episodes_between(key, since, until))
        found: list[tuple[float, CarrierCall]] = []
        for rank, carrier in enumerate(CARRIERS):
            found += self._calls_at(e164, carrier, key, rank / len(CARRIERS), since, until, episodes)
        for moment, call in sorted(found, key=lambda pair: pair[0]):
            if since <= moment < until:
                yield call

    def _calls_at(
        self,
        e164: str,
        carrier: str,
        key: int,
        shift: float,
        since: float,
        until: float,
        episodes: tuple[Episode, ...],
    ) -> list[tuple[float, CarrierCall]]:
        """The carriers take turns: each one's calls lie a quarter of the period (`shift`) behind the one before."""
        mine = [(onset, one.end) for one in episodes for name, onset in one.onsets if name == carrier]
        moments = {
            moment
            for moment in grid(key ^ QUIET_KEY, QUIET_GRID, shift, since, until)
            if not any(onset <= moment < over for onset, over in mine)
        }
        for onset, over in mine:
            moments.update(grid(key ^ BUSY_KEY, BUSY_GRID, shift, max(onset, since), min(over, until)))
        moments.update(cleared + RETRIED * (1 + shift) for cleared in self._cleared.get(e164, ()))
        draw = mix(key ^ _CARRIER_KEYS[carrier])
        return [self._call(e164, carrier, draw, moment, episodes) for moment in moments]

    def _call(
        self, e164: str, carrier: str, key: int, moment: float, episodes: tuple[Episode, ...]
    ) -> tuple[float, CarrierCall]:
        draw = mix(key ^ int(moment))
        by = max(episodes, key=lambda one: one.chance_at(carrier, moment), default=None)
        chance = max(STRAY_LABEL, by.chance_at(carrier, moment) if by else 0.0)
        labelled = unit(draw) < chance
        category = by.category.lower() if by and labelled and chance > STRAY_LABEL else ""
        label = LABEL_WORDS[carrier] if labelled else ""
        return moment, CarrierCall(f"{draw:016x}", e164, carrier, self.wall(moment), label, category)

    # What people did ------------------------------------------------------------------------------------------------

    def labelled(self) -> list[str]:
        """The numbers that were ever labelled or cleared: they may be called outside their grids."""
        return [*self._forced, *self._cleared]

    def label(self, e164: str, at: datetime, carriers: tuple[str, ...] = CARRIERS[:3]) -> None:
        """Label a number from now on, whatever its fate was: full strength at once, until cleared."""
        self.changes += 1
        episode = forced_episode(text_key(e164, self.seed), self.simulated(at), carriers)
        self._forced.setdefault(e164, []).append(episode)

    def clear(self, e164: str, at: datetime) -> None:
        """End whatever labels the number has at this moment: a remediation that worked."""
        self.changes += 1
        self._cleared.setdefault(e164, []).append(self.simulated(at))

    def _episodes(self, e164: str, key: int, moment: float) -> tuple[Episode, ...]:
        return self._with_overlay(e164, episodes_around(key, moment))

    def _with_overlay(self, e164: str, episodes: tuple[Episode, ...]) -> tuple[Episode, ...]:
        if not self._cleared and not self._forced:
            return episodes
        episodes += tuple(self._forced.get(e164, ()))
        for moment in self._cleared.get(e164, ()):
            episodes = tuple(one.cut_at(moment) for one in episodes)
        return episodes


def _worst(episodes: tuple[Episode, ...], moment: float) -> Episode | None:
    return max(episodes, key=lambda one: _RISKS.index(one.risk(moment)), default=None)


def _looks_on(day: int, key: int, frequency: str) -> bool:
    """Whether the provider refreshes a number on this day; day 0 was a Thursday."""
    if frequency == "business_daily":
        return (day + 3) % 7 < 5
    every = {"daily": 1, "weekly": 7, "biweekly": 14, "monthly": 30}.get(frequency)
    return every is not None and day % every == key % every


def grid(key: int, period: float, shift: float, since: float, until: float) -> Iterator[float]:
    """Moments about `period` seconds apart in since <= moment < until: one in each slot, at its own random place.

    `shift` (a fraction of the period) moves them on within their slots.
    """
    for place in range(int(since // period), int(until // period) + 1):
        moment = (place + (unit(key + place) + shift) % 1.0) * period
        if since <= moment < until:
            yield moment


def _scores(key: int, moment: float, strain: float) -> tuple[int | None, int | None, int | None, int | None]:
    """Maturity, connection, engagement, sentiment; the last three None while there is too little traffic."""
    quiet = unit(key ^ 0x0DD) < QUIET_SHARE
    traffic = wave(key ^ 0x7AF, moment, 20 * DAY) * (0.6 if quiet else 1.0) + (0.0 if quiet else 0.4)
    maturity = _walk(key ^ 0x1, moment, low=35 if quiet else 70, drop=8 * strain)
    if traffic < ENOUGH_TRAFFIC:
        return maturity, None, None, None
    connection = _walk(key ^ 0x2, moment, low=_base(key ^ 0x20), drop=38 * strain)
    engagement = _walk(key ^ 0x3, moment, low=_base(key ^ 0x30), drop=32 * strain)
    sentiment = _walk(key ^ 0x4, moment, low=_base(key ^ 0x40), drop=55 * strain)
    return maturity, connection, engagement, sentiment


def _base(key: int) -> float:
    """The floor of a metric's walk: mostly good, for one number in sixteen a weak spot."""
    draw = unit(key)
    return 30 + 400 * draw if draw < 1 / 16 else 66 + 18 * draw


def _walk(key: int, moment: float, *, low: float, drop: float) -> int:
    value = low + 20 * wave(mix(key), moment, 9 * DAY) - drop
    return max(0, min(100, round(value)))
