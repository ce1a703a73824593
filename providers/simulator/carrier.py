"""The simulated carrier feed: the portal's own NDJSON format, one line per observed call (docs/providers.md)."""

from __future__ import annotations

import gzip
import json
from bisect import bisect_left
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from providers.simulator.answers import ApiError, stamp
from providers.simulator.behaviour import CarrierCall
from providers.simulator.episodes import CARRIERS, DAY
from providers.simulator.records import Account, CallsAhead
from providers.simulator.state import Simulator
from providers.simulator.telnyx import access

BACKLOG = timedelta(days=14)
AHEAD = timedelta(minutes=1)
LARGEST = 50_000
CALLS_PER_NUMBER_AND_DAY = len(CARRIERS) * 0.65
_START = datetime(1970, 1, 1, tzinfo=UTC)


def routes() -> list[web.RouteDef]:
    return [web.get("/carrier/v1/calls", calls)]


async def calls(request: web.Request) -> web.Response:
    """Calls after a cursor (none: the last 14 days), about `limit` of them, then the line that ends the page."""
    account, simulator = access.account(request), access.simulator(request)
    now = simulator.now()
    limit = min(LARGEST, max(1, _whole(request, "limit", 20_000)))
    since = _moment(_whole(request, "after", _micros(now - BACKLOG)))
    until = min(now, _until(simulator, account, since, limit))
    lines = [json.dumps(line, separators=(",", ":")) for line in _lines(simulator, account, since, until)]
    end = {"cursor": str(_micros(until)), "more": until < now, "count": len(lines)}
    lines.append(json.dumps({"end": end}, separators=(",", ":")))
    return _answer(request, "\n".join(lines) + "\n")


def _until(simulator: Simulator, account: Account, since: datetime, limit: int) -> datetime:
    """The moment until which about `limit` calls follow `since`; at least a millisecond later."""
    a_day = max(1.0, len(account.inventory) * CALLS_PER_NUMBER_AND_DAY)
    simulated = simulator.world.simulated(since) + limit / a_day * DAY
    return max(since + timedelta(milliseconds=1), simulator.world.wall(simulated))


def _lines(simulator: Simulator, account: Account, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """In order of time; what was put in by hand comes when it arrived, with whatever time it carries."""
    found = [(call.at, _line(call)) for call in _calls(simulator, account, since, until)]
    found += [(one.at, one.line) for one in simulator.injected if since <= one.at < until]
    return [line for _, line in sorted(found, key=lambda pair: pair[0])]


def _calls(simulator: Simulator, account: Account, since: datetime, until: datetime) -> list[CarrierCall]:
    """The calls of a span. A poller asks for a few seconds at a time, so at least a minute is computed at once."""
    ahead = account.calls_ahead
    if ahead is None or ahead.changes != simulator.world.changes or not ahead.since <= since <= until <= ahead.until:
        end = max(until, since + AHEAD)
        every = [call for e164 in account.inventory for call in simulator.world.calls(e164, since, end)]
        every.sort(key=lambda call: call.at)
        ahead = account.calls_ahead = CallsAhead(simulator.world.changes, since, end, every)
    first = bisect_left(ahead.calls, since, key=lambda call: call.at)
    last = bisect_left(ahead.calls, until, key=lambda call: call.at)
    return ahead.calls[first:last]


def _line(call: CarrierCall) -> dict[str, Any]:
    return {
        "id": call.ident,
        "number": call.e164,
        "carrier": call.carrier,
        "time": stamp(call.at),
        "label": call.label or None,
        "category": call.category or None,
    }


def _answer(request: web.Request, text: str) -> web.Response:
    body, headers = text.encode(), {"Content-Type": "application/x-ndjson"}
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        body, headers["Content-Encoding"] = gzip.compress(body, 1, mtime=0), "gzip"
    return web.Response(body=body, headers=headers)


def _whole(request: web.Request, name: str, default: int) -> int:
    value = request.query.get(name, str(default))
    if not value.isascii() or not value.isdigit() or len(value) > 17:
        raise ApiError(422, (f"{name} must be a whole number.", name))
    return int(value)


def _micros(at: datetime) -> int:
    return (at - _START) // timedelta(microseconds=1)


def _moment(micros: int) -> datetime:
    try:
        return _START + timedelta(microseconds=micros)
    except OverflowError as exc:
        raise ApiError(422, ("after is not a cursor of this feed.", "after")) from exc
