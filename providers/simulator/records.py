"""What a simulated account remembers: businesses, settings, documents, remediations. All times wall clock, UTC."""

from __future__ import annotations

from asyncio import Lock
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from providers.simulator.behaviour import CarrierCall, World
from providers.simulator.inventory import Inventory
from providers.simulator.schedule import CallSchedule

HISTORY = timedelta(days=200)
GATES = ("business", "letter", "proof")


def made_up_id(*parts: str) -> str:
    """A UUID that is the same for the same parts, on every start."""
    return str(uuid5(NAMESPACE_URL, "simulator/" + "/".join(parts)))


@dataclass(slots=True)
class Settings:
    """Reputation settings of a business.

    The two gates are computed from when they began to be looked at, unless a person has `decided` one.
    """

    loa_document_id: str
    check_frequency: str
    created_at: datetime
    updated_at: datetime
    business_since: datetime
    letter_since: datetime
    refusals: tuple[str, ...] = ()
    letter_refused: bool = False
    decided: set[str] = field(default_factory=set)
    webhook_url: str | None = None


@dataclass(slots=True)
class HeldNumber:
    """A number added by a call, or one of the inventory that something happened to.

    `first_look` is the simulated second at which the provider first looks at an added one by itself, `expires` the one
    at which a question of ownership ends that nobody has answered.
    """

    e164: str
    created_at: datetime
    source: str = "telnyx"
    ownership_status: str = "verified"
    flag_reason: str | None = None
    confirm_by: datetime | None = None
    expires: float | None = None
    removal_reason: str | None = None
    removed_at: datetime | None = None
    first_look: float | None = None
    looked_at: datetime | None = None
    history: list[tuple[str, str, datetime]] = field(default_factory=list)


class Holding:
    """The numbers of one business: an inventory computed on demand, plus what calls added, removed or changed."""

    def __init__(self, inventory: Inventory | None, since: datetime) -> None:
        self._inventory = inventory
        self._since = since
        self._touched: dict[str, HeldNumber] = {}
        self._added: dict[str, None] = {}
        self._removed = 0

    def __len__(self) -> int:
        return self._size + len(self._added) - self._removed

    @property
    def _size(self) -> int:
        return len(self._inventory) if self._inventory is not None else 0

    def get(self, e164: str) -> HeldNumber | None:
        """The number if it is held now; removed ones are not."""
        record = self._touched.get(e164)
        if record is None and self._inventory is not None and e164 in self._inventory:
            return HeldNumber(e164, self._since)
        return record if record is not None and record.removed_at is None else None

    def touch(self, e164: str) -> HeldNumber | None:
        """The same, kept, so that a change to it stays."""
        record = self.get(e164)
        if record is not None:
            self._touched[e164] = record
        return record

    def add(self, record: HeldNumber) -> None:
        if self._inventory is None or record.e164 not in self._inventory:
            self._added[record.e164] = None
        if self._is_removed(record.e164):
            self._removed -= 1
        self._touched[record.e164] = record

    def remove(self, e164: str, at: datetime, reason: str) -> bool:
        record = self.touch(e164)
        if record is None:
            return False
        record.removed_at, record.removal_reason, record.ownership_status = at, reason, "removed"
        self._removed += 1
        return True

    def clear(self, at: datetime) -> None:
        for e164 in list(self):
            self.remove(e164, at, "customer_removed")

    def overdue(self, moment: float) -> list[HeldNumber]:
        """Numbers whose ownership nobody has confirmed until a simulated second."""
        asked = (one for one in self._touched.values() if one.ownership_status == "pending_confirmation")
        return [one for one in asked if one.expires is not None and one.expires <= moment]

    def removed(self) -> list[HeldNumber]:
        return [one for one in self._touched.values() if one.removed_at is not None]

    def __iter__(self) -> Iterator[str]:
        yield from (e164 for e164 in self._inventory or () if not self._is_removed(e164))
        yield from (e164 for e164 in self._added if not self._is_removed(e164))

    def slice(self, start: int, stop: int) -> list[str]:
        """The numbers from `start` to `stop` of the list, without walking over those before."""
        gone = self._gone_places()
        place, shown = _skipping(start, gone), stop - start
        base: list[str] = []
        while self._inventory is not None and place < self._size and len(base) < shown:
            base.append(self._inventory[place])
            place = _after(place, gone)
        held = self._size - len(gone)
        added = [e164 for e164 in self._added if not self._is_removed(e164)] if self._added else []
        return base + added[max(0, start - held) : max(0, stop - held)]

    def _gone_places(self) -> list[int]:
        """Where in the inventory the removed numbers stood, in order."""
        if not self._removed or self._inventory is None:
            return []
        places = (self._inventory.position(e164) for e164 in self._touched if self._is_removed(e164))
        return sorted(place for place in places if place is not None)

    def _is_removed(self, e164: str) -> bool:
        record = self._touched.get(e164)
        return record is not None and record.removed_at is not None


