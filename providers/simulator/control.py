"""The control page at `/` and its JSON API under `/control`: what the simulator holds, and switches for its faults.

Every change is a POST, with a JSON body by programs and a form by the page's buttons (which are sent back to `/`).
Requests from other sites' pages are refused by their Origin.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from providers.simulator import page
from providers.simulator.behaviour import moment_of
from providers.simulator.episodes import CARRIERS
from providers.simulator.records import GATES, Account, Enterprise
from providers.simulator.state import BUCKETS, ODD_OUTCOMES, SIMULATOR, Injected, Simulator
from providers.simulator.telnyx.reputation import proof_status

SHOWN = 500
CONFIRM_WITHIN = 3 * 86_400.0


def routes() -> list[web.RouteDef]:
    return [
        web.get("/", show),
        web.get("/control/state", state),
        web.get("/control/ledger", ledger),
        web.get("/control/requests", requests),
        web.post("/control/faults", change_fault),
        web.post("/control/label", label),
        web.post("/control/clear", clear),
        web.post("/control/advance", advance),
        web.post("/control/calls", inject),
        web.post("/control/outcomes", outcomes),
        web.post("/control/ownership", question_ownership),
        web.post("/control/decide", decide),
        web.post("/control/reset", reset),
    ]


async def show(request: web.Request) -> web.Response:
    simulator = request.app[SIMULATOR]
    body = page.render(_state(simulator), _ledger(simulator, ""), _requests(simulator)[:25])
    return web.Response(text=body, content_type="text/html", headers={"Cache-Control": "no-store"})


async def state(request: web.Request) -> web.Response:
    return web.json_response(_state(request.app[SIMULATOR]))


async def ledger(request: web.Request) -> web.Response:
    return web.json_response(_ledger(request.app[SIMULATOR], request.query.get("key", "")))


async def requests(request: web.Request) -> web.Response:
    return web.json_response({"requests": _requests(request.app[SIMULATOR])[:SHOWN]})


# Changes ------------------------------------------------------------------------------------------------------------


async def change_fault(request: web.Request) -> web.Response:
    """`name`, `on` true or false, and for on: `times`, `every`, `path`, `ends`, `method`. Without a name: all off."""
    simulator, fields = request.app[SIMULATOR], await _fields(request)
    name = str(fields.get("name", ""))
    if not name or str(fields.get("on", True)).lower() in ("false", "0", "off"):
        simulator.faults.switch_off(name)
    else:
        times = int(fields["times"]) if fields.get("times") not in (None, "") else None
        where = {part: str(fields.get(part, "")) for part in ("path", "ends", "method")}
        simulator.faults.switch_on(name, times=times, every=int(fields.get("every", 1)), **where)
    return _done(request, simulator)


async def label(request: web.Request) -> web.Response:
    """`number`, and `carriers` (default: the three big ones): labelled from now on, and looked at now."""
    simulator, fields = request.app[SIMULATOR], await _fields(request)
    carriers = fields.get("carriers") or CARRIERS[:3]
    simulator.world.label(_number(fields), simulator.now(), tuple(carriers))
    _look_now(simulator, _number(fields))
    return _done(request, simulator)


async def clear(request: web.Request) -> web.Response:
    """`number`: its labels end now, and the provider looks at it now."""
    simulator, fields = request.app[SIMULATOR], await _fields(request)
    simulator.world.clear(_number(fields), simulator.now())
    _look_now(simulator, _number(fields))
    return _done(request, simulator)


def _look_now(simulator: Simulator, e164: str) -> None:
    for account in simulator.accounts.values():
        for enterprise in account.enterprises.values():
            record = enterprise.holding.touch(e164)
            if record is not None:
                record.looked_at = simulator.now()


async def advance(request: web.Request) -> web.Response:
    """`seconds` of simulated time are skipped; the wall clock goes on as ever."""
    simulator, fields = request.app[SIMULATOR], await _fields(request)
    seconds = float(fields.get("seconds", 0))
    if not 0 <= seconds <= 400 * 86_400:
        raise web.HTTPBadRequest(text="seconds must be from 0 to 400 days.")
    simulator.world.jump(simulator.now(), seconds)
    return _done(request, simulator)


async def inject(request: web.Request) -> web.Response:
    """`calls`: lines for the carrier feed, sent as they are to every account from now on."""
    simulator, fields = request.app[SIMULATOR], await _fields(request)
    simulator.injected += [Injected(simulator.now(), dict(line)) for line in fields.get("calls", ())]
    return _done(request, simulator)


async def outcomes(request: web.Request) -> web.Response:
    """`outcomes`: the buckets that the next remediated numbers go to, in order."""
    simulator, fields = request.app[SIMULATOR], await _fields(request)
    wanted = [str(one) for one in fields.get("outcomes", ())]
    known = (*BUCKETS, *ODD_OUTCOMES)
    if not set(wanted) <= set(known):
        raise web.HTTPBadRequest(text=f"outcomes are {', '.join(known)}.")
    simulator.outcomes = wanted
    return _done(request, simulator)


async def question_ownership(request: web.Request) -> web.Response:
    """`number`, `reason`, and `key` (else every account): ownership is to be confirmed within three simulated days.

    Only numbers hosted elsewhere are asked about, so the number counts as one of them from now on.
    """
    simulator, fields = request.app[SIMULATOR], await _fields(request)
    now, key = simulator.now(), str(fields.get("key", ""))
    accounts = [simulator.account(key)] if key else list(simulator.accounts.values())
    for enterprise in (one for account in accounts for one in account.enterprises.values()):
        record = enterprise.holding.touch(_number(fields))
        if record is not None:
            record.source = "external"
            record.ownership_status = "pending_confirmation"
            record.flag_reason = str(fields.get("reason", "carrier_changed"))
            record.confirm_by = simulator.later(now, CONFIRM_WITHIN)
            record.expires = simulator.world.simulated(now) + CONFIRM_WITHIN
            record.history.append(("flag", record.flag_reason, now))
    return _done(request, simulator)


async def decide(request: web.Request) -> web.Response:
    """`enterprise` (its id), `gate` (one of GATES), `outcome` (approved or rejected), `reason`: decided now."""
    simulator, fields = request.app[SIMULATOR], await _fields(request)
    gate, outcome = str(fields.get("gate", "")), str(fields.get("outcome", "approved"))
    if gate not in GATES or outcome not in ("approved", "rejected"):
        raise web.HTTPBadRequest(text=f"gate is one of {', '.join(GATES)}, outcome is approved or rejected.")
    for account in simulator.accounts.values():
        if (enterprise := account.enterprises.get(str(fields.get("enterprise", "")))) is not None:
            enterprise.decide(gate, refused=outcome == "rejected", reason=str(fields.get("reason", "")))
    return _done(request, simulator)


async def reset(request: web.Request) -> web.Response:
    """Forget accounts, ledger, faults, requests and everything done to numbers; seed, epoch and speed stay."""
    simulator = request.app[SIMULATOR]
    await _fields(request)
    simulator.reset()
    return _done(request, simulator)


async def _fields(request: web.Request) -> dict[str, Any]:
    """The JSON object or form that was sent; refused when it comes from another site's page."""
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise web.HTTPForbidden(text="The control page takes no requests from other sites.")
    if request.content_type == "application/json":
        try:
            fields = json.loads(await request.text() or "{}")
        except ValueError as exc:
            raise web.HTTPBadRequest(text="The body is not valid JSON.") from exc
        return fields if isinstance(fields, dict) else {}
    return {name: value for name, value in (await request.post()).items() if isinstance(value, str)}


