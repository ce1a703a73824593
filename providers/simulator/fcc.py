"""FCC complaints about unwanted calls, by number, in the form of the public data set `vakf-fz8e` (Socrata).

As in the real rows: one column is misspelt, times are free text, numbers may be the word None, some are text messages,
and each row carries the complainant's state and ZIP code, which nobody needs. Labelled numbers draw most complaints.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from aiohttp import web

from providers.simulator.behaviour import World
from providers.simulator.telnyx.access import simulator

COLUMNS = (
    "id",
    "issue_date",
    "issue_time",
    "issue_type",
    "method",
    "issue",
    "caller_id_number",
    "type_of_call_or_messge",
    "advertiser_business_phone_number",
    "state",
    "zip",
)
KINDS = ("Live Voice", "Prerecorded Voice", "Autodialed Live Voice Call", "Abandoned Calls", "Text Message")
TIMES = ("1:17 p.m.", "6:53 pm", "11:05 AM", "10:00 A.M.", "about noon", "", "9:30 am EST")
HISTORY = timedelta(days=720)
SLOT = timedelta(days=15)
LARGEST_PAGE = 50_000
Row = dict[str, str]
_NUMBERS = re.compile(r"(?P<column>\w+) in\s*\((?P<values>[^)]*)\)")
_SINCE = re.compile(r"issue_date >= '(?P<day>\d{4}-\d\d-\d\d)T00:00:00'")
_NUMBER = re.compile(r"'(\d{3})-?(\d{3})-?(\d{4})'")


def routes() -> list[web.RouteDef]:
    return [web.get("/fcc/resource/vakf-fz8e.json", complaints)]


async def complaints(request: web.Request) -> web.Response:
    """The rows that `$where` asks for by number, `$select` columns of them, in pages of `$limit`."""
    if request.headers.get("X-App-Token", "").startswith("bad"):
        return _error(403, "permission_denied", "Invalid app_token specified")
    where, chosen = request.query.get("$where", ""), request.query.get("$select", ",".join(COLUMNS)).split(",")
    for column in [*chosen, *(found["column"] for found in _NUMBERS.finditer(where))]:
        if column.strip() not in COLUMNS:
            return _error(400, "query.soql.no-such-column", f"No such column: {column}")
    rows = sorted(_asked(simulator(request).world, where, simulator(request).now()), key=lambda row: row["id"])
    offset, limit = int(request.query.get("$offset", 0)), int(request.query.get("$limit", 1000))
    shown = rows[offset : offset + min(limit, LARGEST_PAGE)]
    return web.json_response([{name: row[name] for name in map(str.strip, chosen) if row[name]} for row in shown])


def _error(status: int, code: str, message: str) -> web.Response:
    return web.json_response({"code": code, "error": True, "message": message}, status=status)


def _asked(world: World, where: str, now: datetime) -> Iterator[Row]:
    """Every row that one of the conditions by number finds, once."""
    since, wanted = _SINCE.search(where), {found["column"]: found["values"] for found in _NUMBERS.finditer(where)}
    every = {"".join(found) for values in wanted.values() for found in _NUMBER.findall(values)}
    for number in sorted(every):
        for row in _rows(world, number, now):
            spelled = {column: f"'{row[column]}'" in values for column, values in wanted.items()}
            if any(spelled.values()) and (since is None or row["issue_date"] >= since["day"]):
                yield row


def _rows(world: World, number: str, now: datetime) -> Iterator[Row]:
    """What people filed about a number in two years: the same rows whenever they are asked for."""
    slot, last = int((now - HISTORY).timestamp() // SLOT.total_seconds()), now.timestamp()
    while (slot + 1) * SLOT.total_seconds() < last:
        luck = random.Random(f"{world.seed}/{number}/{slot}")  # noqa: S311 (made-up data, nothing secret)
        at = datetime.fromtimestamp((slot + luck.random()) * SLOT.total_seconds(), UTC)
        labelled = world.risk(f"+1{number}", at) == "high"
        for place in range(luck.choice((1, 2, 3)) if labelled else luck.random() < 0.01):
            yield _row(luck, number, at, f"{slot:05d}{number}{place}")
        slot += 1


def _row(luck: random.Random, number: str, at: datetime, identity: str) -> Row:
    dashed = f"{number[:3]}-{number[3:6]}-{number[6:]}"
    caller, advertiser = luck.choice(((dashed, dashed), (dashed, "None"), (dashed, ""), ("None", dashed)))
    return {
        "id": identity,
        "issue_date": f"{at:%Y-%m-%d}T00:00:00.000",
        "issue_time": luck.choice(TIMES),
        "issue_type": "Phone",
        "method": luck.choice(("Wired", "Wireless (cell phone/other mobile device)")),
        "issue": "Unwanted Calls",
        "caller_id_number": caller,
        "type_of_call_or_messge": luck.choice(KINDS),
        "advertiser_business_phone_number": advertiser,
        "state": "IL",
        "zip": "60601",
    }
