"""How times and numbers read on a page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from common.templatetags import formats
from common.templatetags.icons import icon

NOW = datetime(2026, 7, 15, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("e164", "shown"),
    [
        ("+13035550142", "(303) 555-0142"),
        ("+18005550101", "(800) 555-0101"),
        ("+442079460958", "+44 20 7946 0958"),
        ("+1303", "+1 303"),
        ("not a number", "not a number"),
    ],
)
def test_numbers_read_as_people_dial_them(e164: str, shown: str) -> None:
    assert formats.national(e164) == shown


def test_a_phone_shows_e164_on_hover() -> None:
    assert formats.phone("+13035550142") == '<span class="phone" title="+13035550142">(303) 555-0142</span>'


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 min ago"),
        (timedelta(minutes=59, seconds=59), "59 min ago"),
        (timedelta(hours=1), "1 h ago"),
        (timedelta(hours=23, minutes=59), "23 h ago"),
        (timedelta(days=1), "1 day ago"),
        (timedelta(days=29), "29 days ago"),
        (timedelta(seconds=-30), "in a moment"),
        (timedelta(minutes=-5), "in 5 min"),
        (timedelta(days=-2), "in 2 days"),
    ],
)
def test_a_distance_reads_in_words(span: timedelta, words: str) -> None:
    assert formats.distance(NOW - span, now=NOW) == words


def test_a_far_moment_is_a_day() -> None:
    assert formats.distance(datetime(2019, 3, 4, 12, 0, tzinfo=UTC), now=NOW) == "4 Mar 2019"


def test_the_exact_time_is_in_the_persons_zone() -> None:
    with timezone.override(ZoneInfo("America/New_York")):
        assert formats.exact(NOW) == "15 Jul 2026, 08:00 EDT"
        assert 'title="15 Jul 2026, 08:00 EDT"' in formats.ago(NOW)


@pytest.mark.parametrize("moment", [None, datetime(1970, 1, 1, tzinfo=UTC)])
def test_what_never_happened_says_so(moment: datetime | None) -> None:
    assert ">never<" in formats.ago(moment)
    assert ">not yet<" in formats.ago(moment, "not yet")
    assert formats.exact(moment) == formats.day(moment) == ""


def test_counts_read_with_commas_and_the_right_word() -> None:
    assert formats.thousands(12431) == "12,431"
    assert formats.plural(1, "number,numbers") == "1 number"
    assert formats.plural(12431, "number,numbers") == "12,431 numbers"


def test_an_icon_is_decoration_unless_it_has_a_name() -> None:
    assert 'aria-hidden="true"' in icon("bell")
    assert 'role="img" aria-label="Alerts"' in icon("bell", "", "Alerts")
    assert "icons.svg#bell" in icon("bell")