def _number(fields: dict[str, Any]) -> str:
    number = str(fields.get("number", "")).strip()
    if not number.startswith("+") or not number[1:].isdigit():
        raise web.HTTPBadRequest(text="number must be in E.164, such as +12025550123.")
    return number


def _done(request: web.Request, simulator: Simulator) -> web.Response:
    if request.content_type == "application/json":
        return web.json_response(_state(simulator))
    raise web.HTTPSeeOther("/")


# What is shown ------------------------------------------------------------------------------------------------------


def _state(simulator: Simulator) -> dict[str, Any]:
    simulator.settle()
    world, now = simulator.world, simulator.now()
    return {
        "ready": True,
        "seed": world.seed,
        "speed": world.speed,
        "epoch": world.epoch.isoformat(),
        "now": now.isoformat(),
        "simulated_now": moment_of(world.simulated(now)).isoformat(),
        "started_at": simulator.started_at.astimezone(UTC).isoformat(),
        "default_numbers": simulator.numbers,
        "request_count": simulator.request_count,
        "accounts": [_account(simulator, one, now) for one in simulator.accounts.values()],
        "faults": simulator.faults.state(),
        "billed_cents": sum(charge.cents for charge in simulator.ledger),
    }


def _account(simulator: Simulator, account: Account, now: datetime) -> dict[str, Any]:
    return {
        "key": account.masked_key,
        "numbers": sum(len(one.holding) for one in account.enterprises.values()),
        "enterprises": [_enterprise(simulator, one) for one in account.enterprises.values()],
        "remediations": sum(len(one.remediations) for one in account.enterprises.values()),
        "documents": len(account.documents),
    }


def _enterprise(simulator: Simulator, one: Enterprise) -> dict[str, Any]:
    business, letter = simulator.gates(one.settings) if one.settings is not None else ("", "")
    gates = {"business": business, "letter": letter, "proof": proof_status(simulator, one) or ""}
    legal_name = one.fields["legal_name"]
    return {"id": one.id, "legal_name": legal_name, "enabled": one.settings is not None, "gates": gates}


def _ledger(simulator: Simulator, key: str) -> dict[str, Any]:
    charges = [one for one in simulator.ledger if key in ("", one.key)]
    return {
        "cents": sum(one.cents for one in charges),
        "charges": [asdict(one) | {"at": one.at.isoformat()} for one in charges[-SHOWN:]],
    }


def _requests(simulator: Simulator) -> list[dict[str, Any]]:
    """Newest first; keys are shown as far as their first 24 characters."""
    return [asdict(one) | {"at": one.at.isoformat()} for one in reversed(simulator.requests)]
