"""`check_portal` says what is broken and what to do about it."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from accounts.models import Account
from common.scope import account_scope
from enrollment.models import ProviderErrand
from enrollment.provider_states import ErrandKind
from remediation.models import Submission
from reputation_portal.checkup import Level, check_portal
from reputation_portal.models import Heartbeat
from tests import factories
from tests.factories import NOW
from tests.remediation import remediation_world


def findings(level: Level) -> list[str]:
    return [finding.what for finding in check_portal(now=NOW) if finding.level is level]


def test_a_portal_in_order_has_no_failure(db: None) -> None:
    assert findings(Level.FAIL) == []
    assert "The database answers and is migrated." in findings(Level.OK)


def test_what_is_not_well_has_a_next_step(db: None) -> None:
    assert all(finding.advice for finding in check_portal(now=NOW) if finding.level is not Level.OK)
    assert not any(finding.advice for finding in check_portal(now=NOW) if finding.level is Level.OK)


@pytest.mark.parametrize(("address", "level"), [("https://portal.example.com", Level.OK), ("", Level.WARN)])
def test_messages_without_links_are_told(db: None, settings: Settings, address: str, level: Level) -> None:
    settings.PORTAL_URL = address
    (finding,) = [one for one in check_portal(now=NOW) if "essages" in one.what]
    assert finding.level is level


def test_redis_down_is_a_failure_and_the_rest_is_still_checked(db: None, settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert findings(Level.FAIL) == ["Redis does not answer: pages work, background work waits."]
    assert "The totals of the chips agree with the numbers." in findings(Level.OK)


def test_totals_that_went_wrong_are_a_failure(acme: Account) -> None:
    factories.make_number(acme)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE numbers_numbercount SET n = 7")
    assert findings(Level.FAIL) == ["The totals of the chips are wrong in 1 accounts."]


def test_a_month_without_partition_is_told(db: None) -> None:
    later = NOW + timedelta(days=365 * 40)
    missing = [finding.what for finding in check_portal(now=later) if "Partitions are missing" in finding.what]
    assert missing == ["Partitions are missing: numbers_reading_2066_07."]


def test_a_feed_that_fails_rests_or_is_late_is_told_by_name(acme: Account) -> None:
    factories.make_feed(acme, name="Well", last_success_at=NOW)
    factories.make_feed(acme, name="Failing", last_error="The provider is down.")
    factories.make_feed(acme, name="Resting", paused=True)
    factories.make_feed(acme, name="Late", interval_seconds=60, last_success_at=NOW - timedelta(minutes=3))
    told = [what for what in findings(Level.WARN) if what.startswith("Feed ")]
    assert told == [
        "Feed Failing fails: The provider is down.",
        "Feed Late had no success for twice its interval.",
        "Feed Resting is paused.",
    ]


def test_errands_to_a_provider_that_fail_or_are_late_are_told(acme: Account) -> None:
    long_ago = NOW - timedelta(hours=1)
    with account_scope(acme):
        for kind, error in ((ErrandKind.VETTING, "Telnyx does not accept the key."), (ErrandKind.PROOF, "")):
            ProviderErrand.objects.create(account=acme, kind=kind, last_error=error, due_at=long_ago)
    told = findings(Level.WARN)
    assert "Vetting of the business of Acme fails: Telnyx does not accept the key." in told
    assert "2 errands to providers are overdue." in told


def test_the_command_prints_a_line_per_finding_and_fails_when_something_is_broken(db: None, settings: Settings) -> None:
    Heartbeat.objects.create(name="beat", at=NOW)
    out = io.StringIO()
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    with pytest.raises(CommandError, match="1 of the checks failed"):
        call_command("check_portal", stdout=out)
    assert "fail  Redis does not answer" in out.getvalue()
    assert "      Check REDIS_URL" in out.getvalue()


def test_requests_and_labels_that_nobody_follows_are_told(acme: Account) -> None:
    remediation_world.name_provider(acme)
    remediation_world.flag(acme, remediation_world.monitored(acme), NOW)
    assert "Changes of labels wait to be followed." in findings(Level.WARN)
    remediation_world.detect(acme, NOW)
    assert findings(Level.WARN).count("Changes of labels wait to be followed.") == 0
    assert "1 requests of remediation are under way." in findings(Level.OK)
    with account_scope(acme):
        Submission.objects.update(due_at=NOW - timedelta(hours=3))
    assert "1 requests of remediation should have been looked at before." in findings(Level.WARN)
