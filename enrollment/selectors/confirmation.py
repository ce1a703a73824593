"""What a confirmation window shows: who is eligible, and who is not with every reason, before it is done (D16)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import QuerySet

from accounts.models import Account
from enrollment.number_states import JobKind
from enrollment.selectors import number_facts
from enrollment.selectors.number_facts import NumberLine
from enrollment.verdicts import AccountFacts, NumberFacts, Verdict, judge, judge_each
from phone_numbers.models import PhoneNumber

LISTED = 200  # up to so many numbers are named one by one
NAMED = 20  # of each group, when there are more


@dataclass(frozen=True, slots=True)
class Group:
    """Numbers of which the same is true: why they are left out, or '' for those that go on. The first are named."""

    reason: str
    count: int
    lines: Sequence[NumberLine]

    @property
    def more(self) -> int:
        """Return how many are not named."""
        return self.count - len(self.lines)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A selection before it is confirmed. `seats` is how many seats the eligible numbers take, of `free_seats`."""

    eligible: Group
    left_out: Sequence[Group]
    seats: int = 0
    free_seats: int = 0

    @property
    def total(self) -> int:
        """Return how many numbers were chosen."""
        return self.eligible.count + self.left_out_count

    @property
    def left_out_count(self) -> int:
        """Return how many numbers are left out."""
        return sum(group.count for group in self.left_out)


def confirmation_of(kind: JobKind, numbers: QuerySet[PhoneNumber], account: Account, *, today: date) -> Confirmation:
    """Judge a selection. Few numbers are named one by one; of many, the kinds are judged and some are named."""
    facts = number_facts.account_facts(account, today=today)
    few = number_facts.number_lines(numbers, limit=LISTED + 1)
    return _of_few(kind, few, facts) if len(few) <= LISTED else _of_many(kind, numbers, facts)


def _of_few(kind: JobKind, lines: list[NumberLine], facts: AccountFacts) -> Confirmation:
    verdicts = dict(judge_each(kind, ((line.pk, line.facts) for line in lines), facts))
    groups: dict[str, list[NumberLine]] = defaultdict(list)
    for line in lines:
        groups[verdicts[line.pk].words].append(line)
    found = {reason: _group(reason, members) for reason, members in groups.items()}
    eligible = found.pop("", Group("", 0, []))
    seats = sum(_takes_seat(verdicts[line.pk], line.facts) for line in eligible.lines)
    return Confirmation(eligible, _largest_first(found), seats, facts.free_seats)


def _of_many(kind: JobKind, numbers: QuerySet[PhoneNumber], facts: AccountFacts) -> Confirmation:
    kinds: dict[str, list[NumberFacts]] = defaultdict(list)
    counts: dict[str, int] = defaultdict(int)
    seats = 0
    for one, count in number_facts.kinds_of(numbers):
        verdict = judge(kind, one, facts, min(facts.free_seats, 1))
        kinds[verdict.words].append(one)
        counts[verdict.words] += count
        seats += count if verdict.allowed and _takes_seat(verdict, one) else 0
    found = {reason: _some(numbers, reason, counts[reason], members) for reason, members in kinds.items()}
    eligible = found.pop("", Group("", 0, []))
    short = max(0, seats - facts.free_seats)
    if short:
        eligible = replace(eligible, count=eligible.count - short)
        found[_no_seat(kind, kinds[""], facts)] = Group(_no_seat(kind, kinds[""], facts), short, [])
    return Confirmation(eligible, _largest_first(found), seats - short, facts.free_seats)


def _takes_seat(verdict: Verdict, facts: NumberFacts) -> bool:
    return verdict.needs_seat and not facts.holds_seat


def _no_seat(kind: JobKind, kinds: Sequence[NumberFacts], facts: AccountFacts) -> str:
    """Return what numbers are told for which no seat is left."""
    words = (judge(kind, one, facts, 0).words for one in kinds)
    return next(word for word in words if word)


def _some(numbers: QuerySet[PhoneNumber], reason: str, count: int, kinds: Sequence[NumberFacts]) -> Group:
    lines = number_facts.number_lines(number_facts.of_kinds(numbers, kinds), limit=NAMED)
    return Group(reason, count, lines)


def _group(reason: str, lines: list[NumberLine]) -> Group:
    return Group(reason, len(lines), sorted(lines, key=lambda line: line.e164))


def _largest_first(groups: dict[str, Group]) -> list[Group]:
    return sorted(groups.values(), key=lambda group: -group.count)
