"""*Why?* in words: the numbers that went in, the thresholds, who disagrees, what is stale (B3, D19, D20)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from phone_numbers.feeds.explain import Explanation, NamedFacts, Stored, explain
from phone_numbers.feeds.rating import RatingRule, SourceFacts, mark_of
from phone_numbers.states import Rating, SourceKind

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SINCE = datetime(2026, 11, 14, 9, tzinfo=UTC)
RULE = RatingRule(
    window=timedelta(days=14),
    min_observations=3,
    spam_share=50,
    provider_check_period=timedelta(hours=72),
    tag_expiry=timedelta(days=14),
)
RULE_WORDS = "Spam needs at least 3 observations and 50 % flagged within 14 days."


def carrier(name: str, flags: str, *, newest: datetime = NOW - timedelta(hours=1)) -> NamedFacts:
    """A carrier by its observations, newest first: `x` flagged, `.` not, six hours apart."""
    marks = [mark_of(newest - timedelta(hours=6 * age), flagged=flag == "x") for age, flag in enumerate(flags)]
    return NamedFacts(name, SourceFacts(SourceKind.CARRIER, marks), SINCE)


def provider(name: str, verdict: Rating, *, newest: datetime = NOW - timedelta(hours=1)) -> NamedFacts:
    marks = [mark_of(newest, flagged=verdict == Rating.SPAM)]
    return NamedFacts(name, SourceFacts(SourceKind.PROVIDER, marks, verdict), SINCE)


def why(
    sources: Sequence[NamedFacts], stored: Rating, tag_since: datetime | None = None, rule: RatingRule = RULE
) -> Explanation:
    return explain(sources, rule, Stored(stored, tag_since), now=NOW, zone=UTC)


def test_a_spam_number_names_who_flags_it_the_rule_and_who_disagrees() -> None:
    said = why([carrier("AT&T", "xxxx.xxx.x"), carrier("T-Mobile", "..........")], Rating.SPAM)
    assert said.because == ["AT&T has flagged this number since 14 Nov, in 8 of the last 10 observations."]
    assert said.rule == RULE_WORDS
    assert said.disagreeing == ["T-Mobile disagrees: not flagged."]
    assert (said.stale, said.departure, said.tag, said.pending) == ([], "", "", "")


def test_carriers_that_never_flagged_are_named_together() -> None:
    sources = [carrier("AT&T", "xxx"), carrier("Verizon", ".."), carrier("T-Mobile", "."), carrier("UScellular", ".")]
    said = why(sources, Rating.SPAM)
    assert said.disagreeing == ["Verizon, T-Mobile and UScellular disagree: not flagged."]


def test_a_source_that_flagged_before_says_how_often() -> None:
    said = why([carrier("AT&T", "xxx"), carrier("Verizon", ".xx.")], Rating.SPAM)
    assert said.disagreeing == ["Verizon disagrees: not flagged now, but in 2 of the last 4 observations."]


def test_a_source_that_flags_less_often_is_told_apart() -> None:
    said = why([carrier("AT&T", "xxx"), carrier("Verizon", "x...")], Rating.SPAM)
    assert said.disagreeing == ["Verizon flags it too, less often: in 1 of the last 4 observations."]


def test_a_mixed_number_says_why_it_is_not_spam() -> None:
    said = why([carrier("AT&T", "x...")], Rating.MIXED)
    assert said.because == [
        "AT&T flags this number now, but not often enough for Spam: in 1 of the last 4 observations."
    ]


def test_one_observation_is_said_in_the_singular() -> None:
    said = why([carrier("AT&T", "x")], Rating.MIXED)
    assert said.because[0].endswith("1 of 1 observation.")


def test_a_healthy_number_says_that_nobody_flags_it() -> None:
    said = why([carrier("AT&T", "..."), carrier("Verizon", "..x")], Rating.HEALTHY)
    assert said.because == [
        "No source flags this number now.",
        "AT&T does not flag this number now: flagged in 0 of the last 3 observations.",
        "Verizon does not flag this number now: flagged in 1 of the last 3 observations.",
    ]
    assert said.disagreeing == []


def test_a_provider_is_quoted_with_its_own_verdict() -> None:
    said = why([provider("Telnyx", Rating.SPAM), provider("Hiya", Rating.HEALTHY)], Rating.SPAM)
    assert said.because == ["Telnyx gives its own verdict: Spam since 14 Nov."]
    assert said.disagreeing == ["Hiya disagrees: its own verdict is Healthy."]


def test_a_stale_source_is_named_and_does_not_count() -> None:
    old = carrier("Verizon", "xxxx", newest=NOW - timedelta(days=20))
    said = why([carrier("AT&T", "..."), old], Rating.HEALTHY)
    assert said.stale == [
        "Verizon is stale and does not count: its last observation, on 31 Oct, is more than 14 days old."
    ]
    assert said.because == ["AT&T does not flag this number now: flagged in 0 of the last 3 observations."]
    assert said.disagreeing == []


def test_a_provider_is_stale_after_twice_its_check_period() -> None:
    said = why([provider("Telnyx", Rating.SPAM, newest=NOW - timedelta(days=7))], Rating.UNKNOWN)
    assert said.because == ["No source has a recent view of this number, so its rating is unknown."]
    assert said.stale[0].endswith("is more than 6 days old.")


def test_a_number_that_nobody_reported_on_says_so() -> None:
    assert why([], Rating.UNKNOWN).because == ["No source has reported on this number yet."]


def test_marks_outside_the_window_are_not_counted() -> None:
    fresh = carrier("AT&T", "xxx").facts.marks
    old = [mark_of(NOW - timedelta(days=15, hours=age), flagged=False) for age in range(5)]
    said = why([NamedFacts("AT&T", SourceFacts(SourceKind.CARRIER, [*fresh, *old]), SINCE)], Rating.SPAM)
    assert said.because == ["AT&T has flagged this number since 14 Nov, in 3 of the last 3 observations."]


@pytest.mark.parametrize(("carriers", "word"), [(2, "two carriers"), (3, "three carriers")])
def test_an_account_that_asks_for_more_carriers_says_that_it_departs(carriers: int, word: str) -> None:
    said = why([carrier("AT&T", "xxx")], Rating.MIXED, rule=replace(RULE, spam_carriers=carriers))
    assert said.because == ["AT&T has flagged this number since 14 Nov, in 3 of the last 3 observations."]
    assert said.departure.startswith(f"This account departs from the default of one carrier: {word} must say Spam")


def test_thresholds_are_those_of_the_rule() -> None:
    own = replace(RULE, min_observations=5, spam_share=80, window=timedelta(days=1))
    assert why([], Rating.UNKNOWN, rule=own).rule == (
        "Spam needs at least 5 observations and 80 % flagged within 1 day."
    )


def test_a_tag_that_outlives_the_rating_is_explained() -> None:
    assert why([carrier("AT&T", "x...")], Rating.MIXED, SINCE).tag == (
        "The spam tag of 14 Nov stays until no source flags the number."
    )
    assert why([], Rating.UNKNOWN, SINCE).tag == (
        "The spam tag of 14 Nov is kept for 14 days without a rating, then it expires."
    )
    assert why([carrier("AT&T", "xxx")], Rating.SPAM, SINCE).tag == ""


def test_a_stored_rating_that_time_has_overtaken_is_admitted() -> None:
    said = why([carrier("AT&T", "...")], Rating.SPAM)
    assert "by the rule it is Healthy now" in said.pending


def test_days_are_those_of_the_reader_with_the_year_when_it_is_another() -> None:
    late = NamedFacts("Telnyx", provider("Telnyx", Rating.SPAM).facts, datetime(2025, 12, 31, 23, 30, tzinfo=UTC))
    said = explain([late], RULE, Stored(Rating.SPAM), now=NOW, zone=ZoneInfo("Europe/Berlin"))
    assert said.because == ["Telnyx gives its own verdict: Spam since 1 Jan."]
    said = explain([late], RULE, Stored(Rating.SPAM), now=NOW, zone=UTC)
    assert said.because == ["Telnyx gives its own verdict: Spam since 31 Dec 2025."]
