"""The simulator's HTTP application: its routes, and what every request passes through."""

from __future__ import annotations

from aiohttp import web

from providers.simulator import carrier, control, faults, fcc, ftc, ftc_api, hiya
from providers.simulator.answers import ApiError
from providers.simulator.behaviour import World
from providers.simulator.faults import Handler
from providers.simulator.state import SIMULATOR, Seen, Simulator
from providers.simulator.telnyx import documents, enterprises, phone_numbers, remediation, reputation, terms

SERVICES = ("/v2/", "/carrier/", "/hiya/", "/ftc/", "/fcc/")
LARGEST_BODY = 32 * 1024 * 1024


def make_app(world: World, *, numbers: int, remediation_speed: float = 1.0) -> web.Application:
    app = web.Application(middlewares=[note, error_bodies], client_max_size=LARGEST_BODY)
    app[SIMULATOR] = Simulator(world, numbers=numbers, remediation_speed=remediation_speed)
    for part in (
        terms,
        enterprises,
        reputation,
        phone_numbers,
        remediation,
        documents,
        carrier,
        hiya,
        ftc,
        ftc_api,
        fcc,
        control,
    ):
        app.add_routes(part.routes())
    return app


@web.middleware
async def note(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Apply the faults that are on, and write down what was asked and answered."""
    simulator = request.app[SIMULATOR]
    if not request.path.startswith(SERVICES):
        return await handler(request)
    striking = simulator.faults.striking(request.method, request.path)
    response = None
    try:
        response = await faults.apply(striking, request, handler)
        return response
    finally:
        simulator.request_count += 1
        simulator.requests.append(_seen(simulator, request, response, striking))


def _seen(simulator: Simulator, request: web.Request, response: web.StreamResponse | None, striking: list[str]) -> Seen:
    key = request.headers.get("Authorization", "").partition(" ")[2]
    status = response.status if response is not None else 0
    return Seen(
        simulator.now(),
        request.method,
        request.raw_path.partition("?")[0],
        request.query_string,
        status,
        key[:24],
        ", ".join(striking),
    )


@web.middleware
async def error_bodies(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Errors in the contract's envelope, unknown paths and methods under /v2 included."""
    try:
        return await handler(request)
    except ApiError as exc:
        return exc.response()
    except (TypeError, ValueError) as exc:
        if request.path.startswith("/control/"):
            return web.Response(text=f"A value cannot be read: {exc}.", status=400)
        raise
    except (web.HTTPNotFound, web.HTTPMethodNotAllowed) as exc:
        if request.path.startswith("/v2/"):
            return ApiError(404, (f"There is no {request.method} {request.path}.", "")).response()
        raise exc
