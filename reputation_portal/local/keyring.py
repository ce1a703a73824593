"""Secrets of one machine: made once, kept in one file that only its owner can read."""

import json
import os
from collections.abc import Callable
from pathlib import Path

from reputation_portal.local.errors import LocalError


class Keyring:
    """A JSON file of named secrets with mode 0600. Only the supervisor that holds the VAR_DIR lock writes it."""

    def __init__(self, path: Path) -> None:
        """Read `path` if it exists. Raises LocalError when it is not a JSON object of strings."""
        self.path = path
        self._values: dict[str, str] = self._load()

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def keep(self, name: str, make: Callable[[], str]) -> str:
        """Return the secret `name`; make and store it the first time."""
        if name not in self._values:
            self._values[name] = make()
            self._store()
        return self._values[name]

    def _load(self) -> dict[str, str]:
        try:
            values = json.loads(self.path.read_text())
        except FileNotFoundError:
            return {}
        except ValueError as error:
            raise LocalError(f"{self.path} is damaged ({error}). Restore it from a backup.") from error
        return {str(name): str(value) for name, value in values.items()}

    def _store(self) -> None:
        """Write beside and rename, so that a crash leaves the old file or the new one."""
        fresh = self.path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(self._values, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.path)
