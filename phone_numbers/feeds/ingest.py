"""Ingestion: a page of observations becomes readings, views, ratings, tags, events and counts in one transaction.

The order of the statements, and why, is in `ingest_sql`. The rule itself is in `rating`.
"""

from __future__ import annotations

import io
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from accounts.models import Account
from common.wakeup import wake_on_commit
from phone_numbers.feeds import ingest_sql, partitions
from phone_numbers.feeds.rating import MICROSECOND, RatingRule, mark_of
from phone_numbers.feeds.rules import rule_for
from phone_numbers.models import Source
from phone_numbers.services.status import FOLLOW_LABELS
from phone_numbers.states import NO_SCORE, Rating, SourceKind
from providers.base import CATEGORY_LENGTH, IDENT_LENGTH, SOURCE_LENGTH, Observation

PREVIEW_LIMIT = 200_000  # flagged numbers; far above what any account has


class LeaseLost(Exception):
    """Another worker took the feed over, or moved its cursor: nothing of this page was written."""


@dataclass(frozen=True, slots=True)
class Fence:
    """What must still hold when a page is written: the lease token and the cursor from which the page was read."""

    feed_id: int
    token: uuid.UUID
    old_cursor: Any
    new_cursor: Any
    lease_until: datetime


@dataclass(frozen=True, slots=True)
class PageCounts:
    """What became of the observations of one page."""

    stored: int = 0
    duplicate: int = 0
    unknown_number: int = 0
    future: int = 0
    too_late: int = 0


@transaction.atomic
def ingest_page(
    account: Account, observations: Sequence[Observation], *, now: datetime, fence: Fence | None = None
) -> PageCounts:
    """Write one page of at most about 50,000 observations of one account, and move the feed's cursor with it.

    Observations of unknown numbers, more than FUTURE_TOLERANCE ahead of `now`, or older than READING_RETENTION are
    counted and not kept. Raises LeaseLost, with nothing written, when the fence does not hold any more.
    """
    params = _params(account, rule_for(account), now=now)
    with connection.cursor() as cursor:
        if fence:
            check_fence(cursor, fence)
        copy_page(cursor, observations)
        counts = _resolve(cursor, params)
        _run(cursor, ingest_sql.HELD, "held", params)
        _run(cursor, ingest_sql.SEEN, "seen", params)
        _run(cursor, ingest_sql.FRESH, "fresh", params)
        cursor.execute(ingest_sql.FRESH_COUNT)
        (stored,) = cursor.fetchone()
        _evaluate(cursor, params)
        cursor.execute(ingest_sql.DROP_EVALUATED)
        cursor.execute(ingest_sql.DROP_RECEIVED)
    good = counts.pop("good", 0)
    return PageCounts(stored=int(stored), duplicate=good - int(stored), **counts)


def rerate_due(account: Account, *, now: datetime, limit: int = 10_000) -> int:
    """Rate again up to `limit` numbers whose rating time alone may have changed; return how many were looked at."""
    return _rerate(account, ingest_sql.HELD_DUE, now=now, limit=limit)[0]


def rerate_after(account: Account, *, after: int, least: Rating, now: datetime, limit: int) -> tuple[int, int]:
    """Rate again the next `limit` numbers above an id that are rated `least` or worse.

    Return how many there were, and the last one's id (0 without one). A number that somebody holds is waited for.
    """
    return _rerate(account, ingest_sql.HELD_AFTER, now=now, limit=limit, after=after, least=int(least))


def preview_rule(account: Account, rule: RatingRule, *, now: datetime) -> dict[tuple[Rating, Rating], int]:
    """Return how many numbers another rule would move, by (from, to); nothing is kept.

    Ratings that time alone has changed meanwhile are counted with it.
    """
    params = _params(account, rule, now=now) | {"limit": PREVIEW_LIMIT}
    with transaction.atomic(), connection.cursor() as cursor:
        for statement, table in (
            (ingest_sql.HELD_FLAGGED, "held"),
            (ingest_sql.SEEN, "seen"),
            (ingest_sql.FRESH_NONE, "fresh"),
            (ingest_sql.MERGED, "merged"),
            (ingest_sql.RATED, "rated"),
        ):
            _run(cursor, statement, table, params)
        cursor.execute(ingest_sql.CHANGES)
        changes = {(Rating(before), Rating(after)): n for before, after, n in cursor.fetchall()}
        cursor.execute(ingest_sql.DROP_EVALUATED)
    return changes


def due_accounts(now: datetime) -> list[int]:
    """Return the ids of the accounts that have numbers to be rated again."""
    with connection.cursor() as cursor:
        cursor.execute(ingest_sql.DUE_ACCOUNTS, {"now": now})
        return [account_id for (account_id,) in cursor.fetchall()]


@transaction.atomic
def _rerate(account: Account, held: str, *, now: datetime, **bounds: int) -> tuple[int, int]:
    params = _params(account, rule_for(account), now=now) | bounds
    with connection.cursor() as cursor:
        _run(cursor, held, "held", params)
        cursor.execute("SELECT count(*), coalesce(max(number_id), 0) FROM held")
        n, last = cursor.fetchone()
        _run(cursor, ingest_sql.SEEN, "seen", params)
        _run(cursor, ingest_sql.FRESH_NONE, "fresh", params)
        _evaluate(cursor, params)
        cursor.execute(ingest_sql.DROP_EVALUATED)
    return n, last


