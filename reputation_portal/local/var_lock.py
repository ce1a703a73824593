"""One start per VAR_DIR: a lock that the system drops when its holder dies."""

import fcntl
import os
from pathlib import Path

from reputation_portal.local.errors import LocalError


class VarLock:
    """Holds VAR_DIR/lock while entered. Raises LocalError when another process holds it, and says which one."""

    def __init__(self, var_dir: Path) -> None:
        self.var_dir = var_dir
        self.file = (var_dir / "lock").open("a+")

    def __enter__(self) -> "VarLock":
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise LocalError(self._who_holds_it()) from None
        self.tell("is starting")
        return self

    def __exit__(self, *_error: object) -> None:
        self.file.close()

    def tell(self, state: str) -> None:
        """Write what a second start will read: who we are and what we do."""
        self.file.truncate(0)
        self.file.write(f"process {os.getpid()} {state}")
        self.file.flush()

    def is_held(self) -> bool:
        """Say whether another process holds the lock."""
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
        fcntl.flock(self.file, fcntl.LOCK_UN)
        return False

    def _who_holds_it(self) -> str:
        self.file.seek(0)
        return (
            f"The portal already runs on {self.var_dir} ({self.file.read().strip() or 'it is starting'}). "
            "Stop it there with Ctrl-C first, or set VAR_DIR to another folder."
        )
