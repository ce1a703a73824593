"""Operators scrape figures of the whole portal over HTTP, on a port of its own, and each is what the rows say."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
import requests
import yaml
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from accounts.models import Account, ApiKey, ApiUse, User
from common.scope import account_scope, all_accounts
from enrollment.services import mail
from phone_numbers.selectors import feeds
from phone_numbers.states import Capability, Rating
from remediation.models import ChangedAccount
from remediation.services import clock
from reputation_portal import metrics
from reputation_portal.metrics_server import MetricsServer
from reputation_portal.models import Heartbeat
from tests import factories
from tests.api.conftest import secret_of
from tests.remediation.remediation_world import parked_case

pytestmark = pytest.mark.django_db(transaction=True)
OPERATIONS = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
LABELS = {"part", "name", "state", "queue", "work", "provider", "rating", "kind"}
MINUTE = timedelta(minutes=1)
Scrape = Callable[[], dict[str, dict[tuple[str, ...], float]]]


@pytest.fixture
def address(db: None) -> Iterator[str]:
    """Serve the figures on a free port."""
    server = MetricsServer(metrics.registry(), host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.serve)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.stop()
    thread.join()


@pytest.fixture
def scrape(address: str) -> Scrape:
    """Return a function that scrapes and gives values by name and labels."""

    def get() -> dict[str, dict[tuple[str, ...], float]]:
        answer = requests.get(f"{address}/metrics", timeout=30)
        assert answer.status_code == 200
        return {
            family.name: {tuple(one.labels.values()): one.value for one in family.samples}
            for family in text_string_to_metric_families(answer.text)
        }

    return get


def test_every_part_can_be_read_and_every_figure_is_in_the_documentation(scrape: Scrape, acme: Account) -> None:
    parked_case(acme)
    found = scrape()
    assert set(found["portal_part_up"].values()) == {1.0}
    assert {part for (part,) in found["portal_part_up"]} == set(metrics.PARTS)
    table = OPERATIONS.split("| Figure | Labels |", 1)[1].split("\n\n", 1)[0]
    documented = {line.split("`")[1] for line in table.splitlines()[2:]}
    assert documented == set(found)


def test_what_waits_is_counted_with_the_age_of_the_oldest(scrape: Scrape, acme: Account) -> None:
    now = timezone.now()
    mail.queue_mail(acme, to=["owner@acme.example"], kind="test", subject="S", body="B", now=now - 10 * MINUTE)
    factories.make_feed(acme, due_at=now - 3 * MINUTE)
    factories.make_feed(acme, due_at=now - 30 * MINUTE, paused=True)
    factories.make_feed(acme, due_at=now + MINUTE)
    factories.make_number(acme, rerate_at=now - MINUTE)
    with account_scope(acme):
        ChangedAccount.objects.create(account=acme)
    found = scrape()
    due, oldest = found["portal_work_due"], found["portal_work_oldest_seconds"]
    assert {work: n for (work,), n in due.items() if n} == {"mail": 1, "feeds": 1, "ratings": 1}
    assert 600 <= oldest["mail",] < 660
    assert 180 <= oldest["feeds",] < 240
    assert oldest["imports",] == 0
    assert found["portal_mail_unsent"] == {("queued",): 1}
    assert found["portal_changes_to_follow"][()] >= 1


def test_feeds_stand_where_the_page_says(scrape: Scrape, acme: Account) -> None:
    now = timezone.now()
    old, fresh = {"created_at": now - 900 * MINUTE, "interval_seconds": 3600}, {"last_success_at": now - 5 * MINUTE}
    made = [
        factories.make_feed(acme, **old, **fresh),
        factories.make_feed(acme, **old, last_success_at=now - 200 * MINUTE),
        factories.make_feed(acme, **old, **fresh, failures=2, last_error="No answer."),
        factories.make_feed(acme, **old, paused=True),
        factories.make_feed(acme, **old, paused=True, last_error="The key was refused."),
        factories.make_feed(None, "ftc", created_at=now),
    ]
    found = scrape()
    words = {(feed.provider, feeds.health_of(feed, now=now).word.lower()): 1.0 for feed in made}
    assert len(words) == len(made)
    assert found["portal_feeds"] == words
    ages = found["portal_feed_success_age_seconds"]
    assert 12_000 <= ages["telnyx",] < 12_100
    assert ages["ftc",] < 100


def test_numbers_cases_and_alerts_are_those_of_all_accounts(scrape: Scrape, acme: Account, globex: Account) -> None:
    case, _, _ = parked_case(acme)
    clock.run([acme.pk], now=case.target_at + MINUTE)
    factories.make_number(globex, rating=Rating.HEALTHY, capability=Capability.ON)
    found = scrape()
    assert {rating: n for (rating,), n in found["portal_numbers"].items() if n} == {"spam": 1, "healthy": 1}
    assert found["portal_numbers_tagged"][()] == 1
    assert found["portal_numbers_monitored"][()] == 2
    assert {state: n for (state,), n in found["portal_cases_open"].items() if n} == {"parked": 1}
    assert found["portal_cases_late"][()] == 1
    assert found["portal_alerts_open"]["tag",] == 1


def test_dialers_without_a_caller_id_and_keys_at_their_limit_are_counted(
    scrape: Scrape, acme: Account, owner: User
) -> None:
    factories.make_campaign(acme, no_caller_id_at=timezone.now())
    factories.make_campaign(acme, no_caller_id_at=timezone.now() - 90 * MINUTE)
    secret_of(acme, owner, limit=50)
    minute = timezone.now().replace(second=0, microsecond=0)
    with all_accounts():
        ApiUse.objects.create(key=ApiKey.objects.get(), minute=minute, taken=50)
    found = scrape()
    assert found["portal_campaigns_without_caller_id"][()] == 1
    if timezone.now().replace(second=0, microsecond=0) == minute:
        assert (found["portal_api_calls_taken"][()], found["portal_api_keys_at_limit"][()]) == (50, 1)


def test_queues_are_as_long_as_redis_says_and_beat_is_as_old_as_its_row(scrape: Scrape) -> None:
    Heartbeat.objects.create(name="beat", at=timezone.now() - MINUTE)
    prefix = settings.CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"]
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        found = scrape()
        assert {queue: n for (queue,), n in found["portal_queue_messages"].items()} == {
            queue: client.llen(f"{prefix}{queue}") for queue in metrics.QUEUES
        }
    assert 60 <= found["portal_heartbeat_age_seconds"]["beat",] < 120


def test_one_part_that_cannot_be_read_hides_no_other(scrape: Scrape, settings: Settings, monkeypatch: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(metrics, "STATEMENT_MILLISECONDS", 300)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE remediation_submission IN ACCESS EXCLUSIVE MODE")
        found = scrape()
    down = {part for (part,), up in found["portal_part_up"].items() if not up}
    assert down == {"redis", "repairs", "waiting"}
    assert "portal_numbers_tagged" in found
    assert "portal_submissions_live" not in found


def test_no_figure_grows_with_tenants_or_tells_who_they_are(address: str, acme: Account, globex: Account) -> None:
    for account in (acme, globex):
        number = factories.make_number(account, "+13035550142", label="Front desk")
        factories.make_campaign(account, "Renewals", numbers=[number])
        factories.make_feed(account, name="Our own feed")
    text = requests.get(f"{address}/metrics", timeout=30).text
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert {label for line in lines for label in re.findall(r"(\w+)=", line)} <= LABELS
    for word in ("acme", "globex", "3035550142", "Front desk", "Renewals", "Our own feed"):
        assert word not in text.lower()


def test_a_scrape_asks_as_often_for_many_rows_as_for_few(acme: Account) -> None:
    queries = []
    for _ in range(2):
        for _ in range(15):
            factories.make_campaign(acme, numbers=[factories.make_number(acme)])
            factories.make_feed(acme, last_success_at=timezone.now())
        with CaptureQueriesContext(connection) as seen, all_accounts():
            for part in metrics.PARTS.values():
                list(part(timezone.now()))
        queries.append(len(seen))
    assert queries[0] == queries[1]


def test_the_figures_are_at_one_address_of_their_own_port_and_nowhere_else(address: str, client: Client) -> None:
    assert requests.get(f"{address}/metrics", timeout=10).headers["Content-Type"].startswith("text/plain")
    for answer in (requests.get(f"{address}/", timeout=10), requests.post(f"{address}/metrics", timeout=10)):
        assert answer.status_code == 404
    assert client.get("/metrics").status_code == 404


def run(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    """Start the command as an operator would."""
    command = [sys.executable, "manage.py", "serve_metrics", *arguments]
    given = {name: value for name, value in os.environ.items() if name != "METRICS_PORT"} | environment
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=given)


def test_without_a_port_nothing_is_served() -> None:
    said, _ = (process := run(METRICS_PORT="")).communicate(timeout=60)
    assert process.returncode == 0
    assert "METRICS_PORT is not set" in said


def test_a_port_in_use_is_said_in_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        _, said = (process := run(METRICS_PORT=port)).communicate(timeout=60)
    assert process.returncode == 1
    assert f"Port {port} (METRICS_PORT)" in said


def test_the_command_serves_until_it_is_told_to_stop() -> None:
    process = run("--port", "0")
    assert process.stdout is not None
    address = process.stdout.readline().split()[-1]
    try:
        assert "portal_part_up" in requests.get(address, timeout=60).text
    finally:
        process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0


def test_the_example_alerts_use_figures_that_exist_and_name_what_to_read() -> None:
    rules = yaml.safe_load(OPERATIONS.split("```yaml\n")[1].split("```")[0])["groups"][0]["rules"]
    documented = set(re.findall(r"^\| `(portal_\w+)`", OPERATIONS, re.MULTILINE))
    assert len(rules) > 8
    for rule in rules:
        used = set(re.findall(r"portal_\w+", rule["expr"]))
        assert used <= documented, rule["alert"]
        assert used or "up{" in rule["expr"]
        assert rule["annotations"]["summary"]
