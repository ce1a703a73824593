"""What operators measure: figures of the whole portal, read from the database and Redis at the moment of a scrape.

State lives in PostgreSQL and not in processes, so one process can tell it for all of them (decision 0092). No figure
has an account, a number or a campaign as a label: they would grow with the tenants, and tell who they are.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

import redis
import structlog
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import Count, F, Min, Model, Q, QuerySet, Sum
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector, CollectorRegistry

from accounts.models import ApiUse
from common.scope import all_accounts
from enrollment.models import NumberAtProvider, NumberJob, OutgoingMail, ProviderErrand, SeatPool
from enrollment.states import MailState
from phone_numbers.feeds import partitions
from phone_numbers.models import Campaign, Feed, ImportJob, NumberCount, NumberStatus
from phone_numbers.states import CampaignState, Capability, Rating, Registration
from remediation.models import AlertCount, Case, CaseCount, ChangedAccount, Submission
from remediation.states import LIVE_SUBMISSIONS
from reputation_portal import health, metrics_sql
from reputation_portal.models import Heartbeat

Family = GaugeMetricFamily
Families = Iterator[Family]
QUEUES = ("feeds", "work", "mail")
STATEMENT_MILLISECONDS = 5_000  # a scrape gives a figure up rather than hold the database
RECENTLY = timedelta(hours=1)
log = structlog.get_logger(__name__)


def registry() -> CollectorRegistry:
    """Return what `/metrics` shows."""
    found = CollectorRegistry()
    found.register(PortalCollector())
    return found


class PortalCollector(Collector):
    """Asks one part of the portal after another; a part that fails is told as such and hides no other."""

    def describe(self) -> Iterable[Family]:
        """Describe nothing beforehand: registering must not need a database."""
        return []

    def collect(self) -> Families:
        """Yield every figure of this moment."""
        now = timezone.now()
        up = Family("portal_part_up", "Whether a part of the figures could be read.", labels=["part"])
        took = Family("portal_part_seconds", "How long reading a part of the figures took.", labels=["part"])
        try:
            for name, part in PARTS.items():
                began = time.perf_counter()
                found = _read(name, part, now)
                up.add_metric([name], float(found is not None))
                took.add_metric([name], time.perf_counter() - began)
                yield from found or ()
        finally:
            connection.close()
        yield from (up, took)


def _read(name: str, part: Callable[[datetime], Families], now: datetime) -> list[Family] | None:
    """Return the figures of one part, None when the database or Redis refused."""
    try:
        return list(part(now)) if part is _redis else _read_rows(part, now)
    except (DatabaseError, redis.RedisError) as error:
        log.warning("metrics could not be read", part=name, error=str(error))
        return None


def _read_rows(part: Callable[[datetime], Families], now: datetime) -> list[Family]:
    with transaction.atomic(), all_accounts():
        with connection.cursor() as cursor:
            cursor.execute(metrics_sql.LIMIT_STATEMENTS, [str(STATEMENT_MILLISECONDS)])
        return list(part(now))


def _by_label(name: str, words: str, label: str, rows: Iterable[tuple[Any, float]]) -> Family:
    family = Family(name, words, labels=[label])
    for value, n in rows:
        family.add_metric([str(value)], n)
    return family


# --- What keeps the portal going --------------------------------------------------------------------------------------


def _heartbeat(now: datetime) -> Families:
    rows = [(beat.name, (now - beat.at).total_seconds()) for beat in Heartbeat.objects.all()]
    yield _by_label("portal_heartbeat_age_seconds", "Since beat and a worker were last known to run.", "name", rows)


def _database(now: datetime) -> Families:
    with connection.cursor() as cursor:
        cursor.execute(metrics_sql.SIZE)
        (size,) = cursor.fetchone()
        cursor.execute(metrics_sql.CONNECTIONS)
        states = cursor.fetchall()
        cursor.execute(metrics_sql.MOST_CONNECTIONS)
        (most,) = cursor.fetchone()
    yield Family("portal_database_bytes", "Size of the database.", size)
    yield _by_label("portal_database_connections", "Connections to the database by state.", "state", states)
    yield Family("portal_database_connections_most", "Connections that the database allows.", most)
    behind = health.database_state() != "ok"
    yield Family("portal_migrations_missing", "1 while the code is newer than the database.", float(behind))
    soon = now + timedelta(days=7)
    wanted = {partitions.partition_name(start) for start in partitions.months_between(now, soon)}
    missing = len(wanted - partitions.existing_partitions())
    yield Family("portal_partitions_missing", "Months of the next week without a place for readings.", missing)


def _redis(now: datetime) -> Families:
    client = redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1)
    prefix = settings.CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"]
    with client:
        lengths = [(queue, client.llen(f"{prefix}{queue}")) for queue in QUEUES]
        taken = client.hlen(f"{prefix}unacked")
    yield _by_label("portal_queue_messages", "Messages that no worker has taken yet.", "queue", lengths)
    yield Family("portal_queue_taken", "Messages that workers have taken and not finished.", taken)


# --- What waits -------------------------------------------------------------------------------------------------------


def _waiting(now: datetime) -> Families:
    due = Family("portal_work_due", "Rows that are due and held by no worker.", labels=["work"])
    oldest = Family("portal_work_oldest_seconds", "For how long the oldest of them has been due.", labels=["work"])
    for name, (rows, at) in _due_rows(now).items():
        found = rows.aggregate(n=Count("pk"), first=Min(at))
        due.add_metric([name], found["n"])
        oldest.add_metric([name], (now - found["first"]).total_seconds() if found["first"] else 0.0)
    yield from (due, oldest)
    changed = ChangedAccount.objects.count()
    yield Family("portal_changes_to_follow", "Changes of labels that detection has not looked at.", changed)


def _due_rows(now: datetime) -> dict[str, tuple[QuerySet[Any], str]]:
    """Return what is due by the kind of work, with the column that says since when. Each is read by its index."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=now)

    def due(model: type[Model], *more: Q) -> tuple[QuerySet[Any], str]:
        return model._default_manager.filter(*more, due_at__lte=now), "due_at"

    return {
        "feeds": due(Feed, free, Q(paused=False)),
        "imports": due(ImportJob, free),
        "jobs": due(NumberJob, free),
        "numbers_at_providers": due(NumberAtProvider),
        "errands": due(ProviderErrand, free),
        "mail": due(OutgoingMail),
        "submissions": due(Submission, free),
        "cases": due(Case),
        "reviews": (SeatPool.objects.filter(review_due_at__lte=now), "review_due_at"),
        "ratings": (NumberStatus.objects.filter(rerate_at__lte=now), "rerate_at"),
    }


