"""What the home page and the frame count: from totals where there are totals, never from all numbers."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property

from django.db.models import Count, F, Func, QuerySet, SmallIntegerField, Sum

from phone_numbers import states
from phone_numbers.models import Feed, ImportJob, NumberCount, NumberStatus, RatingDay, Source

CHART_DAYS = 90
FLAGGED_RATINGS = frozenset({states.Rating.MIXED, states.Rating.SPAM})
STALE_AFTER_INTERVALS = 2


def flagged_total() -> int:
    """Return how many numbers of the open account carry the spam tag (D20): one SUM over the totals."""
    return NumberCount.objects.filter(tagged=True).aggregate(total=Sum("n"))["total"] or 0


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

    Counts over the flagged numbers, which are few, by the index on the status: it never reads the other numbers.
    """
    flagged = _flagged_by_source(current.flagged_statuses)
    worst = max(flagged.values(), default=0)
    shares = [
        CarrierShare(source, n, _percent(n, current.numbers), _percent(n, worst))
        for source in Source.objects.order_by("name")
        if (n := flagged.get(source.pk, 0)) or source.kind == states.SourceKind.CARRIER
    ]
    return sorted(shares, key=lambda share: -share.flagged)


def _flagged_by_source(statuses: list[states.ReputationStatus]) -> dict[int, int]:
    unnested = Func(F("flagged_by"), function="unnest", output_field=SmallIntegerField())
    rows = NumberStatus.objects.filter(status__in=statuses).annotate(source=unnested).values_list("source")
    return dict(rows.annotate(n=Count("pk")).order_by())


def _percent(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 0.0


@dataclass(frozen=True)
class FeedFreshness:
    """How fresh what a feed brings is: the word, its color class, and whether its next run is due by now."""

    feed: Feed
    word: str
    css: str
    is_due: bool

    @property
    def needs_a_person(self) -> bool:
        """Tell whether someone should look at the feed."""
        return self.css in {"is-spam", "is-mixed"}


def feed_freshness(*, now: datetime) -> list[FeedFreshness]:
    """Return the account's feeds, those that need a person first."""
    feeds = Feed.objects.order_by("name", "pk").defer("secret", "settings", "cursor")
    found = [FeedFreshness(feed, *_freshness(feed, now=now), is_due=feed.due_at <= now) for feed in feeds]
    return sorted(found, key=lambda freshness: not freshness.needs_a_person)


def _freshness(feed: Feed, *, now: datetime) -> tuple[str, str]:
    """Return the word and the color class; a feed is stale after twice its interval without success (D19).

    A feed that is paused after a failure was stopped by the portal: its settings are wrong, and someone must look.
    """
    stale_at = (feed.last_success_at or feed.created_at) + STALE_AFTER_INTERVALS * timedelta(
        seconds=feed.interval_seconds
    )
    if feed.failures:
        return ("Stopped" if feed.paused else "Failing"), "is-spam"
    if feed.paused:
        return "Paused", "is-none"
    if stale_at < now:
        return "Stale", "is-mixed"
    if feed.state == states.FeedState.LEASED:
        return "Running", "is-progress"
    return ("Fresh", "is-healthy") if feed.last_success_at else ("Waiting for its first run", "is-progress")


def imports_to_confirm() -> QuerySet[ImportJob]:
    """Return the imports whose dry run is done and which wait for a person to agree, newest first."""
    return ImportJob.objects.filter(state=states.ImportState.CHECKED).order_by("-created_at")
