"""The words and colors of a number's state."""

from __future__ import annotations

import re

import pytest
from django.test import override_settings

from phone_numbers import states
from phone_numbers.templatetags import reputation


@pytest.mark.parametrize("status", states.ReputationStatus)
def test_every_status_has_its_word_beside_its_color(status: states.ReputationStatus) -> None:
    html = reputation.status_word(status.value)
    assert html.endswith(f"{status.label}</span>")
    assert reputation.status_class(status.value) in html


@pytest.mark.parametrize("rating", states.Rating)
def test_every_rating_has_its_word(rating: states.Rating) -> None:
    assert rating.label in reputation.rating_word(rating.value)
    assert reputation.rating_class(rating.value) in reputation.rating_word(rating.value)


def test_every_capability_and_registration_has_its_word() -> None:
    assert all(capability.label in reputation.capability_word(capability.value) for capability in states.Capability)
    assert all(step.label in reputation.registration_word(step.value) for step in states.Registration)


@pytest.mark.parametrize(
    ("score", "css", "word"),
    [
        (75, "is-good", "Good"),
        (74, "is-normal", "Normal"),
        (25, "is-poor", "Poor"),
        (0, "is-very-poor", "Very poor"),
        (-1, "is-unknown", "Not enough data"),
    ],
)
def test_d9_a_score_reads_as_its_band(score: int, css: str, word: str) -> None:
    assert reputation.band_word(score) == f'<span class="band {css}">{word}</span>'


def test_a_gauge_says_its_word_and_puts_the_needle_at_the_score() -> None:
    html = reputation.gauge(60, "Maturity")
    assert 'aria-label="Maturity Normal, 60 of 100"' in html
    assert 'class="g-needle" x="59.1"' in html
    assert "style=" not in html


@override_settings(METRIC_BANDS=(90, 60, 10))
def test_a_gauge_follows_the_bands_of_the_settings() -> None:
    widths = [int(width) for width in re.findall(r'y="3.5" width="(\d+)"', reputation.gauge(50))]
    assert widths == [10, 50, 30, 10]


def test_a_gauge_without_data_is_empty_and_says_so() -> None:
    html = reputation.gauge(states.NO_SCORE, "Sentiment")
    assert 'aria-label="Sentiment Not enough data"' in html
    assert "g-needle" not in html


@pytest.mark.parametrize(("percent", "width"), [(12.5, "12.50"), (-3, "0.00"), (130, "100.00")])
def test_a_share_bar_never_leaves_its_frame(percent: float, width: str) -> None:
    assert f'<rect width="{width}"' in reputation.share_bar(percent)
