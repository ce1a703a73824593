"""*Why?* in words (B3): the rule, the numbers that went in, the sources that disagree. Pure, like the rule itself.

Everything is judged by `feeds/rating.py`, so the words cannot drift from the rating.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from django.utils.text import get_text_list

from phone_numbers.feeds import rating as rule_of
from phone_numbers.feeds.rating import RatingRule, SourceFacts, SourceJudgement
from phone_numbers.states import Rating, SourceKind

DEFAULT_SPAM_CARRIERS = 1  # R35; more is an account's own choice
NUMBER_WORDS = {2: "two carriers", 3: "three carriers"}
PROVIDER_WORDS = {
    Rating.SPAM: "Spam",
    Rating.MIXED: "Mixed",
    Rating.HEALTHY: "Healthy",
    Rating.UNKNOWN: "unknown",
}


@dataclass(frozen=True, slots=True)
class NamedFacts:
    """One source's facts with its name and since when it says what it says."""

    name: str
    facts: SourceFacts
    since: datetime


@dataclass(frozen=True, slots=True)
class Stored:
    """What is stored about the number: the rating that the page shows, and since when it carries the spam tag."""

    rating: Rating
    tag_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Sentences in reading order. `departure` is set when the account's rule is not the default (D19)."""

    because: list[str]
    rule: str
    disagreeing: list[str]
    stale: list[str]
    departure: str = ""
    tag: str = ""
    pending: str = ""


@dataclass(frozen=True, slots=True)
class _Judged:
    named: NamedFacts
    judgement: SourceJudgement


def explain(
    sources: Sequence[NamedFacts], rule: RatingRule, stored: Stored, *, now: datetime, zone: tzinfo
) -> Explanation:
    """Say why a number has its rating at the moment `now`, with dates in the reader's `zone`."""
    judged = [_Judged(n, rule_of.judge_source(n.facts, rule, now=now)) for n in sources if n.facts.marks]
    live = [one for one in judged if not one.judgement.stale]
    rating = rule_of.judge_number([n.facts for n in sources], rule, now=now).rating
    worst = max((one.judgement.verdict for one in live), default=Rating.UNKNOWN)
    words = _Words(rule, now, zone)
    return Explanation(
        because=words.because(live, worst) if live else [words.nothing(judged)],
        rule=words.rule_text(),
        disagreeing=words.disagreeing([one for one in live if one.judgement.verdict < worst]),
        stale=[words.stale(one) for one in judged if one.judgement.stale],
        departure=words.departure(),
        tag=words.tag(stored, rating),
        pending=words.pending(stored.rating, rating),
    )


