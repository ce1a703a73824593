"""The four metrics and the overall rating of a number, with their trend (R48-R53, D9)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q

from phone_numbers.models import NumberStatus, PhoneNumber, Reading
from phone_numbers.states import NO_SCORE, Band, Metric, band

CHART_DAYS = 90
TREND_DAYS = 30
STEADY_POINTS = 3  # a smaller difference over the trend is noise
BAD = frozenset({Band.POOR, Band.VERY_POOR})


@dataclass(frozen=True, slots=True)
class MetricWords:
    """What a metric asks, what it measures, and one sentence of advice for when it is bad."""

    question: str
    measures: str
    advice: str


WORDS = {
    Metric.MATURITY: MetricWords(
        "Is the number well established and recognized?",
        "How long and how steadily the number has been in use, as providers see it.",
        "Keep calling from this number at a steady, moderate volume instead of rotating it, and register it.",
    ),
    Metric.CONNECTION: MetricWords(
        "Do people choose to answer?",
        "How many calls from the number are answered.",
        "Call at hours when people expect you, and take contacts that never answer off the list.",
    ),
    Metric.ENGAGEMENT: MetricWords(
        "Do people stay on the line?",
        "How long people stay on the line after they answer.",
        "Say who is calling in the first seconds, and reduce silent and abandoned calls.",
    ),
    Metric.SENTIMENT: MetricWords(
        "Do people complain or block it?",
        "How often people file complaints about the number or block it.",
        "Honor opt-outs at once, call each person less often, and check where the contact list comes from.",
    ),
}


@dataclass(frozen=True, slots=True)
class DayScores:
    """The newest scores of one day (UTC): 0-100 or NO_SCORE, by metric."""

    day: date
    at: datetime
    scores: dict[str, int]

    @property
    def overall(self) -> int:
        """Return the worst known score of the day (D9)."""
        return worst(self.scores.values())

    @property
    def overall_cell(self) -> str:
        """Return the overall score as a cell of a table."""
        return score_cell(self.overall)

    @property
    def cells(self) -> list[str]:
        """Return the four scores as cells of a table."""
        return [score_cell(score) for score in self.scores.values()]


@dataclass(frozen=True, slots=True)
class MetricLine:
    """One metric as the panel shows it. `trend` holds (days ago, score), oldest first."""

    metric: Metric
    words: MetricWords
    score: int
    trend: tuple[tuple[int, int], ...]

    @property
    def band(self) -> Band:
        """Return the word of the score."""
        return band(self.score)

    @property
    def advice(self) -> str:
        """Return the advice, '' while the metric is not bad."""
        return self.words.advice if self.band in BAD else ""

    @property
    def change(self) -> int:
        """Return the points from the first to the last score of the trend."""
        return self.trend[-1][1] - self.trend[0][1]

    @property
    def trend_words(self) -> str:
        """Say the trend for people who do not see the line."""
        if len(self.trend) < 2:
            return f"No trend: one reading in {TREND_DAYS} days" if self.trend else f"No reading in {TREND_DAYS} days"
        if abs(self.change) < STEADY_POINTS:
            return f"Steady over {TREND_DAYS} days"
        direction = "Up" if self.change > 0 else "Down"
        return f"{direction} {abs(self.change)} points in {TREND_DAYS} days"


def score_cell(score: int) -> str:
    """Return a score for a table: a dash where it is unknown."""
    return "\u2013" if score == NO_SCORE else str(score)


def worst(scores: Iterable[int]) -> int:
    """Return the worst known of some scores, NO_SCORE when none is known."""
    known = [score for score in scores if score != NO_SCORE]
    return min(known, default=NO_SCORE)


def daily_scores(number: PhoneNumber, *, now: datetime) -> list[DayScores]:
    """Return the newest scores of each day of the last 90 that has any, oldest first. One query."""
    scored = Q()
    for metric in Metric.values:
        scored |= Q(**{f"{metric}__gt": NO_SCORE})
    rows = (
        Reading.objects.filter(scored, number=number, observed_at__gt=now - timedelta(days=CHART_DAYS))
        .order_by("observed_at", "source_id", "ident")
        .values_list("observed_at", *Metric.values)
    )
    by_day = {
        at.date(): DayScores(at.date(), at, dict(zip(Metric.values, scores, strict=True))) for at, *scores in rows
    }
    return list(by_day.values())


def metric_lines(status: NumberStatus, days: Sequence[DayScores], *, now: datetime) -> list[MetricLine]:
    """Return the four metrics with their trend over the last 30 days."""
    return [
        MetricLine(metric, WORDS[metric], getattr(status, metric.value), _trend(metric, days, now=now))
        for metric in Metric
    ]


def _trend(metric: Metric, days: Sequence[DayScores], *, now: datetime) -> tuple[tuple[int, int], ...]:
    ages = [((now.date() - day.day).days, day.scores[metric.value]) for day in days]
    return tuple((age, score) for age, score in ages if age <= TREND_DAYS and score != NO_SCORE)
