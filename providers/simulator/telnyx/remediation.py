"""Remediation: a billed request for re-evaluation, its slow way through two tiers, and its five buckets.

It begins after about 10 simulated minutes, passes tier 1 after half a day and ends after 20 to 40 hours; all of that
`--remediation-speed` times as fast. A number of an earlier request is ineligible for 5 days after that ended. Call
purposes that hold the word `fail` fail.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from aiohttp import web

from providers.simulator.answers import ApiError, body_of, chosen, not_found, paged, single, stamp
from providers.simulator.episodes import HOUR
from providers.simulator.hashing import text_key, unit
from providers.simulator.records import Enterprise, Remediation, made_up_id
from providers.simulator.state import COOL_DOWN, Simulator
from providers.simulator.telnyx import access
from providers.simulator.telnyx.shapes import REMEDIATION

STATUSES = ("pending", "in_progress", "completed", "failed", "cancelled")
OPEN = ("pending", "in_progress")


def routes() -> list[web.RouteDef]:
    base = "/v2/enterprises/{enterprise_id}/reputation/remediation"
    return [web.post(base, submit), web.get(base, list_requests), web.get(base + "/{remediation_id}", read)]


async def submit(request: web.Request) -> web.Response:
    owner, simulator = access.enterprise(request), access.simulator(request)
    access.require_terms(request)
    body = await body_of(request, REMEDIATION, status=400)
    access.require_approved(request, owner)
    wanted = tuple(dict.fromkeys(body["phone_numbers"]))
    _refuse_foreign(owner, wanted)
    _refuse_open(simulator, owner, wanted)
    made = _new(simulator, owner, wanted, body)
    owner.remediations[made.id] = made
    charged = len(wanted) - len(made.ineligible)
    simulator.charge(access.account(request), "remediation", charged, "Numbers submitted for remediation")
    return single(_render(simulator, made), status=202)


def _refuse_foreign(owner: Enterprise, wanted: tuple[str, ...]) -> None:
    foreign = [place for place, e164 in enumerate(wanted) if owner.holding.get(e164) is None]
    if foreign:
        words = "The number is not associated with this enterprise."
        raise ApiError(422, *((words, f"/body/phone_numbers/{place}") for place in foreign))


def _refuse_open(simulator: Simulator, owner: Enterprise, wanted: tuple[str, ...]) -> None:
    busy = {
        e164 for one in owner.remediations.values() if status_of(simulator, one) in OPEN for e164 in one.phone_numbers
    }
    clash = [place for place, e164 in enumerate(wanted) if e164 in busy]
    if clash:
        words = "The number is already in an open remediation request."
        raise ApiError(409, *((words, f"/body/phone_numbers/{place}") for place in clash))


def _new(simulator: Simulator, owner: Enterprise, wanted: tuple[str, ...], body: dict[str, Any]) -> Remediation:
    now = simulator.now()
    identity = made_up_id(owner.id, "remediation", str(len(owner.remediations)), *wanted[:1])
    moment, lot = simulator.world.simulated(now), unit(text_key(identity, simulator.world.seed))
    hour = HOUR / simulator.remediation_speed
    return Remediation(
        id=identity,
        phone_numbers=wanted,
        call_purpose=body["call_purpose"],
        contact_email=body.get("contact_email"),
        webhook_url=body.get("webhook_url"),
        created_at=now,
        started=moment + hour / 6,
        tier1=moment + 12 * hour,
        done=moment + (20 + 20 * lot) * hour,
        ineligible=tuple(e164 for e164 in wanted if _cooling_down(owner, e164, moment)),
        ends="failed" if "fail" in body["call_purpose"].lower() else "completed",
    )


def _cooling_down(owner: Enterprise, e164: str, moment: float) -> bool:
    return any(
        e164 in one.phone_numbers and moment < one.done + COOL_DOWN
        for one in owner.remediations.values()
        if one.ends == "completed" and e164 not in one.ineligible
    )


async def list_requests(request: web.Request) -> web.Response:
    owner, simulator = access.enterprise(request), access.simulator(request)
    status = chosen(request, "filter[status]", STATUSES)
    since, until = _moment(request, "filter[created_at][gte]"), _moment(request, "filter[created_at][lte]")
    found = [
        one
        for one in sorted(owner.remediations.values(), key=lambda one: one.created_at, reverse=True)
        if status in ("", status_of(simulator, one))
        and (since is None or one.created_at >= since)
        and (until is None or one.created_at <= until)
    ]
    return paged(request, found, lambda one: _slim(simulator, one))


def _moment(request: web.Request, name: str) -> datetime | None:
    value = request.query.get(name)
    if value is None:
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise ApiError(422, (f"{name} must be a time with its zone.", name))
    return found


async def read(request: web.Request) -> web.Response:
    owner = access.enterprise(request)
    found = owner.remediations.get(request.match_info["remediation_id"])
    if found is None:
        raise not_found("The remediation request")
    return single(_render(access.simulator(request), found))


def status_of(simulator: Simulator, one: Remediation) -> str:
    moment = simulator.world.simulated(simulator.now())
    if moment < one.started:
        return "pending"
    return "in_progress" if moment < one.done else one.ends


def _slim(simulator: Simulator, one: Remediation) -> dict[str, Any]:
    world, status = simulator.world, status_of(simulator, one)
    moment = world.simulated(simulator.now())
    passed = [one.created_at, *(world.wall(step) for step in (one.started, one.tier1, one.done) if step <= moment)]
    tier1 = world.wall(one.tier1) if moment >= one.tier1 and one.ends == "completed" else None
    return {
        "id": one.id,
        "status": status,
        "phone_numbers_count": len(one.phone_numbers),
        "call_purpose": one.call_purpose,
        "created_at": stamp(one.created_at),
        "updated_at": stamp(max(passed)),
        "tier1_completed_at": stamp(tier1),
        "tier2_completed_at": stamp(world.wall(one.done)) if status == "completed" else None,
    }


def _render(simulator: Simulator, one: Remediation) -> dict[str, Any]:
    """Results are told once the request is completed; before that they are null."""
    simulator.settle()
    return _slim(simulator, one) | {
        "phone_numbers_submitted": len(one.phone_numbers) - len(one.ineligible),
        "phone_numbers_ineligible": len(one.ineligible),
        "contact_email": one.contact_email,
        "webhook_url": one.webhook_url,
        "results": one.results,
    }
