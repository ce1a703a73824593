"""Terms of service: information, status, agreements, and accepting them."""

from __future__ import annotations

from datetime import datetime

from aiohttp import web

from providers.simulator.answers import chosen, not_found, paged, single, stamp
from providers.simulator.records import made_up_id
from providers.simulator.telnyx import access
from providers.simulator.telnyx.access import PRODUCT

VERSION = "v1.1.0"
PRODUCTS = ("branded_calling", PRODUCT)


def routes() -> list[web.RouteDef]:
    return [
        web.get("/v2/terms_of_service/info", info),
        web.get("/v2/terms_of_service/status", status),
        web.get("/v2/terms_of_service/agreements", agreements),
        web.get("/v2/terms_of_service/agreements/{agreement_id}", agreement),
        web.post("/v2/terms_of_service/number_reputation/agree", agree),
    ]


async def info(request: web.Request) -> web.Response:
    access.account(request)
    wanted = chosen(request, "product_type", PRODUCTS)
    items = [
        {
            "product_type": product,
            "current_version": VERSION,
            "description": f"Terms of {product}",
            "effective_date": "2026-01-01",
            "terms_url": "https://telnyx.com/terms/reputation-services",
        }
        for product in PRODUCTS
        if wanted in ("", product)
    ]
    return web.json_response({"agreements": items})


async def status(request: web.Request) -> web.Response:
    """Defaults to branded_calling, as the service does, which nobody here ever accepts."""
    product = chosen(request, "product_type", PRODUCTS) or "branded_calling"
    made = access.account(request).agreements if product == PRODUCT else []
    data = {
        "product_type": product,
        "current_terms_version": VERSION,
        "has_agreed": bool(made),
        "agreement_required": not made,
        "agreed_version": VERSION if made else None,
        "agreed_at": stamp(made[0][1]) if made else None,
    }
    return single(data)


async def agreements(request: web.Request) -> web.Response:
    product = chosen(request, "product_type", PRODUCTS)
    made = access.account(request).agreements if product in ("", PRODUCT) else []
    return paged(request, made, _agreement)


async def agreement(request: web.Request) -> web.Response:
    wanted = request.match_info["agreement_id"]
    for one in access.account(request).agreements:
        if one[0] == wanted:
            return single(_agreement(one))
    raise not_found("The agreement")


async def agree(request: web.Request) -> web.Response:
    """Accepting twice gives the first agreement again."""
    account = access.account(request)
    if not account.agreements:
        account.agreements.append((made_up_id(account.key, "terms"), access.simulator(request).now()))
    return single(_agreement(account.agreements[0]), status=201)


def _agreement(one: tuple[str, datetime]) -> dict[str, str | None]:
    at = stamp(one[1])
    return {
        "id": one[0],
        "product_type": PRODUCT,
        "terms_version": VERSION,
        "version": VERSION,
        "agreed_at": at,
        "created_at": at,
    }
