"""The tables of cases and of past alerts: which columns there are; the templates render the rows."""

from __future__ import annotations

import django_tables2 as tables


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


class AlertTable(tables.Table):  # type: ignore[misc]
    """Columns of the history of alerts."""

    what = tables.Column("Alert", empty_values=())
    kind = tables.Column("Kind", empty_values=())
    raised = tables.Column("Raised", accessor="raised_at")
    cleared = tables.Column("Cleared", accessor="cleared_at")
    seen = tables.Column("Acknowledged", empty_values=())

    class Meta:
        orderable = False
