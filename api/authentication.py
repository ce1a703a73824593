"""Who calls: an API key in `Authorization: Bearer nrp_...`, and nothing else. A session is no key."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import authentication, exceptions
from rest_framework.request import Request

from accounts import keys
from accounts.models import ApiKey

SCHEME = "Bearer"
NO_KEY = "Send an API key: Authorization: Bearer nrp_… Keys are made under Settings, API keys."
BAD_KEY = "This API key is not known, was revoked, or its maker left the account."


class KeyAuthentication(authentication.BaseAuthentication):
    """Recognizes a key; `request.auth` is the ApiKey, its account is the tenant of the call."""

    def authenticate(self, request: Request) -> tuple[Any, ApiKey]:
        """Return the key in force. AuthenticationFailed (401) without one."""
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != SCHEME.lower() or not secret:
            raise exceptions.AuthenticationFailed(NO_KEY)
        key = keys.key_for(secret.strip())
        if key is None:
            raise exceptions.AuthenticationFailed(BAD_KEY)
        keys.note_use(key, now=timezone.now())
        request._request.api_key = str(key.uuid)
        return AnonymousUser(), key

    def authenticate_header(self, request: Request) -> str:
        """Say how to authenticate, which makes the answer 401 and not 403."""
        return SCHEME


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the schema tells of it."""

    target_class = KeyAuthentication
    name = "ApiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Return the security scheme."""
        return {"type": "http", "scheme": "bearer", "description": "An API key of the account, made under Settings."}
