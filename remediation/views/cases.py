"""`/cases/` and `/cases/<uuid>/`: the repairs of labels, and one with everything that happened to it (R84-R88, D21)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zlib import crc32

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.generic import View

from common import compiled, lists
from common.keyset import Page, Sort
from remediation.filters import CaseFilter
from remediation.forms import NoteForm, OwnerForm
from remediation.models import Case
from remediation.selectors import case_file, case_list, cases, counts, stats
from remediation.states import STATE_MEANING, UNDER_WAY, CaseState
from remediation.tables import CaseTable, CaseWriter
from remediation.views.account_page import RemediationPageMixin

STATES_OF_CHIPS = ("state", "overdue", "show", "follow_up")


class CaseListView(RemediationPageMixin, lists.ListPage):
    """One page of cases under the filters, the order and the cursor of its address: the open ones by default."""

    template_name = "cases/list.html"
    fragment_name = "cases/_list.html"
    first_sort = {"opened": "-opened", "limit": "limit"}
    menu_names = ("state", "provider", "carrier", "owner")
    poll_seconds = 5

    @cached_property
    def now(self) -> datetime:
        """Return the moment of this request."""
        return timezone.now()

    def get_filterset(self) -> CaseFilter:
        """Return the filters of this address."""
        return CaseFilter(self.request.GET, account=self.account, user=self.request.user, now=self.now)

    def get_sort(self) -> Sort:
        """Return the order of this address."""
        return case_list.sort_of(self.request.GET)

    def get_owner(self) -> int:
        """Return the account: another account's cursors are ignored."""
        return self.account.pk

    def get_rows(self, filterset: CaseFilter) -> Any:
        """Return the matching cases as what their rows show."""
        return case_list.rows(filterset.qs)

    def get_table(self, page: Page[Case]) -> CaseTable:
        """Return the table around the rows of the page."""
        return CaseTable(page.rows)

    def get_first_sort(self) -> dict[str, str]:
        """Return the sorts that these filters have."""
        return {name: way for name, way in self.first_sort.items() if name in case_list.sorts(self.request.GET)}

    def get_version(self, table: CaseTable) -> str:
        """Return a text that changes with what the rows say, apart from the hands of their clocks."""
        return _version(table.data)

    def get_context(self, page: Page[Case]) -> dict[str, Any]:
        """Add the chips and the rows with their clocks."""
        writer = CaseWriter(carriers=self.filterset.choices.carrier_names, now=self.now)
        return super().get_context(page) | {
            "rows_html": compiled.render("cases/rows.html", {"rows": writer.cells(page.rows)}),
            "chips": self._chips(counts.open_cases()),
            "had_cases": bool(page.rows) or case_list.any_case(),
            "poll_seconds": self.poll_seconds,
        }

    def _chips(self, open_cases: counts.OpenCases) -> list[tuple[str, str, int | None, str, bool]]:
        """Return label, color, count, address and whether it is the one in use, for each chip."""
        chips: list[tuple[str, str, int | None, dict[str, tuple[str, ...]]]] = [
            ("Open", "is-progress", open_cases.everything, {}),
            ("Under way", "is-progress", open_cases.at_provider, {"state": UNDER_WAY}),
            ("Awaiting reading", "is-progress", open_cases.awaiting, {"state": ("awaiting_clean_reading",)}),
            ("Needs a person", "is-mixed", open_cases.parked, {"state": ("parked",)}),
            ("Cooling down", "is-none", open_cases.cooling, {"state": ("cooling_down",)}),
            ("Overdue", "is-spam", open_cases.overdue, {"overdue": ("1",)}),
            ("Ended", "is-none", None, {"show": ("ended",)}),
        ]
        return [(label, css, n, self._chip_address(said), self._is_chosen(said)) for label, css, n, said in chips]

    def _chip_address(self, said: dict[str, tuple[str, ...]]) -> str:
        others = [(name, value) for name, value in self.address.pairs if name not in STATES_OF_CHIPS]
        pairs = [(name, value) for name, values in said.items() for value in values]
        query = urlencode([*others, *pairs])
        return f"{self.address.path}?{query}" if query else self.address.path

    def _is_chosen(self, said: dict[str, tuple[str, ...]]) -> bool:
        return all(set(self.request.GET.getlist(name)) == set(said.get(name, ())) for name in STATES_OF_CHIPS)


class CaseTimesView(RemediationPageMixin, View):
    """`/cases/times/`: how long repairs take. A fragment that the list does not wait for, and a page of its own."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the figures with how many cases they come from."""
        now = timezone.now()
        times = [
            ("By provider", "Provider", stats.by_provider(now=now)),
            ("By carrier", "Carrier", stats.by_carrier(now=now)),
        ]
        return render(request, "cases/_times.html" if self.request.htmx else "cases/times.html", {"times": times})


class CaseDetailView(RemediationPageMixin, View):
    """`/cases/<uuid>/`: one case. With `poll` to htmx the part that changes by itself, 204 while it did not."""

    def get(self, request: HttpRequest, uuid: UUID) -> HttpResponse:
        """Show the case."""
        case = cases.case_for(uuid)
        now = timezone.now()
        context = case_context(case, now=now)
        known = request.GET.get("poll")
        if known:
            same = known == context["version"]
            return HttpResponse(status=204) if same else render(request, "cases/_live_changed.html", context)
        return render(request, "cases/detail.html", context | self.for_a_person(case))

    def for_a_person(self, case: Case) -> dict[str, Any]:
        """Return the forms, for who may use them."""
        may_edit = self.membership.may_edit
        initial = {"owner": str(case.owner_id or "")}
        return {
            "may_edit": may_edit,
            "note_form": NoteForm() if may_edit else None,
            "owner_form": OwnerForm(initial=initial, account=self.account) if may_edit else None,
        }


def case_context(case: Case, *, now: datetime) -> dict[str, Any]:
    """Return everything that the page says of a case."""
    file = case_file.file_of(case, now=now)
    return {
        "case": case,
        "number": case.number,
        "status": case.number.status,
        "state": CaseState(case.state),
        "meaning": STATE_MEANING[CaseState(case.state)],
        "file": file,
        "version": _version([case]) + f"-{len(file.timeline)}-{file.request_version}",
    }


def _version(rows: Iterable[Any]) -> str:
    said = [(case.id, case.state, case.state_since, case.reason, case.overdue_at, case.owner_id) for case in rows]
    return f"{crc32(repr(said).encode()):x}"