# --- What the portal is about -----------------------------------------------------------------------------------------


def _feeds(now: datetime) -> Families:
    states = Family("portal_feeds", "Feeds by provider and how they are.", labels=["provider", "state"])
    ages: dict[str, float] = {}
    with connection.cursor() as cursor:
        cursor.execute(metrics_sql.FEEDS, {"now": now})
        for provider, state, n, age in cursor.fetchall():
            states.add_metric([provider, state], n)
            if age is not None:
                ages[provider] = max(ages.get(provider, 0.0), float(age))
    yield states
    words = "Since the last success, of the provider's feed that waits longest; paused feeds aside."
    yield _by_label("portal_feed_success_age_seconds", words, "provider", ages.items())


def _numbers(now: datetime) -> Families:
    counted = NumberCount.objects.aggregate(
        tagged=Sum("n", filter=Q(tagged=True)),
        monitored=Sum("n", filter=Q(capability=Capability.ON)),
        registered=Sum("n", filter=Q(registration=Registration.REGISTERED)),
    )
    ratings = NumberCount.objects.values_list("rating").annotate(Sum("n"))
    named = [(Rating(rating).name.lower(), n) for rating, n in ratings]
    yield _by_label("portal_numbers", "Numbers of all accounts by rating.", "rating", named)
    yield Family("portal_numbers_tagged", "Numbers tagged as spam.", counted["tagged"] or 0)
    yield Family("portal_numbers_monitored", "Numbers that are monitored.", counted["monitored"] or 0)
    yield Family("portal_numbers_registered", "Numbers that are registered.", counted["registered"] or 0)


def _repairs(now: datetime) -> Families:
    cases = CaseCount.objects.values_list("state").annotate(Sum("n"))
    yield _by_label("portal_cases_open", "Open cases by state.", "state", cases)
    late = CaseCount.objects.filter(is_late=True).aggregate(n=Sum("n"))["n"] or 0
    yield Family("portal_cases_late", "Open cases past their target.", late)
    alerts = AlertCount.objects.values_list("kind").annotate(Sum("n"))
    yield _by_label("portal_alerts_open", "Open alerts by kind.", "kind", alerts)
    live = Submission.objects.filter(state__in=LIVE_SUBMISSIONS).values_list("state").annotate(Count("pk"))
    yield _by_label("portal_submissions_live", "Requests to providers under way, by state.", "state", live)


def _mail(now: datetime) -> Families:
    unsent = OutgoingMail.objects.exclude(state=MailState.SENT).values_list("state").annotate(Count("pk"))
    yield _by_label("portal_mail_unsent", "E-mails of the outbox that are not sent, by state.", "state", unsent)


def _dialers(now: datetime) -> Families:
    active = Campaign.objects.filter(state=CampaignState.ACTIVE)
    without = active.filter(no_caller_id_at__gt=now - RECENTLY).count()
    yield Family("portal_campaigns_without_caller_id", "Campaigns of which a call got none in the last hour.", without)
    used = ApiUse.objects.filter(minute=now.replace(second=0, microsecond=0))
    calls = used.aggregate(n=Sum("taken"))["n"] or 0
    full = used.filter(taken__gte=F("key__calls_per_minute")).count()
    yield Family("portal_api_calls_taken", "Calls of the API that keys took in the minute that is under way.", calls)
    yield Family("portal_api_keys_at_limit", "Keys that have used up that minute.", full)


PARTS: dict[str, Callable[[datetime], Families]] = {
    "heartbeat": _heartbeat,
    "database": _database,
    "redis": _redis,
    "waiting": _waiting,
    "feeds": _feeds,
    "numbers": _numbers,
    "repairs": _repairs,
    "mail": _mail,
    "dialers": _dialers,
}
