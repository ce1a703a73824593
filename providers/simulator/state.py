"""The running simulator: its world, accounts, ledger and clock."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from providers.simulator.behaviour import World
from providers.simulator.episodes import DAY, HOUR
from providers.simulator.faults import Faults
from providers.simulator.hashing import text_key, unit
from providers.simulator.inventory import Inventory, count_for
from providers.simulator.records import (
    HISTORY,
    Account,
    Charge,
    Enterprise,
    HeldNumber,
    Holding,
    Remediation,
    Settings,
    made_up_id,
)

CENTS = {"monitoring": 10_000, "check": 10, "remediation": 100, "hiya": 5}
VETTING = 20 * 60.0
LETTER_REVIEW = 4 * HOUR
COOL_DOWN = 5 * DAY
KEPT_REQUESTS = 2_000
BUCKETS = ("remediated", "not_flagged", "requires_review", "ineligible", "refused")
LEFT_OUT = "left_out"
# What no published answer holds: a bucket that nobody knows, and a number that the results forget. Only on request.
ODD_OUTCOMES = ("new_word", LEFT_OUT)


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it came in."""

    at: datetime
    method: str
    path: str
    query: str
    status: int
    key: str
    fault: str


@dataclass(frozen=True, slots=True)
class Injected:
    """A carrier call line that a test or a person put into the feed, as it will be sent; `at` is when it arrived."""

    at: datetime
    line: dict[str, Any]


def enterprise_id(key: str) -> str:
    """The id of the enterprise that an account holds from the start: what a portal's feed settings need."""
    return made_up_id(key, "enterprise")


