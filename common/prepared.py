"""Statements that a connection plans once: for those that run very often and take longer to plan than to run.

A connection remembers by name what it has prepared, so a statement belongs to the code that names it. Behind a pooler
that hands out a connection for each transaction (DATABASE_POOLED) nothing is prepared, and they are planned each time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

from django.conf import settings
from django.db import connection

_PLACEHOLDER = re.compile(r"%\((\w+)\)s")
_known: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()


class Prepared:
    """One statement with named parameters and their PostgreSQL types."""

    def __init__(self, name: str, statement: str, types: Mapping[str, str]) -> None:
        self.name = name
        self.order = list(types)
        numbered = _PLACEHOLDER.sub(lambda found: f"${self.order.index(found[1]) + 1}", statement)
        self._prepare = f"PREPARE {name} ({', '.join(types.values())}) AS {numbered}"
        self._execute = f"EXECUTE {name} ({', '.join(['%s'] * len(types))})"
        self._plain = _PLACEHOLDER.sub(lambda found: f"{found[0]}::{types[found[1]]}", statement)

    def fetchone(self, params: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """Run the statement on the thread's connection and return its first row."""
        return next(iter(self.fetchall(params)), None)

    def fetchall(self, params: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Run the statement on the thread's connection and return its rows."""
        with connection.cursor() as cursor:
            if settings.DATABASE_POOLED:
                cursor.execute(self._plain, params)
                return list(cursor.fetchall())
            known = _known.setdefault(connection.connection, set())
            if self.name not in known:
                # Past Django's cursor, which counts queries: whether this one is sent depends on the connection's past.
                with connection.wrap_database_errors:
                    cursor.cursor.execute(self._prepare)
                known.add(self.name)
            cursor.execute(self._execute, [params[name] for name in self.order])
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
