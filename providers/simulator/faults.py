"""Faults that can be switched on: what a provider does to its clients on a bad day.

A fault applies to the simulated services (/v2, /carrier, /hiya, /ftc, /fcc), optionally only to paths that begin with
`path` or end with `ends`, to one method, to every n-th request, and only so many times. Faults that change the content
work on the finished answer.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

SKEW = timedelta(hours=2)
HUGE = 10 * 1024 * 1024
RESET_SECONDS = 2
DRIP_SECONDS = 0.3
HANG_SECONDS = 120.0
SLOW_SECONDS = 3.0
PRIVATE = "http://169.254.169.254/latest/meta-data/"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

KINDS = {
    "rate_limited": "429 with the rate-limit headers",
    "server_error": "500 with an error body",
    "conflict": "409 with an error body",
    "timeout": "No answer at all",
    "slow": "The answer comes after three seconds",
    "lost_answer": "The request is carried out, and no answer comes",
    "error_after": "The request is carried out, and answered with 500",
    "slow_drip": "The body arrives a byte at a time",
    "cut_body": "The connection breaks in the middle of the body",
    "reset": "The connection breaks after the request was carried out, before any answer",
    "malformed_line": "One entry in the middle is not valid",
    "wrong_types": "Fields have other types than promised",
    "duplicate_page": "The same page or lines are sent twice",
    "reordered_pages": "Pages and lines come in another order",
    "clock_skew": "The provider's clock is two hours ahead",
    "huge_line": "One entry of ten megabytes",
    "redirect_private": "A redirect to an address inside a private network",
}
_TIME = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


@dataclass(slots=True)
class Fault:
    """One fault that is on. `left` None: until switched off. `hits` counts how often it struck."""

    name: str
    left: int | None = None
    every: int = 1
    path: str = ""
    ends: str = ""
    method: str = ""
    seen: int = 0
    hits: int = 0

    def strikes(self, method: str, path: str) -> bool:
        if self.left == 0 or self.method not in ("", method):
            return False
        if not path.startswith(self.path) or not path.endswith(self.ends):
            return False
        self.seen += 1
        if self.seen % self.every:
            return False
        self.hits += 1
        self.left = None if self.left is None else self.left - 1
        return True


class Faults:
    """The faults that are on, by name."""

    def __init__(self) -> None:
        self._on: dict[str, Fault] = {}

    def switch_on(
        self,
        name: str,
        *,
        times: int | None = None,
        every: int = 1,
        path: str = "",
        ends: str = "",
        method: str = "",
    ) -> None:
        if name not in KINDS:
            raise ValueError(f"There is no fault {name!r}. Known: {', '.join(KINDS)}.")
        self._on[name] = Fault(name, times, max(1, every), path, ends, method)

    def switch_off(self, name: str = "") -> None:
        """One fault, or all of them."""
        if name:
            self._on.pop(name, None)
        else:
            self._on.clear()

    def state(self) -> dict[str, Any]:
        return {name: asdict(one) for name, one in self._on.items()}

    def is_on(self, name: str) -> bool:
        return name in self._on and self._on[name].left != 0

    def striking(self, method: str, path: str) -> list[str]:
        """The faults that apply to this request."""
        return [name for name, one in self._on.items() if one.strikes(method, path)]


async def apply(faults: list[str], request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer a request under some faults."""
    if "rate_limited" in faults:
        return _rate_limited(request.path)
    if "server_error" in faults:
        return _refused(request.path, 500, "10007", "Unexpected error")
    if "conflict" in faults:
        return _refused(request.path, 409, "10021", "Resource in use")
    if "redirect_private" in faults:
        return web.Response(status=302, headers={"Location": PRIVATE})
    if "timeout" in faults:
        await asyncio.sleep(HANG_SECONDS)
    if "slow" in faults:
        await request.read()  # whole here already, so it is carried out although the client may give up
        await asyncio.sleep(SLOW_SECONDS)
    if "reordered_pages" in faults or "duplicate_page" in faults:
        request = _moved(faults, request)
    response = await handler(request)
    if "lost_answer" in faults:
        await asyncio.sleep(HANG_SECONDS)
    if "error_after" in faults:
        return _refused(request.path, 500, "10007", "Unexpected error")
    if isinstance(response, web.Response) and isinstance(response.body, bytes) and response.status < 300:
        response = _changed(faults, response)
    return await _sent(faults, request, response)


def _refused(path: str, status: int, code: str, title: str) -> web.Response:
    return web.json_response(_error_body(path, status, code, title), status=status)


def _rate_limited(path: str) -> web.Response:
    headers = {"x-ratelimit-limit": "10", "x-ratelimit-remaining": "0", "x-ratelimit-reset": str(RESET_SECONDS)}
    return web.json_response(_error_body(path, 429, "10011", "Too many requests"), status=429, headers=headers)


def _error_body(path: str, status: int, code: str, title: str) -> dict[str, Any]:
    """An error as the service at this path words it."""
    if path.startswith("/hiya/"):
        return {"error": {"id": "00000000", "code": status, "errors": [{"message": title}]}}
    if path.startswith("/ftc/"):
        return {"error": {"code": "OVER_RATE_LIMIT" if status == 429 else "API_UNAVAILABLE", "message": title}}
    if path.startswith("/fcc/"):
        return {"code": code, "error": True, "message": title}
    url = f"https://developers.telnyx.com/docs/overview/errors/{code}"
    return {"errors": [{"code": code, "title": title, "detail": "Please retry.", "meta": {"url": url}}]}


