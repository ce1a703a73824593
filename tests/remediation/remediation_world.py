"""What the tests of remediation share: monitored numbers, readings that flag and clear them, and what was noted."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.models import Account
from common.scope import account_scope
from enrollment.models import ProviderAccount
from enrollment.provider_states import GateState
from phone_numbers.feeds import ingest
from phone_numbers.models import PhoneNumber
from phone_numbers.states import Capability
from providers.base import Observation, Verdict
from remediation.models import Alert, Case, CaseEvent, ManualTask, SupportTicket
from remediation.services import detection, tickets
from tests import factories

NOW = factories.NOW
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def monitored(account: Account, count: int = 1, capability: Capability = Capability.ON) -> list[PhoneNumber]:
    """Make numbers of an account that are monitored."""
    return [factories.make_number(account, capability=capability) for _ in range(count)]


def read(account: Account, numbers: list[PhoneNumber], verdict: Verdict, at: datetime) -> None:
    """Ingest one page of a provider's verdict on the numbers."""
    with account_scope(account):
        ingest.ingest_page(account, [observation(one, verdict, at) for one in numbers], now=at)


def observation(number: PhoneNumber, verdict: Verdict, at: datetime) -> Observation:
    return Observation(
        e164=number.e164, source="telnyx", observed_at=at, flagged=verdict == Verdict.SPAM, verdict=verdict
    )


def flag(account: Account, numbers: list[PhoneNumber], at: datetime = NOW) -> None:
    read(account, numbers, Verdict.SPAM, at)


def clean(account: Account, numbers: list[PhoneNumber], at: datetime) -> None:
    read(account, numbers, Verdict.HEALTHY, at)


def detect(account: Account, at: datetime = NOW) -> detection.Detected:
    return detection.detect_account(account, now=at)


def name_provider(account: Account, **fields: object) -> ProviderAccount:
    """Let an account name a provider whose gates are open."""
    values = {
        "provider": "telnyx",
        "business": "b-1",
        "created_at": NOW,
        "vetting_since": NOW,
        "business_gate": GateState.APPROVED,
        "letter_gate": GateState.APPROVED,
    } | fields
    with account_scope(account):
        return ProviderAccount.objects.create(account=account, **values)


def cases(account: Account) -> list[Case]:
    with account_scope(account):
        return list(Case.objects.select_related("number", "submission").order_by("pk"))


def only_case(account: Account) -> Case:
    (case,) = cases(account)
    return case


def open_alerts(account: Account, kind: str = "tag") -> list[Alert]:
    with account_scope(account):
        return list(Alert.objects.filter(kind=kind, cleared_at=None).order_by("pk"))


def parked_case(account: Account) -> tuple[Case, ManualTask, SupportTicket]:
    """Make a case that is filed by hand, since the account names no provider: with its first task and a ticket."""
    flag(account, monitored(account))
    detect(account)
    with account_scope(account):
        case = Case.objects.select_related("account", "number").latest("pk")
        task = ManualTask.objects.filter(case=case).earliest("pk")
        actor = factories.make_member(account)
        ticket = tickets.open_ticket(case, subject="Not removed", body="Please look.", actor=actor, now=NOW)
    return case, task, ticket


def timeline(case: Case) -> list[tuple[str, str]]:
    with account_scope(case.account_id):
        return list(
            CaseEvent.objects.filter(case=case, kind="state").order_by("id").values_list("from_state", "to_state")
        )
