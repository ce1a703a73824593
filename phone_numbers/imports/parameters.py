"""The parameters that the statements of an import share."""

from __future__ import annotations

import json
from typing import Any

from accounts.products import Product
from phone_numbers.models import ImportJob
from phone_numbers.states import EventKind, Origin, RowOutcome

_CODES = {
    "refuse": RowOutcome.REFUSE,
    "add": RowOutcome.ADD,
    "change": RowOutcome.CHANGE,
    "same": RowOutcome.SAME,
    "product": Product.OTHER,
    "origin": Origin.NATIVE,
    "edited_kind": EventKind.EDITED,
    "products": json.dumps({product.value: product.label for product in Product}),
    "origins": json.dumps({origin.value: origin.label for origin in Origin}),
}


def for_job(job: ImportJob, **others: Any) -> dict[str, Any]:
    """Return a job's parameters, with those of one statement."""
    return _CODES | {"job": job.pk, "account": job.account_id} | others
