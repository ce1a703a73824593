"""The simulated carrier feed: the portal's own NDJSON format, one line per observed call (docs/providers.md)."""

from __future__ import annotations

import asyncio
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
PATIENCE = 8.0
"""Seconds after which a page that is still being made up is answered as empty."""
LARGEST = 50_000
CALLS_PER_NUMBER_AND_DAY = len(CARRIERS) * 0.65
_START = datetime(1970, 1, 1, tzinfo=UTC)


def routes() -> list[web.RouteDef]:
    return [web.get("/carrier/v1/calls", calls)]


async def calls(request: web.Request) -> web.Response:
    """Calls after a cursor (none: the last 14 days), about `limit` of them, then the line that ends the page.

    The first page of a very large account takes long to make up. It answers with nothing new after a few seconds, and
    goes on making it up meanwhile.
    """
    account, simulator = access.account(request), access.simulator(request)
    now = simulator.now()
    limit = min(LARGEST, max(1, _whole(request, "limit", 20_000)))
    since = _moment(_whole(request, "after", _micros(now - BACKLOG)))
    until = min(now, _until(simulator, account, since, limit))
    making = asyncio.ensure_future(_made_up(simulator, account, since, until))
    done, _ = await asyncio.wait({making}, timeout=PATIENCE)
    if not done:
        return _answer(request, _page([], since, more=False))
    return _answer(request, _page(making.result(), until, more=until < now))


async def _made_up(simulator: Simulator, account: Account, since: datetime, until: datetime) -> list[str]:
    """The lines of a span, out of a thread of its own; one page of an account at a time."""
    async with account.feed_turn:
        return await asyncio.to_thread(_lines, simulator, account, since, until)


def _page(lines: list[str], until: datetime, *, more: bool) -> str:
    end = {"cursor": str(_micros(until)), "more": more, "count": len(lines)}
    return "\n".join([*lines, json.dumps({"end": end}, separators=(",", ":"))]) + "\n"


def _until(simulator: Simulator, account: Account, since: datetime, limit: int) -> datetime:
    """The moment until which about `limit` calls follow `since`; at least a millisecond later."""
    a_day = max(1.0, len(account.inventory) * CALLS_PER_NUMBER_AND_DAY)
    simulated = simulator.world.simulated(since) + limit / a_day * DAY
    return max(since + timedelta(milliseconds=1), simulator.world.wall(simulated))


def _lines(simulator: Simulator, account: Account, since: datetime, until: datetime) -> list[str]:
    """In order of time; what was put in by hand comes when it arrived, with whatever time it carries."""
    found = [(call.at, _line(call)) for call in _calls(simulator, account, since, until)]
    found += [(one.at, one.line) for one in list(simulator.injected) if since <= one.at < until]
    found.sort(key=lambda pair: pair[0])
    return [json.dumps(line, separators=(",", ":")) for _, line in found]


def _calls(simulator: Simulator, account: Account, since: datetime, until: datetime) -> list[CarrierCall]:
    """The calls of a span. A poller asks for a few seconds at a time, so at least a minute is computed at once."""
    world, ahead = simulator.world, account.calls_ahead
    if ahead is None or ahead.changes != world.changes or not ahead.since <= since <= until <= ahead.until:
        changes, end = world.changes, max(until, since + AHEAD)
        asked = account.schedule(world).numbers(world.simulated(since), world.simulated(end))
        every = [call for e164 in asked for call in world.calls(e164, since, end)]
        every.sort(key=lambda call: call.at)
        ahead = account.calls_ahead = CallsAhead(changes, since, end, every)
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
