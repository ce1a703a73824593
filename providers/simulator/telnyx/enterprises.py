"""Enterprises: the businesses of an account."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from providers.simulator.answers import ApiError, body_of, chosen, paged, single, stamp
from providers.simulator.records import Account, Enterprise, Holding, made_up_id
from providers.simulator.telnyx import access
from providers.simulator.telnyx.shapes import ENTERPRISE, ENTERPRISE_CHANGE, FROZEN


def routes() -> list[web.RouteDef]:
    return [
        web.get("/v2/enterprises", list_enterprises),
        web.post("/v2/enterprises", create),
        web.get("/v2/enterprises/{enterprise_id}", read),
        web.put("/v2/enterprises/{enterprise_id}", update),
        web.delete("/v2/enterprises/{enterprise_id}", delete),
    ]


async def list_enterprises(request: web.Request) -> web.Response:
    role = chosen(request, "filter[role_type]", ("enterprise", "bpo"))
    part = request.query.get("filter[legal_name][contains]") or request.query.get("legal_name", "")
    found = [
        one
        for one in access.account(request).enterprises.values()
        if part.lower() in one.fields["legal_name"].lower() and role in ("", one.fields["role_type"])
    ]
    return paged(request, found, render, size=10)


async def create(request: web.Request) -> web.Response:
    account = access.account(request)
    body = await body_of(request, ENTERPRISE)
    fields = {name: body[name] for name in body if name in ENTERPRISE["properties"]}
    fields.setdefault("role_type", "enterprise")
    if any(_same(one, fields) for one in account.enterprises.values()):
        raise ApiError(409, ("An enterprise with this identity exists already.", ""))
    made = _new(account, fields, access.simulator(request))
    return single(render(made), status=201)


def _same(one: Enterprise, fields: dict[str, Any]) -> bool:
    return (one.fields["legal_name"].lower(), one.fields["fein"]) == (fields["legal_name"].lower(), fields["fein"])


def _new(account: Account, fields: dict[str, Any], simulator: Any) -> Enterprise:
    now = simulator.now()
    identity = made_up_id(account.key, "enterprise", str(len(account.enterprises)), str(now))
    made = Enterprise(identity, fields, now, now, Holding(None, now))
    account.enterprises[identity] = made
    return made


async def read(request: web.Request) -> web.Response:
    return single(render(access.enterprise(request)))


async def update(request: web.Request) -> web.Response:
    owner = access.enterprise(request)
    body = await body_of(request, ENTERPRISE_CHANGE, status=400)
    frozen = [name for name in body if name in FROZEN]
    if frozen:
        raise ApiError(400, *((f"{name} cannot be changed.", f"/body/{name}") for name in frozen))
    owner.fields.update({name: body[name] for name in body if name in ENTERPRISE_CHANGE["properties"]})
    owner.updated_at = access.simulator(request).now()
    return single(render(owner))


async def delete(request: web.Request) -> web.Response:
    owner = access.enterprise(request)
    if owner.settings is not None:
        raise ApiError(400, ("Disable reputation before deleting the enterprise.", ""))
    del access.account(request).enterprises[owner.id]
    return web.Response(status=204)


def render(one: Enterprise) -> dict[str, Any]:
    return {
        **one.fields,
        "id": one.id,
        "branded_calling_enabled": False,
        "number_reputation_enabled": one.settings is not None,
        "bpo_verification_status": None,
        "bpo_verification_rejection_reason": None,
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.updated_at),
    }
