"""The Number Reputation list: `/numbers/` (R1-R3, R24-R43)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.views.generic import View

from common import compiled, lists
from common.keyset import Page, Sort
from phone_numbers import states
from phone_numbers.filters import NumberFilter
from phone_numbers.models import PhoneNumber
from phone_numbers.selectors import counts, listing
from phone_numbers.selectors.usual_pages import UsualPages
from phone_numbers.services import list_columns
from phone_numbers.tables import METRICS, ListedNumbers, RowWriter, columns_of
from phone_numbers.templatetags.reputation import STATUS_CLASS
from phone_numbers.views.hub import HubPageMixin

MENUS = ("product", "registration", "rating", "service", "capability", "flagged_by")
MORE_MENUS = ("source", "campaign", "tagged")
CHIPS = (
    states.ReputationStatus.HEALTHY,
    states.ReputationStatus.SPAM,
    states.ReputationStatus.MIXED,
    states.ReputationStatus.IN_PROGRESS,
    states.ReputationStatus.NO_DATA,
)
# The order of the first click: what a person looks for first comes first, numbers without a score last.
FIRST_SORT = {
    "number": "number",
    "label": "label",
    "area": "area",
    "status": "-status",
    "overall": "-overall",
    "last_updated": "-last_updated",
}


@dataclass(frozen=True)
class BulkAction:
    """A button for the ticked numbers: its page takes `ids`, repeated, or the list's own parameters with `all=1`.

    One that changes something (`asks_first`) opens as a dialog and is there for people who may change things.
    """

    label: str
    url_name: str
    icon: str
    asks_first: bool = False


BULK_ACTIONS = (
    BulkAction("Enable spam monitoring and remediation", "services:enable", "shield-check", asks_first=True),
    BulkAction("Disable spam monitoring and remediation", "services:disable", "shield-x", asks_first=True),
    BulkAction("Register", "services:register", "certificate", asks_first=True),
    BulkAction("Export selected", "numbers:export", "table-export"),
)


class NumberListView(HubPageMixin, lists.ListPage):
    """One page of the account's numbers under the filters, the sort and the cursor of its address.

    With `count=1` the matches are counted at once; otherwise the page leaves that to a fragment of its own whenever the
    summary table does not know the answer.
    """

    template_name = "numbers/list.html"
    fragment_name = "numbers/_list.html"
    body_name = "numbers/list.html"
    counts_name = "numbers/list_counts.html"
    rows_name = "numbers/list_rows.html"
    poll_seconds = 3  # with a carrier feed read every 2 s, a label is on an open list within 8 s of being offered
    first_sort = FIRST_SORT
    menu_names = MENUS
    filterset: NumberFilter
    rows_html: SafeString

    def get_filterset(self) -> NumberFilter:
        """Return the filters of this address."""
        return NumberFilter(self.request.GET, account=self.account)

    def get_sort(self) -> Sort:
        """Return the order of this address."""
        return listing.sort_of(self.request.GET.get("sort"))

    def get_owner(self) -> int:
        """Return the account: another account's cursors are ignored."""
        return self.account.pk

    def get_rows(self, filterset: NumberFilter) -> QuerySet[PhoneNumber, Any] | UsualPages:
        """Return the matching numbers in the shape that pages fastest."""
        return filterset.page_rows(self.sort)

    def get_table(self, page: Page[Any]) -> ListedNumbers:
        """Return the table with the person's choice of metrics."""
        writer = RowWriter(
            sources=self.filterset.head.sources,
            metrics=self.metrics,
            with_scores=self.with_scores,
            now=timezone.now(),
        )
        rows = writer.rows(page.rows)
        self.rows_html = compiled.render(self.rows_name, {"rows": rows})
        return ListedNumbers(rows, columns_of(tuple(self.metrics)))

    def get_first_sort(self) -> dict[str, str]:
        """Return the sortable columns; without a licence for scores their order is not told either (D1)."""
        return {name: sort for name, sort in self.first_sort.items() if self.with_scores or name != "overall"}

    def get_version(self, _table: ListedNumbers) -> str:
        """Return another text as soon as a row would read differently."""
        return f"{crc32(self.rows_html.encode()):x}"

    @property
    def metrics(self) -> list[str]:
        """Return the metric columns that this person wants to see."""
        return [metric for metric in METRICS if metric in self.request.user.list_columns]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer with the counts alone when htmx asks for them."""
        if self.request.htmx and request.GET.get("count"):
            return self._counts_fragment()
        return super().get(request, *args, **kwargs)

    def get_context(self, page: Page[Any]) -> dict[str, Any]:
        """Return the part that changes as it stands on the page, and what tells whether it changed."""
        totals, found = self._counts()
        base = super().get_context(page)
        context = (
            base
            | self._counts_context(found)
            | self._more_menus()
            | {
                "rows": self.rows_html,
                "everything": totals.everything,
                "newest": totals.newest,
                "metric_choices": [
                    (metric.value, metric.label, metric.value in self.metrics) for metric in states.Metric
                ],
                "with_scores": self.with_scores,
                "features": self.features,
                "bulk_actions": BULK_ACTIONS,
                "poll_seconds": self.poll_seconds,
            }
        )
        return {"version": base["version"], "body": compiled.render(self.body_name, context, self.request)}

    def _more_menus(self) -> dict[str, Any]:
        more = [lists.filter_menu(self.filterset, name) for name in MORE_MENUS]
        return {
            "more_menus": more,
            "more_active": sum(menu.is_active for menu in more) + ("area" in self.filterset.chosen),
            "areas": [value for name, value in self.address.pairs if name == "area"],
        }

    def _counts(self) -> tuple[counts.Totals, counts.Counts | None]:
        """Return what is known of the whole account, and what matches: None when that is left to the fragment."""
        if self.filterset.is_counted:
            totals = counts.totals(self.filterset.counted_values(), self.filterset.head)
            return totals, totals.counts
        is_asked = self.filterset.is_valid() and self.request.GET.get("count")
        return counts.totals({}, self.filterset.head), self._counted() if is_asked else None

    def _counted(self) -> counts.Counts:
        chosen = self.filterset.chosen
        return counts.counted(
            self.filterset.narrowed(chosen),
            self.filterset.narrowed(chosen.keys() - {"status"}),
            self.filterset.filters["status"].values(chosen.get("status", [])),
        )

    def _counts_context(self, found: counts.Counts | None) -> dict[str, Any]:
        chosen = self.filterset.chosen.get("status", [])
        return {
            "found": found,
            "chips": [_chip(status, found, chosen, self.address) for status in CHIPS],
            "count_href": "" if found or not self.filterset.is_valid() else self.address.having(count="1"),
            "address": self.address,
        }

    def _counts_fragment(self) -> HttpResponse:
        self.address = lists.ListAddress(self.request.path, self.request.GET)
        self.filterset = self.get_filterset()
        found = self._counted() if self.filterset.is_valid() else None
        return HttpResponse(compiled.render(self.counts_name, self._counts_context(found)))


class ListColumnsView(HubPageMixin, View):
    """`POST /numbers/columns/` with `metric`, repeated: which metric columns this person sees in the list."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """Remember the choice and go back to the list as it was."""
        list_columns.choose_list_columns(self.request.user, chosen=request.POST.getlist("metric"))
        return redirect(_list_address(request.POST.get("next", "")))


@dataclass(frozen=True)
class Chip:
    """A reputation status with the count of its numbers; a click filters by it, another click no longer."""

    label: str
    css: str
    count: int | None
    href: str
    is_chosen: bool


def _chip(
    status: states.ReputationStatus, found: counts.Counts | None, chosen: Collection[str], address: lists.ListAddress
) -> Chip:
    word = status.name.lower()
    is_chosen = word in chosen
    href = address.without_value("status", word) if is_chosen else address.having(status=word)
    count = None if found is None or found.by_status is None else found.by_status.get(status, 0)
    return Chip(status.label, STATUS_CLASS[status], count, href, is_chosen)


def _list_address(wanted: str) -> str:
    """Return `wanted` when it is an address of the list, otherwise the list; never another site's address."""
    start: str = reverse("numbers:list")
    is_own = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if is_own and wanted.partition("?")[0] == start else start