def _skipping(count: int, gone: list[int]) -> int:
    """The place in the inventory after `count` numbers that are still there."""
    place = count
    while (further := count + bisect_right(gone, place)) != place:
        place = further
    return place


def _after(place: int, gone: list[int]) -> int:
    """The next place that is not gone."""
    place += 1
    while (at := bisect_left(gone, place)) < len(gone) and gone[at] == place:
        place += 1
    return place


@dataclass(slots=True)
class Remediation:
    """One request. `started`, `tier1` and `done` are simulated seconds since 1970, which skipping moves on."""

    id: str
    phone_numbers: tuple[str, ...]
    call_purpose: str
    contact_email: str | None
    webhook_url: str | None
    created_at: datetime
    started: float
    tier1: float
    done: float
    ineligible: tuple[str, ...]
    ends: str = "completed"
    results: dict[str, list[str]] | None = None


@dataclass(slots=True)
class Proof:
    """External verification of an enterprise."""

    document_ids: list[str]
    phone_numbers: list[str] | None
    submitted_at: datetime
    refused: bool
    reason: str = "The documents do not show the numbers."
    decided: bool = False


@dataclass(slots=True)
class Document:
    id: str
    filename: str
    content: bytes
    content_type: str
    customer_reference: str
    created_at: datetime
    linked: bool = False


@dataclass(slots=True)
class Enterprise:
    id: str
    fields: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    holding: Holding
    settings: Settings | None = None
    remediations: dict[str, Remediation] = field(default_factory=dict)
    proof: Proof | None = None

    def decide(self, gate: str, *, refused: bool, reason: str) -> None:
        """Decide one gate now: what is not there yet cannot be decided."""
        if gate == "proof" and self.proof is not None:
            self.proof.refused, self.proof.decided = refused, True
            self.proof.reason = reason or self.proof.reason
        if gate != "proof" and self.settings is not None:
            self.settings.decided.add(gate)
        if gate == "business" and self.settings is not None:
            self.settings.refusals = (reason or "Business details could not be verified",) if refused else ()
        if gate == "letter" and self.settings is not None:
            self.settings.letter_refused = refused


@dataclass(frozen=True, slots=True)
class CallsAhead:
    """Carrier calls of a span computed in advance, oldest first; they hold while the world's `changes` stay."""

    changes: int
    since: datetime
    until: datetime
    calls: list[CarrierCall]


@dataclass(slots=True)
class Account:
    """Everything behind one bearer key."""

    key: str
    inventory: Inventory
    enterprises: dict[str, Enterprise] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)
    agreements: list[tuple[str, datetime]] = field(default_factory=list)
    calls_ahead: CallsAhead | None = None
    feed_turn: Lock = field(default_factory=Lock)
    _schedule: CallSchedule | None = None

    def schedule(self, world: World) -> CallSchedule:
        """The index of this account's carrier calls, made on its first use."""
        if self._schedule is None:
            self._schedule = CallSchedule(world, self.inventory)
        return self._schedule

    @property
    def masked_key(self) -> str:
        """Enough to recognize the key by; the simulator's page shows no more."""
        return self.key if len(self.key) <= 24 else self.key[:12] + "…" + self.key[-8:]


@dataclass(frozen=True, slots=True)
class Charge:
    """One line of the ledger: what the provider would have billed."""

    at: datetime
    key: str
    kind: str
    count: int
    cents: int
    about: str