@dataclass(frozen=True, slots=True)
class _Words:
    """The sentences; holds what each of them needs."""

    rule: RatingRule
    now: datetime
    zone: tzinfo

    def day(self, moment: datetime) -> str:
        """Return a date such as 14 Nov, with the year when it is not this one."""
        local, today = moment.astimezone(self.zone), self.now.astimezone(self.zone)
        year = "" if local.year == today.year else f" {local.year}"
        return f"{local.day} {local:%b}{year}"

    def because(self, live: Sequence[_Judged], worst: Rating) -> list[str]:
        """Say what the sources with the worst verdict saw."""
        decisive = [one for one in live if one.judgement.verdict == worst]
        if worst == Rating.HEALTHY and len(decisive) > 1:
            return ["No source flags this number now.", *(self.seen(one) for one in decisive)]
        return [self.seen(one) for one in decisive]

    def seen(self, one: _Judged) -> str:
        """Say what one source saw, with its counts."""
        name, judgement = one.named.name, one.judgement
        if one.named.facts.kind == SourceKind.PROVIDER:
            verdict = PROVIDER_WORDS[judgement.verdict]
            return f"{name} gives its own verdict: {verdict} since {self.day(one.named.since)}."
        counts = _counts(judgement)
        if judgement.verdict == Rating.SPAM:
            return f"{name} has flagged this number since {self.day(one.named.since)}, in {counts}."
        if judgement.verdict == Rating.MIXED:
            return f"{name} flags this number now, but not often enough for Spam: in {counts}."
        return f"{name} does not flag this number now: flagged in {counts}."

    def disagreeing(self, others: Sequence[_Judged]) -> list[str]:
        """Name the sources that say something better than the worst one; carriers that never flagged together (B1)."""
        silent = [one.named.name for one in others if _never_flagged(one)]
        verb = "disagrees" if len(silent) == 1 else "disagree"
        together = [f"{get_text_list(silent, 'and')} {verb}: not flagged."] if silent else []
        return [*together, *(self.disagrees(one) for one in others if not _never_flagged(one))]

    def disagrees(self, one: _Judged) -> str:
        """Name one source that says something better than the worst one, with its counts."""
        name, judgement = one.named.name, one.judgement
        if one.named.facts.kind == SourceKind.PROVIDER:
            return f"{name} disagrees: its own verdict is {PROVIDER_WORDS[judgement.verdict]}."
        if judgement.verdict == Rating.MIXED:
            return f"{name} flags it too, less often: in {_counts(judgement)}."
        return f"{name} disagrees: not flagged now, but in {_counts(judgement)}."

    def stale(self, one: _Judged) -> str:
        """Say that a source's view is too old to count (B2)."""
        last = rule_of.mark_time(one.named.facts.marks[0])
        provider = one.named.facts.kind == SourceKind.PROVIDER
        limit = self.rule.provider_limit(one.named.facts.source) if provider else self.rule.window
        return (
            f"{one.named.name} is stale and does not count: its last observation, on {self.day(last)}, "
            f"is more than {_days(limit)} old."
        )

    def nothing(self, judged: Sequence[_Judged]) -> str:
        """Say why there is no rating."""
        if judged:
            return "No source has a recent view of this number, so its rating is unknown."
        return "No source has reported on this number yet."

    def rule_text(self) -> str:
        """Say the thresholds (D19)."""
        rule = self.rule
        return (
            f"Spam needs at least {rule.min_observations} observations and {rule.spam_share} % flagged "
            f"within {_days(rule.window)}."
        )

    def departure(self) -> str:
        """Say that the account asks for more carriers than the default."""
        carriers = self.rule.spam_carriers
        if carriers == DEFAULT_SPAM_CARRIERS:
            return ""
        words = NUMBER_WORDS.get(carriers, f"{carriers} carriers")
        return (
            f"This account departs from the default of one carrier: {words} must say Spam before the number is Spam, "
            "otherwise it is Mixed. A provider's own verdict is enough alone."
        )

    def tag(self, stored: Stored, rating: Rating) -> str:
        """Say why a number that is not Spam now still carries the tag (D20)."""
        if stored.tag_since is None or rating in {Rating.SPAM, Rating.HEALTHY}:
            return ""
        since = self.day(stored.tag_since)
        if rating == Rating.MIXED:
            return f"The spam tag of {since} stays until no source flags the number."
        return f"The spam tag of {since} is kept for {_days(self.rule.tag_expiry)} without a rating, then it expires."

    def pending(self, stored: Rating, rating: Rating) -> str:
        """Say that time has changed the rating and the page is a moment behind."""
        if stored == rating:
            return ""
        return f"Time has passed since the last rating: by the rule it is {rating.label} now, and will be rated again."


def _never_flagged(one: _Judged) -> bool:
    return one.named.facts.kind == SourceKind.CARRIER and not one.judgement.flagged


def _counts(judgement: SourceJudgement) -> str:
    if judgement.seen == 1:
        return f"{judgement.flagged} of 1 observation"
    return f"{judgement.flagged} of the last {judgement.seen} observations"


def _days(span: timedelta) -> str:
    if span < timedelta(days=1):
        return f"{span // timedelta(hours=1)} hours"
    days = span // timedelta(days=1)
    return "1 day" if days == 1 else f"{days} days"
