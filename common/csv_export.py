"""The one CSV exporter: the SQL of a queryset, COPY into an unlinked temporary file, an answer with its length.

Spooled and not streamed, because a stream that breaks off ends like a whole one: HTTP 200 and a regular last chunk. So
an error before the first byte is a real error, a cut file is shorter than its Content-Length, the database is free
while a slow client reads, and memory does not grow with rows.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import IO, Any

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet
from django.http import FileResponse

CRLF = b"\r\n"


class TooManyRows(Exception):
    """More rows than one file may hold; `limit` says how many those are."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"more than {limit} rows")
        self.limit = limit


@dataclass(frozen=True, slots=True)
class Spool:
    """A finished CSV: an unlinked file open at its end, and its rows without the header."""

    file: IO[bytes]
    rows: int


def compose(queryset: QuerySet[Any, Any]) -> str | None:
    """Return a queryset's SQL with its values quoted by the driver; None when it can have no rows.

    Call it inside the account's scope. A NUL in a value is ValueError: filters refuse it before.
    """
    try:
        sql, params = queryset.query.get_compiler(using=queryset.db).as_sql()
    except EmptyResultSet:
        return None
    return compose_sql(sql, params, using=queryset.db)


def compose_sql(sql: str, params: Any, *, using: str = DEFAULT_DB_ALIAS) -> str:
    """Return a statement with its values quoted by the driver on that connection."""
    connections[using].ensure_connection()
    operations: Any = connections[using].ops
    return str(operations.compose_sql(sql, params or ()))  # None would leave `%%` in LIKE patterns doubled


def spool(
    header: Sequence[str], select: str | None, *, max_rows: int | None = None, using: str = DEFAULT_DB_ALIAS
) -> Spool:
    """Write header and rows of a composed SELECT (None: no rows) as RFC 4180: UTF-8 without BOM, CRLF.

    Every column must be text that `common.csv_cells` has made. Raises TooManyRows above `max_rows`.
    """
    file = tempfile.TemporaryFile(buffering=1 << 20)  # noqa: SIM115  -- closed by the response
    try:
        file.write(",".join(header).encode() + CRLF)
        rows = 0 if select is None else _copy(_limited(select, max_rows), file, using)
        if max_rows is not None and rows > max_rows:
            raise TooManyRows(max_rows)
        file.flush()
    except BaseException:
        file.close()
        raise
    return Spool(file, rows)


class SpooledResponse(FileResponse):
    """Sends a spooled file as an attachment with Content-Length, then calls `on_close`, also when the client leaves."""

    block_size = 1 << 18

    def __init__(self, spooled: Spool, *, filename: str, on_close: Callable[[], None]) -> None:
        self._on_close = on_close
        spooled.file.seek(0)
        super().__init__(
            spooled.file, as_attachment=True, filename=filename, content_type="text/csv; charset=utf-8; header=present"
        )

    def close(self) -> None:
        """Close the file, which removes it, and give back what the export held."""
        try:
            super().close()
        finally:
            self._on_close()


def _limited(select: str, max_rows: int | None) -> str:
    return select if max_rows is None else f"{select} LIMIT {max_rows + 1:d}"


def _copy(select: str, file: IO[bytes], using: str) -> int:
    with connections[using].cursor() as cursor, connections[using].wrap_database_errors:
        cursor.copy_expert(f"COPY ({select}) TO STDOUT (FORMAT csv)", _CrlfRows(file))
        return int(cursor.rowcount)


class _CrlfRows:
    """Gives rows the line ends of RFC 4180: PostgreSQL sends each row as one message that ends in a line feed."""

    __slots__ = ("write",)

    def __init__(self, file: IO[bytes]) -> None:
        put = file.write

        def write(row: bytes) -> None:
            put(row[:-1] + CRLF)

        self.write = write
