"""Looks at a running portal the way its operator would: what works, what does not, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.db import DatabaseError, connection

from common.scope import all_accounts
from enrollment.models import ProviderAccount, ProviderErrand
from phone_numbers.feeds import partitions
from phone_numbers.models import AreaPrefix, Feed
from phone_numbers.selectors import feeds as feed_selectors
from phone_numbers.services import counts
from remediation.models import ChangedAccount, Submission
from remediation.services import counts as case_counts
from remediation.states import LIVE_SUBMISSIONS
from reputation_portal import health

OLDEST_POSTGRES = 18
OVERDUE = timedelta(minutes=5)  # of errands to providers, which a tick looks for every two seconds


class Level(StrEnum):
    """How bad a finding is: fine, worth a look, or broken."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found; `advice` is the next step, empty when all is well."""

    level: Level
    what: str
    advice: str = ""


def _judge(good: bool, what: str, *, level: Level = Level.FAIL, bad: str = "", advice: str = "") -> Finding:
    return Finding(Level.OK, what) if good else Finding(level, bad or what, advice)


def check_portal(*, now: datetime) -> Iterator[Finding]:
    """Yield the findings; without a database there is only that one."""
    database = health.database_state()
    yield _judge(
        database == "ok",
        "The database answers and is migrated.",
        bad=f"Database: {database}.",
        advice="Check DATABASE_URL, start the server, and run `python manage.py migrate`.",
    )
    yield from _look(_redis, now=now)
    if database != "ok":
        return
    for check in (_server, _beat, _partitions, _areas, _totals, _settings, _feeds, _providers, _repairs):
        yield from _look(check, now=now)


def _look(check: Callable[[datetime], Iterator[Finding]], *, now: datetime) -> Iterator[Finding]:
    """Run one check; an error in one does not hide the others."""
    try:
        yield from list(check(now))
    except DatabaseError as error:
        yield Finding(Level.FAIL, f"The database refused a check: {error}", "Look at the log of the database.")


def _redis(now: datetime) -> Iterator[Finding]:
    yield _judge(
        health.redis_state() == "ok",
        "Redis answers.",
        bad="Redis does not answer: pages work, background work waits.",
        advice="Check REDIS_URL and start Redis; what waits is done by itself then.",
    )


def _server(now: datetime) -> Iterator[Finding]:
    version = connection.pg_version // 10_000  # type: ignore[attr-defined]
    yield _judge(
        version >= OLDEST_POSTGRES,
        f"PostgreSQL {version} is new enough.",
        bad=f"PostgreSQL {version} is too old.",
        advice=f"Use PostgreSQL {OLDEST_POSTGRES} or later.",
    )


def _beat(now: datetime) -> Iterator[Finding]:
    beat = health.beat_state()
    yield _judge(
        beat == "ok",
        "Beat is ticking.",
        level=Level.WARN,
        bad=f"Beat: {beat}.",
        advice="Start `celery -A reputation_portal beat` and a worker; no feed is polled without them.",
    )


def _partitions(now: datetime) -> Iterator[Finding]:
    soon = now + timedelta(days=7)
    wanted = {partitions.partition_name(start) for start in partitions.months_between(now, soon)}
    missing = sorted(wanted - partitions.existing_partitions())
    yield _judge(
        not missing,
        "Readings of the next week have their partitions.",
        level=Level.WARN,
        bad=f"Partitions are missing: {', '.join(missing)}.",
        advice="The daily upkeep and every page of readings make them; see that a worker runs.",
    )


def _areas(now: datetime) -> Iterator[Finding]:
    yield _judge(
        AreaPrefix.objects.exists(),
        "The areas of numbers are loaded.",
        level=Level.WARN,
        bad="The areas of numbers are not loaded: imports cannot tell city and state.",
        advice="Run `python manage.py load_areas`.",
    )


def _totals(now: datetime) -> Iterator[Finding]:
    wrong = counts.count_differences()
    yield _judge(
        not wrong,
        "The totals of the chips agree with the numbers.",
        bad=f"The totals of the chips are wrong in {len(wrong)} accounts.",
        advice="Report this with the log of the day: a writer has gone around the counters.",
    )
    yield _judge(
        not case_counts.count_differences(),
        "The counts of open cases and alerts agree with the rows.",
        level=Level.WARN,
        bad="The counts of open cases or alerts are wrong.",
        advice="The sweep of labels mends them within five minutes and logs it: what wrote cases or alerts?",
    )


def _settings(now: datetime) -> Iterator[Finding]:
    yield _judge(
        not settings.DEBUG,
        "DEBUG is off.",
        level=Level.WARN,
        bad="DEBUG is on: errors show the insides of the portal.",
        advice="Set DEBUG to off on every machine that others can reach.",
    )
    yield _judge(
        bool(settings.FIELD_KEYS),
        "FIELD_KEYS is set.",
        level=Level.WARN,
        bad="FIELD_KEYS is empty: no secret of a provider can be kept.",
        advice="Set FIELD_KEYS as `.env.example` shows.",
    )
    yield _judge(
        bool(settings.PORTAL_URL),
        "Messages link to the portal.",
        level=Level.WARN,
        bad="PORTAL_URL is not set: messages carry no links to what they tell about.",
        advice="Set PORTAL_URL to the address by which people reach the portal.",
    )


def _feeds(now: datetime) -> Iterator[Finding]:
    with all_accounts():
        feeds = list(Feed.objects.order_by("name"))
    yield Finding(Level.OK, f"{len(feeds)} feeds are set up.")
    for feed in feeds:
        trouble = _feed_trouble(feed, now=now)
        if trouble:
            yield Finding(Level.WARN, f"Feed {feed.name} {trouble}", "Open Feeds and look at its last run.")


def _providers(now: datetime) -> Iterator[Finding]:
    with all_accounts():
        named = ProviderAccount.objects.count()
        troubled = list(ProviderErrand.objects.exclude(last_error="").select_related("account").order_by("pk"))
        waiting = ProviderErrand.objects.filter(due_at__lte=now - OVERDUE).count()
    yield Finding(Level.OK, f"{named} accounts name a provider.")
    for one in troubled:
        what = f"{one.get_kind_display()} of {one.account} fails: {one.last_error}"
        yield Finding(Level.WARN, what, "Open Settings, Provider, in that account.")
    if waiting:
        yield Finding(Level.WARN, f"{waiting} errands to providers are overdue.", "Is a worker for `work` running?")


def _repairs(now: datetime) -> Iterator[Finding]:
    with all_accounts():
        live = Submission.objects.filter(state__in=LIVE_SUBMISSIONS)
        under_way, late = live.count(), live.filter(due_at__lte=now - OVERDUE).count()
        unseen = ChangedAccount.objects.exists()
    yield Finding(Level.OK, f"{under_way} requests of remediation are under way.")
    yield _judge(
        not late,
        "No request of remediation waits for longer than it should.",
        level=Level.WARN,
        bad=f"{late} requests of remediation should have been looked at before.",
        advice="Are the workers of the queue `feeds` running? Look for `submission failed` in their log.",
    )
    yield _judge(
        not unseen,
        "Every change of a label has been followed.",
        level=Level.WARN,
        bad="Changes of labels wait to be followed.",
        advice="Ask again in a few seconds. If they still wait: are beat and the workers of the queue `feeds` running?",
    )


def _feed_trouble(feed: Feed, *, now: datetime) -> str:
    if feed.last_error:
        return f"fails: {feed.last_error}"
    if feed.paused:
        return "is paused."
    return "had no success for twice its interval." if feed_selectors.is_stale(feed, now=now) else ""
