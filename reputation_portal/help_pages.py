"""The help pages: `/help/` holds both topics and the questions, `/help/<topic>/` one topic alone (R8, R93-R98)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404
from django.views.generic import TemplateView

from phone_numbers import states
from phone_numbers.selectors import metrics


@dataclass(frozen=True)
class Topic:
    """A help topic: `slug` is its address and its anchor on the page of all topics."""

    slug: str
    title: str
    note: str
    template: str


TOPICS = (
    Topic(
        "registration",
        "Spam labeling registration",
        "Tell carriers who calls from your numbers",
        "help/_registration.html",
    ),
    Topic(
        "remediation",
        "Spam tag remediation",
        "What happens when a number is flagged as spam",
        "help/_remediation.html",
    ),
    Topic(
        "questions", "Questions and answers", "What it costs, what to do, and what to do meanwhile", "help/_faq.html"
    ),
    Topic("words", "What the words mean", "Statuses, states of monitoring, metrics", "help/_words.html"),
)


class HelpView(LoginRequiredMixin, TemplateView):
    """Every topic on one page, for anybody who is signed in."""

    template_name = "help/index.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the topics and the rule's own figures."""
        return super().get_context_data(**kwargs) | {"topics": TOPICS} | rule_context() | words_context()


class HelpTopicView(HelpView):
    """One topic on a page of its own."""

    template_name = "help/topic.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the topic that the address names."""
        topic = next((topic for topic in TOPICS if topic.slug == kwargs["topic"]), None)
        if topic is None:
            raise Http404("There is no such help topic.")
        return super().get_context_data(**kwargs) | {"topic": topic}


def rule_context() -> dict[str, Any]:
    """Return the portal's own thresholds (D19, D20) for the sentences that name them."""
    return {
        "spam_share": settings.RATING_SPAM_SHARE,
        "min_observations": settings.RATING_MIN_OBSERVATIONS,
        "window_days": settings.RATING_WINDOW.days,
        "expiry_days": settings.TAG_EXPIRY.days,
    }


def words_context() -> dict[str, Any]:
    """Return the rows of the tables of words: statuses, states of monitoring, metrics, bands."""
    good, normal, poor = settings.METRIC_BANDS
    return {
        "statuses": list(states.STATUS_MEANING.items()),
        "capabilities": list(states.CAPABILITY_MEANING.items()),
        "metrics": [(metric.label, metrics.WORDS[metric]) for metric in states.Metric],
        "bands": [
            (good, f"{good} to 100"),
            (normal, f"{normal} to {good - 1}"),
            (poor, f"{poor} to {normal - 1}"),
            (0, f"0 to {poor - 1}"),
            (states.NO_SCORE, "no figure yet; never counted as Poor"),
        ],
    }
