"""Who asks, and what they ask about: the account of the key, its enterprise, the enterprise's settings and numbers."""

from __future__ import annotations

from aiohttp import web

from providers.simulator.answers import ApiError, not_found
from providers.simulator.records import Account, Enterprise, HeldNumber, Settings
from providers.simulator.state import SIMULATOR, Simulator

PRODUCT = "number_reputation"


def simulator(request: web.Request) -> Simulator:
    return request.app[SIMULATOR]


def key_of(request: web.Request) -> str:
    """The bearer key; 401 without one, or with one that begins with `bad`."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    key = key.strip()
    if scheme.lower() != "bearer" or not key or key.startswith("bad") or len(key) > 200:
        raise ApiError(401, ("The API key is missing or not valid.", ""))
    return key


def account(request: web.Request) -> Account:
    found = simulator(request).account(key_of(request))
    simulator(request).settle()
    simulator(request).expire_questions()
    return found


def enterprise(request: web.Request) -> Enterprise:
    found = account(request).enterprises.get(request.match_info["enterprise_id"])
    if found is None:
        raise not_found("The enterprise")
    return found


def settings(request: web.Request) -> tuple[Enterprise, Settings]:
    """The enterprise and its settings; 404 when reputation was never enabled, or disabled."""
    owner = enterprise(request)
    if owner.settings is None:
        raise not_found("Reputation of this enterprise")
    return owner, owner.settings


def number(request: web.Request, owner: Enterprise) -> HeldNumber:
    """The number of the path (its plus sign as %2B or as it is), kept so that changes to it stay."""
    e164 = request.match_info["phone_number"].replace(" ", "+")
    record = owner.holding.touch(e164)
    if record is None:
        raise not_found("The phone number")
    return record


def require_terms(request: web.Request) -> None:
    if not account(request).agreements:
        raise ApiError(403, ("The Number Reputation terms of service are not accepted.", ""))


def require_approved(request: web.Request, owner: Enterprise) -> Settings:
    """Both gates must be approved before numbers can be added or submitted."""
    if owner.settings is None:
        raise not_found("Reputation of this enterprise")
    status, letter = simulator(request).gates(owner.settings)
    if (status, letter) != ("approved", "approved"):
        raise ApiError(400, (f"Not possible while status is {status} and loa_status is {letter}.", ""))
    return owner.settings
