"""Places that are limited across all processes and machines, held by PostgreSQL advisory locks.

A slot is a session lock on a connection of its own, so it frees itself when the process dies, and it can be given back
from whichever thread ends the work. The connection is idle meanwhile and holds no snapshot.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

SLOT_BITS = 8
OWNER_BITS = 40
# A machine that vanishes must not keep its slots for the two hours of TCP's default.
NOTICE_DEAD_PEERS = "SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3"


class NoFreeSlot(Exception):
    """Every place is taken; `limit` says which one of the limits that were asked for."""

    def __init__(self, limit: Limit) -> None:
        super().__init__(f"all {limit.size} places of {limit.name} are taken")
        self.limit = limit


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `size` (up to 256) at once. `space` (1-32767) tells kinds of work apart, `owner` whose work it is."""

    name: str
    size: int
    space: int
    owner: int = 0

    def key(self, slot: int) -> int:
        """Return the 64-bit key of one place."""
        return (self.space << (OWNER_BITS + SLOT_BITS)) | (self.owner << SLOT_BITS) | slot


class Slot:
    """A place in each of several limits; `release` gives all of them back and may be called twice."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self._connection = connection

    def release(self) -> None:
        """Give the places back, from any thread."""
        self._connection.close()


def take(limits: Sequence[Limit], *, using: str = DEFAULT_DB_ALIAS) -> Slot:
    """Take one place in every limit, or raise NoFreeSlot without waiting."""
    connection = connections.create_connection(using)
    connection.inc_thread_sharing()
    slot = Slot(connection)
    try:
        _lock_all(connection, limits)
    except BaseException:
        slot.release()
        raise
    return slot


def _lock_all(connection: BaseDatabaseWrapper, limits: Sequence[Limit]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(NOTICE_DEAD_PEERS)
        for limit in limits:
            if not any(_try_lock(cursor, limit.key(slot)) for slot in range(limit.size)):
                raise NoFreeSlot(limit)


def _try_lock(cursor: object, key: int) -> bool:
    cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])  # type: ignore[attr-defined]
    return bool(cursor.fetchone()[0])  # type: ignore[attr-defined]
