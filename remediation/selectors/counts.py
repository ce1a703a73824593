"""How many cases and alerts are open: the same figures for strip, navigation, chips and home (D22)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from common.prepared import Prepared
from common.scope import current_account_id
from remediation.selectors import counts_sql
from remediation.states import UNDER_WAY, AlertKind, CaseState

_CASES = Prepared("open_cases_of_an_account", counts_sql.CASES, {"account": "bigint"})
_ALERTS = Prepared("open_alerts_of_an_account", counts_sql.ALERTS, {"account": "bigint", "now": "timestamptz"})


@dataclass(frozen=True, slots=True)
class OpenCases:
    """How many cases are open, by what stands in their way."""

    everything: int
    at_provider: int
    awaiting: int
    parked: int
    cooling: int
    overdue: int


@dataclass(frozen=True, slots=True)
class OpenAlerts:
    """How many alerts of a kind are open, and how many of them somebody asked to be quiet about."""

    count: int = 0
    muted: int = 0


def open_cases() -> OpenCases:
    """Return the counts of the open account's cases, the state `open` among those under way."""
    rows = _CASES.fetchall({"account": current_account_id()})
    count = {CaseState(state): n for state, n, _ in rows}
    return OpenCases(
        everything=sum(count.values()),
        at_provider=sum(count.get(state, 0) for state in UNDER_WAY),
        awaiting=count.get(CaseState.AWAITING_CLEAN_READING, 0),
        parked=count.get(CaseState.PARKED, 0),
        cooling=count.get(CaseState.COOLING_DOWN, 0),
        overdue=sum(late for _, _, late in rows),
    )


def open_alerts(*, now: datetime) -> Mapping[AlertKind, OpenAlerts]:
    """Return the counts of the open account's alerts by kind; a kind without any is missing."""
    rows = _ALERTS.fetchall({"account": current_account_id(), "now": now})
    return {AlertKind(kind): OpenAlerts(n, muted) for kind, n, muted in rows}
