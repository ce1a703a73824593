"""Where things are: the checkout, and the folder for everything that a machine keeps."""

import os
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent.parent
CACHE = PROJECT / "var" / "cache"  # what can be made again: it does not follow VAR_DIR


def var_dir() -> Path:
    """Return VAR_DIR, made if needed: data, secrets and logs of this machine."""
    folder = Path(os.environ.get("VAR_DIR") or PROJECT / "var").resolve()
    if not folder.exists():
        folder.mkdir(parents=True)
        folder.chmod(0o711)  # whoever runs PostgreSQL for root passes through; what is private is private by itself
    return folder
