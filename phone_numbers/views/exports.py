"""The CSV files of the hub: numbers as the list shows them, and history (R7, R99, D26)."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from accounts.export_page import ExportPage, FilterRefused
from common import csv_export
from phone_numbers import exports
from phone_numbers.filters import NumberFilter
from phone_numbers.models import PhoneNumber
from phone_numbers.selectors import listing
from phone_numbers.views.hub import HubPageMixin


class ExportView(HubPageMixin, ExportPage):
    """A CSV of the hub."""

    list_name = "numbers:list"
    action = "numbers.exported"


class NumberExportView(ExportView):
    """The numbers under the filters of the list and in its order (D6); `ids` narrows to ticked ones."""

    header = exports.NUMBER_HEADER
    kind = "numbers"

    def select(self) -> str | None:
        """Return D26's 17 cells of the listed numbers."""
        numbers = _listed(self)
        rows = exports.number_rows(numbers, sources=listing.sources(), with_scores=self.with_scores)
        return csv_export.compose(rows)


class AccountHistoryExportView(ExportView):
    """The history of every number under the filters of the list."""

    header = exports.HISTORY_HEADER
    kind = "history"

    def select(self) -> str | None:
        """Return the history of the listed numbers."""
        return exports.history_select(self.account, _listed(self), with_scores=self.with_scores)


class NumberHistoryExportView(ExportView):
    """The history of one number; a number of another account is as missing as one that never was."""

    header = exports.HISTORY_HEADER
    kind = "history"

    def select(self) -> str | None:
        """Return the history of the number."""
        uuid: UUID = self.kwargs["uuid"]
        number = get_object_or_404(PhoneNumber, uuid=uuid)
        self.kind = f"history-{number.e164.removeprefix('+')}"
        numbers = PhoneNumber.objects.filter(pk=number.pk)
        return exports.history_select(self.account, numbers, with_scores=self.with_scores)


def _listed(view: ExportView) -> QuerySet[PhoneNumber]:
    """Return the numbers that the list shows for the same address, in its order, or raise FilterRefused."""
    params = view.params
    chosen = NumberFilter(params, account=view.account)
    if chosen.errors:
        raise FilterRefused([str(message) for messages in chosen.errors.values() for message in messages])
    return listing.sort_of(params.get("sort")).apply(chosen.qs)
