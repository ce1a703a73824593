"""The base of every list page: filters, one keyset page of rows, a table, and the addresses that lead on.

The address of the page holds its whole state, so that it can be bookmarked, sent and exported. The same address answers
with the whole page or, to htmx, with the part that changes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode
from zlib import crc32

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.generic import View
from django_htmx.http import push_url
from django_htmx.middleware import HtmxDetails

from common.keyset import LAST_PAGE, Page, Pager, Sort

CURSORS = ("after", "before")
# What asks for the same list in another way: counted at once, or only if it has changed.
WAYS = ("count", "poll")
NOT_FILTERS = (*CURSORS, *WAYS, "sort", "per_page")


class HtmxRequest(HttpRequest):
    """A request with django-htmx's details."""

    htmx: HtmxDetails


class ListAddress:
    """The address of a list, and of the same list with one thing changed. Every change starts at the first page."""

    def __init__(self, path: str, params: QueryDict) -> None:
        self.path = path
        self.pairs = [
            (name, value)
            for name, values in params.lists()
            for value in values
            if value and name not in (*CURSORS, *WAYS)
        ]

    def __str__(self) -> str:
        return self._address(self.pairs)

    @property
    def query(self) -> str:
        """Return the query string without its question mark, without the place in the pages."""
        return urlencode(self.pairs)

    @property
    def filters(self) -> list[tuple[str, str]]:
        """Return the pairs that narrow the list."""
        return [pair for pair in self.pairs if pair[0] not in NOT_FILTERS]

    @property
    def filters_key(self) -> str:
        """Return the same text for the same filters, in whatever order they are given."""
        return urlencode(sorted(self.filters))

    def having(self, **values: str) -> str:
        """Return the address with these parameters set in place of their former values."""
        return self._address([*self._pairs_without(values), *values.items()])

    def without(self, *names: str) -> str:
        """Return the address without these parameters."""
        return self._address(self._pairs_without(names))

    def without_value(self, name: str, value: str) -> str:
        """Return the address without one value of a repeatable parameter."""
        return self._address([pair for pair in self.pairs if pair != (name, value)])

    def unfiltered(self) -> str:
        """Return the address of the whole list, in the same order."""
        return self._address([pair for pair in self.pairs if pair[0] in NOT_FILTERS])

    def _pairs_without(self, names: Iterable[str]) -> list[tuple[str, str]]:
        dropped = set(names)
        return [pair for pair in self.pairs if pair[0] not in dropped]

    def _address(self, pairs: list[tuple[str, str]]) -> str:
        return f"{self.path}?{urlencode(pairs)}" if pairs else self.path