class Simulator:
    """All state. One per process; a restart forgets everything but what the seed and the epoch give again."""

    def __init__(
        self,
        world: World,
        *,
        numbers: int = 5_000,
        remediation_speed: float = 1.0,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        if remediation_speed <= 0:
            raise ValueError("The speed of remediations must be above zero.")
        self.world = world
        self.numbers = numbers
        self.remediation_speed = remediation_speed
        self.now = clock
        self.started_at = clock()
        self.accounts: dict[str, Account] = {}
        self.ledger: list[Charge] = []
        self.faults = Faults()
        self.requests: deque[Seen] = deque(maxlen=KEPT_REQUESTS)
        self.injected: list[Injected] = []
        self.outcomes: list[str] = []
        self.request_count = 0

    def reset(self) -> None:
        """Forget everything but seed, epoch and speed."""
        self.world = World(self.world.seed, self.world.epoch, self.world.speed)
        self.accounts.clear()
        self.ledger.clear()
        self.faults.switch_off()
        self.requests.clear()
        self.injected.clear()
        self.outcomes.clear()
        self.request_count = 0

    # Accounts -------------------------------------------------------------------------------------------------------

    def account(self, key: str) -> Account:
        """The account of a key, made on its first use: one approved business with its numbers.

        A key with `-empty` in it begins without a business, for enrolling from scratch.
        """
        found = self.accounts.get(key)
        if found is None:
            found = self.accounts[key] = self._open(key)
        return found

    def _open(self, key: str) -> Account:
        inventory = Inventory(key, count_for(key, self.numbers), self.world.seed)
        account = Account(key, inventory)
        if "-empty" not in key:
            since = self.world.epoch - HISTORY
            account.agreements.append((made_up_id(key, "terms"), since))
            enterprise = Enterprise(enterprise_id(key), _demo_fields(key), since, since, Holding(inventory, since))
            enterprise.settings = Settings(made_up_id(key, "letter"), "business_daily", since, since, since, since)
            account.enterprises[enterprise.id] = enterprise
        return account

    def charge(self, account: Account, kind: str, count: int, about: str) -> None:
        """Write down what the provider would bill (Telnyx guide of 2026-08: 100 USD, 0.10, 1.00; Hiya's is made up)."""
        self.ledger.append(Charge(self.now(), account.masked_key, kind, count, CENTS[kind] * count, about))

    def later(self, at: datetime, simulated_seconds: float) -> datetime:
        """The wall-clock moment `simulated_seconds` after another."""
        return self.world.wall(self.world.simulated(at) + simulated_seconds)

    def gate(self, since: datetime, seconds: float, refused: bool, *, decided: bool = False) -> str:
        """A decision of the provider: pending for `seconds` of simulated time unless decided, then what it will be."""
        if not decided and self.world.simulated(self.now()) < self.world.simulated(since) + seconds:
            return "pending"
        return "rejected" if refused else "approved"

    def gates(self, settings: Settings) -> tuple[str, str]:
        """(status, loa_status)."""
        told = settings.decided
        business = self.gate(settings.business_since, VETTING, bool(settings.refusals), decided="business" in told)
        letter = self.gate(settings.letter_since, LETTER_REVIEW, settings.letter_refused, decided="letter" in told)
        return business, letter

    def expire_questions(self) -> None:
        """What nobody confirmed in time is removed after a change of carrier, only flagged after a regular check."""
        now = self.now()
        moment = self.world.simulated(now)
        for account in self.accounts.values():
            for enterprise in account.enterprises.values():
                for record in enterprise.holding.overdue(moment):
                    _expire(enterprise.holding, record, now)

    # Numbers --------------------------------------------------------------------------------------------------------

    def last_look(self, enterprise: Enterprise, e164: str) -> datetime | None:
        """When a held number was last looked at: by the schedule, or because somebody asked."""
        record = enterprise.holding.get(e164)
        if record is None or enterprise.settings is None:
            return None
        now = self.now()
        planned = self.world.last_refresh(e164, now, enterprise.settings.check_frequency)
        first = self.world.wall(record.first_look) if record.first_look is not None else None
        asked = (planned, first, record.looked_at)
        looks = [at for at in asked if at is not None and record.created_at <= at <= now]
        return max(looks, default=None)

    # Remediation ----------------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Let every remediation whose time has come take its effect on the world, in order of time."""
        now = self.world.simulated(self.now())
        due = [
            (one.done, enterprise, one)
            for account in self.accounts.values()
            for enterprise in account.enterprises.values()
            for one in enterprise.remediations.values()
            if one.results is None and one.ends == "completed" and one.done <= now
        ]
        for _, enterprise, one in sorted(due, key=lambda row: row[0]):
            one.results = self._results(enterprise, one)

    def _results(self, enterprise: Enterprise, request: Remediation) -> dict[str, list[str]]:
        """What becomes of each number. The provider looks at a remediated one at once."""
        found: dict[str, list[str]] = {bucket: [] for bucket in BUCKETS}
        found["ineligible"] += request.ineligible
        for e164 in request.phone_numbers:
            if e164 not in request.ineligible:
                found.setdefault(self._outcome(request, e164), []).append(e164)
        found.pop(LEFT_OUT, None)
        for e164 in found["remediated"]:
            done = self.world.wall(request.done)
            self.world.clear(e164, done)
            record = enterprise.holding.touch(e164)
            if record is not None:
                record.looked_at = done
        return found

    def _outcome(self, request: Remediation, e164: str) -> str:
        risk = self.world.risk(e164, self.world.wall(request.done))
        if self.outcomes:
            return self.outcomes.pop(0)
        if risk in ("", "low"):
            return "not_flagged"
        lot = unit(text_key(f"{e164}/{request.id}", self.world.seed))
        return "remediated" if lot < 0.85 else "requires_review" if lot < 0.94 else "refused"


def _expire(holding: Holding, record: HeldNumber, at: datetime) -> None:
    if record.flag_reason == "reverification_due":
        record.ownership_status, record.confirm_by = "flagged", None
        return
    holding.remove(record.e164, at, "unconfirmed_ownership")
    record.history.append(("removed", "unconfirmed_ownership", at))


def _demo_fields(key: str) -> dict[str, Any]:
    """A made-up business that fits the contract."""
    person = {"first_name": "Sam", "last_name": "Owner", "email": "sam@acme.example", "phone_number": "+12025550100"}
    place = {
        "country": "US",
        "administrative_area": "IL",
        "city": "Chicago",
        "postal_code": "60601",
        "street_address": "100 Main St",
    }
    return {
        "legal_name": f"Demo {key}"[:64],
        "doing_business_as": "Demo",
        "organization_type": "commercial",
        "organization_legal_type": "llc",
        "country_code": "US",
        "website": "https://www.acme.example",
        "fein": "12-3456789",
        "industry": "technology",
        "number_of_employees": "51-200",
        "jurisdiction_of_incorporation": "Delaware",
        "organization_contact": {**person, "job_title": "Owner"},
        "billing_contact": person,
        "organization_physical_address": place,
        "billing_address": place,
        "role_type": "enterprise",
    }


SIMULATOR = web.AppKey("simulator", Simulator)
