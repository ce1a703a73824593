"""The rows of the Number Reputation list: one queryset that page, export and bulk actions share (D6).

Everything starts at `listed_numbers`. Both halves of the join carry the account, so that whichever table the planner
begins with, its index starts with the account.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Any

from django.db.models import Func, Q, QuerySet, Value
from django.db.models.functions import Lower, StrIndex
from django.db.models.lookups import Contains, GreaterThan

from accounts.models import Account
from common import us_states
from common.keyset import Sort, choose_sort
from common.scope import all_accounts
from phone_numbers.models import CampaignNumber, PhoneNumber, Source
from phone_numbers.selectors import sql

DEFAULT_SORT = "-last_updated"
# Names of the `sort` parameter. Each ends in a unique column that the index of its first column holds as well.
SORTS = {
    "number": ("e164",),
    "label": ("label", "id"),
    "area": ("area", "id"),
    "status": ("status__status", "status__last_updated", "status__number_id"),
    "overall": ("status__overall", "status__number_id"),
    "last_updated": ("status__last_updated", "status__number_id"),
}
# What a row of the list shows, and the keys of every order. As models, fifty numbers with their statuses take longer.
COLUMNS = (
    *("id", "uuid", "e164", "label", "area"),
    *(
        f"status__{column}"
        for column in (
            *("number_id", "services", "status", "tag_since", "registration", "overall"),
            *("maturity", "connection", "engagement", "sentiment", "product", "capability", "capability_reason"),
            *("flagged_by", "rating", "rating_since", "last_updated"),
        )
    ),
)
GROUP = 3
STATE = 2
_PUNCTUATION = re.compile(r"[\s()\[\].,/+\-\u2010-\u2015]+")


def listed_numbers(account: Account) -> QuerySet[PhoneNumber]:
    """Return the numbers of an account with their statuses; the search array stays in the database."""
    return PhoneNumber.objects.filter(status__account=account).select_related("status").defer("search_groups")


def numbers_in_order(account: Account, sort: Sort) -> QuerySet[PhoneNumber]:
    """Return the same numbers as `listed_numbers`; in an order of the status, the account is asked of the status alone.

    A number and its status are of one account (one statement writes both). Asked of both, the planner multiplies the
    two shares: of an account that has a hundredth of all numbers it expects a hundredth, and it reads and sorts all of
    it where walking along the order ends after one page.
    """
    if not _is_of_status(sort):
        return listed_numbers(account)
    with all_accounts():
        numbers = PhoneNumber.objects.all()
    return numbers.filter(status__account=account).select_related("status").defer("search_groups")


def rows_in_order(account: Account, sort: Sort) -> QuerySet[PhoneNumber, Any]:
    """Return what the list shows of the same numbers, COLUMNS of each, as named rows."""
    whose = {"status__account": account} if _is_of_status(sort) else {"status__account": account, "account": account}
    return _every_row().filter(**whose)


@cache
def _every_row() -> QuerySet[PhoneNumber, Any]:
    """Return the rows of all accounts, to be narrowed: naming the columns takes as long as finding the rows."""
    with all_accounts():
        return PhoneNumber.objects.values_list(*COLUMNS, named=True)


def _is_of_status(sort: Sort) -> bool:
    return sort.fields[0].startswith("status__")


def sort_of(parameter: str | None) -> Sort:
    """Return the order that a `sort` parameter asks for; newest first when it says nothing known."""
    return choose_sort(parameter, SORTS, DEFAULT_SORT)


def found(numbers: QuerySet[PhoneNumber], account: Account, q: str) -> QuerySet[PhoneNumber]:
    """Return the numbers that a search finds (D8): digits mean the number, letters its area or label."""
    digits = digits_of(q)
    if digits:
        return numbers.filter(_has_digits(digits) & _has_groups_of_digits(account, digits))
    areas = _named_areas(account, q)
    return numbers.filter(_has_words(q) & _has_groups_of_words(account, q) | Q(area__in=areas))


def found_by_walking(numbers: QuerySet[PhoneNumber], account: Account, q: str) -> QuerySet[PhoneNumber]:
    """Return the same numbers as `found`, by conditions that no index answers and that promise many rows.

    For a search that very many numbers match. The planner takes a LIKE of eight letters for rare, collects all its rows
    and sorts them, where reading along the order of the page finds fifty at once.
    """
    digits = digits_of(q)
    if digits:
        return numbers.filter(GreaterThan(StrIndex("e164", Value(digits)), 0))
    words = GreaterThan(StrIndex(Lower("label"), Lower(Value(q))), 0)
    return numbers.filter(Q(words) | Q(area__in=_named_areas(account, q)))


def is_indexed(q: str) -> bool:
    """Tell whether the search index answers a search, or every number has to be looked at; no search is no obstacle."""
    return not q or len(digits_of(q) or q) >= GROUP


def digits_of(q: str) -> str:
    """Return the digits of a number however it is typed, or '' when other characters are among them.

    `(415) 555-01`, `+1 415.555.01` and full-width digits are numbers; `Line 3` is not.
    """
    text = _PUNCTUATION.sub("", unicodedata.normalize("NFKC", q))
    return text if text.isascii() and text.isdigit() else ""


def areas_like(account: Account, words: Iterable[str]) -> dict[str, list[str]]:
    """Return for each word the account's areas that it means: all of a state (`TX`, `Texas`), or any part of a name."""
    areas = sql.areas_of(account)
    return {word: _meant(areas, word) for word in words}


def in_campaigns(numbers: QuerySet[PhoneNumber], campaigns: Iterable[str]) -> QuerySet[PhoneNumber]:
    """Return the numbers in the pool of any of these campaigns, given by uuid."""
    return numbers.filter(pk__in=CampaignNumber.objects.filter(campaign__uuid__in=list(campaigns)).values("number_id"))


def sources() -> list[Source]:
    """Return every carrier and provider that can flag a number, in the order in which they are shown."""
    return list(Source.objects.order_by("kind", "pk"))


def _has_digits(digits: str) -> Q:
    return Q(e164__contains=digits)


def _has_groups_of_digits(account: Account, digits: str) -> Q:
    if len(digits) < GROUP:
        return Q()
    return Q(search_groups__contains=_groups(account, Value(digits), "numbers_digit_groups"))


def _has_words(words: str) -> Q:
    return Q(Contains(Lower("label"), Lower(Value(words))))


def _has_groups_of_words(account: Account, words: str) -> Q:
    if len(words) < GROUP:
        return Q()
    return Q(search_groups__contains=_groups(account, Lower(Value(words)), "numbers_label_groups"))


def _named_areas(account: Account, words: str) -> list[str]:
    return areas_like(account, [words])[words]


def _groups(account: Account, text: Value | Lower, function: str) -> Func:
    field = PhoneNumber._meta.get_field("search_groups")
    return Func(Value(account.pk), text, function=function, output_field=field)


def _meant(areas: list[str], word: str) -> list[str]:
    in_state = _in_state(areas, word)
    if len(word) == STATE and in_state:
        return in_state
    return sorted({*in_state, *_named(areas, word)})


def _in_state(areas: list[str], word: str) -> list[str]:
    """Return the areas of the state that the word names; numbers without a city have the state's name as area."""
    state = us_states.state_named(word)
    return [area for area in areas if state and us_states.state_of(area) == state]


def _named(areas: list[str], word: str) -> list[str]:
    return [area for area in areas if word.casefold() in area.casefold()]
