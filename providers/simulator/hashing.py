"""Numbers out of names, the same on every machine: how the simulator invents without remembering."""

from __future__ import annotations

from hashlib import blake2b

_MASK = 0xFFFFFFFFFFFFFFFF
_UNIT = 1.0 / (1 << 53)


def mix(value: int) -> int:
    """A well-stirred 64-bit number out of any integer (splitmix64)."""
    value = (value + 0x9E3779B97F4A7C15) & _MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
    return value ^ (value >> 31)


def unit(value: int) -> float:
    """The same, as a fraction of 0 (inclusive) to 1 (exclusive)."""
    return (mix(value) >> 11) * _UNIT


def text_key(text: str, seed: int) -> int:
    """A 64-bit number out of a text and a seed."""
    return int.from_bytes(blake2b(f"{seed}:{text}".encode(), digest_size=8).digest(), "big")


def wave(key: int, moment: float, period: float) -> float:
    """A slow random walk, 0 to 1: a smooth line through a random knot every `period` seconds."""
    knot, rest = divmod(moment, period)
    here, there = unit(key + int(knot)), unit(key + int(knot) + 1)
    share = rest / period
    return here + (there - here) * share * share * (3 - 2 * share)
