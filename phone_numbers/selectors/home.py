"""What the home page and the frame count: from totals where there are totals, never from all numbers."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property

from django.db.models import Count, F, Func, QuerySet, SmallIntegerField, Sum

from phone_numbers import states
from phone_numbers.models import Feed, ImportJob, NumberCount, NumberStatus, RatingDay, Source
from phone_numbers.selectors import feeds

CHART_DAYS = 90
FLAGGED_RATINGS = frozenset({states.Rating.MIXED, states.Rating.SPAM})
FLAGGED_READ = 100_000


@dataclass(frozen=True)
class Cell:
    """How many numbers stand at one combination of states."""

    registration: int
    capability: int
    rating: int
    tagged: bool
    n: int


@dataclass(frozen=True)
class Totals:
    """The totals of an account by state; every figure of the page is a sum over a few dozen cells."""

    cells: list[Cell] = field(default_factory=list)

    @cached_property
    def numbers(self) -> int:
        """Return how many numbers the account has."""
        return sum(cell.n for cell in self.cells)

    @cached_property
    def tagged(self) -> int:
        """Return how many carry the spam tag (D20)."""
        return sum(cell.n for cell in self.cells if cell.tagged)

    @cached_property
    def without_data(self) -> int:
        """Return how many show "No data yet": unknown, and not being registered (D5)."""
        unknown = (cell for cell in self.cells if cell.rating == states.Rating.UNKNOWN)
        return sum(cell.n for cell in unknown if cell.registration != states.Registration.IN_PROGRESS)

    def rated(self, rating: states.Rating) -> int:
        """Return how many have a rating."""
        return sum(cell.n for cell in self.cells if cell.rating == rating)

    def capable(self, capability: states.Capability) -> int:
        """Return how many have a monitoring state."""
        return sum(cell.n for cell in self.cells if cell.capability == capability)

    def registered(self, registration: states.Registration) -> int:
        """Return how many have a registration state."""
        return sum(cell.n for cell in self.cells if cell.registration == registration)

    @cached_property
    def flagged_statuses(self) -> list[states.ReputationStatus]:
        """Return the statuses under which flagged numbers are found; In Progress hides some (D5)."""
        hidden = any(cell.n and cell.rating in FLAGGED_RATINGS and self._in_progress(cell) for cell in self.cells)
        found = [states.ReputationStatus.MIXED, states.ReputationStatus.SPAM]
        return [*found, states.ReputationStatus.IN_PROGRESS] if hidden else found

    @cached_property
    def flagged(self) -> int:
        """Return how many numbers are rated Mixed or Spam."""
        return sum(cell.n for cell in self.cells if cell.rating in FLAGGED_RATINGS)

    @property
    def shares_are_estimates(self) -> bool:
        """Tell whether there are more flagged numbers than a page may read one by one."""
        return self.flagged > FLAGGED_READ

    @staticmethod
    def _in_progress(cell: Cell) -> bool:
        return cell.registration == states.Registration.IN_PROGRESS


def totals() -> Totals:
    """Return the totals of the open account: one grouped SUM."""
    rows = (
        NumberCount.objects.values_list("registration", "capability", "rating", "tagged")
        .annotate(total=Sum("n"))
        .order_by()
    )
    return Totals([Cell(*row) for row in rows])


def rating_days(*, today: date, current: Totals) -> dict[date, dict[int, int]]:
    """Return for each day (UTC) that was kept, oldest first, how many numbers had each rating; today is live."""
    by_day: dict[date, dict[int, int]] = defaultdict(dict)
    first = today - timedelta(days=CHART_DAYS - 1)
    rows = RatingDay.objects.filter(day__gte=first, day__lt=today).order_by("day")
    for day, rating, n in rows.values_list("day", "rating", "n"):
        by_day[day][rating] = n
    by_day[today] = {rating.value: current.rated(rating) for rating in states.Rating}
    return dict(by_day)


@dataclass(frozen=True)
class CarrierShare:
    """How many numbers a carrier or provider flags, their share of all numbers, and of the worst one (percent)."""

    source: Source
    flagged: int
    percent: float
    of_worst: float


def carrier_shares(current: Totals) -> list[CarrierShare]:
    """Return the share that each carrier flags, the worst first; a provider only when it flags any.

    Counts over the flagged numbers, which are few, by the index on the status: it never reads the other numbers. Past
    FLAGGED_READ flagged numbers it reads that many and scales up: an estimate (`Totals.shares_are_estimates`).
    """
    flagged = _flagged_by_source(current)
    worst = max(flagged.values(), default=0)
    shares = [
        CarrierShare(source, n, _percent(n, current.numbers), _percent(n, worst))
        for source in Source.objects.order_by("name")
        if (n := flagged.get(source.pk, 0)) or source.kind == states.SourceKind.CARRIER
    ]
    return sorted(shares, key=lambda share: -share.flagged)


def _flagged_by_source(current: Totals) -> dict[int, int]:
    rows = NumberStatus.objects.filter(status__in=current.flagged_statuses)
    if current.shares_are_estimates:
        rows = NumberStatus.objects.filter(pk__in=rows.order_by("pk").values("pk")[:FLAGGED_READ])
    unnested = Func(F("flagged_by"), function="unnest", output_field=SmallIntegerField())
    counts = rows.annotate(source=unnested).values_list("source").annotate(n=Count("pk")).order_by()
    scale = max(current.flagged / FLAGGED_READ, 1.0)
    return {source: round(n * scale) for source, n in counts}


def _percent(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 0.0


@dataclass(frozen=True)
class FeedFreshness:
    """How fresh what a feed brings is, and whether its next run is due by now."""

    feed: Feed
    health: feeds.FeedHealth
    is_due: bool

    @property
    def needs_a_person(self) -> bool:
        """Tell whether someone should look at the feed."""
        return self.health.css in {"is-spam", "is-mixed"}


def feed_freshness(*, now: datetime) -> list[FeedFreshness]:
    """Return the feeds of the open account, those that need a person first."""
    own = Feed.objects.order_by("name", "pk").defer("secret", "settings", "cursor")
    found = [FeedFreshness(feed, feeds.health_of(feed, now=now), is_due=feed.due_at <= now) for feed in own]
    return sorted(found, key=lambda freshness: not freshness.needs_a_person)


def imports_to_confirm() -> QuerySet[ImportJob]:
    """Return the imports whose dry run is done and which wait for a person to agree, newest first."""
    return ImportJob.objects.filter(state=states.ImportState.CHECKED).order_by("-created_at")
