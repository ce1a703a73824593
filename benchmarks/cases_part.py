"""Remediation: from a page of readings that flags 10,000 monitored numbers to cases, alerts and queued requests."""

from __future__ import annotations

from datetime import datetime, timedelta
from statistics import median

from django.db import connection
from django.utils import timezone

from accounts.models import Account
from benchmarks import cases_pages, cases_sql, data, timing
from benchmarks.results import LIMIT, Result
from common.scope import account_scope
from enrollment.models import ProviderAccount
from enrollment.provider_states import GateState
from phone_numbers.feeds import ingest
from phone_numbers.models import NumberStatus
from phone_numbers.services import status
from phone_numbers.states import Capability
from providers.base import Observation, Verdict
from remediation.models import Alert, Case, SubmissionItem
from remediation.selectors import home, stats
from remediation.services import detection

FLAGGED = 10_000
ROUNDS = 4
LIMIT_SECONDS = 3.0
PAST = 1_000_000


def measure() -> list[Result]:
    """Return the results of the part `cases`."""
    account = data.account(data.LARGE)
    with account_scope(account):
        _name_provider(account)
        contest = Contest(account)
        results = [contest.from_reading_to_requests(), *figures_over_past_cases(account)]
    return [*results, *cases_pages.measure()]


class Contest:
    """Clean numbers of the account in lots of FLAGGED, each flagged in one page."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.size = min(FLAGGED, data.size(data.LARGE) // (2 * (ROUNDS + 1)))
        clean = NumberStatus.objects.filter(tag_since=None).order_by("pk")
        wanted = self.size * (ROUNDS + 1)
        self.numbers = list(clean.values_list("pk", "number__e164")[:wanted])
        ids = [pk for pk, _ in self.numbers]
        status.set_capability(account, ids, to=Capability.ON, now=timezone.now())
        detection.detect_account(account, now=timezone.now())

    def from_reading_to_requests(self) -> Result:
        """Return the median of some rounds, ingestion of the page included."""
        found = []
        for turn in range(ROUNDS + 1):
            lot = self.numbers[turn * self.size : (turn + 1) * self.size]
            now = timezone.now()
            page = [_flag(e164, now - timedelta(seconds=1)) for _, e164 in lot]
            before = self._counts()
            spent = timing.seconds(lambda page=page, now=now: self._follow(page, now))
            assert [after - old for after, old in zip(self._counts(), before, strict=True)] == [self.size] * 3
            if turn:  # the first one warms up
                found.append(spent)
        name = f"cases: {self.size:,} flagged numbers, from reading to queued requests"
        return Result(name, median(found), LIMIT_SECONDS, LIMIT, "s", "<1")

    def _follow(self, page: list[Observation], now: datetime) -> None:
        ingest.ingest_page(self.account, page, now=now)
        detection.detect_account(self.account, now=now)

    def _counts(self) -> list[int]:
        opened = Case.objects.filter(closed_at=None).count()
        return [opened, Alert.objects.filter(cleared_at=None, kind="tag").count(), SubmissionItem.objects.count()]


def figures_over_past_cases(account: Account) -> list[Result]:
    """Return what the home page's figures and the times to clear cost with a million past cases (orientation)."""
    now = timezone.now()
    past = min(PAST, data.size(data.LARGE))
    with connection.cursor() as cursor:
        cursor.execute(cases_sql.PAST_CASES, {"account": account.pk, "n": past, "now": now})
        cursor.execute("ANALYZE remediation_case")
    actions = (lambda: home.figures(now=now), lambda: stats.by_provider(now=now), lambda: stats.by_carrier(now=now))
    times = timing.best(actions, rounds=5)
    names = ("home's figures", "times to clear by provider", "times to clear by carrier")
    return [
        Result(f"cases: {name}, {past:,} past cases", taken, 100.0, LIMIT, "ms")
        for name, taken in zip(names, times, strict=True)
    ]


def _flag(e164: str, at: datetime) -> Observation:
    return Observation(e164=e164, source="telnyx", observed_at=at, flagged=True, verdict=Verdict.SPAM)


def _name_provider(account: Account) -> None:
    values = {
        "provider": "telnyx",
        "business": "benchmark",
        "business_gate": GateState.APPROVED,
        "letter_gate": GateState.APPROVED,
        "created_at": timezone.now(),
        "vetting_since": timezone.now(),
    }
    ProviderAccount.objects.get_or_create(account=account, defaults=values)
