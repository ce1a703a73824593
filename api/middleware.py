"""A short way for calls: a program has no session, no page and no form, so most of the chain has nothing to do for it.

Half of the time of a caller ID went into the chain of the pages. What protects a call stays: the host is judged, TLS is
asked for, the headers say that nothing here is a page. The documentation is a page and goes the long way.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.security import SecurityMiddleware
from django.urls import resolve

from api import quick

PREFIX = "/api/v1/"
PAGES = frozenset({PREFIX, f"{PREFIX}schema/"})
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
}
log = structlog.get_logger(__name__)


class ApiMiddleware:
    """Answers calls itself, and hands everything else on. It stands first."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        guarded = SecurityMiddleware(convert_exception_to_response(_answer))
        self.answer: Callable[[HttpRequest], Any] = convert_exception_to_response(guarded)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a call by the short way."""
        if not request.path_info.startswith(PREFIX) or request.path_info in PAGES:
            return self.get_response(request)
        began = time.perf_counter()
        response: HttpResponseBase = self.answer(request)
        for name, value in HEADERS.items():
            response[name] = value
        _tell(request, response, (time.perf_counter() - began) * 1000)
        return response


def _answer(request: HttpRequest) -> HttpResponseBase:
    """Find the call and make it, as Django's own handler would."""
    request.get_host()  # DisallowedHost, which is answered with 400
    usual = quick.answer(request)
    if usual is not None:
        return usual
    found = resolve("/" + request.path_info.removeprefix(PREFIX), urlconf="api.urls")
    request.resolver_match = found
    response = found.func(request, *found.args, **found.kwargs)
    if hasattr(response, "render") and callable(response.render):
        response = response.render()
    return response  # type: ignore[no-any-return]


def _tell(request: HttpRequest, response: Any, milliseconds: float) -> None:
    """Leave one line for each call; good ones only where somebody wants to see them, they come by the thousand."""
    say = log.info if settings.API_LOG_CALLS or response.status_code >= 500 else log.debug
    say(
        "api call",
        method=request.method,
        path=request.path_info,
        status=response.status_code,
        key=getattr(request, "api_key", None),
        milliseconds=round(milliseconds, 1),
    )
