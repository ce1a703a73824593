"""`load_demo`: loads once, goes on after an interruption, and then only refreshes what a restart needs."""

from collections import Counter
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Account, User
from common.scope import account_scope, all_accounts
from enrollment.models import EnrolledService, ServiceAssignment
from enrollment.services import number_review
from enrollment.verdicts import MONITORED
from phone_numbers.models import Feed, NumberStatus, PhoneNumber, RatingDay
from phone_numbers.states import Capability
from remediation.models import Case, SubmissionItem
from remediation.selectors import stats
from remediation.services import detection

pytestmark = pytest.mark.django_db

EPOCH = datetime(2026, 11, 20, 6, tzinfo=UTC)
DAYS = 17
PASSWORD = "a password for the demo people"


class Interrupted(Exception):
    """Ctrl-C in the middle of the history."""


class StopsAfter15Days(StringIO):
    """An output that is interrupted when it tells of the 15th day."""

    def write(self, text: str) -> int:
        if "15 of" in text:
            raise Interrupted
        return super().write(text)


@pytest.fixture(autouse=True)
def _demo_settings(settings: Settings) -> None:
    settings.DEMO_PASSWORD = PASSWORD
    settings.SIMULATOR_URL = "http://127.0.0.1:8700"


def load(*, out: StringIO | None = None, if_missing: bool = True) -> str:
    out = out or StringIO()
    call_command(
        "load_demo", numbers=30, days=DAYS, epoch=EPOCH.isoformat(), if_missing=if_missing, stdout=out, verbosity=0
    )
    return out.getvalue()


def readings() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM numbers_reading")
        return int(cursor.fetchone()[0])


def test_an_interrupted_load_goes_on_with_the_first_missing_day() -> None:
    with pytest.raises(Interrupted):
        load(out=StopsAfter15Days())
    partly = readings()
    assert partly > 0

    assert "writing 2 days of history" in load()

    acme = Account.objects.get(slug="acme")
    assert readings() > partly
    with account_scope(acme):
        assert PhoneNumber.objects.count() == 30
        days = RatingDay.objects.values_list("day", flat=True).distinct()
        assert len(days) == DAYS
        assert max(days) == datetime(2026, 11, 19, tzinfo=UTC).date()


def test_a_second_load_writes_no_history_and_points_the_feeds_to_the_new_address(settings: Settings) -> None:
    load()
    written = readings()
    settings.SIMULATOR_URL = "http://127.0.0.1:8701"
    settings.DEMO_PASSWORD = "another one for the demo"

    assert load() == ""

    assert readings() == written
    with account_scope(Account.objects.get(slug="acme")):
        assert Feed.objects.get(provider="telnyx").settings["base_url"] == "http://127.0.0.1:8701/v2"
    assert User.objects.get(email="owner@acme.example").check_password("another one for the demo")


def test_without_if_missing_a_second_load_is_refused_in_words() -> None:
    load()
    with pytest.raises(CommandError, match="loaded already"):
        load(if_missing=False)


def test_each_kind_of_feed_is_shown_and_those_that_bill_have_a_budget() -> None:
    load()
    with all_accounts():
        budgets = {feed.provider: feed.daily_budget for feed in Feed.objects.all()}
    assert budgets == {
        "telnyx": None,
        "carrier_feed": None,
        "telnyx_refresh": 1_000,
        "hiya": 500,
        "ftc": None,
        "fcc": None,
    }


def test_what_the_demos_numbers_say_of_their_services_is_true() -> None:
    load()
    acme = Account.objects.get(slug="acme")
    with account_scope(acme):
        states = dict(PhoneNumber.objects.values_list("pk", "status__capability"))
        served = set(
            ServiceAssignment.objects.filter(service=EnrolledService.MONITORING).values_list("number_id", flat=True)
        )
        number_review.review(acme, now=timezone.now())
        after = dict(PhoneNumber.objects.values_list("pk", "status__capability"))
    assert served == {pk for pk, state in states.items() if state in MONITORED}
    ended = {pk: after[pk] for pk, state in states.items() if after[pk] != state}
    assert set(ended.values()) <= {Capability.ON}, "verifications end, and nothing is to be mended"


def test_the_labels_of_the_past_are_the_cases_that_they_would_have_been() -> None:
    call_command("load_demo", numbers=200, days=40, epoch=timezone.now().isoformat(), if_missing=True, verbosity=0)
    load()
    acme = Account.objects.get(slug="acme")
    with account_scope(acme):
        states = Counter(Case.objects.values_list("state", flat=True))
        assert set(states) <= {"cleared", "unsuccessful"}
        assert states["cleared"] > 0
        assert not Case.objects.filter(closed_at__gt=timezone.now()).exists()
        assert SubmissionItem.objects.count() == Case.objects.count()
        stats_of_past = stats.time_to_clear(now=timezone.now())
        assert stats_of_past is not None
        assert stats_of_past.cases == states["cleared"]
    opened = detection.detect_account(acme, now=timezone.now()).cases_opened
    with account_scope(acme):
        tagged = NumberStatus.objects.filter(tag_since__isnull=False, capability__in=[2, 4]).count()
        lost = Case.objects.filter(state="unsuccessful", number__status__tag_since=F("tag_since")).count()
    assert opened == tagged - lost
