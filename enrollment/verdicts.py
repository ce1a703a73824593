"""What can be done for a number now: the rule of eligibility, applied to a selection. Pure, no queries.

The rule itself is `accounts.eligibility`. Here it meets what a number is in already, and the seats, which are given out
in the order of the selection until none is free (D16, D30).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from accounts.eligibility import Action, CampaignFact, Facts, eligibility
from accounts.eligibility_words import ReasonCode
from accounts.products import LicenseKind, Product
from enrollment.number_states import JobKind
from phone_numbers.states import Capability, DialingMethod, Registration

MONITORED = frozenset({Capability.VERIFYING, Capability.ON, Capability.NO_LONGER_ELIGIBLE})
ALREADY_MONITORED = {
    Capability.VERIFYING: "It is being verified already.",
    Capability.ON: "Monitoring is on already.",
    Capability.NO_LONGER_ELIGIBLE: (
        "It is monitored and no longer eligible. Monitoring goes on by itself once what it needs is back."
    ),
}
ALREADY_REGISTERED = {
    Registration.IN_PROGRESS: "It is being registered already.",
    Registration.REGISTERED: "It is registered already.",
}
NOT_MONITORED = "It is not monitored."
ONE_SEAT = 1


@dataclass(frozen=True, slots=True)
class NumberFacts:
    """What the rule looks at in a number; thousands of numbers are of few kinds."""

    product: int
    country: str
    toll_free: bool
    byoc: bool
    dials_contact_center: bool
    dials_phone: bool
    holds_seat: bool
    registration: int
    capability: int


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What the rule looks at in an account, as of one day. `seats` are those in force, `seats_taken` those held.

    `ownership_proof`: the business has shown that the numbers of other carriers are its own (D27).
    """

    licenses: frozenset[LicenseKind]
    registration_enrollment: str = ""
    monitoring_enrollment: str = ""
    seats: int = 0
    seats_taken: int = 0
    ownership_proof: bool = False
    refuses_hosted_toll_free: bool = False

    @property
    def free_seats(self) -> int:
        """Return how many seats are free; none while more are held than are in force."""
        return max(0, self.seats - self.seats_taken)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Allowed, or every reason why not, in words. `needs_seat`: being monitored takes a seat (R20)."""

    reasons: tuple[str, ...] = ()
    needs_seat: bool = False
    codes: tuple[ReasonCode, ...] = ()

    @property
    def allowed(self) -> bool:
        """Tell whether nothing stands in the way."""
        return not self.reasons

    @property
    def words(self) -> str:
        """Return the reasons as one text."""
        return " ".join(self.reasons)


@lru_cache(maxsize=4096)
def judge(kind: JobKind, number: NumberFacts, account: AccountFacts, free_seats: int) -> Verdict:
    """Return what a job of this kind may do for a number while so many seats are free."""
    if kind is JobKind.DISABLE:
        return Verdict() if number.capability != Capability.OFF else Verdict((NOT_MONITORED,))
    already = _already(kind, number)
    if already:
        return Verdict((already,))
    found = eligibility(_action(kind), _facts(number, account, free_seats))
    return Verdict(
        tuple(reason.text for reason in found.reasons),
        found.needs_seat,
        tuple(reason.code for reason in found.reasons),
    )


def judge_monitored(number: NumberFacts, account: AccountFacts, free_seats: int) -> Verdict:
    """Return whether a number that is monitored may stay so."""
    return judge(JobKind.ENABLE, replace(number, capability=Capability.OFF), account, free_seats)


def judge_each(
    kind: JobKind, numbers: Iterable[tuple[int, NumberFacts]], account: AccountFacts
) -> Iterator[tuple[int, Verdict]]:
    """Judge numbers one after the other, by key; each that needs a seat and holds none takes one of the free ones."""
    free = account.free_seats
    for number_id, facts in numbers:
        verdict = judge(kind, facts, account, min(free, ONE_SEAT))
        if verdict.allowed and verdict.needs_seat and not facts.holds_seat:
            free -= ONE_SEAT
        yield number_id, verdict


def _already(kind: JobKind, number: NumberFacts) -> str:
    if kind is JobKind.ENABLE:
        return ALREADY_MONITORED.get(Capability(number.capability), "")
    return ALREADY_REGISTERED.get(Registration(number.registration), "")


def _action(kind: JobKind) -> Action:
    return Action.MONITOR if kind is JobKind.ENABLE else Action.REGISTER


def _facts(number: NumberFacts, account: AccountFacts, free_seats: int) -> Facts:
    return Facts(
        licenses=account.licenses,
        product=Product(number.product),
        country=number.country,
        toll_free=number.toll_free,
        registration_enrollment=account.registration_enrollment,
        monitoring_enrollment=account.monitoring_enrollment,
        campaigns=_campaigns(number),
        free_seats=free_seats,
        holds_seat=number.holds_seat,
        byoc=number.byoc,
        ownership_proof=account.ownership_proof,
        provider_refuses_hosted_toll_free=account.refuses_hosted_toll_free,
    )


def _campaigns(number: NumberFacts) -> tuple[CampaignFact, ...]:
    """Return one active dialing campaign for each product that the number dials for."""
    dials = ((Product.CONTACT_CENTER, number.dials_contact_center), (Product.PHONE, number.dials_phone))
    return tuple(CampaignFact(product, DialingMethod.PREDICTIVE, active=True) for product, does in dials if does)
