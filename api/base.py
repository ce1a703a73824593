"""What every call shares: the key and its scope, the key's limit, the tenant's scope, idempotent writes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from typing import Any, ClassVar

from django.db import IntegrityError, transaction
from django.http import HttpResponseBase
from django.utils import timezone
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import keys
from accounts import selectors as account_selectors
from accounts.eligibility import HubFeatures, hub_features
from accounts.models import Account, ApiKey, ApiReply
from accounts.products import LicenseKind
from accounts.scopes import ApiScope
from api import problems
from common.scope import account_scope

IDEMPOTENCY_LENGTH = 80
_CONTROL = frozenset(map(chr, [*range(32), 127]))


class LimitReached(exceptions.Throttled):
    """The key's calls of this minute are used up."""

    default_detail = "This key has used its calls of this minute."

    def __init__(self, wait: int) -> None:
        super().__init__(wait=wait)
        self.detail = f"{self.default_detail} Ask again in {wait} seconds."


class ApiView(APIView):
    """A call by a key that has the scope of its method. All queries run in the scope of the key's account."""

    scopes: ClassVar[Mapping[str, ApiScope]]
    request: Request

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer; whatever happens, the scope of the account ends with the call."""
        with ExitStack() as self.stack:
            answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Recognize the key, count the call, open the account, check the scope."""
        self.now = timezone.now()
        super().initial(request, *args, **kwargs)
        self.allowance = keys.take_calls(self.key, 1, now=self.now)
        if not self.allowance.allowed:
            raise LimitReached(self.allowance.resets_in)
        self.stack.enter_context(account_scope(self.account))
        wanted = self.scopes.get(request.method or "")
        if wanted is not None and wanted not in self.key.scopes:
            raise exceptions.PermissionDenied(f"This key may not do this: it needs the scope {wanted.value}.")
        self._refuse_unknown()

    def _refuse_unknown(self) -> None:
        """Refuse a parameter or a word that the call does not have: a misspelt filter would show all rows."""
        known = getattr(getattr(self, str(self.request.method).lower(), None), "query", None)
        if known is None:
            return
        for name, values in self.request.query_params.lists():
            if name not in known:
                raise exceptions.ValidationError({name: [f"No such parameter. There are: {', '.join(known)}."]})
            words = [str(word) for word in known[name] or ()]
            if words and (odd := [value for value in values if value not in words]):
                raise exceptions.ValidationError({name: [f"“{odd[0][:80]}” is not one of {', '.join(words)}."]})
            if any(not _CONTROL.isdisjoint(value) for value in values):
                raise exceptions.ValidationError({name: ["It holds a control character."]})

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Say what is left of the key's minute."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        tell_allowance(answer, getattr(self, "allowance", None))
        return answer

    @property
    def key(self) -> ApiKey:
        """Return the key of the call."""
        key: ApiKey = self.request.auth
        return key

    @property
    def account(self) -> Account:
        """Return the account of the key."""
        return self.key.account

    def licensed(self) -> frozenset[LicenseKind]:
        """Return the licenses in force today."""
        return account_selectors.valid_license_kinds(self.account, today=self.now.date())

    def hub(self) -> HubFeatures:
        """Return what the licenses open (D1). PermissionDenied when they do not open the hub."""
        features = hub_features(self.licensed())
        if not features.open:
            raise exceptions.PermissionDenied("None of the account's licenses opens Number Reputation.")
        return features

    def once(self, work: Callable[[], tuple[int, Any]]) -> Response:
        """Do a write, and with an `Idempotency-Key` do it once: the same request again gets the same answer.

        Conflict while the first is under way; Unprocessable when the token came with another request.
        """
        token = self.request.headers.get("Idempotency-Key", "")
        if not token:
            return _response(*work())
        if len(token) > IDEMPOTENCY_LENGTH or not token.isprintable():
            raise exceptions.ValidationError(
                {"Idempotency-Key": [f"At most {IDEMPOTENCY_LENGTH} printable characters."]}
            )
        with transaction.atomic():
            reply = self._reserve(token, self._digest())
            if reply.status:
                return _response(reply.status, reply.body)
            status, body = work()
            ApiReply.objects.filter(pk=reply.pk).update(status=status, body=json.loads(json.dumps(body, default=str)))
        return _response(status, body)

    def _digest(self) -> str:
        sent = f"{self.request.method} {self.request.get_full_path()}\n".encode() + self.body
        return hashlib.sha256(sent).hexdigest()

    @property
    def body(self) -> bytes:
        """Return the body as it came; a view that parses it itself keeps it here."""
        return json.dumps(self.request.data, sort_keys=True, default=str).encode()

    def _reserve(self, token: str, digest: str) -> ApiReply:
        """Return this token's row: an old one with its answer, or a new one, which others wait for."""
        fields = {"account": self.account, "key": self.key, "token": token}
        try:
            with transaction.atomic():
                return ApiReply.objects.create(**fields, digest=digest, at=self.now)
        except IntegrityError:
            found = ApiReply.objects.filter(key=self.key, token=token).first()
        if found is None:
            raise problems.Conflict("The first request with this idempotency key was just undone. Send it again.")
        if found.digest != digest:
            raise problems.Unprocessable
        return found


def tell_allowance(response: HttpResponseBase, allowance: keys.Allowance | None) -> None:
    """Say what is left of a key's minute, by the header fields of the IETF's draft on rate limits; keep no copy."""
    response["Cache-Control"] = "no-store"
    if allowance is not None:
        response["RateLimit-Policy"] = f'"minute";q={allowance.limit};w=60'
        response["RateLimit"] = f'"minute";r={allowance.left};t={allowance.resets_in}'


def _response(status: int, body: Any) -> Response:
    return Response(body, status=status)


def moment(value: datetime | None) -> str | None:
    """Return a time as the API writes it: UTC, ISO 8601; None for never (the epoch included)."""
    if value is None or value.year == 1970:
        return None
    return value.astimezone().isoformat(timespec="milliseconds").replace("+00:00", "Z")


def words_of(flags: Sequence[tuple[bool, str]]) -> list[str]:
    """Return the words whose flag is set."""
    return [word for is_set, word in flags if is_set]
