"""Sessions in the database, as Django keeps them, read by a statement that a connection plans once."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends import db
from django.utils import timezone

from common.prepared import Prepared

_SESSION = Prepared(
    "session_of_a_page",
    "SELECT session_data FROM django_session WHERE session_key = %(key)s AND expire_date > %(now)s",
    {"key": "text", "now": "timestamptz"},
)


class SessionStore(db.SessionStore):
    """Every page begins with it, and to compose and to plan the query took longer than to find the row."""

    def load(self) -> dict[str, Any]:
        """Return what the session holds; nothing when it has ended, and then its key is forgotten."""
        row = _SESSION.fetchone({"key": self.session_key, "now": timezone.now()})
        if row is None:
            self._session_key = None
            return {}
        return self.decode(row[0])
