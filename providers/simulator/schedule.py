"""Which numbers of an account may have test calls in a short span, found without looking at every number.

A number's calls of one slot of the grid lie a quarter of the period apart, so its place within that quarter says when
it is called. The numbers are sorted into buckets by that place once per slot: a million numbers take some seconds every
two simulated days, and a span of a minute looks into two or three buckets. What is found is a superset:
`World.calls` has the last word.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator

from providers.simulator.behaviour import BUSY_GRID, BUSY_KEY, QUIET_GRID, QUIET_KEY, World
from providers.simulator.episodes import CARRIERS, DAY, ERA, HOUR, spans_of_era
from providers.simulator.hashing import text_key, unit
from providers.simulator.inventory import Inventory

QUARTERS = len(CARRIERS)
LONGEST_SPAN = 3 * HOUR
"""Beyond this most numbers would be found, and asking each of them is as quick."""
BUCKET = 60.0
KEPT = 3
Buckets = list["array[int]"]


class CallSchedule:
    """The index over one account's numbers. Slots are made when first needed, and the last few are kept."""

    def __init__(self, world: World, inventory: Inventory) -> None:
        self._world = world
        self._inventory = inventory
        self._keys: array[int] | None = None
        self._slots: dict[tuple[float, int], Buckets] = {}
        self._eras: dict[int, dict[int, array[int]]] = {}

    def numbers(self, since: float, until: float) -> Iterable[str]:
        """The numbers that may be called in since <= simulated second < until; each once."""
        if until - since > LONGEST_SPAN:
            return self._inventory
        places = set(self._places(QUIET_GRID, since, until)) | set(self._places(BUSY_GRID, since, until))
        by_hand = (self._inventory.position(e164) for e164 in self._world.labelled())
        places.update(place for place in by_hand if place is not None)
        return [self._inventory[place] for place in sorted(places)]

    def _places(self, period: float, since: float, until: float) -> Iterator[int]:
        """The numbers' places in the inventory, out of the buckets that the span touches."""
        for slot in range(int(since // period), int(until // period) + 1):
            buckets = self._buckets(period, slot)
            start, end = max(since, slot * period), min(until, (slot + 1) * period)
            first, last = int(start // BUCKET) - 1, int(end // BUCKET) + 1
            for bucket in {one % len(buckets) for one in range(first, last + 1)}:
                yield from buckets[bucket]

    def _buckets(self, period: float, slot: int) -> Buckets:
        found = self._slots.pop((period, slot), None) or self._sorted(period, slot)
        self._slots[period, slot] = found
        _forget(self._slots, 2 * KEPT)
        return found

    def _sorted(self, period: float, slot: int) -> Buckets:
        quarter = period / QUARTERS
        size, share = round(quarter / BUCKET), 1.0 / QUARTERS
        buckets = [array("I") for _ in range(size)]
        stir, keys = (QUIET_KEY if period == QUIET_GRID else BUSY_KEY), self._all_keys()
        places: Iterable[int] = (
            range(len(keys)) if period == QUIET_GRID else self._labelled_on(int(slot * period // DAY))
        )
        for place in places:
            phase = unit((keys[place] ^ stir) + slot) % share / share
            buckets[int(phase * size)].append(place)
        return buckets

    def _all_keys(self) -> array[int]:
        if self._keys is None:
            self._keys = array("Q", (text_key(e164, self._world.seed) for e164 in self._inventory))
        return self._keys

    def _labelled_on(self, day: int) -> set[int]:
        """The numbers with an episode on a simulated day (days since 1970); busy slots never reach over midnight."""
        era = int(day * DAY // ERA)
        return {place for one in (era - 1, era) for place in self._days_of(one).get(day, ())}

    def _days_of(self, era: int) -> dict[int, array[int]]:
        found = self._eras.pop(era, None) or self._spread(era)
        self._eras[era] = found
        _forget(self._eras, KEPT)
        return found

    def _spread(self, era: int) -> dict[int, array[int]]:
        """For each day, the numbers with an episode that began in an era."""
        days: dict[int, array[int]] = defaultdict(lambda: array("I"))
        for place, key in enumerate(self._all_keys()):
            for start, end in spans_of_era(key, era):
                for day in range(int(start // DAY), int(end // DAY) + 1):
                    days[day].append(place)
        return dict(days)


def _forget(kept: dict, most: int) -> None:  # type: ignore[type-arg]  # any dictionary
    """Drop the entries that were used longest ago."""
    while len(kept) > most:
        del kept[next(iter(kept))]
