"""The usual question of a dialer by a way of its own: one destination, asked in JSON, answered without the framework.

A decision takes the database less time than the REST framework takes around it, and dialers ask by the thousand. Only
what succeeds is answered here. Whatever is unusual in the least (another field, an idempotency key, an unknown key, a
campaign that ended) is handed on before anything was counted, and the view answers it with its reasons. A test holds
both ways equal, byte by byte.
"""

from __future__ import annotations

import json
import re
from typing import Any

from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts import keys
from accounts.models import ApiKey
from accounts.scopes import ApiScope
from api.authentication import SCHEME
from api.base import tell_allowance
from api.views.caller_id import told
from common.phone import NumberError, parse_number
from phone_numbers.campaigns import caller_id
from phone_numbers.models import Campaign
from phone_numbers.states import CampaignState

ADDRESS = re.compile(r"/api/v1/campaigns/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/caller-id")
JSON = "application/json"
LONGEST = 500  # bytes of a body; the usual one has about 30
ACCEPTED = (None, "*/*", JSON)
BEARER = f"{SCHEME} "
METHODS = "GET, POST, HEAD, OPTIONS"


def answer(request: HttpRequest) -> HttpResponse | None:
    """Choose a caller ID for the usual question; None for everything else, of which nothing was done yet."""
    address = ADDRESS.fullmatch(request.path_info)
    if address is None or not _is_usual(request.META, str(request.method)):
        return None
    given = _destination(request)
    if given is None:
        return None
    known = _known(request.META["HTTP_AUTHORIZATION"].removeprefix(BEARER).strip(), address[1])
    return None if known is None else _chosen(request, *known, *given)


def _is_usual(meta: dict[str, Any], method: str) -> bool:
    return (
        method == "POST"
        and meta.get("CONTENT_TYPE") == JSON
        and meta.get("HTTP_ACCEPT") in ACCEPTED
        and not meta.get("QUERY_STRING")
        and "HTTP_IDEMPOTENCY_KEY" not in meta
        and meta.get("HTTP_AUTHORIZATION", "").startswith(BEARER)
        and _length(meta) <= LONGEST
    )


def _length(meta: dict[str, Any]) -> int:
    length = str(meta.get("CONTENT_LENGTH", ""))
    return int(length) if length.isdecimal() else LONGEST + 1


def _destination(request: HttpRequest) -> tuple[str, str] | None:
    """Return the destination as it was sent and as E.164."""
    try:
        sent = json.loads(request.body)
    except ValueError:
        return None
    given = sent.get("destination") if isinstance(sent, dict) and len(sent) == 1 else None
    if not isinstance(given, str) or not given.isascii():
        return None
    try:
        return given, parse_number(given).e164
    except NumberError:
        return None


def _known(secret: str, uuid: str) -> tuple[ApiKey, Campaign] | None:
    """Return the key and its account's campaign, if the one may ask and the other is active.

    The first statement shows whether the connection still lives, so Django does not ask it beforehand. If it does not,
    the call goes the long way on a new one.
    """
    connection.health_check_done = True  # type: ignore[attr-defined]
    try:
        found = caller_id.caller_for(secret, uuid)
    except (OperationalError, InterfaceError):
        connection.close()
        return None
    if found is None or ApiScope.CALLER_ID not in found[0].scopes or found[1].state != CampaignState.ACTIVE:
        return None
    return found


def _chosen(request: HttpRequest, key: ApiKey, campaign: Campaign, given: str, e164: str) -> HttpResponse | None:
    now = timezone.now()
    allowance = keys.take_calls(key, 1, now=now)
    if not allowance.allowed:
        return None
    keys.note_use(key, now=now)
    request.api_key = str(key.uuid)  # type: ignore[attr-defined]  # for the log
    found = told(given, caller_id.choose(key.account, campaign, e164, now=now))
    body = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    response = HttpResponse(body, content_type=JSON, headers={"Allow": METHODS})
    tell_allowance(response, allowance)
    return response
