"""Whether a key works at all, and for what: asked without a charge and without changing anything."""

from __future__ import annotations

from typing import Any

from providers.base import ConnectionReport
from providers.errors import ProviderError
from providers.telnyx.client import SERVICE, TelnyxClient

TERMS = {"product_type": "number_reputation"}


def report(client: TelnyxClient) -> ConnectionReport:
    """One sentence: how many businesses the key sees, and whether the terms of Number Reputation are accepted."""
    try:
        _, meta = client.get_page("/enterprises", 1, {"page[size]": 1})
        accepted = _accepted(client.get("/terms_of_service/status", TERMS))
    except ProviderError as exc:
        return ConnectionReport(False, exc.message)
    businesses = f"{meta.total_results:,} {'business' if meta.total_results == 1 else 'businesses'}"
    terms = "are accepted" if accepted else "are not accepted yet; the portal accepts them when it enrolls the business"
    return ConnectionReport(True, f"Connected to {SERVICE}: {businesses}. The terms of Number Reputation {terms}.")


def _accepted(answer: Any) -> bool:
    data = answer.get("data") if isinstance(answer, dict) else None
    return isinstance(data, dict) and data.get("has_agreed") is True
