"""The environment that the portal's processes get: addresses, and secrets made once per machine."""

import base64
import secrets
import shlex
from collections.abc import Mapping
from pathlib import Path

from reputation_portal.local import places
from reputation_portal.local.errors import LocalError
from reputation_portal.local.keyring import Keyring
from reputation_portal.local.var_lock import VarLock

_WORTH_PRINTING = (
    "DATABASE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "FIELD_KEYS",
    "DEMO_PASSWORD",
    "VAR_DIR",
    "OUTBOUND_ALLOW",
    "SIMULATOR_URL",
    "WEB_PORT",
    "PORTAL_URL",
)


def make_field_key() -> str:
    """Return one entry of FIELD_KEYS: 32 random bytes in base64."""
    return base64.b64encode(secrets.token_bytes(32)).decode()


def with_secrets(var_dir: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """Return `environment` with VAR_DIR and the secrets that it does not name; those are kept under `var_dir`."""
    makers = {
        "SECRET_KEY": lambda: secrets.token_urlsafe(48),
        "FIELD_KEYS": make_field_key,
        "DEMO_PASSWORD": lambda: secrets.token_urlsafe(12),
    }
    keyring = Keyring(var_dir / "secrets.json")
    named = {name: environment.get(name) or keyring.keep(name, make) for name, make in makers.items()}
    return {**environment, **named, "VAR_DIR": str(var_dir), "PYTHONUNBUFFERED": "1"}


def remember(var_dir: Path, environment: Mapping[str, str]) -> None:
    """Keep the portal's variables for `env`, readable by their owner only."""
    target = var_dir / "environment.sh"
    target.unlink(missing_ok=True)
    target.touch(mode=0o600)
    target.write_text(shell_lines(environment))


def shell_lines(environment: Mapping[str, str]) -> str:
    """Return the portal's variables as lines that a shell can read."""
    named = [(name, environment[name]) for name in _WORTH_PRINTING if name in environment]
    return "".join(f"export {name}={shlex.quote(value)}\n" for name, value in named)


def main(_arguments: list[str]) -> None:
    """Print the environment of the servers that run on VAR_DIR: `eval "$(python -m reputation_portal.local env)"`."""
    var_dir = places.var_dir()
    if not VarLock(var_dir).is_held() or not (var_dir / "environment.sh").exists():
        raise LocalError(
            f"Nothing runs on {var_dir}. Start `make run`, or `python -m reputation_portal.local servers`."
        )
    print((var_dir / "environment.sh").read_text(), end="")
