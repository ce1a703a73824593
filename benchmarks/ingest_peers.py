"""What ingestion is compared with: psql with the very same statements, a plain script, and the ORM.

Each peer's `prepare` returns the call that is timed; what comes before it (writing the page as text) is not counted.
"""

from __future__ import annotations

import subprocess
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from accounts.models import Account
from benchmarks import ingest_part
from common import csv_export
from phone_numbers.feeds import ingest, ingest_sql, rating, rules
from phone_numbers.models import NumberEvent, NumberStatus, PhoneNumber, Reading, Source, SourceView
from phone_numbers.states import NO_SCORE, EventKind, Rating
from providers.base import Observation
from reputation_portal.local import postgres_home

Work = Callable[[], object]


class _TakenBack(Exception):
    """Ends a transaction whose statements were only to be seen."""


class Psql:
    """PostgreSQL's own client, running the statements of ingestion from a file: no Python between them."""

    def __init__(self, account: Account, folder: Path) -> None:
        self.account = account
        self.folder = folder
        self.command = [
            str(postgres_home.wheel_installation() / "bin" / "psql"),
            *("--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null"),
            *("--file", str(folder / "page.sql"), _url()),
        ]

    def prepare(self, page: list[Observation], now: datetime) -> Work:
        """Write the script and the page, and return the call that runs psql to its end."""
        text = self.folder / "page.tsv"
        text.write_text(ingest.page_text(page), encoding="utf-8")
        script = [*self._statements(page[:1], now)]
        script.insert(script.index(ingest_sql.PAGE) + 1, f"\\copy page FROM '{text}'")
        lines = (line if line.startswith("\\") else f"{line};" for line in ["BEGIN", *script, "COMMIT"])
        (self.folder / "page.sql").write_text("\n".join(lines), encoding="utf-8")
        return lambda: subprocess.run(self.command, check=True, stdout=subprocess.DEVNULL)

    def _statements(self, page: list[Observation], now: datetime) -> list[str]:
        """Return what ingestion sends, by letting it ingest a page of one and taking that back.

        The statements and their parameters are the same for every page of one account and moment.
        """
        seen: list[str] = []

        def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            seen.append(csv_export.compose_sql(sql, params) if params else sql)
            return execute(sql, params, many, context)

        fence = ingest_part.leased_feed(self.account)
        try:
            with transaction.atomic(), connection.execute_wrapper(note):
                ingest.ingest_page(self.account, page, now=now, fence=fence)
                raise _TakenBack
        except _TakenBack:
            return [sql for sql in seen if "SAVEPOINT" not in sql]


def _url() -> str:
    parameters = connection.get_connection_params()
    user, host = f"{parameters['user']}:{parameters['password']}", f"{parameters['host']}:{parameters['port']}"
    return f"postgresql://{user}@{host}/{connection.settings_dict['NAME']}"


class PlainScript:
    """COPY, join, insert with the same identity index, upsert: no window, lock, rating, event or count."""

    STATEMENTS = (
        """
        INSERT INTO numbers_reading (account_id, number_id, source_id, observed_at, ident, received_at, flagged,
            verdict, category, maturity, connection, engagement, sentiment, raw)
        SELECT %(account)s, number.id, source_id, observed_at, ident, %(now)s, flagged, verdict, category, maturity,
            connection, engagement, sentiment, nullif(raw, '')
        FROM page JOIN numbers_phonenumber AS number USING (e164) WHERE number.account_id = %(account)s
        ON CONFLICT DO NOTHING
        """,
        """
        INSERT INTO numbers_sourceview (account_id, number_id, source_id, verdict, flagged, since, last_seen, marks,
            category, raw_hash)
        SELECT DISTINCT ON (number.id, source_id) %(account)s, number.id, source_id, 1 + flagged::int, flagged,
            observed_at, observed_at, ARRAY[(extract(epoch FROM observed_at) * 1000000)::bigint * 2 + flagged::int],
            category, 0
        FROM page JOIN numbers_phonenumber AS number USING (e164) WHERE number.account_id = %(account)s
        ORDER BY number.id, source_id, observed_at DESC
        ON CONFLICT (number_id, source_id) DO UPDATE SET verdict = excluded.verdict, flagged = excluded.flagged,
            last_seen = excluded.last_seen, category = excluded.category
        """,
    )

    def __init__(self, account: Account) -> None:
        self.account = account

    def prepare(self, page: list[Observation], now: datetime) -> Work:
        """Return the call that takes a page."""
        return lambda: self._take(page, now)

    @transaction.atomic
    def _take(self, page: list[Observation], now: datetime) -> None:
        with connection.cursor() as cursor:
            ingest.copy_page(cursor, page)
            for statement in self.STATEMENTS:
                cursor.execute(statement, {"account": self.account.pk, "now": now})
            cursor.execute("DROP TABLE page")


