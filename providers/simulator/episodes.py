"""When a made-up number is labelled, by whom and how hard: a pure function of the number's key and time.

Time is cut into eras of 60 days. In each era a number may have one major episode and one blip; a number's temper (calm,
busy, careless) decides how likely. Times here are simulated seconds since 1970.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from math import exp

from providers.simulator.hashing import mix, unit

HOUR = 3600.0
DAY = 24 * HOUR
ERA = 60 * DAY
CARRIERS = ("att", "verizon", "tmobile", "uscellular")
CATEGORIES = ("Telemarketer", "Telemarketer", "Telemarketer", "Survey", "Debt Collector", "Nonprofit", "Political")

STUBBORN_PER_ERA = 0.045
WAVE_PER_ERA = 0.10
BLIP_PER_ERA = 0.6
RECOVERY = 5 * DAY
TEMPERS = ((0.70, 0.4), (0.95, 1.8), (1.0, 5.4))


@dataclass(frozen=True, slots=True)
class Episode:
    """A label from `start` to `end`: building up for `ramp` seconds, fading for `fade` seconds before the end.

    A blip (`severity` under 0.5) is never more than medium. `onsets` are the carriers that join, with their moment.
    """

    start: float
    end: float
    ramp: float
    fade: float
    severity: float
    category: str
    onsets: tuple[tuple[str, float], ...]

    @property
    def is_blip(self) -> bool:
        return self.severity < 0.5

    def risk(self, moment: float) -> str:
        """`low` outside, `medium` while it builds up or fades (a blip always), `high` between."""
        if not self.start <= moment < self.end:
            return "low"
        if self.is_blip or moment < self.start + self.ramp or moment >= self.end - self.fade:
            return "medium"
        return "high"

    def weight(self, moment: float) -> float:
        """0 to 1: how much it pulls the scores down; they recover over days after the end."""
        if moment < self.start:
            return 0.0
        if moment >= self.end:
            return self.severity * exp((self.end - moment) / RECOVERY)
        built = (moment - self.start) / (2 * self.ramp) if self.ramp else 1.0
        return self.severity * min(1.0, built)

    def chance_at(self, carrier: str, moment: float) -> float:
        """The chance that a test call to this carrier shows a label."""
        onset = dict(self.onsets).get(carrier)
        if onset is None or not onset <= moment < self.end:
            return 0.0
        if self.is_blip:
            return 0.3
        return 0.92 if onset + self.ramp <= moment < self.end - self.fade else 0.45

    def cut_at(self, moment: float) -> Episode:
        """The same, ended at a moment: what a successful remediation does."""
        return replace(self, end=moment, fade=0.0) if self.start <= moment < self.end else self


def temper(key: int) -> float:
    draw = unit(key ^ 0x7E3)
    for share, factor in TEMPERS:
        if draw < share:
            return factor
    return TEMPERS[-1][1]


@lru_cache(maxsize=200_000)
def episodes_of_era(key: int, era: int) -> tuple[Episode, ...]:
    """What begins in one era; it may reach into the next one, never further."""
    draw, factor = mix(key + era * 0x51ED27), temper(key)
    found = []
    shape = _major_shape(draw, factor)
    if shape is not None:
        found.append(_major(draw, era, shape))
    if _has_blip(draw, factor):
        found.append(_blip(mix(draw ^ 0xB12), era))
    return tuple(found)


def spans_of_era(key: int, era: int) -> list[tuple[float, float]]:
    """Start and end of the same episodes, at a fraction of the cost: what an index over a million numbers needs."""
    draw, factor = mix(key + era * 0x51ED27), temper(key)
    found = []
    shape = _major_shape(draw, factor)
    if shape is not None:
        found.append(_major_span(draw, era, shape))
    if _has_blip(draw, factor):
        found.append(_blip_span(mix(draw ^ 0xB12), era))
    return found


def episodes_around(key: int, moment: float) -> tuple[Episode, ...]:
    """Every episode that can matter at a moment, the recovering ones included."""
    era = int(moment // ERA)
    return episodes_of_era(key, era - 1) + episodes_of_era(key, era)


def episodes_between(key: int, since: float, until: float) -> tuple[Episode, ...]:
    """Every episode that can matter from one moment to another."""
    eras = range(int(since // ERA) - 1, int(until // ERA) + 1)
    return tuple(episode for era in eras for episode in episodes_of_era(key, era))


def forced_episode(key: int, start: float, carriers: tuple[str, ...]) -> Episode:
    """A label that a person switched on: at full strength at once, until remediated (six weeks at most)."""
    onsets = tuple((carrier, start) for carrier in carriers)
    category = CATEGORIES[mix(key) % len(CATEGORIES)]
    return Episode(start, start + 42 * DAY, 0.0, 0.0, 1.0, category, onsets)


@dataclass(frozen=True, slots=True)
class _Shape:
    """What kind of major episode it is: how long it lasts, in seconds, and how hard it is."""

    shortest: float
    longest: float
    severity: float


_STUBBORN = _Shape(20 * DAY, 42 * DAY, 1.0)
_WAVE = _Shape(4 * DAY, 12 * DAY, 0.75)


def _major_shape(draw: int, factor: float) -> _Shape | None:
    lot = unit(draw) / factor
    if lot < STUBBORN_PER_ERA:
        return _STUBBORN
    return _WAVE if lot < STUBBORN_PER_ERA + WAVE_PER_ERA else None


def _has_blip(draw: int, factor: float) -> bool:
    return unit(draw ^ 0xB11) / factor < BLIP_PER_ERA


def _major_span(draw: int, era: int, shape: _Shape) -> tuple[float, float]:
    start = (era + unit(draw ^ 0xA1)) * ERA
    return start, start + (shape.shortest + unit(draw ^ 0xA2) * (shape.longest - shape.shortest))


def _blip_span(draw: int, era: int) -> tuple[float, float]:
    start = (era + unit(draw)) * ERA
    return start, start + (1 + 3 * unit(draw ^ 0xA2)) * DAY


def _major(draw: int, era: int, shape: _Shape) -> Episode:
    start, end = _major_span(draw, era, shape)
    ramp = (0.5 + unit(draw ^ 0xA3)) * DAY
    fade = (0.5 + unit(draw ^ 0xA4)) * DAY
    involved = 4 if shape is _STUBBORN else 1 + mix(draw ^ 0xA5) % 4
    category = CATEGORIES[mix(draw ^ 0xA6) % len(CATEGORIES)]
    return Episode(start, end, ramp, fade, shape.severity, category, _onsets(draw, start, involved))


def _blip(draw: int, era: int) -> Episode:
    start, end = _blip_span(draw, era)
    category = CATEGORIES[mix(draw ^ 0xA6) % len(CATEGORIES)]
    return Episode(start, end, DAY, 0.0, 0.25, category, _onsets(draw, start, 1))


def _onsets(draw: int, start: float, involved: int) -> tuple[tuple[str, float], ...]:
    """The carriers in the order in which they join, each 6 to 36 hours after the one before."""
    order = sorted(CARRIERS, key=lambda carrier: mix(draw ^ CARRIERS.index(carrier) ^ 0xC0))
    moment, found = start, []
    for carrier in order[:involved]:
        found.append((carrier, moment))
        moment += (6 + 30 * unit(draw ^ int(moment))) * HOUR
    return tuple(found)
