"""Pages by cursor: the same rows, filters and orders as the lists on the pages, as cheap however deep."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request

from common.keyset import Pager, Sort
from common.lists import CURSORS

SIZE = 50


class PageSerializer(serializers.Serializer[Any]):
    """What surrounds the rows: the addresses of the neighboring pages, null where there is none."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)


def size_of(request: Request) -> int:
    """Return the page size asked for, which was checked with the other parameters."""
    return int(request.query_params.get("per_page") or SIZE)


def page_of(
    request: Request, rows: QuerySet[Any], sort: Sort, *, owner: object, as_dict: Callable[[Any], dict[str, Any]]
) -> dict[str, Any]:
    """Return a page of rows with the addresses of its neighbors."""
    pager = Pager(sort, size=size_of(request), owner=owner)
    after, before = (request.query_params.get(name, "") for name in CURSORS)
    page = pager.page(rows, after=after, before=before)
    return {
        "results": [as_dict(row) for row in page.rows],
        "next": _address(request, "after", page.after),
        "previous": _address(request, "before", page.before),
    }


def _address(request: Request, name: str, cursor: str) -> str | None:
    if not cursor:
        return None
    params = request.query_params.copy()
    for one in CURSORS:
        params.pop(one, None)
    params[name] = cursor
    return f"{request.path}?{params.urlencode()}"
