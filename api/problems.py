"""Errors as `application/problem+json` (RFC 9457): a title, a sentence with the next step, the wrong fields."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views import defaults
from rest_framework import exceptions, serializers
from rest_framework.response import Response
from rest_framework.views import exception_handler

PROBLEM = "application/problem+json"
BELOW = "/api/v1/"
NOT_FOUND = "There is no such thing in this account."


class Conflict(exceptions.APIException):
    """What was asked for cannot be done as things stand now."""

    status_code = HTTPStatus.CONFLICT
    default_detail = "This cannot be done as things stand now."


class Unprocessable(exceptions.APIException):
    """The idempotency key was used for another request."""

    status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    default_detail = "This idempotency key was used for another request."


class TooLarge(exceptions.APIException):
    """The body is larger than is taken at once."""

    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    default_detail = "The body is too large. Send it in parts."


class ProblemSerializer(serializers.Serializer[Any]):
    """An error."""

    type = serializers.CharField(default="about:blank")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = serializers.DictField(child=serializers.ListField(child=serializers.CharField()), required=False)


def handle(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Turn what the framework raises into a problem; anything unexpected stays a 500 with its trace in the log."""
    if isinstance(error, Http404 | PermissionDenied):
        missing = isinstance(error, Http404)
        error = exceptions.NotFound(NOT_FOUND) if missing else exceptions.PermissionDenied(str(error) or None)
    response = exception_handler(error, dict(context))
    if response is None:
        return None
    response.data = problem(response.status_code, *_told(error))
    response.content_type = PROBLEM
    return response


def problem(status: int, detail: str, errors: Mapping[str, list[str]] | None = None) -> dict[str, Any]:
    """Return a problem as it is sent."""
    title = HTTPStatus(status).phrase
    return {"type": "about:blank", "title": title, "status": int(status), "detail": detail} | (
        {"errors": dict(errors)} if errors else {}
    )


def _told(error: Exception) -> tuple[str, Mapping[str, list[str]] | None]:
    detail = getattr(error, "detail", str(error))
    if isinstance(error, exceptions.ValidationError):
        fields = detail if isinstance(detail, dict) else {"": detail}
        errors = dict(_flat(fields))
        return next(iter(errors.values()))[0] if errors else "The request is not understood.", errors
    return str(detail), None


def _flat(value: Any, path: str = "") -> list[tuple[str, list[str]]]:
    """Return the messages of a nested error by the path of their field."""
    if isinstance(value, dict):
        return [pair for name, inner in value.items() for pair in _flat(inner, f"{path}.{name}".strip("."))]
    if isinstance(value, list) and any(isinstance(one, dict) for one in value):
        return [pair for place, inner in enumerate(value) for pair in _flat(inner, f"{path}.{place}".strip("."))]
    return [(path or "body", [str(one) for one in (value if isinstance(value, list) else [value])])]


def not_found(request: HttpRequest, **_kwargs: Any) -> JsonResponse:
    """Answer for an address below the API that does not exist."""
    words = "There is no such address in the API. Its documentation is at /api/v1/."
    return _sent(HTTPStatus.NOT_FOUND, words)


not_found.csrf_exempt = True  # type: ignore[attr-defined]  # a program that mistypes an address is told so, by any method


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that is refused before any view: to a program as a problem, to a person as a page."""
    if not request.path_info.startswith(BELOW):
        return defaults.bad_request(request, exception)
    return _sent(
        HTTPStatus.BAD_REQUEST, "The request is not understood: its host, or its form, is none that is served."
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer what nobody expected the same way. The log has its trace."""
    if not request.path_info.startswith(BELOW):
        return defaults.server_error(request)
    words = "Something failed that should not. Nothing was done by halves; ask again, and tell support if it stays."
    return _sent(HTTPStatus.INTERNAL_SERVER_ERROR, words)


def _sent(status: HTTPStatus, detail: str) -> JsonResponse:
    return JsonResponse(problem(status, detail), status=status, content_type=PROBLEM)
