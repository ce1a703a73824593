"""What a run stands on: servers with the settings of `make run` in a temporary folder, or a database of its own in
the server that DATABASE_URL names. Everything is gone at the end."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from psycopg2 import sql

from reputation_portal.local import environment, servers
from reputation_portal.local.errors import LocalError

_NEWEST = 180000


def prepare(stack: ExitStack, given: Mapping[str, str]) -> dict[str, str]:
    """Return the environment that Django's settings read; what was started stops when `stack` closes."""
    folder = _folder(stack)
    named = environment.with_secrets(folder, {**given, **_fixed()})
    variables = servers.start(stack, folder, named, print).environment
    if given.get("DATABASE_URL"):
        variables["DATABASE_URL"] = _own_database(stack, given["DATABASE_URL"])
    return variables


def _folder(stack: ExitStack) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="portal-bench-"))
    folder.chmod(0o711)  # whoever runs PostgreSQL for root passes through
    for name in ("log", "staticfiles"):
        (folder / name).mkdir()
    stack.callback(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _fixed() -> dict[str, str]:
    """Return the settings that a measurement must not take from the person's environment."""
    return {
        "DJANGO_SETTINGS_MODULE": "benchmarks.peer_settings",
        "DEBUG": "off",
        "LOG_LEVEL": "WARNING",
        "OUTBOUND_ALLOW": "",
        "BEHIND_TLS": "off",
        # Without the manifest that `collectstatic` writes, for the portal and for its peers.
        "STATICFILES_BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage",
    }


def _own_database(stack: ExitStack, url: str) -> str:
    """Create an empty database beside the one of `url`, dropped at the end; return its address."""
    name = f"portal_benchmark_{os.getpid()}"
    _run(url, "CREATE DATABASE {} TEMPLATE template0", name)
    stack.callback(_run, url, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def _run(url: str, statement: str, name: str) -> None:
    """Run one statement about the database `name`. Raises LocalError when the role may not."""
    with closing(psycopg2.connect(url)) as connection:
        if connection.server_version < _NEWEST:
            raise LocalError("DATABASE_URL names a PostgreSQL older than 18.")
        connection.autocommit = True
        with connection.cursor() as cursor:
            try:
                cursor.execute(sql.SQL(statement).format(sql.Identifier(name)))
            except psycopg2.errors.InsufficientPrivilege as error:
                raise LocalError("The role of DATABASE_URL needs the right to create databases (CREATEDB).") from error