def _params(account: Account, rule: RatingRule, *, now: datetime) -> dict[str, Any]:
    return {
        "account": account.pk,
        "now": now,
        "future": now + settings.FUTURE_TOLERANCE,
        "oldest": now - settings.READING_RETENTION,
        "window_mark": mark_of(now - rule.window, flagged=False),
        "provider_mark": mark_of(now - rule.provider_limit(), flagged=False),
        "window_microseconds": rule.window // MICROSECOND,
        "provider_microseconds": rule.provider_limit() // MICROSECOND,
        "own_keys": list(rule.check_periods),
        "own_marks": [mark_of(now - rule.provider_limit(key), flagged=False) for key in rule.check_periods],
        "own_microseconds": [rule.provider_limit(key) // MICROSECOND for key in rule.check_periods],
        "min_observations": rule.min_observations,
        "spam_share": rule.spam_share,
        "spam_carriers": rule.spam_carriers,
        "tag_expired": now - rule.tag_expiry,
        "tag_expiry": rule.tag_expiry,
        "rating_words": [rating.name.lower() for rating in Rating],
    }


def check_fence(cursor: Any, fence: Fence) -> None:
    """Move the feed's cursor, or raise LeaseLost: the first statement of a page's transaction."""
    cursor.execute(
        ingest_sql.FENCE,
        {
            "feed": fence.feed_id,
            "token": fence.token,
            "old_cursor": _json_or_null(fence.old_cursor),
            "new_cursor": _json_or_null(fence.new_cursor),
            "lease_until": fence.lease_until,
        },
    )
    if cursor.rowcount == 0:
        raise LeaseLost


def _json_or_null(value: Any) -> str | None:
    return None if value is None else json.dumps(value)


def _run(cursor: Any, statement: str, table: str, params: dict[str, Any]) -> None:
    """Run the statement that fills a temporary table, and give the planner its size.

    Only the key's column is looked at: statistics of the arrays of marks took as long as the statement itself.
    """
    cursor.execute(statement, params)
    cursor.execute(f"ANALYZE {table} (number_id)")


def copy_page(cursor: Any, observations: Sequence[Observation]) -> None:
    """Copy observations into the temporary table `page`, as they came."""
    cursor.execute(ingest_sql.PAGE)
    cursor.copy_expert(ingest_sql.PAGE_COPY, io.StringIO(page_text(observations)))
    cursor.execute("ANALYZE page (e164)")


def page_text(observations: Sequence[Observation]) -> str:
    """Return observations as the lines that COPY reads into the table `page`."""
    sources = _source_ids({observation.source for observation in observations})
    return "".join(_page_line(place, observation, sources) for place, observation in enumerate(observations))


def _source_ids(keys: set[str]) -> dict[str, int]:
    """Return the ids of sources by key; a carrier that was never heard of before becomes a source of its own."""
    known = dict(Source.objects.values_list("key", "id"))
    for key in keys - known.keys():
        defaults = {"name": key.replace("_", " ").title()[:60], "mark": key[:6].upper(), "kind": SourceKind.CARRIER}
        known[key] = Source.objects.get_or_create(key=key[:SOURCE_LENGTH], defaults=defaults)[0].pk
    return known


def _resolve(cursor: Any, params: dict[str, Any]) -> dict[str, int]:
    """Find each observation's number, count what is refused, and see that the months of the rest have partitions."""
    _run(cursor, ingest_sql.HIT, "hit", params)
    cursor.execute(ingest_sql.HIT_COUNTS)
    rows = cursor.fetchall()
    for what, _, first, last in rows:
        if what == "good":
            partitions.ensure_partitions(first, last)
    return {what: n for what, n, _, _ in rows}


def _evaluate(cursor: Any, params: dict[str, Any]) -> None:
    """Judge the held numbers from `seen` and `fresh`, and write what changed."""
    _run(cursor, ingest_sql.MERGED, "merged", params)
    cursor.execute(ingest_sql.VIEWS, params)
    _run(cursor, ingest_sql.RATED, "rated", params)
    cursor.execute(ingest_sql.COUNT_BY_HAND)
    _update_statuses(cursor, params)
    cursor.execute(ingest_sql.EVENTS, params)
    if cursor.rowcount:
        wake_on_commit(FOLLOW_LABELS)
    cursor.execute(ingest_sql.COUNTS, params)
    cursor.execute("SELECT set_config('numbers.count_by_hand', 'off', true)")


def _update_statuses(cursor: Any, params: dict[str, Any]) -> None:
    """Write the status of every rated number. A lost row would be a rating that never comes: it ends the page."""
    cursor.execute(ingest_sql.STATUS_COUNT)
    (rated,) = cursor.fetchone()
    cursor.execute(ingest_sql.STATUS, params)
    if cursor.rowcount != rated:
        raise RuntimeError(f"{rated} numbers were rated and {cursor.rowcount} statuses written.")


COPY_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": None})


def _page_line(place: int, observation: Observation, sources: dict[str, int]) -> str:
    """Return an observation as one line of COPY's text format; `place` is where it stood in the page."""
    return (
        f"{place}\t"
        f"{_text(observation.e164, 32)}\t{sources[observation.source]}\t{observation.observed_at.isoformat()}\t"
        f"{_text(observation.ident, IDENT_LENGTH)}\t{'t' if observation.flagged else 'f'}\t"
        f"{observation.verdict or 0:d}\t{_text(observation.category, CATEGORY_LENGTH)}\t"
        f"{_score(observation.maturity)}\t{_score(observation.connection)}\t"
        f"{_score(observation.engagement)}\t{_score(observation.sentiment)}\t{_escaped(observation.raw)}\n"
    )


def _text(value: str, limit: int) -> str:
    """Return a text cut to its column; most are empty or need no escapes."""
    return value[:limit] if value.lstrip("+").isalnum() else _escaped(value[:limit])


def _escaped(value: str) -> str:
    return value.translate(COPY_ESCAPES) if value else ""


def _score(value: int | None) -> int:
    return NO_SCORE if value is None else value
