"""How a provider describes itself: what an admin sets, which key it takes, and how its adapter is made.

Each adapter's module declares one or more `ProviderKind`; `providers.registry` gathers them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from providers.base import ComplaintsFeed, NumberComplaints, NumberReadings, ReadingsFeed
from providers.http import HttpClient

Feed = ReadingsFeed | NumberReadings | ComplaintsFeed | NumberComplaints
Values = Mapping[str, str]


class Gives(StrEnum):
    """What a feed brings: observations that count for the rating, or complaints, which are evidence only (D23)."""

    READINGS = "readings"
    COMPLAINTS = "complaints"


@dataclass(frozen=True, slots=True)
class Setting:
    """One field of a provider's settings. `is_url`: checked as an address; `{date}` may stand in it."""

    name: str
    label: str
    help: str = ""
    required: bool = False
    default: str = ""
    is_url: bool = False


@dataclass(frozen=True, slots=True)
class ProviderKind:
    """A provider as an admin chooses it.

    `key_label` empty: it needs no key; `key_optional`: it works without one. `billed`: the provider charges for each
    number that it is asked about, so the portal asks within a budget (B11).
    """

    key: str
    name: str
    about: str
    gives: Gives
    key_label: str
    interval_seconds: int
    settings: tuple[Setting, ...]
    make: Callable[[Values, str, HttpClient], Feed]
    key_optional: bool = False
    billed: bool = False
