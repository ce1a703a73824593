"""The made-up world is a pure function of seed, number and time, with believable shares, and obeys what people do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.simulator.behaviour import World
from providers.simulator.inventory import numbers

EPOCH = datetime(2026, 11, 22, tzinfo=UTC)
DAY = timedelta(days=1)
SAMPLE = numbers("sample", 2_000, 1)
MOMENTS = st.integers(0, 44_000_000).map(lambda seconds: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds))
E164S = st.sampled_from(SAMPLE)


def world(**changes: float) -> World:
    return World(1, EPOCH, changes.get("speed", 1.0))


@given(E164S, MOMENTS)
def test_two_worlds_of_one_seed_say_the_same_whatever_was_asked_before(e164: str, at: datetime) -> None:
    fresh, used = world(), world()
    for other in SAMPLE[:3]:
        used.reading(other, at - DAY)
    assert used.reading(e164, at) == fresh.reading(e164, at)
    assert list(used.calls(e164, at - DAY, at)) == list(fresh.calls(e164, at - DAY, at))


def test_another_seed_is_another_world() -> None:
    other = World(2, EPOCH)
    assert any(world().reading(e164, EPOCH) != other.reading(e164, EPOCH) for e164 in SAMPLE[:20])


@given(E164S, MOMENTS, st.floats(0, 40), st.floats(0, 40))
@settings(max_examples=60)
def test_calls_of_two_spans_are_the_calls_of_both_together(e164: str, at: datetime, left: float, right: float) -> None:
    start, end = at - timedelta(days=left), at + timedelta(days=right)
    halves = [*world().calls(e164, start, at), *world().calls(e164, at, end)]
    assert halves == list(world().calls(e164, start, end))


@given(E164S, MOMENTS, st.sampled_from(["daily", "business_daily", "weekly", "biweekly", "monthly"]))
def test_the_last_refresh_is_the_last_of_the_refresh_times(e164: str, at: datetime, frequency: str) -> None:
    times = list(world().refresh_times(e164, at - 32 * DAY, at + timedelta(microseconds=1), frequency))
    assert world().last_refresh(e164, at, frequency) == times[-1]


def test_numbers_that_are_never_refreshed_have_no_refresh() -> None:
    assert world().last_refresh(SAMPLE[0], EPOCH, "never") is None
    assert list(world().refresh_times(SAMPLE[0], EPOCH - 40 * DAY, EPOCH, "never")) == []


def test_business_days_are_monday_to_friday() -> None:
    times = world().refresh_times(SAMPLE[0], EPOCH - 30 * DAY, EPOCH, "business_daily")
    gaps = {round((later - earlier) / DAY) for earlier, later in pairwise(times)}
    assert gaps == {1, 3}


def test_the_shares_are_believable_on_any_day() -> None:
    for back in (0, 20, 55):
        risks = [
            reading.spam_risk if (reading := world().reading(e164, EPOCH - back * DAY)) else "none" for e164 in SAMPLE
        ]
        share = {risk: risks.count(risk) / len(risks) for risk in ("high", "medium", "none")}
        assert 0.015 < share["high"] < 0.05
        assert 0.01 < share["medium"] < 0.05
        assert 0.01 < share["none"] < 0.04


def test_scores_are_whole_from_0_to_100_and_move_slowly_while_nothing_happens() -> None:
    for e164 in SAMPLE[:50]:
        days = [world().reading(e164, EPOCH - back * DAY) for back in range(30)]
        for today, before in pairwise(days):
            if today is None or before is None or {today.spam_risk, before.spam_risk} != {"low"}:
                continue
            assert today.maturity_score is not None
            assert before.maturity_score is not None
            assert 0 <= today.maturity_score <= 100
            assert abs(today.maturity_score - before.maturity_score) <= 8


def test_three_scores_come_and_go_together_with_traffic_and_maturity_stays() -> None:
    readings = [reading for e164 in SAMPLE if (reading := world().reading(e164, EPOCH))]
    quiet = [one for one in readings if one.connection_score is None]
    assert quiet
    assert all((one.engagement_score, one.sentiment_score) == (None, None) for one in quiet)
    assert all(one.maturity_score is not None for one in readings)


def test_labelled_numbers_have_a_category_bad_sentiment_and_labelled_calls() -> None:
    labelled = [
        (e164, reading)
        for e164 in SAMPLE
        if (reading := world().reading(e164, EPOCH)) is not None and reading.spam_risk == "high"
    ]
    known = [one.sentiment_score for _, one in labelled if one.sentiment_score is not None]
    calls = [call for e164, _ in labelled for call in world().calls(e164, EPOCH - DAY, EPOCH + DAY)]
    assert all(one.spam_category for _, one in labelled)
    assert sum(known) / len(known) < 50
    assert sum(call.flagged for call in calls) / len(calls) > 0.5


def test_healthy_numbers_are_hardly_ever_labelled_in_calls() -> None:
    healthy = [e164 for e164 in SAMPLE[:500] if _calm(e164)]
    calls = [call for e164 in healthy for call in world().calls(e164, EPOCH - 10 * DAY, EPOCH)]
    assert sum(call.flagged for call in calls) / len(calls) < 0.005


def _calm(e164: str) -> bool:
    return all(world().risk(e164, EPOCH - back * DAY / 2) == "low" for back in range(22))


def test_every_carrier_speaks_its_own_words() -> None:
    calls = [call for e164 in SAMPLE[:400] for call in world().calls(e164, EPOCH - 30 * DAY, EPOCH) if call.flagged]
    words = {(call.carrier, call.label) for call in calls}
    assert {("att", "Spam Risk"), ("tmobile", "Scam Likely"), ("verizon", "Potential Spam")} <= words


def test_calls_have_their_own_ids() -> None:
    calls = [call.ident for e164 in SAMPLE[:200] for call in world().calls(e164, EPOCH - 30 * DAY, EPOCH)]
    assert len(calls) == len(set(calls))


def test_a_label_put_on_by_hand_shows_at_once_until_it_is_cleared() -> None:
    here, e164 = world(), next(one for one in SAMPLE if _calm(one))
    here.label(e164, EPOCH, ("verizon",))
    labelled = here.reading(e164, EPOCH)
    assert labelled is not None
    assert labelled.spam_risk == "high"
    assert {call.carrier for call in here.calls(e164, EPOCH, EPOCH + 5 * DAY) if call.flagged} == {"verizon"}
    here.clear(e164, EPOCH + 2 * DAY)
    cleared = here.reading(e164, EPOCH + 2 * DAY)
    assert cleared is not None
    assert cleared.spam_risk == "low"


def test_clearing_ends_a_label_of_the_number_itself() -> None:
    here = world()
    e164 = next(one for one in SAMPLE if (reading := here.reading(one, EPOCH)) and reading.spam_risk == "high")
    here.clear(e164, EPOCH)
    cleared, before = here.reading(e164, EPOCH), here.reading(e164, EPOCH - timedelta(seconds=1))
    assert cleared is not None
    assert before is not None
    assert (before.spam_risk, cleared.spam_risk) == ("high", "low")


def test_after_a_remediation_every_carrier_is_tried_again_within_the_hour() -> None:
    one, at = world(), EPOCH + DAY
    one.label(SAMPLE[0], at)
    one.clear(SAMPLE[0], at + DAY)
    calls = list(one.calls(SAMPLE[0], at + DAY, at + DAY + timedelta(hours=1)))
    assert {call.carrier for call in calls} == {"att", "verizon", "tmobile", "uscellular"}
    assert sum(call.flagged for call in calls) <= 1


def test_before_the_epoch_time_is_wall_clock_and_after_it_is_accelerated() -> None:
    fast = world(speed=600.0)
    e164 = SAMPLE[0]
    before = list(fast.refresh_times(e164, EPOCH - 2 * DAY, EPOCH))
    after = list(fast.refresh_times(e164, EPOCH, EPOCH + timedelta(seconds=144 * 3)))
    assert (len(before), len(after)) == (2, 3)
    assert fast.reading(e164, EPOCH - DAY) == world().reading(e164, EPOCH - DAY)


@given(MOMENTS, st.floats(0.5, 1000), st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 1e6)), max_size=3))
def test_wall_and_simulated_time_turn_into_each_other_and_back(
    at: datetime, speed: float, jumps: list[tuple[float, float]]
) -> None:
    here = World(1, EPOCH, speed)
    for later, skipped in sorted(jumps):
        here.jump(EPOCH + timedelta(seconds=later), skipped)
    assert abs(here.wall(here.simulated(at)) - at) < timedelta(milliseconds=1)


def test_skipped_time_is_reached_at_the_moment_of_the_jump() -> None:
    here = world()
    here.jump(EPOCH, 10 * 86_400)
    skipped = here.simulated(EPOCH) - 86_400
    assert here.wall(skipped) == EPOCH


@pytest.mark.parametrize(("epoch", "speed"), [(datetime(2026, 1, 1), 1.0), (EPOCH, 0.0), (EPOCH, -1.0)])  # noqa: DTZ001
def test_an_odd_epoch_or_speed_is_refused(epoch: datetime, speed: float) -> None:
    with pytest.raises(ValueError, match=r"epoch|speed"):
        World(1, epoch, speed)
