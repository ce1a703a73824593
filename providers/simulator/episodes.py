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
    return next(factor for share, factor in TEMPERS if draw < share)


@lru_cache(maxsize=200_000)
def episodes_of_era(key: int, era: int) -> tuple[Episode, ...]:
    """What begins in one era; it may reach into the next one, never further."""
    draw, factor = mix(key + era * 0x51ED27), temper(key)
    found = []
    lot = unit(draw) / factor
    if lot < STUBBORN_PER_ERA:
        found.append(_major(draw, era, shortest=20 * DAY, longest=42 * DAY, severity=1.0))
    elif lot < STUBBORN_PER_ERA + WAVE_PER_ERA:
        found.append(_major(draw, era, shortest=4 * DAY, longest=12 * DAY, severity=0.75))
    if unit(draw ^ 0xB11) / factor < BLIP_PER_ERA:
        found.append(_blip(mix(draw ^ 0xB12), era))
    return tuple(found)


def episodes_around(key: int, moment: float) -> tuple[Episode, ...]:
    """Every episode that can matter at a moment, the recovering ones included."""
    era = int(moment // ERA)
    return episodes_of_era(key, era - 1) + episodes_of_era(key, era)


def forced_episode(key: int, start: float, carriers: tuple[str, ...]) -> Episode:
    """A label that a person switched on: at full strength at once, until remediated (six weeks at most)."""
    onsets = tuple((carrier, start) for carrier in carriers)
    category = CATEGORIES[mix(key) % len(CATEGORIES)]
    return Episode(start, start + 42 * DAY, 0.0, 0.0, 1.0, category, onsets)


def _major(draw: int, era: int, *, shortest: float, longest: float, severity: float) -> Episode:
    start = (era + unit(draw ^ 0xA1)) * ERA
    length = shortest + unit(draw ^ 0xA2) * (longest - shortest)
    ramp = (0.5 + unit(draw ^ 0xA3)) * DAY
    fade = (0.5 + unit(draw ^ 0xA4)) * DAY
    involved = 4 if severity == 1.0 else 1 + mix(draw ^ 0xA5) % 4
    category = CATEGORIES[mix(draw ^ 0xA6) % len(CATEGORIES)]
    return Episode(start, start + length, ramp, fade, severity, category, _onsets(draw, start, involved))


def _blip(draw: int, era: int) -> Episode:
    start = (era + unit(draw)) * ERA
    length = (1 + 3 * unit(draw ^ 0xA2)) * DAY
    category = CATEGORIES[mix(draw ^ 0xA6) % len(CATEGORIES)]
    return Episode(start, start + length, DAY, 0.0, 0.25, category, _onsets(draw, start, 1))


def _onsets(draw: int, start: float, involved: int) -> tuple[tuple[str, float], ...]:
    """The carriers in the order in which they join, each 6 to 36 hours after the one before."""
    order = sorted(CARRIERS, key=lambda carrier: mix(draw ^ CARRIERS.index(carrier) ^ 0xC0))
    moment, found = start, []
    for carrier in order[:involved]:
        found.append((carrier, moment))
        moment += (6 + 30 * unit(draw ^ int(moment))) * HOUR
    return tuple(found)
