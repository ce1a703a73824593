"""`make .env`: .env.example with the empty secrets filled in, for docker compose. Standard library only."""

import os
import secrets
from collections.abc import Callable

from reputation_portal.local.environment import make_field_key
from reputation_portal.local.errors import LocalError
from reputation_portal.local.places import PROJECT


def _password() -> str:
    return secrets.token_urlsafe(24)


_MAKERS: dict[str, Callable[[], str]] = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(48),
    "FIELD_KEYS": make_field_key,
    "POSTGRES_SUPERUSER_PASSWORD": _password,
    "POSTGRES_PASSWORD": _password,
    "REDIS_PASSWORD": _password,
    "DEMO_PASSWORD": lambda: secrets.token_urlsafe(12),
}


def main(_arguments: list[str]) -> None:
    """Write .env, readable by its owner only. Raises LocalError when there is one: it holds keys that data needs."""
    target = PROJECT / ".env"
    try:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise LocalError(f"{target} exists and is kept: data may need its keys. Edit it, or move it away.") from None
    with open(descriptor, "w") as file:
        file.write(filled((PROJECT / ".env.example").read_text()))
    print(f"{target} is ready: secrets are filled in, the rest is the default. Next: docker compose up")


def filled(example: str) -> str:
    """Return `example` with every empty secret made."""
    return "".join(_filled_line(line) for line in example.splitlines(keepends=True))


def _filled_line(line: str) -> str:
    name, _, value = line.strip().partition("=")
    return f"{name}={_MAKERS[name]()}\n" if name in _MAKERS and not value else line
