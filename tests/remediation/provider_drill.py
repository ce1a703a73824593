"""An account at the simulator: its numbers are flagged, submitted, decided about and cleared, under a movable clock."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import Account
from common.scope import account_scope, all_accounts
from phone_numbers.models import PhoneNumber
from phone_numbers.states import Capability
from remediation.models import Case, Submission
from remediation.services import detection, submission_leases, submission_turns
from tests import factories
from tests.enrollment import provider_world
from tests.feeds import feed_world
from tests.remediation import remediation_world as world
from tests.simulator import RunningSimulator

DAY = timedelta(days=1)


class Drill:
    """One account, its provider account, and `clock`, which is ahead of the real one by what was skipped."""

    def __init__(self, account: Account, simulator: RunningSimulator, *, count: int = 12) -> None:
        self.account = account
        self.simulator = simulator
        self.key = simulator.key(count)
        self.ahead = timedelta(0)
        self.named = provider_world.name_provider(account, simulator, self.key)
        self.e164s = feed_world.numbers_at(simulator, self.key)

    def clock(self) -> datetime:
        return timezone.now() + self.ahead

    def skip(self, span: timedelta) -> None:
        """Let time pass, here and at the provider."""
        self.ahead += span
        self.simulator.control("advance", seconds=span.total_seconds())

    def flagged(self, count: int = 3, *, e164s: list[str] | None = None) -> list[PhoneNumber]:
        """Make monitored numbers that the provider holds and labels, and notice it."""
        numbers = [
            factories.make_number(self.account, e164, capability=Capability.ON) for e164 in e164s or self.e164s[:count]
        ]
        for number in numbers:
            self.simulator.control("label", number=number.e164)
        world.flag(self.account, numbers, self.clock())
        self.detect()
        return numbers

    def detect(self) -> detection.Detected:
        return detection.detect_account(self.account, now=self.clock())

    def claim(self) -> list[tuple[int, object]]:
        with all_accounts():
            return submission_leases.claim_due(now=self.clock())

    def claim_later(self, span: timedelta) -> list[tuple[int, object]]:
        """Take what is due after a while, without letting the provider's time pass."""
        self.ahead += span
        return self.claim()

    def turn(self) -> int:
        """Let workers do everything that is due now, once; return how many requests they had in hand."""
        claims = self.claim()
        for submission_id, token in claims:
            submission_turns.run_submission(submission_id, token, self.clock)
        return len(claims)

    def settle(self, *, days: float = 3, step: timedelta = timedelta(hours=6)) -> None:
        """Let days pass in steps, with workers and detection at each."""
        until = self.clock() + days * DAY
        while self.clock() < until:
            while self.turn():
                pass
            self.detect()
            self.skip(step)
        self.turn()

    def states(self) -> Counter[str]:
        with account_scope(self.account):
            return Counter(Case.objects.values_list("state", flat=True))

    def submissions(self) -> list[Submission]:
        with account_scope(self.account):
            return list(Submission.objects.order_by("pk"))

    def only_submission(self) -> Submission:
        (submission,) = self.submissions()
        return submission

    def billed(self) -> int:
        """Return for how many submitted numbers the provider would ask money."""
        return sum(one["count"] for one in self.simulator.billed(self.key) if one["kind"] == "remediation")

    def requests(self) -> int:
        """Return how many requests the provider holds."""
        path = f"/enterprises/{self.simulator.enterprise(self.key)}/reputation/remediation"
        return int(self.simulator.call("GET", path, self.key, **{"page[size]": 250}).json()["meta"]["total_results"])
