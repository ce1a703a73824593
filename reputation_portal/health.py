"""`/livez`: the process answers. `/readyz`: the database answers and is migrated; Redis and beat are reported."""

from __future__ import annotations

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from reputation_portal.models import Heartbeat

HEARTBEAT_LIMIT_SECONDS = 60


def livez(request: HttpRequest) -> HttpResponse:
    """Answer 200 while the process can answer at all."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when pages can be served, otherwise 503; Redis and beat are told but do not stop pages."""
    checks = {"database": database_state(), "redis": redis_state(), "beat": beat_state()}
    ready = checks["database"] == "ok"
    return JsonResponse({"ready": ready, "checks": checks}, status=200 if ready else 503)


def database_state() -> str:
    """Return `ok`, or in words what is wrong with the database."""
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return "down"
    return "migrations are missing" if plan else "ok"


def redis_state() -> str:
    """Return `ok` or `down`."""
    try:
        client = redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1)
        client.ping()
    except redis.RedisError:
        return "down"
    return "ok"


def beat_state() -> str:
    """Return `ok`, or when beat was last seen."""
    try:
        heartbeat = Heartbeat.objects.filter(name="beat").first()
    except DatabaseError:
        return "unknown"
    if heartbeat is None:
        return "not seen yet"
    age = (timezone.now() - heartbeat.at).total_seconds()
    return "ok" if age < HEARTBEAT_LIMIT_SECONDS else f"last seen {age:.0f} s ago"
