"""What other licenses would do to monitored numbers, said before they are changed (D30)."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta

from accounts.models import Account, License
from accounts.products import LicenseKind
from enrollment.selectors import number_facts
from enrollment.verdicts import AccountFacts, NumberFacts, judge_monitored
from phone_numbers.models import PhoneNumber
from phone_numbers.states import Capability


@dataclass(frozen=True, slots=True)
class LicenseEffect:
    """What changes on a day. `ending` numbers become No longer eligible, `returning` ones become On again."""

    day: date
    seats_before: int
    seats_after: int
    seats_taken: int
    ending: int
    returning: int

    @property
    def over(self) -> int:
        """Return how many seats more are held than there will be."""
        return max(0, self.seats_taken - self.seats_after)

    @property
    def token(self) -> str:
        """Return the same short text for the same effect."""
        said = f"{self.day} {self.seats_before} {self.seats_after} {self.ending} {self.returning}"
        return hashlib.sha256(said.encode()).hexdigest()[:20]


def effect_of(
    account: Account, before: Collection[License], after: Collection[License], *, today: date
) -> LicenseEffect:
    """Return what happens on the first day on which these licenses differ from the present ones. Needs the scope."""
    now = number_facts.account_facts(account, today=today)
    day = next((day for day in _days(after, today) if _facts(now, after, day) != _facts(now, before, today)), today)
    then = _facts(now, after, day)
    monitored = number_facts.kinds_of(
        PhoneNumber.objects.filter(status__capability__in=[Capability.ON, Capability.NO_LONGER_ELIGIBLE])
    )
    return LicenseEffect(
        day=day,
        seats_before=_facts(now, before, today).seats,
        seats_after=then.seats,
        seats_taken=now.seats_taken,
        ending=_ending(monitored, then),
        returning=_returning(monitored, then),
    )


def _days(licenses: Collection[License], today: date) -> list[date]:
    """Return the days from today on at which one of the licenses begins or has ended."""
    starts = [one.starts_on for one in licenses]
    ends = [one.ends_on + timedelta(days=1) for one in licenses if one.ends_on]
    return sorted({today, *(day for day in [*starts, *ends] if day > today)})


def _facts(now: AccountFacts, licenses: Collection[License], day: date) -> AccountFacts:
    """Return the account's facts as they are under these licenses on a day."""
    valid = [one for one in licenses if one.is_valid_on(day)]
    seats = sum(one.seats or 0 for one in valid if one.kind == LicenseKind.SPAM_MONITORING)
    return replace(now, licenses=frozenset(LicenseKind(one.kind) for one in valid), seats=seats)


def _ending(monitored: list[tuple[NumberFacts, int]], then: AccountFacts) -> int:
    """Count the numbers that are on and will lack a license, and those for which no seat is left."""
    on = [(kind, count) for kind, count in monitored if kind.capability == Capability.ON]
    kept = [(kind, count) for kind, count in on if judge_monitored(kind, then, 1).allowed]
    seated = sum(count for kind, count in kept if judge_monitored(kind, then, 1).needs_seat)
    return sum(count for _, count in on) - sum(count for _, count in kept) + max(0, seated - then.seats)


def _returning(monitored: list[tuple[NumberFacts, int]], then: AccountFacts) -> int:
    """Count the numbers whose monitoring is ending and that have back what they need, as far as seats go."""
    free, found = then.free_seats, 0
    for kind, count in monitored:
        if kind.capability == Capability.ON or not judge_monitored(kind, then, 1).allowed:
            continue
        needs = judge_monitored(kind, then, 1).needs_seat and not kind.holds_seat
        able = min(count, free) if needs else count
        free -= able if needs else 0
        found += able
    return found
