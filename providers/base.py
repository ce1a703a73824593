"""The shapes that providers and the portal exchange, and the protocols an adapter implements.

An adapter implements what its service offers: a provider of readings is a `ReadingsFeed` or, asked number by number, a
`NumberReadings`; a source of complaints a `ComplaintsFeed` or a `NumberComplaints`. Every call may raise one of the
errors of `providers.errors` and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum
from typing import Any, Protocol, runtime_checkable

Cursor = Mapping[str, Any]
"""Where a feed stands. JSON values only; opaque to everybody but the adapter that made it."""


IDENT_LENGTH = 80
"""The longest id of an observation. A longer one is refused, never cut: two ids cut alike would be one observation."""

CATEGORY_LENGTH = 80
"""The longest word for the kind of a call that is kept; a longer one is cut."""

SOURCE_LENGTH = 30
"""The longest key of a source."""


class Verdict(IntEnum):
    """A provider's own verdict on a number (D19). Larger is worse."""

    HEALTHY = 1
    MIXED = 2
    SPAM = 3


@dataclass(frozen=True, slots=True)
class Observation:
    """One thing that one source said about one number at one moment.

    `e164` with its plus sign; `source` is the source's key ("telnyx", "att", "verizon", "tmobile", "uscellular");
    `observed_at` aware and UTC. `verdict` is None for one observed call at a carrier. Scores are 0-100, higher is
    better, None when the provider has too little data (never zero). Identity: number, source, `observed_at`, `ident`.
    """

    e164: str
    source: str
    observed_at: datetime
    flagged: bool
    verdict: Verdict | None = None
    ident: str = ""
    category: str = ""
    maturity: int | None = None
    connection: int | None = None
    engagement: int | None = None
    sentiment: int | None = None
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Rejected:
    """An entry that could not be read: where it stood, why in plain words, and the entry itself (cut at 2,000)."""

    where: str
    reason: str
    raw: str


@dataclass(frozen=True, slots=True)
class ReadingsPage:
    """Observations after a cursor, and the cursor that follows them.

    `more` False: caught up for now. `calls` are the requests made, `billed_calls` those that the provider charges.
    """

    observations: Sequence[Observation]
    cursor: Cursor
    more: bool
    rejected: Sequence[Rejected] = ()
    calls: int = 1
    billed_calls: int = 0


@dataclass(frozen=True, slots=True)
class ComplaintFile:
    """One published file of complaints, or a part of one: its day, and its lines as text, which can be read once.

    The lines are there in full before the first is handed over. Take the cursor after the last line is stored.
    `calls` are the requests that it took.
    """

    day: date
    lines: Iterator[str]
    cursor: Cursor
    calls: int = 1


@dataclass(frozen=True, slots=True)
class ComplaintLines:
    """Complaints about the numbers that were asked for, as lines with a header, and the requests that it took."""

    lines: Sequence[str]
    calls: int


@dataclass(frozen=True, slots=True)
class ConnectionReport:
    """What `test_connection` found: works or not, and one sentence for the person who asked."""

    ok: bool
    message: str


class Connectable(Protocol):
    """Every adapter can be asked whether its settings work, without a billed call and without changing anything."""

    def test_connection(self) -> ConnectionReport: ...


@runtime_checkable
class ReadingsFeed(Connectable, Protocol):
    """A source of readings, read page by page."""

    def fetch(self, cursor: Cursor | None, *, limit: int) -> ReadingsPage:
        """At most about `limit` observations after `cursor`; None starts at the beginning.

        Asking again with the same cursor is harmless and never billed.
        """
        ...


@runtime_checkable
class NumberReadings(Connectable, Protocol):
    """A source of readings that is asked about given numbers and bills each of them (D19, B11).

    The portal decides which numbers are worth a billed call; the adapter never chooses. An entry that cannot be read
    is not asked again by itself, since that would be billed again.
    """

    @property
    def largest(self) -> int:
        """How many numbers one call may ask about."""
        ...

    def read(self, numbers: Sequence[str]) -> ReadingsPage:
        """What the source says now about at most `largest` numbers (E.164); the page's cursor means nothing.

        `billed_calls` counts the numbers that the source charges. A number that it does not know is no observation.
        When an error leaves instead, the source may have charged all the same: count the numbers as asked.
        """
        ...


