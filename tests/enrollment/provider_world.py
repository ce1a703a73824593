"""An account whose provider is the simulator, and what happens there."""

from __future__ import annotations

from collections import Counter
from typing import Any

from accounts.models import Account
from common.scope import account_scope
from enrollment.models import NumberAtProvider, ProviderAccount
from enrollment.provider_states import GateState, Vetting
from enrollment.services import provider_access, provider_calls
from phone_numbers.models import PhoneNumber
from providers.simulator.hashing import text_key
from tests import factories
from tests.simulator import RunningSimulator

NUMBERS = "/v2/enterprises"


def name_provider(account: Account, simulator: RunningSimulator, key: str, **fields: Any) -> ProviderAccount:
    """Let the account name the simulator, with the approved business that every key has there."""
    fields = {
        "business": simulator.enterprise(key),
        "business_gate": GateState.APPROVED,
        "letter_gate": GateState.APPROVED,
        "vetting": Vetting.APPROVED,
    } | fields
    with account_scope(account):
        named = ProviderAccount.objects.create(
            account=account,
            provider="telnyx",
            settings={"base_url": f"{simulator.url}/v2"},
            created_at=factories.NOW,
            vetting_since=factories.NOW,
            **fields,
        )
        provider_access.set_secret(named, key)
    return named


def make_taken(account: Account, count: int, **fields: Any) -> list[PhoneNumber]:
    """Make numbers that the simulator has in service, so that it takes them."""
    return [factories.make_number(account, e164, **fields) for e164 in in_service(count)]


def make_hosted_elsewhere(account: Account) -> PhoneNumber:
    """Make a number that the simulator does not have in service, so that it asks for proof."""
    e164 = next(one for one in map(factories.fictional, range(600)) if text_key(one, 0) % 7 == 0)
    return factories.make_number(account, e164)


def in_service(count: int) -> list[str]:
    """Return numbers that every key of the simulator may add."""
    fits = [one for one in map(factories.fictional, range(600)) if text_key(one, 0) % 7]
    return fits[:count]


def work(account: Account) -> None:
    """Make everything due that waits, and let a worker do it until nothing is left."""
    for _ in range(20):
        with account_scope(account):
            waiting = NumberAtProvider.objects.filter(due_at__isnull=False)
            if not waiting.update(due_at=factories.NOW):
                return
        provider_calls.work_on(account)


def work_once(account: Account) -> None:
    """Let a worker do what is due, and no more."""
    provider_calls.work_on(account)


def billed(simulator: RunningSimulator, key: str) -> int:
    """Return for how many added numbers the provider would ask money."""
    return sum(charge["count"] for charge in simulator.billed(key) if charge["about"] == "Numbers added")


def held(simulator: RunningSimulator, key: str) -> Counter[str]:
    """Return how often the provider has each number of the key's business."""
    found: Counter[str] = Counter()
    page = 1
    while True:
        path = f"/enterprises/{simulator.enterprise(key)}/reputation/numbers"
        answer = simulator.call("GET", path, key, **{"page[size]": 250, "page[number]": page}).json()
        found.update(one["phone_number"] for one in answer["data"])
        if page >= answer["meta"]["total_pages"]:
            return found
        page += 1
