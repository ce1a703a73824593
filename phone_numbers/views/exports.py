"""The CSV files of the hub: numbers as the list shows them, and history (R7, R99, D26)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views import View

from accounts import services as account_services
from common import csv_export, slots
from phone_numbers import exports
from phone_numbers.filters import NumberFilter
from phone_numbers.models import PhoneNumber
from phone_numbers.selectors import listing
from phone_numbers.views.hub import HubPageMixin

RETRY_AFTER_SECONDS = 30
EXPORT_SLOTS = 1  # the space of these locks


class FilterRefused(Exception):
    """A filter of the address is not understood; `words` says which one and what exists."""

    def __init__(self, words: Sequence[str]) -> None:
        super().__init__(" ".join(words))
        self.words = words


class ExportView(HubPageMixin, View):
    """Sends one CSV. A page declares header, name and SELECT; everything that can go wrong is answered in words."""

    http_method_names = ["get", "post"]
    header: tuple[str, ...]
    kind: str

    def select(self) -> str | None:
        """Return the composed SELECT, None for no rows. Raises FilterRefused."""
        raise NotImplementedError

    def get(self, request: object, **_kwargs: object) -> HttpResponseBase:
        """Send the file, or say why not: 400 for a filter, 503 while too many exports run."""
        try:
            select = self.select()
            slot = slots.take(self._limits())
        except FilterRefused as refused:
            return self._refuse(400, "This export has a filter that is not understood", refused.words)
        except slots.NoFreeSlot as busy:
            return self._refuse_busy(busy.limit)
        try:
            return self._send(select, slot, now=timezone.now())
        except csv_export.TooManyRows as error:
            slot.release()
            words = [f"It would have more than {error.limit:,} rows. Narrow the list with filters and export in parts."]
            return self._refuse(400, "This export is too large for one file", words)
        except BaseException:
            slot.release()
            raise

    def post(self, request: object, **kwargs: object) -> HttpResponseBase:
        """Send the same file for parameters that do not fit into an address: some hundred ticked numbers."""
        return self.get(request, **kwargs)

    @property
    def params(self) -> QueryDict:
        """Return the parameters of the list, from wherever they were sent."""
        sent: QueryDict = self.request.POST if self.request.method == "POST" else self.request.GET
        params = sent.copy()
        params.pop("csrfmiddlewaretoken", None)  # a secret: the parameters go into the audit trail
        return params

    def _send(self, select: str | None, slot: slots.Slot, *, now: datetime) -> HttpResponseBase:
        spooled = csv_export.spool(self.header, select, max_rows=settings.EXPORT_MAX_ROWS)
        filename = f"{self.account.slug}-{self.kind}-{now:%Y-%m-%d}.csv"
        account_services.record_audit(
            self.account,
            actor=self.request.user,
            action="numbers.exported",
            target=filename,
            now=now,
            rows=spooled.rows,
            filters=self.params.urlencode()[:500],
        )
        return csv_export.SpooledResponse(spooled, filename=filename, on_close=slot.release)

    def _limits(self) -> list[slots.Limit]:
        return [
            slots.Limit("this account", settings.EXPORTS_PER_ACCOUNT, EXPORT_SLOTS, self.account.pk),
            slots.Limit("the portal", settings.EXPORTS_IN_ALL, EXPORT_SLOTS),
        ]

    def _refuse_busy(self, limit: slots.Limit) -> HttpResponse:
        whose = f"{limit.size} exports of your account" if limit.owner else "As many exports as the portal allows"
        words = [f"{whose} are being made or downloaded right now. Try again in half a minute."]
        response = self._refuse(503, "Other exports are still running", words)
        response["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return response

    def _refuse(self, status: int, heading: str, words: Sequence[str]) -> HttpResponse:
        context = {"heading": heading, "words": words, "query": self.params.urlencode()}
        return render(self.request, "numbers/export_refused.html", context, status=status)


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
