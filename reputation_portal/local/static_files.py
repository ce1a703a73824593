"""Whether the collected static files are current: collecting hashes and compresses all of them, some seconds."""

import hashlib
from pathlib import Path

from reputation_portal.local.places import PROJECT

_STAMP = "static-files.stamp"


def are_current(var_dir: Path) -> bool:
    """Say whether nothing changed since `mark_current`."""
    stamp = var_dir / _STAMP
    return (var_dir / "staticfiles").is_dir() and stamp.exists() and stamp.read_text() == _fingerprint()


def mark_current(var_dir: Path) -> None:
    """Note what the static files were just collected from."""
    (var_dir / _STAMP).write_text(_fingerprint())


def _fingerprint() -> str:
    """Return a hash over our own static files (path, size, time) and the versions of the packages that bring some."""
    files = sorted(path for path in PROJECT.glob("static/**/*") if path.is_file())
    files += sorted(path for path in PROJECT.glob("*/static/**/*") if path.is_file())
    seen = [f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in files]
    lock = (PROJECT / "requirements" / "base.txt").read_text()
    return hashlib.sha256("\n".join([*seen, lock]).encode()).hexdigest()
