"""Everything that the panel of a number shows, in a fixed number of queries (R44-R55)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from uuid import UUID

from accounts.models import Account
from phone_numbers.feeds import rating as rule_of
from phone_numbers.feeds import rules
from phone_numbers.feeds.explain import Explanation, NamedFacts, Stored, explain
from phone_numbers.feeds.rating import MARKS_KEPT, RatingRule, SourceFacts
from phone_numbers.models import PhoneNumber, SourceView
from phone_numbers.selectors import history
from phone_numbers.selectors import metrics as scores
from phone_numbers.selectors.complaints import ComplaintSummary, complaint_summary
from phone_numbers.selectors.listing import listed_numbers
from phone_numbers.states import Rating, SourceKind


@dataclass(frozen=True, slots=True)
class Mark:
    """One of the last ten observations; `counts` while it is inside the rule's window."""

    at: datetime
    flagged: bool
    counts: bool


@dataclass(frozen=True, slots=True)
class SourceLine:
    """What one source says. `marks` is oldest first; `blanks` is what is missing to ten."""

    name: str
    kind: SourceKind
    verdict: Rating
    since: datetime
    last_seen: datetime
    stale: bool
    category: str
    marks: list[Mark]
    seen: int
    flagged: int

    @property
    def is_provider(self) -> bool:
        """Tell whether the source gives its own verdict."""
        return self.kind == SourceKind.PROVIDER

    @property
    def blanks(self) -> range:
        """Return one step for each observation that is missing to ten."""
        return range(MARKS_KEPT - len(self.marks))

    @property
    def marks_words(self) -> str:
        """Say the marks for people who do not see them."""
        flagged = sum(mark.flagged for mark in self.marks)
        return f"{flagged} of the last {len(self.marks)} observations flagged, the newest on the right"


@dataclass(frozen=True, slots=True)
class Panel:
    """The panel of one number at one moment."""

    number: PhoneNumber
    sources: list[SourceLine]
    why: Explanation
    metrics: list[scores.MetricLine]
    days: list[scores.DayScores]
    chart: history.ChartHistory
    complaints: ComplaintSummary

    @property
    def has_history(self) -> bool:
        """Tell whether the chart has anything to draw."""
        return bool(self.days or self.chart.events) or any(span.rating for span in self.chart.spans)


def number_of(account: Account, uuid: UUID) -> PhoneNumber | None:
    """Return an account's number with its status; None for a missing one and for another account's alike."""
    return listed_numbers(account).filter(uuid=uuid).first()


def panel_of(account: Account, number: PhoneNumber, *, now: datetime, zone: tzinfo) -> Panel:
    """Gather the panel of a number. Six queries, whatever the number has behind it."""
    views = list(SourceView.objects.filter(number=number).select_related("source").order_by("source_id"))
    rule = rules.rule_for(account)
    days = scores.daily_scores(number, now=now)
    return Panel(
        number=number,
        sources=sorted((source_line(view, rule, now=now) for view in views), key=_order),
        why=_explanation(views, rule, number, now=now, zone=zone),
        metrics=scores.metric_lines(number.status, days, now=now),
        days=days,
        chart=history.chart_history(number, now=now),
        complaints=complaint_summary(number, now=now),
    )


def facts_of(view: SourceView) -> SourceFacts:
    """Return what the rule looks at in a view: a carrier's stored verdict is an outcome, not a fact."""
    kind = SourceKind(view.source.kind)
    verdict = Rating(view.verdict) if kind == SourceKind.PROVIDER else Rating.UNKNOWN
    return SourceFacts(kind, view.marks, verdict, view.source.key)


def source_line(view: SourceView, rule: RatingRule, *, now: datetime) -> SourceLine:
    """Return one line of the sources table, judged at the moment `now`; a stale one keeps its last verdict."""
    facts = facts_of(view)
    judged = rule_of.judge_source(facts, rule, now=now) if facts.marks else None
    live = judged is not None and not judged.stale
    return SourceLine(
        name=view.source.name,
        kind=facts.kind,
        verdict=judged.verdict if judged and live else Rating(view.verdict),
        since=view.since,
        last_seen=view.last_seen,
        stale=not live,
        category=view.category,
        marks=[_mark(mark, rule, now=now) for mark in reversed(view.marks)],
        seen=judged.seen if judged else 0,
        flagged=judged.flagged if judged else 0,
    )


def _mark(mark: int, rule: RatingRule, *, now: datetime) -> Mark:
    at = rule_of.mark_time(mark)
    return Mark(at, flagged=mark % 2 == 1, counts=at >= now - rule.window)


def _order(line: SourceLine) -> tuple[bool, int, bool, str]:
    """Put the worst first, carriers before providers, stale views last."""
    return line.stale, -line.verdict, line.is_provider, line.name


def _explanation(
    views: Sequence[SourceView], rule: RatingRule, number: PhoneNumber, *, now: datetime, zone: tzinfo
) -> Explanation:
    named = [NamedFacts(view.source.name, facts_of(view), view.since) for view in views]
    stored = Stored(Rating(number.status.rating), number.status.tag_since)
    return explain(named, rule, stored, now=now, zone=zone)