@transaction.atomic
def ingest_with_orm(account: Account, page: list[Observation], *, now: datetime) -> None:
    """Do the work of a page as Django's documentation suggests: look up in bulk, judge in Python, write in bulk.

    Kinder to itself than ingestion may be: no locks, no fence, no look-up of readings that are there already, so a
    repeated page would count twice.
    """
    sources = {source.key: source for source in Source.objects.all()}
    numbers = _numbers(page)
    known = list({(o.e164, o.source, o.observed_at, o.ident): o for o in page if o.e164 in numbers}.values())
    _write_readings(account, known, numbers, sources, now)
    views = _merge_views(account, known, numbers, sources)
    _rate(account, views, list(numbers.values()), list(sources.values()), now)


def _numbers(page: list[Observation]) -> dict[str, PhoneNumber]:
    found = PhoneNumber.objects.filter(e164__in={o.e164 for o in page}).select_related("status").defer("search_groups")
    return {number.e164: number for number in found}


def _write_readings(
    account: Account,
    known: list[Observation],
    numbers: dict[str, PhoneNumber],
    sources: dict[str, Source],
    now: datetime,
) -> None:
    readings = (
        Reading(
            account=account,
            number=numbers[o.e164],
            source=sources[o.source],
            observed_at=o.observed_at,
            ident=o.ident,
            received_at=now,
            flagged=o.flagged,
            verdict=int(o.verdict or 0),
            category=o.category,
            maturity=_score(o.maturity),
            connection=_score(o.connection),
            engagement=_score(o.engagement),
            sentiment=_score(o.sentiment),
            raw=o.raw or None,
        )
        for o in known
    )
    Reading.objects.bulk_create(readings, ignore_conflicts=True, batch_size=2000)


def _score(value: int | None) -> int:
    return NO_SCORE if value is None else value


def _merge_views(
    account: Account, known: list[Observation], numbers: dict[str, PhoneNumber], sources: dict[str, Source]
) -> list[SourceView]:
    """Merge the last ten of every source that was heard, write its view, and return all views of the numbers."""
    ids = [number.pk for number in numbers.values()]
    views = {(view.number_id, view.source_id): view for view in SourceView.objects.filter(number_id__in=ids)}
    heard: dict[tuple[int, int], list[int]] = defaultdict(list)
    for o in known:
        key = (numbers[o.e164].pk, sources[o.source].pk)
        heard[key].append(rating.mark_of(o.observed_at, flagged=o.flagged))
    old, new = [], []
    for key, marks in heard.items():
        view = views.get(key) or SourceView(account=account, number_id=key[0], source_id=key[1], marks=[], verdict=0)
        _apply(view, marks)
        (old if key in views else new).append(view)
        views[key] = view
    SourceView.objects.bulk_create(new, batch_size=2000)
    fields = ["verdict", "flagged", "since", "last_seen", "marks"]
    SourceView.objects.bulk_update(old, fields, batch_size=500)
    return list(views.values())


def _apply(view: SourceView, marks: list[int]) -> None:
    view.marks = rating.merge_marks(view.marks, marks)
    view.last_seen = rating.mark_time(view.marks[0])
    view.flagged = bool(view.marks[0] % 2)
    flagged = sum(mark % 2 for mark in view.marks)
    spam = flagged * 100 >= settings.RATING_SPAM_SHARE * len(view.marks)
    verdict = Rating.HEALTHY if not view.flagged else Rating.SPAM if spam else Rating.MIXED
    if verdict != view.verdict:
        view.verdict, view.since = verdict, view.last_seen


def _rate(
    account: Account, views: Iterable[SourceView], numbers: list[PhoneNumber], sources: list[Source], now: datetime
) -> None:
    """Rate every number from its views, write its status, and one event per change."""
    rule, kinds = rules.rule_for(account), {source.pk: source.kind for source in sources}
    by_number: dict[int, list[SourceView]] = defaultdict(list)
    for view in views:
        by_number[view.number_id].append(view)
    statuses, events = [], []
    for number in numbers:
        status, own = number.status, by_number[number.pk]
        facts = [rating.SourceFacts(kinds[view.source_id], view.marks, Rating(view.verdict)) for view in own]
        judged = rating.judge_number(facts, rule, now=now)
        at = max((view.last_seen for view in own), default=now)
        if judged.rating != status.rating:
            events.append(_event(account, number, status, judged.rating, at))
            status.rating, status.rating_since = judged.rating, at
        status.tag_since = rating.next_tag(judged.rating, status.tag_since, status.rating_since, rule, at=at, now=now)
        status.flagged_by = [view.source_id for view in own if view.flagged]
        status.last_updated, status.rerate_at = max(status.last_updated, at), judged.changes_at
        statuses.append(status)
    fields = ["rating", "rating_since", "tag_since", "flagged_by", "last_updated", "rerate_at"]
    NumberStatus.objects.bulk_update(statuses, fields, batch_size=500)
    NumberEvent.objects.bulk_create(events, batch_size=2000)


def _event(account: Account, number: PhoneNumber, status: NumberStatus, new: Rating, at: datetime) -> NumberEvent:
    return NumberEvent(
        account=account,
        number=number,
        at=at,
        kind=EventKind.RATING,
        from_value=Rating(status.rating).name.lower(),
        to_value=new.name.lower(),
    )
