"""How a provider describes itself: what an admin sets, which key it takes, and how its adapter is made.

A feed is described by a `ProviderKind`, what takes businesses and numbers by a `ServiceKind`; `providers.registry`
gathers both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from providers.base import ComplaintsFeed, NumberComplaints, NumberReadings, ReadingsFeed, Registrar, Remediator
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
    number that it is asked about, so the portal asks within a budget (B11). `verdicts_of` is the key of the source
    whose own verdict it brings (D19); empty for carriers' calls and complaints.
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
    verdicts_of: str = ""


@dataclass(frozen=True, slots=True)
class ServiceKind:
    """A provider that registers businesses and numbers, or re-evaluates labels, as an account names it (D27).

    An account has one, with one key. `about` says what it does and what it charges for, in words for an admin.
    `takes_hosted_toll_free`: toll-free numbers that are hosted elsewhere can be added.
    """

    key: str
    name: str
    about: str
    key_label: str
    settings: tuple[Setting, ...]
    make_registrar: Callable[[Values, str, HttpClient], Registrar]
    make_remediator: Callable[[Values, str, HttpClient], Remediator]
    takes_hosted_toll_free: bool = True
