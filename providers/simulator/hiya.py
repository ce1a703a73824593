"""Hiya's `/reputation` as the portal assumes it (docs/providers.md): up to 100 numbers a request, each one billed.

The App ID is the account. One that begins with TEST_ costs nothing, as the published rules say; one that begins with
`bad`, or a secret that does, is 401. A number that nobody ever collected anything about is left out of the answer.
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error
from datetime import datetime
from typing import Any

from aiohttp import web

from providers.simulator.behaviour import ReputationData, World
from providers.simulator.telnyx.access import simulator

LARGEST = 100
RECOVERING = 60
"""A sentiment below this, with no label now, tells of labels not long ago: `mixed_low`."""
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_LETTERS = ((75, "A"), (50, "B"), (25, "C"), (0, "D"))


def routes() -> list[web.RouteDef]:
    return [web.get("/hiya/reputation", reputation)]


async def reputation(request: web.Request) -> web.Response:
    app_id = _app_id(request)
    if app_id is None:
        return error(401, "The credentials are missing or not valid.")
    phones = list(dict.fromkeys(request.query.getall("phones", [])))
    if not 0 < len(phones) <= LARGEST:
        return error(400, f"phones must hold 1 to {LARGEST} numbers.")
    odd = [f"{phone} is not a phone number in E.164." for phone in phones if not _E164.fullmatch(phone)]
    if odd:
        return error(400, *odd)
    now = simulator(request).now()
    if not app_id.startswith("TEST_"):
        simulator(request).charge(simulator(request).account(app_id), "hiya", len(phones), "Hiya reputation")
    entries = [_entry(simulator(request).world, phone, now) for phone in phones]
    return web.json_response({"reputations": [one for one in entries if one is not None]})


def _app_id(request: web.Request) -> str | None:
    scheme, _, packed = request.headers.get("Authorization", "").partition(" ")
    try:
        app_id, _, secret = b64decode(packed, validate=True).decode().partition(":")
    except (Error, UnicodeDecodeError):
        return None
    known = scheme.lower() == "basic" and app_id and secret and not app_id.startswith("bad")
    return app_id if known and not secret.startswith("bad") and len(app_id) <= 200 else None


def error(status: int, *messages: str) -> web.Response:
    """The published error body: `error` with an id, the status and its messages."""
    errors = [{"message": one} for one in messages]
    return web.json_response({"error": {"id": "00000000", "code": status, "errors": errors}}, status=status)


def _entry(world: World, e164: str, now: datetime) -> dict[str, Any] | None:
    """A live look, billed, at this moment."""
    seen = world.reading(e164, now)
    if seen is None:
        return None
    return {
        "phone": e164,
        "status": _status(seen),
        "maturityMetric": _letter(seen.maturity_score),
        "connectionMetric": _letter(seen.connection_score),
        "engagementMetric": _letter(seen.engagement_score),
        "sentimentMetric": _letter(seen.sentiment_score),
    }


def _status(seen: ReputationData) -> str:
    if seen.spam_risk != "low":
        return "flagged" if seen.spam_risk == "high" else "mixed_high"
    return "mixed_low" if seen.sentiment_score is not None and seen.sentiment_score < RECOVERING else "unflagged"


def _letter(score: int | None) -> str | None:
    return None if score is None else next(letter for least, letter in _LETTERS if score >= least)