@runtime_checkable
class ComplaintsFeed(Connectable, Protocol):
    """A source of complaint files, one a day, read as lines so that memory stays flat."""

    def files(self, cursor: Cursor | None, *, today: date) -> Iterator[ComplaintFile]:
        """The files published after `cursor`, oldest first; a day without a file is skipped."""
        ...


@runtime_checkable
class NumberComplaints(Connectable, Protocol):
    """A source of complaints that is asked about given numbers, free of charge."""

    @property
    def largest(self) -> int:
        """How many numbers one call may ask about."""
        ...

    def complaints(self, numbers: Sequence[str], *, since: date) -> ComplaintLines:
        """What people reported about at most `largest` numbers (E.164) since a day, in the form of the FTC's file."""
        ...


# Registration -------------------------------------------------------------------------------------------------------


class Gate(IntEnum):
    """One of a provider's decisions about a business: waiting, yes or no."""

    PENDING = 1
    APPROVED = 2
    REJECTED = 3


@dataclass(frozen=True, slots=True)
class RegistrarStatus:
    """Where a business stands at the provider: its vetting, its letter of authorization, reasons if refused."""

    business: Gate
    letter: Gate
    reasons: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class NumberResult:
    """What became of one number of a bulk call; `reason` in words when it was refused."""

    e164: str
    accepted: bool
    reason: str = ""


class Registrar(Connectable, Protocol):
    """Registers a business, its letter of authorization and its numbers (R2, D13, D27)."""

    def accept_terms(self) -> None:
        """Idempotent."""
        ...

    def create_business(self, profile: Mapping[str, Any]) -> str:
        """The provider's id of the business. An unknown outcome is `OutcomeUnknown`: look it up by `find_business`."""
        ...

    def find_business(self, legal_name: str) -> str | None: ...

    def render_letter(self, business: str, *, signature_png: bytes | None, signer: str) -> bytes:
        """The letter of authorization as a PDF; free of charge."""
        ...

    def enable(self, business: str, *, signed_letter: bytes) -> RegistrarStatus:
        """Upload the signed letter and switch the service on. Billed by the provider."""
        ...

    def status(self, business: str) -> RegistrarStatus | None:
        """None: never enabled, or disabled."""
        ...

    def add_numbers(self, business: str, e164s: Sequence[str]) -> Sequence[NumberResult]:
        """One call of at most `max_numbers_per_add`, all or nothing at Telnyx. Billed per number."""
        ...

    def remove_number(self, business: str, e164: str) -> None:
        """Removing an absent number is harmless."""
        ...


# Remediation --------------------------------------------------------------------------------------------------------


class SubmissionState(IntEnum):
    """A provider's word on one remediation request."""

    PENDING = 1
    IN_PROGRESS = 2
    COMPLETED = 3
    FAILED = 4
    CANCELLED = 5


@dataclass(frozen=True, slots=True)
class SubmissionReport:
    """One remediation request as the provider tells it. `results`: provider's bucket -> numbers (open set)."""

    reference: str
    state: SubmissionState
    created_at: datetime
    results: Mapping[str, Sequence[str]] = field(default_factory=dict)
    tier1_completed_at: datetime | None = None
    tier2_completed_at: datetime | None = None


class Remediator(Connectable, Protocol):
    """Asks a provider to re-evaluate labelled numbers (R84-R88)."""

    def submit(self, business: str, e164s: Sequence[str], *, call_purpose: str, contact_email: str) -> SubmissionReport:
        """One billed request for at most 2,000 numbers at Telnyx; not idempotent, so `OutcomeUnknown` is looked up."""
        ...

    def look_up(self, business: str, *, created_after: datetime) -> Sequence[SubmissionReport]:
        """Requests made since a moment, without results: how an unknown outcome is settled."""
        ...

    def poll(self, business: str, reference: str) -> SubmissionReport: ...
