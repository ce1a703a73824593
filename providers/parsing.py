"""Values out of a provider's answer. Each raises ValueError in words that name the field, and never guesses."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
RAW_LIMIT = 2000


def e164(entry: Mapping[str, Any], name: str) -> str:
    value = entry.get(name)
    if not isinstance(value, str) or not _E164.fullmatch(value):
        raise ValueError(f"{name} is not a number in E.164, such as +12025550123.")
    return value


def moment(entry: Mapping[str, Any], name: str) -> datetime:
    """An ISO 8601 time with its zone, as aware UTC."""
    try:
        found = datetime.fromisoformat(entry[name])
        if found.tzinfo is None:
            raise ValueError(f"{name} has no time zone.")
        return found.astimezone(UTC)
    except (KeyError, TypeError, OverflowError) as exc:
        raise ValueError(f"{name} is not a time.") from exc
    except ValueError as exc:
        raise ValueError(f"{name} is not a time with its zone, such as 2026-01-31T12:00:00Z.") from exc


def text(entry: Mapping[str, Any], name: str, *, limit: int) -> str:
    """A text, empty for null or absent; control characters and lone surrogates (unstorable) become spaces."""
    value = entry.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"{name} is not text.")
    return _CONTROL.sub(" ", value).strip()[:limit]


def score(entry: Mapping[str, Any], name: str) -> int | None:
    """A whole number from 0 to 100; None for null or absent, which means too little data."""
    value = entry.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 100:
        raise ValueError(f"{name} is not a whole number from 0 to 100.")
    return value


def as_json(value: Any) -> str:
    """Compact JSON in ASCII with sorted keys: equal answers give equal text, and any database can store it."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True)