def page_size(wanted: str | None) -> int:
    """Return a page size that is offered; the middle one when something else is asked for."""
    offered: tuple[int, ...] = settings.LIST_PAGE_SIZES
    sizes = {str(size): size for size in offered}
    return sizes.get(wanted or "", offered[len(offered) // 2])


@dataclass(frozen=True)
class Step:
    """A way to another page: its name as a link relation, the word on it, its address or ''."""

    rel: str
    words: str
    href: str


class ListPage(View):
    """A page of rows. A subclass declares its filterset, its sort, its table and its templates.

    `template_name` is the whole page, `fragment_name` the part that a filter, a sort or a step changes; `first_sort` is
    the sort of a column head's first click by column (others cannot be sorted), `menu_names` the filters with choices
    that are drawn as menus.
    """

    template_name: str
    fragment_name: str
    first_sort: Mapping[str, str] = MappingProxyType({})
    menu_names: Sequence[str] = ()
    request: HtmxRequest

    def get_filterset(self) -> Any:
        """Return the bound filterset of this request."""
        raise NotImplementedError

    def get_sort(self) -> Sort:
        """Return the order that this request asks for."""
        raise NotImplementedError

    def get_owner(self) -> object:
        """Return what cursors belong to: the tenant's key."""
        raise NotImplementedError

    def get_rows(self, filterset: Any) -> Any:
        """Return the queryset that is cut into pages."""
        return filterset.qs

    def get_table(self, page: Page[Any]) -> Any:
        """Return the table around the rows of the page."""
        raise NotImplementedError

    def get_first_sort(self) -> Mapping[str, str]:
        """Return `first_sort`, or what of it holds for this request."""
        return self.first_sort

    def get_version(self, table: Any) -> str:
        """Return a short text that stands for what the rows say."""
        return f"{crc32(repr(list(table.data)).encode()):x}"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer with the page, or with the part of it that changes."""
        self.sort = self.get_sort()
        self.size = page_size(request.GET.get("per_page"))
        self.address = ListAddress(request.path, request.GET)
        self.filterset = self.get_filterset()
        context = self.get_context(self.cut_page())
        known = request.GET.get("poll")
        if known and known == context["version"]:
            return HttpResponse(status=204)
        response = render(request, self._template(), context)
        return push_url(response, self._own_address()) if self.request.htmx and not known else response

    def cut_page(self) -> Page[Any]:
        """Return the page that the cursors of the request ask for; empty when a filter is not understood."""
        if not self.filterset.is_valid():
            return Page(rows=[], before="", after="")
        pager = Pager(self.sort, size=self.size, owner=self.get_owner())
        after, before = (self.request.GET.get(name, "") for name in CURSORS)
        return pager.page(self.get_rows(self.filterset), after=after, before=before)

    def get_context(self, page: Page[Any]) -> dict[str, Any]:
        """Return what both templates need. `version` is another one as soon as a row would read differently."""
        table = self.get_table(page)
        return {
            "filterset": self.filterset,
            "page": page,
            "table": table,
            "headers": headers(table, self.address, self.sort, self.get_first_sort()),
            "active_filters": active_filters(self.filterset, self.address),
            "filter_errors": filter_errors(self.filterset, self.address),
            "menus": [filter_menu(self.filterset, name) for name in self.menu_names],
            "version": self.get_version(table),
            "poll_href": self._own_address(),
            "search": self.request.GET.get("q", ""),
            "address": self.address,
            "sort": self.sort,
            "sizes": [(size, self.address.having(per_page=str(size))) for size in settings.LIST_PAGE_SIZES],
            "size": self.size,
            "steps": self._steps(page),
            "is_beyond": any(name in self.request.GET for name in CURSORS),
        }

    def _template(self) -> str:
        is_fragment = self.request.htmx and not self.request.htmx.history_restore_request
        return self.fragment_name if is_fragment else self.template_name

    def _own_address(self) -> str:
        cursors = {name: value for name in CURSORS if (value := self.request.GET.get(name))}
        return self.address.having(**cursors)

    def _steps(self, page: Page[Any]) -> list[Step]:
        """Return the ways to the other pages; the address is empty where there is none."""
        first, last = (bool(page.before), bool(page.after))
        return [
            Step("first", "First", str(self.address) if first else ""),
            Step("prev", "Previous", self.address.having(before=page.before) if first else ""),
            Step("next", "Next", self.address.having(after=page.after) if last else ""),
            Step("last", "Last", self.address.having(before=LAST_PAGE) if last else ""),
        ]


@dataclass(frozen=True)
class ActiveFilter:
    """One filter in use, in words, and the address without it."""

    words: str
    remove: str


@dataclass(frozen=True)
class FilterError:
    """A filter that was not understood, why, and the address without it."""

    label: str
    words: str
    remove: str


@dataclass(frozen=True)
class FilterMenu:
    """A filter with a few choices, as a menu of boxes to tick."""

    name: str
    label: str
    options: list[tuple[str, str, bool]]

    @property
    def summary(self) -> str:
        """Return what is chosen: the words of one, otherwise how many; the chips below name them all."""
        chosen = [words for _, words, is_chosen in self.options if is_chosen]
        return chosen[0] if len(chosen) == 1 else str(len(chosen))

    @property
    def is_active(self) -> bool:
        """Tell whether anything is chosen."""
        return any(is_chosen for _, _, is_chosen in self.options)


@dataclass(frozen=True)
class Header:
    """The head of a column; `href` sorts by it (empty: not sortable), `direction` is '', ascending or descending."""

    name: str
    text: str
    href: str
    direction: str


def active_filters(filterset: Any, address: ListAddress) -> list[ActiveFilter]:
    """Return the filters in use, each with the address without it; values of `counted_filters` are only counted."""
    known = [(name, value) for name, value in address.filters if name in filterset.filters]
    single = [pair for pair in known if pair[0] not in filterset.counted_filters]
    counted = Counter(name for name, _ in known if name in filterset.counted_filters)
    return [
        *(ActiveFilter(_words(filterset, *pair), address.without_value(*pair)) for pair in single),
        *(ActiveFilter(f"{filterset.filters[name].label}: {n}", address.without(name)) for name, n in counted.items()),
    ]


def filter_errors(filterset: Any, address: ListAddress) -> list[FilterError]:
    """Return what is wrong with the filters, each with the address without it."""
    return [
        FilterError(filterset.filters[name].label, " ".join(messages), address.without(name))
        for name, messages in filterset.errors.items()
    ]


def filter_menu(filterset: Any, name: str) -> FilterMenu:
    """Return a filter with choices as a menu."""
    filter_ = filterset.filters[name]
    cleaned = filterset.form.cleaned_data.get(name) or []
    chosen = [cleaned] if isinstance(cleaned, str) else cleaned
    options = [(value, str(words), value in chosen) for value, words in filter_.extra["choices"]]
    return FilterMenu(name, filter_.label, options)


def headers(table: Any, address: ListAddress, sort: Sort, first: Mapping[str, str]) -> list[Header]:
    """Return the heads of the table's columns. `first` holds the sort of the first click by column."""
    return [_header(column, address, sort, first.get(column.name, "")) for column in table.columns]


def _header(column: Any, address: ListAddress, sort: Sort, first: str) -> Header:
    if not first:
        return Header(column.name, column.header, "", "")
    is_sorted = sort.key == column.name
    target = sort.reversed().parameter if is_sorted else first
    direction = ("descending" if sort.descending else "ascending") if is_sorted else ""
    return Header(column.name, column.header, address.having(sort=target), direction)


def _words(filterset: Any, name: str, value: str) -> str:
    field = filterset.form.fields[name]
    word = getattr(field, "aliases", {}).get(value, value)
    return f"{filterset.filters[name].label}: {dict(getattr(field, 'choices', ())).get(word, word)}"
