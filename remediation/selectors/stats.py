"""How long repairs take: median and 90th percentile per provider and carrier, from real cases (B4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from common.scope import current_account_id
from enrollment.services.provider_access import provider_name
from remediation.selectors import stats_sql

WINDOW = timedelta(days=180)
ROWS = 20_000
FEW_ROWS = 5_000  # enough for one median, on a page that everybody opens
BY_HAND = "By hand"


@dataclass(frozen=True, slots=True)
class TimeToClear:
    """Of how many cleared cases, and within which time half of them and nine of ten were cleared."""

    name: str
    cases: int
    median: timedelta
    ninetieth: timedelta


def time_to_clear(*, now: datetime) -> TimeToClear | None:
    """Return the figures of the newest cleared cases of the open account; None while there are none."""
    found = _figures(stats_sql.OVERALL, now, rows=FEW_ROWS)
    return found[0] if found else None


def by_provider(*, now: datetime) -> list[TimeToClear]:
    """Return the figures per provider; cases without one were repaired by hand."""
    found = _figures(stats_sql.BY_PROVIDER, now)
    return [
        TimeToClear(provider_name(one.name) if one.name else BY_HAND, one.cases, one.median, one.ninetieth)
        for one in found
    ]


def by_carrier(*, now: datetime) -> list[TimeToClear]:
    """Return the figures per source that flagged the number when its case was opened."""
    return _figures(stats_sql.BY_CARRIER, now)


def _figures(statement: str, now: datetime, *, rows: int = ROWS) -> list[TimeToClear]:
    params: dict[str, Any] = {"account": current_account_id(), "since": now - WINDOW, "rows": rows}
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return [_figure(row) for row in cursor.fetchall() if row[-1] is not None]


def _figure(row: tuple[Any, ...]) -> TimeToClear:
    name, cases, median, ninetieth = row
    return TimeToClear(name, cases, timedelta(seconds=float(median)), timedelta(seconds=float(ninetieth)))
