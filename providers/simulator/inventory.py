"""The numbers that a simulated account holds, made up and deterministic.

The first 36,600 are NPA-555-01XX of the states' area codes and toll-free 8XX-555-0100..0199, which belong to nobody.
A bigger inventory (benchmarks only, never shown in a picture) goes on with other valid-looking numbers whose exchange
is never 555. Both parts are walked by a fixed stride, so a number is computed from its place and its place from the
number: ten million numbers cost no memory.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import gcd
from typing import overload

from providers.simulator.area_codes import AREA_CODES, TOLL_FREE_CODES
from providers.simulator.hashing import text_key

DEMO_CODES = AREA_CODES + TOLL_FREE_CODES
DEMO_SIZE = len(DEMO_CODES) * 100
EXCHANGES = tuple(f"{n}" for n in range(200, 1000) if n != 555 and n % 100 != 11)
OTHER_SIZE = len(AREA_CODES) * len(EXCHANGES) * 10_000

_CODE_PLACE = {code: place for place, code in enumerate(DEMO_CODES)}
_EXCHANGE_PLACE = {exchange: place for place, exchange in enumerate(EXCHANGES)}
_COUNT_IN_KEY = re.compile(r"-n(\d{1,8})$")


@dataclass(frozen=True)
class Walk:
    """A one-to-one walk over 0..size-1: place -> (stride * place + offset) mod size, and back."""

    size: int
    stride: int
    offset: int

    @classmethod
    def of(cls, seed: int, size: int) -> Walk:
        stride = seed % size | 1
        while gcd(stride, size) != 1:
            stride += 2
        return cls(size, stride % size, (seed >> 24) % size)

    @cached_property
    def back(self) -> int:
        return pow(self.stride, -1, self.size)

    def forward(self, place: int) -> int:
        return (self.stride * place + self.offset) % self.size

    def place_of(self, value: int) -> int:
        return (value - self.offset) * self.back % self.size


class Inventory(Sequence[str]):
    """An account's numbers, E.164, in a fixed order; `position` is the way back."""

    def __init__(self, key: str, count: int, seed: int) -> None:
        if not 0 <= count <= DEMO_SIZE + OTHER_SIZE:
            raise ValueError(f"An inventory holds 0 to {DEMO_SIZE + OTHER_SIZE:,} numbers, not {count:,}.")
        self.size = count
        self._demo = Walk.of(text_key(key, seed), DEMO_SIZE)
        self._other = Walk.of(text_key(key + "/other", seed), OTHER_SIZE)

    def __len__(self) -> int:
        return self.size

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[str]: ...
    def __getitem__(self, place: int | slice) -> str | Sequence[str]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(self.size))]
        if place < 0:
            place += self.size
        if not 0 <= place < self.size:
            raise IndexError(place)
        if place < DEMO_SIZE:
            return _demo_number(self._demo.forward(place))
        return _other_number(self._other.forward(place - DEMO_SIZE))

    def position(self, e164: str) -> int | None:
        """The number's place, or None when the account does not hold it."""
        place = self._place_of(e164)
        return place if place is not None and place < self.size else None

    def __contains__(self, e164: object) -> bool:
        return isinstance(e164, str) and self.position(e164) is not None

    def _place_of(self, e164: str) -> int | None:
        if len(e164) != 12 or not e164.startswith("+1") or not e164[1:].isascii() or not e164[1:].isdigit():
            return None
        code, exchange, line = e164[2:5], e164[5:8], int(e164[8:])
        if code not in _CODE_PLACE:
            return None
        if exchange == "555":
            return self._demo.place_of(_CODE_PLACE[code] * 100 + line - 100) if 100 <= line < 200 else None
        if exchange not in _EXCHANGE_PLACE or code in TOLL_FREE_CODES:
            return None
        value = (_CODE_PLACE[code] * len(EXCHANGES) + _EXCHANGE_PLACE[exchange]) * 10_000 + line
        return DEMO_SIZE + self._other.place_of(value)


def _demo_number(value: int) -> str:
    code, line = divmod(value, 100)
    return f"+1{DEMO_CODES[code]}55501{line:02d}"


def _other_number(value: int) -> str:
    rest, line = divmod(value, 10_000)
    code, exchange = divmod(rest, len(EXCHANGES))
    return f"+1{AREA_CODES[code]}{EXCHANGES[exchange]}{line:04d}"


def numbers(key: str, count: int, seed: int) -> list[str]:
    """The first `count` numbers of the account with this key; the same for the same seed, on every machine."""
    return list(Inventory(key, count, seed))


def count_for(key: str, default: int) -> int:
    """How many numbers the account of a key holds: `demo-acme-n5000` has 5,000; a key without -n<count> the default."""
    found = _COUNT_IN_KEY.search(key)
    return min(int(found[1]), DEMO_SIZE + OTHER_SIZE) if found else default
