"""The list page beside Django admin's changelist and a stock django-tables2 page, in the same process and middleware.

A page is what its address answers, from the first middleware to the last byte, for a person who is signed in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.middleware import SESSION_KEY
from benchmarks import data, data_sql, observations, timing
from benchmarks.models import PlainNumber
from benchmarks.results import Result
from common.scope import account_scope
from phone_numbers.feeds import ingest

CHANGELIST, TABLES2 = "Django admin changelist", "stock django-tables2 page"
EIGHTH, TENTH, SAME = "<=0.125", "<=0.1", "<=1.3"
ROUNDS = 9
PER_PAGE = 50
INGESTED_PAGES, INGESTED_SIZE = 5, 20_000
FILTERS = {
    "spam": ({"status": "spam"}, {"status__exact": 4}),
    "registered, monitored, Contact Center": (
        {"registration": "registered", "capability": "on", "product": "contact_center"},
        {"registration__exact": 2, "capability__exact": 2, "product__exact": 1},
    ),
    "no data, Phone": ({"rating": "unknown", "product": "phone"}, {"rating__exact": 0, "product__exact": 2}),
}


class PageError(RuntimeError):
    """A page did not show what it was measured for."""


@dataclass(frozen=True)
class Pair:
    """A page of ours and the peer's that shows as many rows of the same kind."""

    name: str
    ours: Callable[[], object]
    peer: Callable[[], object]
    peer_name: str = CHANGELIST
    goal: str | None = None

    def measure(self) -> Result:
        """Load both in turns."""
        ours, peer = timing.best([self.ours, self.peer], rounds=ROUNDS)
        return Result(f"list: {self.name}", ours, peer, self.peer_name, "ms", self.goal)


def measure() -> list[Result]:
    """Return the results of the part `list`."""
    large, small = Browser(data.LARGE), Browser(data.SMALL)
    last = {browser: browser.last_page() for browser in (large, small)}
    pairs = [
        *_browsed(large),
        *_searched(large),
        *_deep(large, last[large]),
        *size_pairs(large, small, last, "a million numbers"),
    ]
    results = [pair.measure() for pair in pairs]
    _ingest_pages()
    return results + [pair.measure() for pair in _browsed(large, ", after ingested pages")]


class Browser:
    """A signed-in person of one account."""

    def __init__(self, slug: str) -> None:
        self.account = data.account(slug)
        self.client = Client()
        self.client.force_login(data.owner(slug))
        session = self.client.session
        session[SESSION_KEY] = str(self.account.uuid)
        session.save()

    def open(self, address: str, rows: int = PER_PAGE, **headers: str) -> bytes:
        """Load a page. Raises PageError unless it shows at least `rows` rows."""
        response = self.client.get(address, headers=headers)
        content = response.content
        shown = content.count(b"<tr") - 1
        if response.status_code != 200 or shown < rows:
            raise PageError(f"{address} answered {response.status_code} with {shown} rows.")
        return content

    def page(self, rows: int = PER_PAGE, **params: str) -> Callable[[], object]:
        """Return a call that loads the list with these parameters."""
        address = f"{reverse('numbers:list')}?{urlencode(params)}"
        return lambda: self.open(address, rows)

    def page_and_counts(self, **params: str) -> Callable[[], object]:
        """Return a call that loads the list, then the counts that it asks for when it is shown."""
        load, address = self.page(**params), f"{reverse('numbers:list')}?{urlencode({**params, 'count': '1'})}"
        return lambda: (load(), self.open(address, rows=-1, **{"HX-Request": "true"}))

    def changelist(self, rows: int = PER_PAGE, **params: object) -> Callable[[], object]:
        """Return a call that loads the changelist with these parameters."""
        address = f"{reverse('admin:benchmarks_plainnumber_changelist')}?{urlencode(params)}"
        return lambda: self.open(address, rows)

    def last_page(self) -> dict[str, str]:
        """Return the parameters of the last page by its cursor: one step back from the end, and forward again."""
        before = self._cursor("before", {"before": "end"})
        return {"after": self._cursor("after", {"before": before})}

    def _cursor(self, name: str, params: dict[str, str]) -> str:
        content = self.open(f"{reverse('numbers:list')}?{urlencode(params)}").decode()
        found = re.search(rf"[?&;]{name}=([^&\"]+)", content.replace("before=end", ""))
        if not found:
            raise PageError(f"The page at {params} has no link with {name}=.")
        return found[1].replace("%3A", ":")


def _browsed(browser: Browser, when: str = "") -> list[Pair]:
    """First page and filtered pages: at most 1/8 of the changelist's time."""
    first = Pair(f"first page{when}", browser.page(), browser.changelist(), goal=EIGHTH)
    tables2 = Pair(f"first page{when}", browser.page(), lambda: browser.open(reverse("peer-tables2")), TABLES2)
    filtered = [
        Pair(f"filtered by {name}{when}", browser.page(**ours), browser.changelist(**peers), goal=EIGHTH)
        for name, (ours, peers) in FILTERS.items()
    ]
    return [first, tables2, *filtered]


def _searched(browser: Browser) -> list[Pair]:
    """Searches: at most 1/10 of the changelist's time for the same words."""
    with account_scope(browser.account):
        number = PlainNumber.objects.order_by("pk")[data.size(data.LARGE) // 2].number
    searches = {
        "four digits anywhere": (number[4:8], PER_PAGE),
        "last four": (number[-4:], PER_PAGE),
        "full number": (number, 1),
    }
    pairs = [
        Pair(f"search, {name}", browser.page(rows, q=q), browser.changelist(rows, q=q), goal=TENTH)
        for name, (q, rows) in searches.items()
    ]
    anywhere = number[4:8]
    counted = Pair("search and its counts", browser.page_and_counts(q=anywhere), browser.changelist(q=anywhere))
    return [*pairs, counted]


def _deep(browser: Browser, last: dict[str, str]) -> list[Pair]:
    """The last page by its cursor: at most 1/10 of the changelist's last page."""
    number = -(-data.size(data.LARGE) // PER_PAGE)
    deep = browser.page(1, **last)
    tables2 = f"{reverse('peer-tables2')}?page={number}"
    return [
        Pair("last page", deep, browser.changelist(p=number), goal=TENTH),
        Pair("last page", deep, lambda: browser.open(tables2), TABLES2),
    ]


def size_pairs(large: Browser, small: Browser, last: dict[Browser, dict[str, str]], words: str) -> list[Pair]:
    """The same pages, each full, in the large account and at ten thousand numbers: at most 1.3 times."""
    pages: dict[str, Sequence[dict[str, str]]] = {"first page": ({}, {}), "last page": (last[large], last[small])}
    pages |= {f"filtered by {name}": (ours, ours) for name, (ours, _) in FILTERS.items()}
    pages["search, two digits"] = ({"q": "30"}, {"q": "30"})
    return [
        Pair(f"{name}, {words}", large.page(1, **ours), small.page(1, **other), "ten thousand numbers", SAME)
        for name, (ours, other) in pages.items()
    ]


def _ingest_pages() -> None:
    """Ingest pages of observations; nothing is vacuumed after them. The peers' table gets the same news."""
    account = data.account(data.LARGE)
    world = observations.World(account, seed=7)
    with account_scope(account):
        for _ in range(INGESTED_PAGES):
            ingest.ingest_page(account, world.page(INGESTED_SIZE), now=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(data_sql.PLAIN_CATCHES_UP)
