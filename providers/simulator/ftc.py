"""Made-up daily files in the form and with the dirt of the FTC's "Do Not Call reported calls".

A file appears on each business day at 17:00 UTC (about noon Eastern) and holds the days since the business day before.
All numbers are made-up ones. Labelled numbers draw most complaints. Dirt, in about the real file's shares: blank, too
short, too long and textual numbers, whole rows twice, violations dated after the complaint or at exactly midnight,
double spaces before an ampersand, `No Subject Provided`, quoted commas, rows not in order.
"""

from __future__ import annotations

import asyncio
import csv
import io
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from aiohttp import web

from providers.complaint_lines import HEADER
from providers.simulator.behaviour import World
from providers.simulator.inventory import DEMO_SIZE, numbers
from providers.simulator.telnyx import access

SUBJECTS = (
    "No Subject Provided",
    "Other",
    "Dropped call or no message",
    "Reducing your debt (credit cards, mortgage, student loans)",
    "Calls pretending to be government, businesses, or family and friends",
    "Medical  & prescriptions",
    "Home security  & alarms",
    "Computer  & technical support",
    "Energy, solar,  & utilities",
    "Home improvement  & cleaning",
    "Warranties  & protection plans",
    "Lotteries, prizes  & sweepstakes",
    "Surveys  & political calls",
    "Charities",
)
PLACES = (("Clinton", "Illinois", "217"), ("", "California", "510"), ("Portland", "Oregon", "503"), ("", "", ""))
PUBLISHED = time(17, 0, tzinfo=UTC)
OLDEST = timedelta(days=730)
QUIET_COMPLAINTS = 350
Row = tuple[str, ...]


def routes() -> list[web.RouteDef]:
    return [web.get("/ftc/DNC_Complaint_Numbers_{day}.csv", daily_file)]


async def daily_file(request: web.Request) -> web.Response:
    simulator, day = access.simulator(request), _day(request.match_info["day"])
    if day is None or not is_published(day, simulator.now()):
        raise web.HTTPNotFound(text="<html><body>Page not found</body></html>", content_type="text/html")
    body = await asyncio.to_thread(csv_of, simulator.world, day)
    return web.Response(body=body, content_type="text/csv")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def is_published(day: date, now: datetime) -> bool:
    if day.weekday() >= 5 or now - OLDEST > datetime.combine(day, PUBLISHED):
        return False
    return datetime.combine(day, PUBLISHED) <= now


@lru_cache(maxsize=8)
def csv_of(world: World, day: date) -> bytes:
    """The file of a business day: UTF-8, CRLF, not sorted."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows([HEADER, *rows_of(world, day)])
    return out.getvalue().encode()


@lru_cache(maxsize=8)
def rows_of(world: World, day: date) -> tuple[Row, ...]:
    """The rows of a business day's file."""
    luck = random.Random(f"{world.seed}/{day}")  # noqa: S311 (made-up data, nothing secret)
    rows = [row for covered in _days_covered(day) for row in _rows(world, covered, luck)]
    luck.shuffle(rows)
    return (*rows, *luck.sample(rows, max(1, len(rows) // 400)))


def _days_covered(day: date) -> Iterator[date]:
    """The day before; for a Monday the Friday too."""
    for back in (3, 2, 1) if day.weekday() == 0 else (1,):
        yield day - timedelta(days=back)


def _rows(world: World, day: date, luck: random.Random) -> Iterator[Row]:
    midday = datetime.combine(day, time(12), tzinfo=UTC)
    everybody = _everybody(world.seed)
    for e164 in everybody:
        if world.risk(e164, midday) == "high" and luck.random() < 0.6:
            for _ in range(1 + int(luck.expovariate(1.2))):
                yield _row(e164[2:], day, luck)
    for _ in range(QUIET_COMPLAINTS):
        yield _row(_written(everybody[luck.randrange(DEMO_SIZE)][2:], luck), day, luck)


@lru_cache(maxsize=2)
def _everybody(seed: int) -> list[str]:
    return numbers("ftc", DEMO_SIZE, seed)


def _written(number: str, luck: random.Random) -> str:
    """How a number arrives: usually ten digits; else blank, of another length, with text, or an impossible code."""
    lot = luck.random()
    if lot < 0.80:
        return number
    if lot < 0.94:
        return ""
    if lot < 0.97:
        return number[: luck.randrange(1, 10)] if luck.random() < 0.7 else number + "0" * luck.randrange(1, 10)
    return luck.choice(("Restricted", "__________", "unknown", "0000000000", "0" + number[1:], number[:6] + "____"))


def _row(number: str, day: date, luck: random.Random) -> Row:
    created = datetime.combine(day, time(), tzinfo=UTC) + timedelta(seconds=luck.randrange(86_400))
    violated = created - timedelta(minutes=luck.choice((5, 30, 240, 1440, 4000)))
    if luck.random() < 0.03:
        violated = created + timedelta(hours=luck.randrange(1, 9))
    if luck.random() < 0.04:
        violated = datetime.combine(violated.date(), time(), tzinfo=UTC)
    city, state, code = luck.choice(PLACES)
    robocall = luck.choice(("Y", "Y", "N", ""))
    subject = luck.choice(SUBJECTS)
    return (number, _stamp(created), _stamp(violated), city, state, code, subject, robocall)


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S")
