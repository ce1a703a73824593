"""What consumers have complained about a number: evidence for the panel, never a status (D23)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db.models import Count, Max, Min, Q

from phone_numbers.models import Complaint, ComplaintDay, PhoneNumber


@dataclass(frozen=True, slots=True)
class SubjectCount:
    """A subject in the agency's words, and how many complaints name it."""

    subject: str
    n: int


@dataclass(frozen=True, slots=True)
class ComplaintSummary:
    """The complaints about one number.

    `recent` are those of the last 90 days. `without_details` are known by their day alone: no subject, nothing said
    about a robocall. `robocall_said` is how many say whether it was a robocall, `robocalls` how many of them say yes.
    `counted_since` is the earliest day whose complaints were taken while the number was in the inventory; None when
    none was taken yet, so that zero complaints then say nothing.
    """

    total: int
    recent: int
    without_details: int
    subjects: tuple[SubjectCount, ...]
    robocalls: int
    robocall_said: int
    first_day: date | None
    last_day: date | None
    counted_since: date | None

    @property
    def robocall_percent(self) -> int | None:
        """Return the share of robocalls in percent among the complaints that say, or None when none says."""
        return round(100 * self.robocalls / self.robocall_said) if self.robocall_said else None


def complaint_summary(number: PhoneNumber, *, now: datetime) -> ComplaintSummary:
    """Return what is known about a number's complaints: two queries, inside the account's scope."""
    rows = list(
        Complaint.objects.filter(number=number)
        .values("subject", "robocall", "date_only")
        .order_by()
        .annotate(
            n=Count("id"),
            recent=Count("id", filter=Q(created_at__gt=now - settings.COMPLAINT_WINDOW)),
            first=Min("created_at"),
            last=Max("created_at"),
        )
    )
    said = [row for row in rows if row["robocall"] is not None]
    return ComplaintSummary(
        total=sum(row["n"] for row in rows),
        recent=sum(row["recent"] for row in rows),
        without_details=sum(row["n"] for row in rows if row["date_only"]),
        subjects=_subjects((row["subject"], row["n"]) for row in rows if row["subject"]),
        robocalls=sum(row["n"] for row in said if row["robocall"]),
        robocall_said=sum(row["n"] for row in said),
        first_day=min((row["first"].date() for row in rows), default=None),
        last_day=max((row["last"].date() for row in rows), default=None),
        counted_since=counted_since(number),
    )


def counted_since(number: PhoneNumber) -> date | None:
    """Return the earliest day whose complaints were taken after the number came into the inventory."""
    taken = ComplaintDay.objects.filter(taken_at__gte=number.created_at)
    day: date | None = taken.aggregate(day=Min("day"))["day"]
    return day


def _subjects(counts: Iterable[tuple[str, int]]) -> tuple[SubjectCount, ...]:
    """Return subjects with their counts, the most frequent first, equal ones by name."""
    totals: Counter[str] = Counter()
    for subject, n in counts:
        totals[subject] += n
    return tuple(
        SubjectCount(subject, n) for subject, n in sorted(totals.items(), key=lambda pair: (-pair[1], pair[0]))
    )
