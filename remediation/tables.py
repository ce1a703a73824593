"""The tables of cases and of past alerts: which columns there are, and the prepared cells of a case (decision 0095)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from html import escape
from typing import Any, NamedTuple

import django_tables2 as tables
from django.urls import reverse

from common.templatetags.formats import distance, exact, national
from remediation.selectors.case_file import provider_of
from remediation.selectors.cases import clock_of
from remediation.states import CaseState
from remediation.templatetags.remediation import case_word, clock_bar, clock_words

WITH_REASON = (CaseState.PARKED, CaseState.DISPUTED)
REASON_SHOWN = 90  # characters


class CaseTable(tables.Table):  # type: ignore[misc]
    """Columns of the list of cases; those that can be sorted by bear the names of SORTS."""

    number = tables.Column("Number", empty_values=())
    state = tables.Column("State", empty_values=())
    limit = tables.Column("Clock", accessor="limit_at")
    carriers = tables.Column("Flagged by", empty_values=())
    provider = tables.Column("Provider", empty_values=())
    owner = tables.Column("Owner", empty_values=())
    opened = tables.Column("Opened", accessor="opened_at")

    class Meta:
        orderable = False


class CaseCells(NamedTuple):
    """One case of the list, ready to be written down: every text is escaped here, the template writes it as it is.

    Keys, digits, times and our own words hold no markup; what people or providers have written is escaped.
    """

    href: str
    e164: str
    national: str
    label: str
    attempt: int
    state: str
    reason: str
    clock: str
    time: str
    carriers: str
    provider: str
    owner: str
    opened: str


class CaseWriter:
    """Prepares the rows of one page (`case_list.COLUMNS`). `carriers` are the names of the sources by id."""

    def __init__(self, *, carriers: Mapping[int, str], now: datetime) -> None:
        self.carriers = carriers
        self.now = now
        self.base = reverse("cases:list")

    def cells(self, rows: Iterable[Any]) -> list[CaseCells]:
        """Return the cells of the rows."""
        return [self._cells(row) for row in rows]

    def _cells(self, row: Any) -> CaseCells:
        clock = clock_of(row, now=self.now)
        reason = row.reason if row.state in WITH_REASON else ""
        return CaseCells(
            href=f"{self.base}{row.uuid}/",
            e164=row.number__e164,
            national=national(row.number__e164),
            label=escape(row.number__label),
            attempt=row.attempt,
            state=case_word(row.state),
            reason=escape(f"{reason[:REASON_SHOWN]}…" if len(reason) > REASON_SHOWN else reason),
            clock=clock_bar(clock),
            time=clock_words(clock, row.state),
            carriers=escape(", ".join(self.carriers[pk] for pk in row.carriers if pk in self.carriers)),
            provider=escape(provider_of(row)),
            owner=escape(row.owner__full_name or row.owner__email or ""),
            opened=self._ago(row.opened_at),
        )

    def _ago(self, moment: datetime) -> str:
        words = distance(moment, now=self.now)
        return f'<time datetime="{moment.isoformat(timespec="seconds")}" title="{exact(moment)}">{words}</time>'


class AlertTable(tables.Table):  # type: ignore[misc]
    """Columns of the history of alerts."""

    what = tables.Column("Alert", empty_values=())
    kind = tables.Column("Kind", empty_values=())
    raised = tables.Column("Raised", accessor="raised_at")
    cleared = tables.Column("Cleared", accessor="cleared_at")
    seen = tables.Column("Acknowledged", empty_values=())

    class Meta:
        orderable = False
