"""The envelopes of the Telnyx contract: single, list, errors; and paging with its clamp."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from aiohttp import web

from providers.simulator.shapes import Shape, complaints

T = TypeVar("T")
LARGEST_PAGE = 250
CODES = {
    400: ("10015", "Bad Request"),
    401: ("10009", "Authentication failed"),
    403: ("10010", "Authorization failed"),
    404: ("10009", "Resource not found"),
    409: ("10021", "Resource in use"),
    422: ("10005", "Invalid parameters"),
    429: ("10011", "Too many requests"),
    500: ("10007", "Unexpected error"),
}


class ApiError(Exception):
    """An answer with the error envelope: one entry per detail, each with its pointer (or empty)."""

    def __init__(self, status: int, *entries: tuple[str, str]) -> None:
        super().__init__(status, entries)
        self.status = status
        self.entries = entries

    def response(self) -> web.Response:
        return web.json_response({"errors": [self._entry(*one) for one in self.entries]}, status=self.status)

    def _entry(self, detail: str, pointer: str) -> dict[str, Any]:
        code, title = CODES[self.status]
        url = f"https://developers.telnyx.com/docs/overview/errors/{code}"
        entry: dict[str, Any] = {"code": code, "title": title, "detail": detail, "meta": {"url": url}}
        if pointer:
            entry["source"] = {"pointer" if pointer.startswith("/") else "parameter": pointer}
        return entry


def not_found(what: str) -> ApiError:
    return ApiError(404, (f"{what} does not exist or is not yours.", ""))


def single(data: Any, status: int = 200) -> web.Response:
    return web.json_response({"data": data}, status=status)


def paged(
    request: web.Request, items: Sequence[T], render: Callable[[T], Any], *, size: int = 20, total: int | None = None
) -> web.Response:
    """One page of `items`. With `total` the items are already the page's own."""
    number, asked = page_asked(request, size)
    count = len(items) if total is None else total
    shown = items[(number - 1) * asked : number * asked] if total is None else items
    data = [render(item) for item in shown]
    return web.json_response({"data": data, "meta": meta(number, asked, len(data), count)})


def meta(number: int, asked: int, shown: int, total: int) -> dict[str, int]:
    """`page_size` is what this page really holds; `total_pages` follows the size asked for."""
    return {
        "page_number": number,
        "page_size": shown,
        "total_pages": -(-total // asked),
        "total_results": total,
    }


def page_asked(request: web.Request, size: int) -> tuple[int, int]:
    """(page number, page size): above 250 is clamped, below 1 or not a number is refused."""
    number = _whole(request, "page[number]", 1)
    return number, min(LARGEST_PAGE, _whole(request, "page[size]", size))


def _whole(request: web.Request, name: str, default: int) -> int:
    value = request.query.get(name, str(default))
    if not value.isascii() or not value.isdigit() or int(value[:9]) < 1:
        raise ApiError(422, (f"{name} must be a whole number from 1.", name))
    return int(value[:9])


def chosen(request: web.Request, name: str, words: Iterable[str]) -> str:
    """A query parameter that must be one of some words; empty when absent."""
    value = request.query.get(name, "")
    if value and value not in words:
        raise ApiError(422, (f"{name} must be one of {', '.join(words)}.", name))
    return value


async def body_of(request: web.Request, shape: Shape, *, status: int = 422, optional: bool = False) -> dict[str, Any]:
    """The JSON body, checked; every complaint is one entry of the error."""
    text = await request.text()
    if optional and not text.strip():
        return {}
    try:
        body = json.loads(text)
    except ValueError as exc:
        raise ApiError(400, ("The body is not valid JSON.", "/body")) from exc
    found = list(complaints(body, {**shape, "type": "object"}))
    if found:
        raise ApiError(status, *((f"{pointer.rsplit('/', 1)[-1]} {words}.", pointer) for pointer, words in found))
    checked: dict[str, Any] = body
    return checked


def stamp(at: datetime | None) -> str | None:
    """ISO 8601 UTC with microseconds and Z, as the service writes its times."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if at is not None else None


def pick(fields: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: fields[name] for name in names if name in fields}
