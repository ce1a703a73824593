"""What the CSV files of D26 hold: columns are declared here, not taken from the screen."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.db.models import Case, Expression, F, Func, IntegerField, Q, QuerySet, TextField, Value, When
from django.db.models.lookups import Exact

from accounts.models import Account
from accounts.products import Product
from common import csv_cells, csv_export
from phone_numbers import exports_sql, states
from phone_numbers.models import PhoneNumber, Source
from phone_numbers.states import Metric

NUMBER_HEADER = (
    "Number",
    "Label",
    "Area",
    "Service",
    "Product",
    "Registration status",
    "Spam rating",
    "Reputation status",
    "Overall",
    "Maturity",
    "Connection",
    "Engagement",
    "Sentiment",
    "Capability",
    "Flagged by",
    "Complaints (90 days)",
    "Last updated",
)
HISTORY_HEADER = (
    "Number",
    "Time",
    "Kind",
    "From",
    "To",
    "Source",
    "Overall",
    "Maturity",
    "Connection",
    "Engagement",
    "Sentiment",
    "Reason",
    "Actor",
)
STATE_KINDS = (
    states.EventKind.RATING,
    states.EventKind.TAG,
    states.EventKind.REGISTRATION,
    states.EventKind.CAPABILITY,
    states.EventKind.REMEDIATION,
)
SEPARATOR = "; "
OVERALL = "overall"


def number_rows(
    numbers: QuerySet[PhoneNumber], *, sources: Iterable[Source], with_scores: bool
) -> QuerySet[PhoneNumber]:
    """Return a queryset of D26's 17 cells, in the order of `numbers`.

    `with_scores` is false without an Enterprise Spam Registration licence: then metrics, overall and registration
    status are empty (D1).
    """
    cells: list[Expression | F] = [
        F("e164"),
        csv_cells.SafeText("label"),
        csv_cells.SafeText("area"),
        csv_cells.word("status__services", _service_words()),
        csv_cells.word("product", dict(Product.choices)),
        csv_cells.word("status__registration", dict(states.Registration.choices)) if with_scores else csv_cells.empty(),
        csv_cells.word("status__rating", dict(states.Rating.choices)),
        csv_cells.word("status__status", dict(states.ReputationStatus.choices)),
        *(_band(f"status__{column}") if with_scores else csv_cells.empty() for column in (OVERALL, *Metric.values)),
        csv_cells.word("status__capability", dict(states.Capability.choices)),
        _flagged_by(sources),
        F("status__complaints_90d"),
        csv_cells.IsoTime("status__last_updated"),
    ]
    named = {f"cell_{place}": cell for place, cell in enumerate(cells)}
    return numbers.select_related(None).annotate(**named).values_list(*named)


def history_select(account: Account, numbers: QuerySet[PhoneNumber], *, with_scores: bool) -> str | None:
    """Return the composed SELECT of the history of these numbers, by number and time; None when there are none.

    Scores are 0-100, empty where unknown and without an Enterprise Spam Registration licence (D1).
    """
    picked = csv_export.compose(numbers.select_related(None).order_by().values_list("id", "e164"))
    if picked is None:
        return None
    scores = exports_sql.SCORES if with_scores else exports_sql.NO_SCORES
    statement = csv_export.compose_sql(
        exports_sql.HISTORY.replace("{scores}", scores),
        {"account": account.pk, "kinds": states.EventKind.labels, "state_kinds": list(STATE_KINDS)},
    )
    return statement.replace("{numbers}", picked)


def _service_words() -> dict[int, str]:
    """Return the words for every combination of the service bits (D7)."""
    both = states.Service.REGISTRATION | states.Service.MONITORING
    return {
        bits: SEPARATOR.join(service.label for service in states.Service if bits & service)
        for bits in range(1, both + 1)
    }


def _band(column: str) -> Case:
    """Return the word for a score, by the same limits as `states.band` (D9)."""
    good, normal, poor = settings.METRIC_BANDS
    limits = [
        (good, states.Band.GOOD),
        (normal, states.Band.NORMAL),
        (poor, states.Band.POOR),
        (0, states.Band.VERY_POOR),
    ]
    whens = [When(**{f"{column}__gte": limit}, then=Value(band.label)) for limit, band in limits]
    return Case(*whens, default=Value(states.Band.UNKNOWN.label), output_field=TextField())


def _flagged_by(sources: Iterable[Source]) -> Case:
    """Return the names of the sources that flag the number; few numbers have any, so the rest is settled first."""
    column = "status__flagged_by"
    parts = [(Q(**{f"{column}__contains": [source.pk]}), source.name) for source in sources]
    names = csv_cells.joined(parts, separator=SEPARATOR)
    size = Func(F(column), function="cardinality", output_field=IntegerField())
    return Case(When(Exact(size, 0), then=None), default=names, output_field=TextField())
