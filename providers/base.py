"""The shapes that providers and the portal exchange, and the protocols an adapter implements.

An adapter implements what its service offers: a provider of readings is a `ReadingsFeed` or, asked number by number, a
`NumberReadings`; a source of complaints a `ComplaintsFeed` or a `NumberComplaints`; one that registers businesses and
their numbers a `Registrar`; one that re-evaluates labels a `Remediator`. Every call may raise one of the errors of
`providers.errors` and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum
from typing import Any, Protocol, runtime_checkable

from providers.business import Business, File, NumberResult, ProofStatus, ProviderNumber, RegistrarStatus

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


class Registrar(Connectable, Protocol):
    """Registers a business, its letter of authorization and its numbers (R2, D13, D27).

    `business` is the provider's own id of the business, as `create_business` or `find_business` gave it. Reading is
    free of charge and may be repeated. Where a call changes something and its outcome is unknown (`OutcomeUnknown`),
    the reading beside it settles what became of it.
    """

    @property
    def max_numbers_per_add(self) -> int:
        """How many numbers one call may add."""
        ...

    def accept_terms(self) -> None:
        """Idempotent."""
        ...

    def create_business(self, business: Business) -> str:
        """The provider's id of the business.

        `Refused` with status 409 when there is one of this identity already, `FieldsRefused` for what it does not take.
        """
        ...

    def find_business(self, business: Business) -> str | None:
        """The id of the business with this legal name and tax id, if the provider knows it."""
        ...

    def update_business(self, reference: str, business: Business) -> None:
        """Correct what the provider knows of the business. Idempotent."""
        ...

    def render_letter(self, business: str, *, signature_png: bytes | None, signer: str) -> bytes:
        """The letter of authorization as a PDF; free of charge."""
        ...

    def enable(self, business: str, *, signed_letter: File) -> RegistrarStatus:
        """Upload the signed letter and switch the service on. Billed; never twice while one is pending or approved."""
        ...

    def replace_letter(self, business: str, *, signed_letter: File) -> RegistrarStatus:
        """Hand in another letter while the first is not approved; its gate is pending again."""
        ...

    def status(self, business: str) -> RegistrarStatus | None:
        """None: never enabled, or disabled."""
        ...

    def add_numbers(self, business: str, e164s: Sequence[str]) -> Sequence[NumberResult]:
        """One call of at most `max_numbers_per_add`, billed per number; all or nothing at Telnyx.

        A result for each number, in order: all accepted, or none (see `NumberResult`). `Refused` when the business
        itself may not add numbers now, `OutcomeUnknown` when `numbers` must tell.
        """
        ...

    def remove_number(self, business: str, e164: str) -> None:
        """Removing an absent number is harmless."""
        ...

    def number(self, business: str, e164: str) -> ProviderNumber | None:
        """The number as the provider holds it now; None when it does not. Free of charge."""
        ...

    def numbers(self, business: str) -> Iterator[ProviderNumber]:
        """Every number that the provider holds for the business, in no order; free of charge.

        Rows that are added or removed meanwhile shift pages, so a number may come twice or be missed: `number` asks
        about one for certain.
        """
        ...

    def hosted_elsewhere(self, business: str) -> Iterator[ProviderNumber]:
        """The numbers that are hosted elsewhere with their ownership, removed ones included."""
        ...

    def confirm_ownership(self, business: str, e164: str, *, still_own: bool) -> ProviderNumber | None:
        """Answer the provider's question; False has the number removed at once. None: it holds the number no more."""
        ...

    def submit_proof(self, business: str, files: Sequence[File], *, e164s: Sequence[str]) -> ProofStatus:
        """Hand in proof for numbers hosted elsewhere: once for the business, again while it is not approved."""
        ...

    def proof_status(self, business: str) -> ProofStatus | None:
        """None: no proof was handed in."""
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
    """One remediation request as the provider tells it. `results`: provider's bucket -> numbers (open set).

    `count` numbers were asked about and `call_purpose` is what was said of them: with the time they tell one's own
    request from others when its outcome was unknown, since no answer lists the numbers before the results do.
    """

    reference: str
    state: SubmissionState
    created_at: datetime
    results: Mapping[str, Sequence[str]] = field(default_factory=dict)
    tier1_completed_at: datetime | None = None
    tier2_completed_at: datetime | None = None
    count: int = 0
    call_purpose: str = ""


class Remediator(Connectable, Protocol):
    """Asks a provider to re-evaluate labelled numbers (R84-R88)."""

    @property
    def max_numbers_per_submission(self) -> int:
        """How many numbers one request may hold."""
        ...

    def submit(self, business: str, e164s: Sequence[str], *, call_purpose: str, contact_email: str) -> SubmissionReport:
        """One billed request; not idempotent, so `OutcomeUnknown` is looked up.

        `NumbersRefused` tells which numbers stand in the way: status 409 those that are in an open request already,
        422 those that the business does not have. Nothing was submitted then.
        """
        ...

    def look_up(self, business: str, *, created_after: datetime) -> Sequence[SubmissionReport]:
        """Requests made since a moment, without results, newest first: how an unknown outcome is settled."""
        ...

    def poll(self, business: str, reference: str) -> SubmissionReport:
        """One request with its results. `Refused` with status 404: the provider does not know it."""
        ...
