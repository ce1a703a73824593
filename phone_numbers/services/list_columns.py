"""Which optional columns a person sees in the list; it belongs to the person, not to the account."""

from __future__ import annotations

from collections.abc import Collection

from accounts.models import User
from phone_numbers.states import Metric


def choose_list_columns(user: User, *, chosen: Collection[str]) -> list[str]:
    """Remember the metric columns that a person chose, in their usual order; other words are left out."""
    columns = [metric.value for metric in Metric if metric.value in chosen]
    user.list_columns = columns
    user.save(update_fields=["list_columns"])
    return columns
