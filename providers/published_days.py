"""Which days of a daily publication were taken, and which of the last weeks are still missing.

A file may appear after its successor. A day that had none when a later day was taken is remembered and asked for again
until it is older than the look-back, so that it is not lost.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from providers.base import Cursor

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PublishedDays:
    """`newest`: the last day taken. `missing`: expected days before it that were not there yet, in order."""

    newest: date
    missing: tuple[date, ...] = ()

    @classmethod
    def of(cls, cursor: Cursor | None, *, today: date, look_back: int) -> PublishedDays:
        """What a cursor says, at most `look_back` days before today; without one, nothing was taken before that."""
        cursor, before = cursor or {}, today - (look_back + 1) * ONE_DAY
        newest = date.fromisoformat(cursor["day"]) if cursor.get("day") else before
        missing = (date.fromisoformat(day) for day in cursor.get("missing", ()))
        return cls(max(before, newest), tuple(day for day in missing if day > before))

    def to_ask(self, today: date) -> list[date]:
        """The missing days, then those after the newest up to today."""
        later = (today - self.newest).days
        return [*self.missing, *(self.newest + place * ONE_DAY for place in range(1, later + 1))]

    def having(self, day: date, *, expected: Callable[[date], bool]) -> PublishedDays:
        """The same once `day` is taken; expected days that it leaps over are missing from now on."""
        leapt = (self.newest + place * ONE_DAY for place in range(1, (day - self.newest).days))
        missing = {*self.missing, *(one for one in leapt if expected(one))} - {day}
        return PublishedDays(max(self.newest, day), tuple(sorted(missing)))

    def again(self, day: date) -> PublishedDays:
        """The same with a day to be asked for again, although it was taken."""
        return replace(self, missing=tuple(sorted({*self.missing, day})))

    def cursor(self) -> dict[str, Any]:
        return {"day": self.newest.isoformat(), "missing": [day.isoformat() for day in self.missing]}
