"""The rating rule (D19) and the spam tag (D20): pure, the one place where they are said in Python.

`feeds/ingest_sql.py` says the same in SQL for many rows; a test holds the two equal on random histories.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from phone_numbers.states import Rating, SourceKind

MARKS_KEPT = 10  # fixed: the stored value is a mergeable list of the ten newest, whatever the order of arrival
MICROSECOND = timedelta(microseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class RatingRule:
    """The thresholds of D19 for one account.

    `spam_share` is in percent; `spam_carriers` is how many carriers must say Spam (1 is R35, more departs from it).
    `check_periods` are those of providers (by the key of their source) whose feeds have one of their own.
    """

    window: timedelta
    min_observations: int
    spam_share: int
    provider_check_period: timedelta
    tag_expiry: timedelta
    spam_carriers: int = 1
    check_periods: Mapping[str, timedelta] = field(default_factory=dict)

    def provider_limit(self, source: str = "") -> timedelta:
        """Return how long a provider's view counts after its last refresh: twice its check period."""
        return 2 * self.check_periods.get(source, self.provider_check_period)


def mark_of(observed_at: datetime, *, flagged: bool) -> int:
    """Return an observation as one integer, epoch microseconds * 2 + flagged, so that sorting merges lists."""
    return (observed_at - EPOCH) // MICROSECOND * 2 + int(flagged)


def mark_time(mark: int) -> datetime:
    """Return when the observation of a mark was made."""
    return EPOCH + (mark >> 1) * MICROSECOND


def merge_marks(*lists: Iterable[int]) -> list[int]:
    """Return the ten newest marks of several lists, newest first; of two at one moment the flagged one comes first."""
    return sorted((mark for marks in lists for mark in marks), reverse=True)[:MARKS_KEPT]


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """What is known of one source about one number.

    `verdict` is a provider's own; carriers have Rating.UNKNOWN. `source` is the source's key.
    """

    kind: SourceKind
    marks: Sequence[int]
    verdict: Rating = Rating.UNKNOWN
    source: str = ""


@dataclass(frozen=True, slots=True)
class SourceJudgement:
    """What the rule makes of one source at one moment. `seen` and `flagged` count observations inside the window.

    `changes_at`: the earliest moment at which time alone may change the judgement; None when it never will.
    """

    verdict: Rating
    flagged_now: bool
    stale: bool
    seen: int
    flagged: int
    changes_at: datetime | None


def judge_source(facts: SourceFacts, rule: RatingRule, *, now: datetime) -> SourceJudgement:
    """Judge one source: a provider's own verdict maps directly, a carrier is judged by its last calls (D19)."""
    inside = [mark for mark in facts.marks if mark_time(mark) >= now - rule.window]
    flagged_now = bool(facts.marks) and facts.marks[0] % 2 == 1
    flagged = sum(mark % 2 for mark in inside)
    if facts.kind == SourceKind.PROVIDER:
        verdict, limit = facts.verdict, mark_time(facts.marks[0]) + rule.provider_limit(facts.source)
    else:
        verdict = _carrier_verdict(flagged_now=flagged_now, seen=len(inside), flagged=flagged, rule=rule)
        limit = mark_time((inside or facts.marks)[-1]) + rule.window
    stale = _is_stale(facts, rule, now=now)
    return SourceJudgement(verdict, flagged_now, stale, len(inside), flagged, None if stale else limit + MICROSECOND)


def _is_stale(facts: SourceFacts, rule: RatingRule, *, now: datetime) -> bool:
    limit = rule.provider_limit(facts.source) if facts.kind == SourceKind.PROVIDER else rule.window
    return mark_time(facts.marks[0]) < now - limit


def _carrier_verdict(*, flagged_now: bool, seen: int, flagged: int, rule: RatingRule) -> Rating:
    if not flagged_now:
        return Rating.HEALTHY
    if seen >= rule.min_observations and flagged * 100 >= rule.spam_share * seen:
        return Rating.SPAM
    return Rating.MIXED


@dataclass(frozen=True, slots=True)
class NumberJudgement:
    """The rating of a number and the moment at which time alone may change it."""

    rating: Rating
    changes_at: datetime | None


def judge_number(sources: Sequence[SourceFacts], rule: RatingRule, *, now: datetime) -> NumberJudgement:
    """Rate a number: the worst source that is not stale; none left is Unknown (D19)."""
    judged = [(facts.kind, judge_source(facts, rule, now=now)) for facts in sources if facts.marks]
    live = [(kind, judgement) for kind, judgement in judged if not judgement.stale]
    moments = [judgement.changes_at for _, judgement in live if judgement.changes_at]
    return NumberJudgement(_worst(live, rule), min(moments, default=None))


def _worst(live: Sequence[tuple[SourceKind, SourceJudgement]], rule: RatingRule) -> Rating:
    if not live:
        return Rating.UNKNOWN
    spam = [kind for kind, judgement in live if judgement.verdict == Rating.SPAM]
    votes = sum(rule.spam_carriers if kind == SourceKind.PROVIDER else 1 for kind in spam)
    if votes >= rule.spam_carriers:
        return Rating.SPAM
    worst = max(judgement.verdict for _, judgement in live)
    return min(worst, Rating.MIXED)


def next_tag(
    rating: Rating, tag_since: datetime | None, rating_since: datetime, rule: RatingRule, *, at: datetime, now: datetime
) -> datetime | None:
    """Return since when the number is tagged, or None (D20).

    Spam sets the tag (`at` is the moment of the reading that did), Healthy removes it, Mixed leaves it; Unknown leaves
    it until `tag_expiry` after the rating became unknown.
    """
    if rating == Rating.SPAM:
        return tag_since or at
    if rating == Rating.HEALTHY:
        return None
    if rating == Rating.UNKNOWN and rating_since <= now - rule.tag_expiry:
        return None
    return tag_since
