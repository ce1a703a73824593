"""Which days were taken: a day that appears after a later one is not lost, and nothing is asked for without end."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from providers.ftc import is_business_day
from providers.published_days import PublishedDays

FRIDAY = date(2026, 11, 20)
DAY = timedelta(days=1)


def test_a_day_that_is_leapt_over_is_asked_for_again_and_then_forgotten() -> None:
    taken = PublishedDays(FRIDAY - 4 * DAY)
    leapt = taken.having(FRIDAY, expected=is_business_day)
    assert leapt.missing == (FRIDAY - 3 * DAY, FRIDAY - 2 * DAY, FRIDAY - DAY)
    healed = leapt.having(FRIDAY - 2 * DAY, expected=is_business_day)
    assert (healed.newest, healed.missing) == (FRIDAY, (FRIDAY - 3 * DAY, FRIDAY - DAY))


def test_weekends_are_not_missed() -> None:
    taken = PublishedDays(FRIDAY).having(FRIDAY + 3 * DAY, expected=is_business_day)
    assert (taken.newest, taken.missing) == (FRIDAY + 3 * DAY, ())


def test_a_missing_day_is_given_up_when_it_is_older_than_the_look_back() -> None:
    cursor = {"day": FRIDAY.isoformat(), "missing": [(FRIDAY - 4 * DAY).isoformat()]}
    assert PublishedDays.of(cursor, today=FRIDAY + 2 * DAY, look_back=7).missing == (FRIDAY - 4 * DAY,)
    assert PublishedDays.of(cursor, today=FRIDAY + 4 * DAY, look_back=7).missing == ()


@given(st.lists(st.integers(0, 60), max_size=12, unique=True), st.integers(0, 75), st.integers(1, 31))
def test_every_published_day_of_the_look_back_is_taken_once_in_whatever_order_they_appear(
    appearing: list[int], days: int, look_back: int
) -> None:
    """Each poll a day later; file `n` appears with poll number `appearing[n]`."""
    cursor, got = None, []
    published = {FRIDAY + place * DAY: FRIDAY + max(place, on) * DAY for place, on in enumerate(appearing)}
    for today in (FRIDAY + place * DAY for place in range(days)):
        taken = PublishedDays.of(cursor, today=today, look_back=look_back)
        asked = taken.to_ask(today)
        assert len(asked) <= look_back + 1
        assert asked == sorted(set(asked))
        for day in asked:
            if published.get(day, today + DAY) <= today:
                got.append(day)
                taken = taken.having(day, expected=lambda _: True)
        cursor = taken.cursor()
    last = FRIDAY + (days - 1) * DAY
    due = {day for day, since in published.items() if since <= min(last, day + look_back * DAY)}
    assert len(got) == len(set(got))
    assert set(got) == due
