"""Which numbers a confirmation is about: ticked ones, or all that match the list's filters (D18).

The filters of the list are run again on the server, by the list's own class: nothing else can be "all that match".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import QueryDict

from accounts.models import Account
from common import lists
from common.templatetags.formats import plural
from phone_numbers.filters import NumberFilter
from phone_numbers.models import PhoneNumber

ALL = "all"
EXCEPT = "except"
REMOVE = "remove"
# What a confirmation adds to the list's parameters, and what only says how the list is shown.
OWN = frozenset({"csrfmiddlewaretoken", "for_account", "token", "step", "shown", ALL, EXCEPT, REMOVE, "enroll"})
SHOWING = frozenset({"sort", "per_page", "after", "before", "count", "poll"})
Pairs = list[tuple[str, str]]


class FilterRefusedError(ValueError):
    """A filter of the address is not understood; the message says which one and what exists."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Numbers as they were chosen. `pairs` say the same again, `filters` say it in words."""

    numbers: QuerySet[PhoneNumber]
    pairs: Pairs
    is_all: bool
    filters: tuple[str, ...] = ()

    def words(self, count: int) -> str:
        """Return how the numbers were chosen, for the job and the audit trail."""
        if not self.is_all:
            return plural(count, "ticked number,ticked numbers")
        return f"All that match {', '.join(self.filters)}" if self.filters else "All numbers"


def selection_of(params: QueryDict, account: Account) -> Selection:
    """Return what a request chooses, without what it removes again by `remove`. FilterRefusedError."""
    return _matching(params, account) if params.get(ALL) else _ticked(params, account)


def _ticked(params: QueryDict, account: Account) -> Selection:
    removed = set(params.getlist(REMOVE))
    pairs = [("ids", one) for one in dict.fromkeys(params.getlist("ids")) if one not in removed]
    if not pairs:
        return Selection(PhoneNumber.objects.none(), [], is_all=False)
    return Selection(_filter(pairs, account).qs, pairs, is_all=False)


def _matching(params: QueryDict, account: Account) -> Selection:
    filters = [
        (name, value)
        for name, values in params.lists()
        if name not in OWN | SHOWING | {"ids"}
        for value in values
        if value
    ]
    left_out = list(dict.fromkeys([*params.getlist(EXCEPT), *params.getlist(REMOVE)]))
    chosen = _filter(filters, account)
    numbers = chosen.qs
    if left_out:
        numbers = numbers.exclude(pk__in=_filter([("ids", one) for one in left_out], account).qs.values("pk"))
    pairs = [*filters, (ALL, "1"), *((EXCEPT, one) for one in left_out)]
    in_use = lists.active_filters(chosen, lists.ListAddress("", chosen.data))
    return Selection(numbers, pairs, is_all=True, filters=tuple(one.words for one in in_use))


def _filter(pairs: Iterable[tuple[str, str]], account: Account) -> NumberFilter:
    """Return the list's filters for these parameters. FilterRefusedError."""
    data = QueryDict(mutable=True)
    for name, value in pairs:
        data.appendlist(name, value)
    chosen = NumberFilter(data, account=account)
    if chosen.errors:
        raise FilterRefusedError(" ".join(str(words) for one in chosen.errors.values() for words in one))
    return chosen