def _moved(faults: list[str], request: web.Request) -> web.Request:
    """The same request for another list page: the one before (duplicate), or pages 2 and 3 and so on swapped."""
    for name, size, first in (("page[number]", "", 1), ("offset", "items_per_page", 0), ("$offset", "$limit", 0)):
        value, step = request.query.get(name, ""), request.query.get(size, "50" if size else "1")
        if value.isdigit() and step.isdigit() and int(value) > first:
            wanted = _other_page(int(value) // int(step) + 1 - first, "duplicate_page" in faults)
            moved = {name: str((wanted - 1 + first) * int(step))}
            return request.clone(rel_url=request.rel_url.update_query(moved))
    return request


def _other_page(page: int, before: bool) -> int:
    return page + 1 if page % 2 == 0 and not before else page - 1


def _changed(faults: list[str], response: web.Response) -> web.Response:
    packed = response.headers.get("Content-Encoding") == "gzip"
    body = response.body if isinstance(response.body, bytes) else b""
    body = gzip.decompress(body) if packed else body
    lines = response.content_type == "application/x-ndjson"
    for name, change in _CHANGES.items():
        if name in faults:
            body = change(body, lines)
    response.body = gzip.compress(body, 1, mtime=0) if packed else body
    return response


def _malformed(body: bytes, lines: bool) -> bytes:
    if not lines:
        return body[: len(body) // 2] + b'{"broken' + body[len(body) // 2 :]
    parts = body.split(b"\n")
    parts.insert(len(parts) // 2, b'{"id":"half a li')
    return b"\n".join(parts)


def _wrong_types(body: bytes, lines: bool) -> bytes:
    """Every third entry gets a number for a word, a word for a number, a list for an object."""
    if lines:
        parts = body.split(b"\n")
        parts[:-2] = [
            b'{"id":7,"number":12,"carrier":[],"time":0}' if place % 3 == 1 else part
            for place, part in enumerate(parts[:-2])
        ]
        return b"\n".join(parts)
    answer = _json(body)
    for place, entry in enumerate(_entries(answer)):
        if place % 3 == 1 and isinstance(entry, dict):
            _garble(entry)
    return body if answer is None else json.dumps(answer).encode()


def _garble(entry: dict[str, Any]) -> None:
    if "reputation_data" not in entry:
        entry |= dict.fromkeys(entry, 7)
    elif entry["reputation_data"] is not None:
        entry["reputation_data"] |= {"spam_risk": 7, "maturity_score": "high"}


def _twice(body: bytes, lines: bool) -> bytes:
    parts = body.split(b"\n")
    return b"\n".join(parts[:-2] + parts) if lines else body


def _reordered(body: bytes, lines: bool) -> bytes:
    parts = body.split(b"\n")
    return b"\n".join(parts[:-2][::-1] + parts[-2:]) if lines else body


def _skewed(body: bytes, lines: bool) -> bytes:
    return _TIME.sub(_two_hours_on, body)


def _two_hours_on(found: re.Match[bytes]) -> bytes:
    return (datetime.fromisoformat(found[0].decode()) + SKEW).strftime("%Y-%m-%dT%H:%M:%S.%fZ").encode()


def _huge(body: bytes, lines: bool) -> bytes:
    if lines:
        return b'{"id":"' + b"9" * HUGE + b'"}\n' + body
    answer = _json(body)
    entries = _entries(answer)
    if not entries:
        return body
    entries.insert(0, {"phone_number": "9" * HUGE, "reputation_data": {"spam_risk": "low"}})
    return json.dumps(answer).encode()


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _entries(answer: Any) -> list[Any]:
    """The list that an answer is about: itself, or its first field that is one."""
    if isinstance(answer, dict):
        answer = next((value for value in answer.values() if isinstance(value, list)), [])
    return answer if isinstance(answer, list) else []


_CHANGES: dict[str, Callable[[bytes, bool], bytes]] = {
    "wrong_types": _wrong_types,
    "duplicate_page": _twice,
    "reordered_pages": _reordered,
    "clock_skew": _skewed,
    "huge_line": _huge,
    "malformed_line": _malformed,
}


async def _sent(faults: list[str], request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    """Send the finished answer in a broken way, or hand it back to be sent properly."""
    body = response.body if isinstance(response, web.Response) else None
    if not isinstance(body, bytes) or not {"slow_drip", "cut_body", "reset"} & set(faults):
        return response
    if "reset" in faults:
        _abort(request)
        return response
    broken = web.StreamResponse(status=response.status, headers=response.headers)
    broken.content_length = len(body)
    await broken.prepare(request)
    if "slow_drip" in faults:
        await _drip(broken, body)
    else:
        await broken.write(body[: len(body) // 2])
        await asyncio.sleep(0.05)
    _abort(request)
    return broken


async def _drip(response: web.StreamResponse, body: bytes) -> None:
    for place in range(len(body)):
        await response.write(body[place : place + 1])
        await asyncio.sleep(DRIP_SECONDS)


def _abort(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()
