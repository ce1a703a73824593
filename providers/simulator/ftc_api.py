"""The FTC's complaints API over the rows of the made-up daily files: pages of 50, by day of creation.

A day appears with the file that holds it. As in the recorded answers all values are text, and as in the documentation
the total is spelled `record-total` or `records-total` (here by the day). A key that begins with `bad`, or none, is 403.
"""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from hashlib import md5
from typing import Any

from aiohttp import web

from providers.simulator.behaviour import World
from providers.simulator.ftc import Row, is_published, rows_of
from providers.simulator.state import Simulator
from providers.simulator.telnyx import access

LARGEST_PAGE = 50
ADDRESS = "https://www.ftc.gov/v0/dnc-complaints"
_NAMES = (
    "company-phone-number",
    "created-date",
    "violation-date",
    "consumer-city",
    "consumer-state",
    "consumer-area-code",
    "subject",
    "recorded-message-or-robocall",
)


def routes() -> list[web.RouteDef]:
    return [web.get("/ftc/v0/dnc-complaints", complaints)]


async def complaints(request: web.Request) -> web.Response:
    """One page of the complaints of `created_date`, newest first unless `sort_order` is ASC; without it nothing."""
    key = request.headers.get("X-Api-Key") or request.query.get("api_key", "")
    if not key or key.startswith("bad"):
        return _error(403, "API_KEY_INVALID", "An invalid api_key was supplied. Get one at https://api.data.gov")
    try:
        day, size, offset = _day(request), *(_whole(request, name) for name in ("items_per_page", "offset"))
    except ValueError as exc:
        return _error(400, "BAD_REQUEST", str(exc))
    rows = await asyncio.to_thread(_rows, access.simulator(request), day) if day is not None else ()
    rows = rows if request.query.get("sort_order", "DESC") == "ASC" else rows[::-1]
    shown = rows[offset : offset + min(size or LARGEST_PAGE, LARGEST_PAGE)]
    data = [_record(row, offset + place) for place, row in enumerate(shown)]
    total = "record-total" if day is None or day.toordinal() % 2 else "records-total"
    meta = {"records-this-page": len(data), total: len(rows)}
    body = {"data": data, "meta": meta, "links": {"self": f"{ADDRESS}?{request.query_string}"}}
    return web.json_response(body, headers={"X-RateLimit-Limit": "1000", "X-RateLimit-Remaining": "999"})


def _error(status: int, code: str, message: str) -> web.Response:
    return web.json_response({"error": {"code": code, "message": message}}, status=status)


def _day(request: web.Request) -> date | None:
    """The day asked for: a date in quotation marks."""
    text = request.query.get("created_date", "")
    if not text:
        return None
    if len(text) != 12 or text[0] != '"' or text[-1] != '"':
        raise ValueError('created_date must be a date in double quotes, such as "2026-01-31".')
    return date.fromisoformat(text[1:-1])


def _whole(request: web.Request, name: str) -> int:
    value = request.query.get(name, "0")
    if not value.isascii() or not value.isdigit() or len(value) > 9:
        raise ValueError(f"{name} must be a whole number.")
    return int(value)


def _rows(simulator: Simulator, day: date) -> tuple[Row, ...]:
    """The rows that were created on a day, oldest first; none before their file is published."""
    file = _file_of(day)
    if not is_published(file, simulator.now()):
        return ()
    return _created_on(simulator.world, file, day)


def _created_on(world: World, file: date, day: date) -> tuple[Row, ...]:
    return tuple(
        sorted((row for row in rows_of(world, file) if row[1][:10] == day.isoformat()), key=lambda row: row[1])
    )


def _file_of(day: date) -> date:
    """The business day after a day."""
    return day + timedelta(days={4: 3, 5: 2}.get(day.weekday(), 1))


def _record(row: Row, place: int) -> dict[str, Any]:
    identity = md5(f"{place}/{row}".encode(), usedforsecurity=False).hexdigest()
    return {
        "type": "dnc_complaint",
        "id": identity,
        "attributes": dict(zip(_NAMES, row, strict=True)),
        "relationships": [],
        "meta": [],
        "links": {"self": f"{ADDRESS}/{identity}"},
    }
