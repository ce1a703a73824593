"""API keys: made, recognized, counted and revoked (B12).

A secret has 256 random bits, so a plain digest of it is safe to keep and quick to look up; a slow password hash would
cost each call a tenth of a second and protect nothing more.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q

from accounts import keys_sql
from accounts.models import Account, ApiKey, ApiReply, User
from accounts.services import record_audit
from common.prepared import Prepared
from common.scope import account_scope

PREFIX = "nrp_"
SHOWN = 12  # characters of the secret that are kept readable
SECRET_LENGTH = 47
USE_NOTED_EVERY = timedelta(minutes=1)
# What a call reads, in the order of the models, as `from_db` wants it; the rest is read when it is asked for.
_FIND = Prepared("api_key_of_a_call", keys_sql.FIND, {"digest": "text"})
KEY_FIELDS = ("id", "uuid", "account_id", "name", "scopes", "calls_per_minute", "made_by_id", "last_used_at")
ACCOUNT_FIELDS = ("id", "uuid", "slug", "name")
COLUMNS = len(KEY_FIELDS) + len(ACCOUNT_FIELDS)


@transaction.atomic
def make_key(
    account: Account, *, name: str, scopes: Sequence[str], calls_per_minute: int | None, actor: User, now: datetime
) -> tuple[ApiKey, str]:
    """Make a key and return it with its secret, which is told this once and never again."""
    secret = PREFIX + secrets.token_urlsafe(32)
    with account_scope(account):
        key = ApiKey.objects.create(
            account=account,
            name=name,
            beginning=secret[:SHOWN],
            digest=digest_of(secret),
            scopes=sorted(scopes),
            calls_per_minute=calls_per_minute or settings.API_CALLS_PER_MINUTE,
            made_by=actor,
            created_at=now,
        )
        record_audit(account, actor=actor, action="api_key.made", target=name, now=now, scopes=sorted(scopes))
    return key, secret


@transaction.atomic
def revoke_key(key: ApiKey, *, actor: User, now: datetime) -> bool:
    """Revoke a key for good; False when it was revoked before. The next call with it is refused."""
    with account_scope(key.account_id):
        if not ApiKey.objects.filter(pk=key.pk, revoked_at__isnull=True).update(revoked_at=now):
            return False
        record_audit(key.account, actor=actor, action="api_key.revoked", target=key.name, now=now)
    return True


def keys_of(account: Account) -> list[ApiKey]:
    """Return the account's keys: those in force first, newest first."""
    with account_scope(account):
        found = list(ApiKey.objects.select_related("made_by").order_by("-created_at", "-pk"))
    return sorted(found, key=lambda key: key.revoked_at is not None)


def key_for(secret: str) -> ApiKey | None:
    """Return the key in force that has this secret, with its account; None for any other.

    One statement of our own, because it stands before each call. What it does not read is read when it is asked for.
    """
    row = _FIND.fetchone({"digest": digest_of(secret)}) if is_like_a_secret(secret) else None
    return None if row is None else key_of(row)


def is_like_a_secret(text: str) -> bool:
    """Tell whether a text may be a secret at all."""
    return len(text) == SECRET_LENGTH and text.startswith(PREFIX)


def key_of(row: Sequence[Any]) -> ApiKey:
    """Return the key, with its account, of a row that begins with what `keys_sql.FIND` reads."""
    middle = len(KEY_FIELDS)
    key = ApiKey.from_db(None, KEY_FIELDS, row[:middle])
    key.account = Account.from_db(None, ACCOUNT_FIELDS, row[middle:COLUMNS])
    return key


def note_use(key: ApiKey, *, now: datetime) -> None:
    """Remember when the key was used last, to the minute."""
    if key.last_used_at is None or now - key.last_used_at > USE_NOTED_EVERY:
        with account_scope(key.account_id):
            before = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now)
            ApiKey.objects.filter(before, pk=key.pk).update(last_used_at=now)


def digest_of(secret: str) -> str:
    """Return what is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a call finds of its key's minute: allowed or not, what is left at least, seconds until the next minute."""

    allowed: bool
    limit: int
    left: int
    resets_in: int


@dataclass(slots=True)
class _Handful:
    """Calls of one minute that this process took from the key's row and has not used yet."""

    minute: datetime
    left: int


_handfuls: dict[int, _Handful] = {}
_lock = threading.Lock()


def take_calls(key: ApiKey, n: int, *, now: datetime) -> Allowance:
    """Take `n` calls of the key's minute.

    The limit holds over all processes. Each takes a hundredth of it at a time, so that fifty callers of one key do not
    queue for its row; what a process took and did not use is lost with the minute, so a call may be refused when up to
    a hundredth for each process is unused.
    """
    minute = now.replace(second=0, microsecond=0)
    resets_in = 60 - now.second
    with _lock:
        own = _handfuls.get(key.pk)
        if own is not None and own.minute == minute and own.left >= n:
            own.left -= n
            return Allowance(True, key.calls_per_minute, own.left, resets_in)
    wanted = max(n, key.calls_per_minute // 100)
    granted, left = _grant(key, minute, wanted)
    if granted < n:
        return Allowance(False, key.calls_per_minute, 0, resets_in)
    with _lock:
        _handfuls[key.pk] = _Handful(minute, granted - n)
    return Allowance(True, key.calls_per_minute, left + granted - n, resets_in)


def _grant(key: ApiKey, minute: datetime, wanted: int) -> tuple[int, int]:
    """Take up to `wanted` calls from the key's row; return how many there were, and how many are left in it."""
    params: dict[str, Any] = {"key": key.pk, "minute": minute, "wanted": wanted, "limit": key.calls_per_minute}
    with connection.cursor() as cursor:
        cursor.execute(keys_sql.TAKE, params)
        (taken,) = cursor.fetchone()
    before = taken - wanted
    return min(wanted, max(key.calls_per_minute - before, 0)), max(key.calls_per_minute - taken, 0)


def forget_old_replies(*, now: datetime) -> int:
    """Delete answers that were kept long enough; return how many."""
    deleted, _ = ApiReply.objects.filter(at__lt=now - settings.API_REPLIES_KEPT).delete()
    return deleted
