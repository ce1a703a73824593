"""Where a campaign's pool can call from: its numbers by state, and its latest caller IDs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from common.us_states import STATE_NAMES
from phone_numbers.models import CallerIdChoice, Campaign, CampaignNumber
from phone_numbers.states import Rating

RECENT = 25
FEW_HEALTHY = 2  # fewer can hardly take turns


@dataclass(frozen=True, slots=True)
class StateCoverage:
    """The pool's numbers of one state ('' for toll-free and foreign ones). Resting ones are among the others."""

    code: str
    healthy: int = 0
    flagged: int = 0
    other: int = 0
    resting: int = 0

    @property
    def name(self) -> str:
        """Return the state's name."""
        return STATE_NAMES.get(self.code, self.code) if self.code else "No state: toll-free and foreign numbers"

    @property
    def numbers(self) -> int:
        """Return how many numbers there are."""
        return self.healthy + self.flagged + self.other

    @property
    def css(self) -> str:
        """Return the color: enough healthy numbers, few, none that is healthy, none at all."""
        if not self.numbers:
            return "is-none"
        if self.healthy >= FEW_HEALTHY:
            return "is-healthy"
        return "is-mixed" if self.healthy or self.other else "is-spam"

    @property
    def words(self) -> str:
        """Return the same in words, as color is never the only sign."""
        words = {"is-none": "no numbers", "is-healthy": "covered", "is-mixed": "few healthy numbers"}
        return words.get(self.css, "only flagged numbers")


def coverage(campaign: Campaign, *, today: date) -> list[StateCoverage]:
    """Return the pool by state, by name; those without numbers are left out. One query."""
    tagged = Q(number__status__tag_since__isnull=False)
    healthy = Q(number__status__rating=Rating.HEALTHY) & ~tagged
    resting = Q(pk__in=[])
    if campaign.rest_after is not None:
        resting = Q(day_on=today, day_uses__gte=campaign.rest_after) & ~tagged
    rows = (
        CampaignNumber.objects.filter(campaign=campaign)
        .order_by()
        .values_list("state")
        .annotate(
            n=Count("pk"),
            healthy=Count("pk", filter=healthy),
            flagged=Count("pk", filter=tagged),
            resting=Count("pk", filter=resting),
        )
    )
    found = [StateCoverage(code, well, bad, n - well - bad, idle) for code, n, well, bad, idle in rows]
    return sorted(found, key=lambda one: (not one.code, one.name))


def every_state(found: list[StateCoverage]) -> list[StateCoverage]:
    """Return the fifty states and the capital for a map, those without numbers included."""
    known = {one.code: one for one in found}
    on_map = [code for code in STATE_NAMES if code not in ("AS", "GU", "MP", "PR", "VI")]
    return [known.get(code, StateCoverage(code)) for code in sorted(on_map)]


def recent_choices(campaign: Campaign) -> QuerySet[CallerIdChoice]:
    """Return the newest choices that were kept, with their numbers."""
    kept = CallerIdChoice.objects.filter(campaign=campaign).select_related("number").defer("number__search_groups")
    return kept.order_by("-at", "-pk")[:RECENT]
