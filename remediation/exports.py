"""What the CSV of cases holds: columns are declared here, not taken from the screen."""

from __future__ import annotations

from django.db.models import Expression, F, Q, QuerySet

from common import csv_cells
from providers import registry
from remediation.models import Case
from remediation.states import CaseState

CASE_HEADER = (
    "Number",
    "Label",
    "State",
    "Reason",
    "Outcome",
    "Attempt",
    "Flagged by",
    "Provider",
    "Requests accepted",
    "Owner",
    "Flagged since",
    "Opened",
    "Target",
    "Limit",
    "Overdue since",
    "Closed",
)
SEPARATOR = "; "


def case_rows(cases: QuerySet[Case], carriers: dict[int, str]) -> QuerySet[Case]:
    """Return a queryset of the cells of CASE_HEADER, in the order of `cases`. `carriers` are sources' names by id."""
    providers = {kind.key: kind.name for kind in registry.SERVICES.values()}
    flagged = [(Q(carriers__contains=[pk]), name) for pk, name in carriers.items()]
    cells: list[Expression | F] = [
        F("number__e164"),
        csv_cells.SafeText("number__label"),
        csv_cells.word("state", dict(CaseState.choices)),
        csv_cells.SafeText("reason"),
        csv_cells.SafeText("outcome"),
        F("attempt"),
        csv_cells.joined(flagged, separator=SEPARATOR),
        csv_cells.word("provider", providers),
        F("sent"),
        csv_cells.SafeText("owner__email"),
        *(csv_cells.IsoTime(column) for column in ("tag_since", "opened_at", "target_at", "limit_at")),
        *(csv_cells.IsoTime(column) for column in ("overdue_at", "closed_at")),
    ]
    named = {f"cell_{place}": cell for place, cell in enumerate(cells)}
    return cases.select_related(None).defer(None).annotate(**named).values_list(*named)
