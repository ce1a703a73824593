"""The tables of cases and of past alerts: which columns there are, and the prepared cells of a case (decision 0095)."""

from __future__ import annotations

from typing import NamedTuple

import django_tables2 as tables
from django.urls import reverse
from django.utils.safestring import SafeString

from common.templatetags.formats import ago, national
from remediation.selectors.case_file import CaseRow
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
    """One case of the list, ready to be written down by a compiled template, which escapes what is no SafeString."""

    href: str
    e164: str
    national: str
    label: str
    attempt: int
    state: SafeString
    reason: str
    clock: SafeString
    time: SafeString
    carriers: str
    provider: str
    owner: str
    opened: SafeString


def cells_of(row: CaseRow) -> CaseCells:
    """Return the cells of one case."""
    case = row.case
    reason = case.reason if case.state in WITH_REASON else ""
    return CaseCells(
        href=reverse("cases:detail", args=[case.uuid]),
        e164=case.number.e164,
        national=national(case.number.e164),
        label=case.number.label,
        attempt=case.attempt,
        state=case_word(case.state),
        reason=f"{reason[:REASON_SHOWN]}…" if len(reason) > REASON_SHOWN else reason,
        clock=clock_bar(row.clock),
        time=clock_words(row.clock, case.state),
        carriers=", ".join(row.carriers),
        provider=row.provider,
        owner=str(case.owner or ""),
        opened=ago(case.opened_at),
    )


class AlertTable(tables.Table):  # type: ignore[misc]
    """Columns of the history of alerts."""

    what = tables.Column("Alert", empty_values=())
    kind = tables.Column("Kind", empty_values=())
    raised = tables.Column("Raised", accessor="raised_at")
    cleared = tables.Column("Cleared", accessor="cleared_at")
    seen = tables.Column("Acknowledged", empty_values=())

    class Meta:
        orderable = False
