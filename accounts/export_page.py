"""The base of every page that sends a CSV (R99): one exporter, one limit on how many run, one answer when it cannot."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views import View

from accounts import services as account_services
from accounts.access import AccountPageMixin
from common import csv_export, slots

RETRY_AFTER_SECONDS = 30
EXPORT_SLOTS = 1  # the space of these locks


class FilterRefused(Exception):
    """A filter of the address is not understood; `words` says which one and what exists."""

    def __init__(self, words: Sequence[str]) -> None:
        super().__init__(" ".join(words))
        self.words = words


class ExportPage(AccountPageMixin, View):
    """Sends one CSV. A page declares header, name and SELECT; everything that can go wrong is answered in words.

    `list_name` is the URL name of the list that it exports, `action` the word of the audit trail.
    """

    http_method_names = ["get", "post"]
    header: tuple[str, ...]
    kind: str
    list_name: str
    action: str

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
            action=self.action,
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
        query = self.params.urlencode()
        list_href = f"{reverse(self.list_name)}?{query}" if query else reverse(self.list_name)
        context = {"heading": heading, "words": words, "list_href": list_href}
        return render(self.request, "export_refused.html", context, status=status)
