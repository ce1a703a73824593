"""The list of cases beside Django admin's changelist of the same table, with all past cases in it."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from django.urls import reverse

from benchmarks import data, timing
from benchmarks.list_part import CHANGELIST, ROUNDS, TENTH, Browser
from benchmarks.results import Result
from common.scope import account_scope
from remediation.models import Case


def measure() -> list[Result]:
    """Return how long each page takes beside the changelist's that shows as many rows of the same kind."""
    browser = Browser(data.LARGE)
    with account_scope(browser.account):
        total = Case.objects.count()
        number = Case.objects.select_related("number").earliest("opened_at").number.e164.removeprefix("+1")
    pages = {
        "open cases, newest first": ({}, {"closed_at__isempty": "1"}, 50),
        "open cases, nearest to their limit": ({"sort": "limit"}, {"closed_at__isempty": "1", "o": "3"}, 50),
        "ended cases, newest first": ({"show": "ended"}, {"state__exact": "cleared"}, 50),
        "the cases of one number": ({"show": "all", "q": number}, {"q": number}, 1),
    }
    return [
        _result(f"{name}, {total:,} cases", _ours(browser, ours, rows), _peer(browser, peer, rows))
        for name, (ours, peer, rows) in pages.items()
    ]


def _ours(browser: Browser, params: dict[str, str], rows: int) -> Callable[[], object]:
    address = f"{reverse('cases:list')}?{urlencode(params)}"
    return lambda: browser.open(address, rows)


def _peer(browser: Browser, params: dict[str, str], rows: int) -> Callable[[], object]:
    address = f"{reverse('admin:remediation_case_changelist')}?{urlencode(params)}"
    return lambda: browser.open(address, rows)


def _result(name: str, ours: Callable[[], object], peer: Callable[[], object]) -> Result:
    mine, theirs = timing.best([ours, peer], rounds=ROUNDS)
    return Result(f"cases: {name}", mine, theirs, CHANGELIST, "ms", TENTH)
