"""Monitored numbers: list pages, adding, reading one (billed when live), removing, forced refresh, ownership."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from aiohttp import web

from providers.simulator.answers import ApiError, body_of, chosen, meta, not_found, page_asked, single, stamp
from providers.simulator.area_codes import AREA_CODES, TOLL_FREE_CODES
from providers.simulator.behaviour import ReputationData
from providers.simulator.episodes import DAY
from providers.simulator.hashing import text_key
from providers.simulator.records import Enterprise, HeldNumber, made_up_id
from providers.simulator.state import Simulator
from providers.simulator.telnyx import access
from providers.simulator.telnyx.reputation import proof_status
from providers.simulator.telnyx.shapes import HUNDRED, STILL_OWN

FIRST_LOOK = 10 * 60.0
CARRIER_CODES = ("6529", "4036", "6664", "7421")
_US = re.compile(r"\+1([2-9]\d{2})([2-9]\d{2})(\d{4})")
OWNERSHIP = ("verified", "flagged", "pending_confirmation", "removed")


def routes() -> list[web.RouteDef]:
    base = "/v2/enterprises/{enterprise_id}/reputation/numbers"
    return [
        web.get(base, list_numbers),
        web.post(base, add),
        web.post(base + "/refresh", refresh),
        web.get(base + "/{phone_number}", read),
        web.delete(base + "/{phone_number}", remove),
        web.get(base + "/{phone_number}/ownership", read_ownership),
        web.post(base + "/{phone_number}/ownership_confirm", confirm_ownership),
        web.get("/v2/reputation/numbers", list_all),
        web.get("/v2/reputation/numbers/{phone_number}", read_any),
        web.delete("/v2/reputation/numbers/{phone_number}", remove_any),
    ]


# Reading ------------------------------------------------------------------------------------------------------------


async def list_numbers(request: web.Request) -> web.Response:
    return _listed(request, [access.settings(request)[0]], size=10)


async def list_all(request: web.Request) -> web.Response:
    wanted = request.query.get("filter[enterprise_id]", "")
    owners = [
        one
        for one in access.account(request).enterprises.values()
        if one.settings is not None and wanted in ("", one.id)
    ]
    return _listed(request, owners, size=20)


def _listed(request: web.Request, owners: list[Enterprise], *, size: int) -> web.Response:
    simulator, (page, asked) = access.simulator(request), page_asked(request, size)
    if not any(name.startswith("filter[") and "enterprise" not in name for name in request.query) and len(owners) == 1:
        records = [owners[0].holding.get(e164) for e164 in owners[0].holding.slice((page - 1) * asked, page * asked)]
        shown, total = [(owners[0], one) for one in records if one is not None], len(owners[0].holding)
    else:
        every = list(_matching(request, owners))
        shown, total = every[(page - 1) * asked : page * asked], len(every)
    data = [render(simulator, owner, record) for owner, record in shown]
    return web.json_response({"data": data, "meta": meta(page, asked, len(data), total)})


def _matching(request: web.Request, owners: list[Enterprise]) -> Iterable[tuple[Enterprise, HeldNumber]]:
    """Numbers that pass the filters; removed ones only when they are asked for."""
    part = request.query.get("filter[phone_number][contains]", "")
    exact = request.query.get("filter[phone_number][eq]", "")
    source = chosen(request, "filter[source]", ("telnyx", "external"))
    state = chosen(request, "filter[ownership_status]", OWNERSHIP)
    if part and sum(letter.isdigit() for letter in part) < 5:
        raise ApiError(422, ("At least 5 digits are needed.", "filter[phone_number][contains]"))
    for owner in owners:
        for record in _records(owner, removed=state == "removed", exact=exact):
            fits = part in record.e164 and exact in ("", record.e164)
            if fits and source in ("", record.source) and state in ("", record.ownership_status):
                yield owner, record


def _records(owner: Enterprise, *, removed: bool, exact: str) -> Iterable[HeldNumber]:
    if removed:
        return owner.holding.removed()
    found = (owner.holding.get(e164) for e164 in ([exact] if exact else owner.holding))
    return (one for one in found if one is not None)


async def read(request: web.Request) -> web.Response:
    owner, _ = access.settings(request)
    return _read(request, owner, access.number(request, owner))


async def read_any(request: web.Request) -> web.Response:
    owner = _owner_of(request)
    return _read(request, owner, access.number(request, owner))


def _read(request: web.Request, owner: Enterprise, record: HeldNumber) -> web.Response:
    """A stored answer is free. With `fresh=true`, or with nothing stored, it is a live look, which is billed."""
    simulator = access.simulator(request)
    if request.query.get("fresh") == "true" or simulator.last_look(owner, record.e164) is None:
        record.looked_at = simulator.now()
        simulator.charge(access.account(request), "check", 1, "Live look at one number")
    return single(render(simulator, owner, record))


def _owner_of(request: web.Request) -> Enterprise:
    e164 = request.match_info["phone_number"].replace(" ", "+")
    for owner in access.account(request).enterprises.values():
        if owner.settings is not None and owner.holding.get(e164) is not None:
            return owner
    raise not_found("The phone number")


# Changing -----------------------------------------------------------------------------------------------------------


async def add(request: web.Request) -> web.Response:
    """All or nothing: one bad number fails the call, with an entry per bad number."""
    owner, simulator = access.enterprise(request), access.simulator(request)
    body = await body_of(request, HUNDRED)
    access.require_approved(request, owner)
    wanted = list(dict.fromkeys(body["phone_numbers"]))
    bad = [
        (reason, f"/body/phone_numbers/{place}")
        for place, e164 in enumerate(wanted)
        if (reason := _why_not(request, owner, e164))
    ]
    if bad:
        raise ApiError(400, *bad)
    now = simulator.now()
    for e164 in wanted:
        source = "telnyx" if _in_service(request, e164) else "external"
        owner.holding.add(HeldNumber(e164, now, source, first_look=simulator.world.simulated(now) + FIRST_LOOK))
    simulator.charge(access.account(request), "check", len(wanted), "Numbers added")
    data = [render(simulator, owner, record) for e164 in wanted if (record := owner.holding.get(e164))]
    return web.json_response({"data": data, "meta": meta(1, max(1, len(data)), len(data), len(data))}, status=201)


def _why_not(request: web.Request, owner: Enterprise, e164: str) -> str:
    """Why a number cannot be added, in words; empty when it can."""
    parts = _US.fullmatch(e164)
    if parts is None or parts[1] not in (*AREA_CODES, *TOLL_FREE_CODES):
        return f"{e164} is not a US phone number."
    if any(one.holding.get(e164) for one in access.account(request).enterprises.values()):
        return f"{e164} is already associated with an enterprise."
    if _in_service(request, e164):
        return ""
    if parts[1] in TOLL_FREE_CODES:
        return f"{e164} is a toll-free number hosted elsewhere, which cannot be added."
    if proof_status(access.simulator(request), owner) != "approved":
        return f"{e164} is hosted elsewhere: external_verification_required."
    return ""


def _in_service(request: web.Request, e164: str) -> bool:
    """Whether the account holds the number at the provider. Of the made-up ones it holds all but every seventh."""
    parts = _US.fullmatch(e164)
    if e164 in access.account(request).inventory:
        return True
    return parts is not None and parts[2] == "555" and parts[3].startswith("01") and text_key(e164, 0) % 7 != 0


async def remove(request: web.Request) -> web.Response:
    owner, _ = access.settings(request)
    return _remove(request, owner)


async def remove_any(request: web.Request) -> web.Response:
    return _remove(request, _owner_of(request))


def _remove(request: web.Request, owner: Enterprise) -> web.Response:
    record = access.number(request, owner)
    owner.holding.remove(record.e164, access.simulator(request).now(), "customer_removed")
    return web.Response(status=204)


async def refresh(request: web.Request) -> web.Response:
    """Per number, not atomic: unknown ones fail, the others are looked at now and billed."""
    owner, _ = access.settings(request)
    simulator = access.simulator(request)
    body = await body_of(request, HUNDRED)
    results = []
    for e164 in body["phone_numbers"]:
        record = owner.holding.touch(e164)
        if record is not None:
            record.looked_at = simulator.now()
        error = None if record is not None else "The number is not associated with this enterprise"
        results.append({"phone_number": e164, "success": record is not None, "error": error})
    done = sum(one["success"] is True for one in results)
    if done:
        simulator.charge(access.account(request), "check", done, "Forced refresh")
    totals = {"total_requested": len(results), "total_successful": done, "total_failed": len(results) - done}
    return single({"results": results, **totals})


# Ownership ----------------------------------------------------------------------------------------------------------


async def read_ownership(request: web.Request) -> web.Response:
    owner, _ = access.settings(request)
    record, simulator = access.number(request, owner), access.simulator(request)
    events = [("added", "verified", record.created_at), *record.history]
    data = {
        "phone_number": record.e164,
        "source": record.source,
        "ownership_status": record.ownership_status,
        "flag_reason": record.flag_reason,
        "confirm_by": stamp(record.confirm_by),
        "last_checked_at": stamp(_last_check(simulator, record)),
        "baseline_carrier": CARRIER_CODES[text_key(record.e164, 1) % len(CARRIER_CODES)],
        "baseline_recorded_at": stamp(record.created_at),
        "history": [
            {"event_type": kind, "outcome": outcome, "occurred_at": stamp(at)} for kind, outcome, at in reversed(events)
        ],
    }
    return single(data)


def _last_check(simulator: Simulator, record: HeldNumber) -> datetime:
    """External ownership is checked once a simulated day."""
    day = simulator.world.simulated(simulator.now()) // DAY * DAY
    return max(record.created_at, simulator.world.wall(day))


async def confirm_ownership(request: web.Request) -> web.Response:
    owner, _ = access.settings(request)
    record, simulator = access.number(request, owner), access.simulator(request)
    body = await body_of(request, STILL_OWN)
    now = simulator.now()
    if body["still_own"]:
        record.ownership_status, record.flag_reason, record.confirm_by = "verified", None, None
        record.history.append(("confirm", "verified", now))
    else:
        owner.holding.remove(record.e164, now, "customer_reported")
        record.history.append(("removed", "customer_reported", now))
    return single(render(simulator, owner, record))


def render(simulator: Simulator, owner: Enterprise, record: HeldNumber) -> dict[str, Any]:
    """One number with its newest stored snapshot; null while nothing was collected."""
    looked = simulator.last_look(owner, record.e164)
    reading = simulator.world.reading(record.e164, looked) if looked is not None else None
    return {
        "id": made_up_id(owner.id, record.e164),
        "enterprise_id": owner.id,
        "phone_number": record.e164,
        "source": record.source,
        "ownership_status": record.ownership_status,
        "flag_reason": record.flag_reason,
        "confirm_by": stamp(record.confirm_by),
        "removal_reason": record.removal_reason,
        "removed_at": stamp(record.removed_at),
        "reputation_data": _snapshot(reading),
        "created_at": stamp(record.created_at),
        "updated_at": stamp(looked or record.created_at),
    }


def _snapshot(reading: ReputationData | None) -> dict[str, Any] | None:
    """Written out, since `asdict` would take half of the time of a list page."""
    if reading is None:
        return None
    return {
        "spam_risk": reading.spam_risk,
        "spam_category": reading.spam_category,
        "maturity_score": reading.maturity_score,
        "connection_score": reading.connection_score,
        "engagement_score": reading.engagement_score,
        "sentiment_score": reading.sentiment_score,
        "last_refreshed_at": stamp(reading.last_refreshed_at),
    }
