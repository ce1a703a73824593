"""The demo's numbers: labels, products, campaigns, registration and monitoring, all drawn from the seed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from accounts.models import Account
from accounts.products import Product
from common.scope import account_scope
from phone_numbers.models import Campaign, PhoneNumber
from phone_numbers.services import inventory, status
from phone_numbers.states import Capability, DialingMethod, Origin, Registration

T = TypeVar("T")

CAMPAIGNS = (
    ("Spring appointments", Product.CONTACT_CENTER, DialingMethod.PREDICTIVE),
    ("Renewals West", Product.CONTACT_CENTER, DialingMethod.PROGRESSIVE),
    ("Renewals East", Product.CONTACT_CENTER, DialingMethod.PROGRESSIVE),
    ("Patient outreach", Product.CONTACT_CENTER, DialingMethod.PREVIEW),
    ("Billing reminders", Product.CONTACT_CENTER, DialingMethod.AGENTLESS),
    ("Field sales", Product.PHONE, DialingMethod.POWER),
)
LABELS = ("Collections desk", "Front desk", "Nurse line", "Scheduling", "Pharmacy refills", "Branch office", "")
SHARES = {Product.CONTACT_CENTER: 0.62, Product.PHONE: 0.33, Product.OTHER: 0.05}


def add_demo_numbers(account: Account, e164s: Sequence[str], *, seed: int, now: datetime) -> int:
    """Create the campaigns and add the numbers to the inventory; return how many were added."""
    with account_scope(account):
        Campaign.objects.bulk_create(
            Campaign(account=account, name=name, product=product, dialing_method=method, created_at=now)
            for name, product, method in CAMPAIGNS
        )
        return inventory.add_numbers(account, _described(e164s, random.Random(seed)), now=now, reason="Demo account")  # noqa: S311


def e164s_of(account: Account) -> list[str]:
    """Return the account's numbers, in the order in which they were added."""
    with account_scope(account):
        return list(PhoneNumber.objects.order_by("pk").values_list("e164", flat=True))


def _described(e164s: Sequence[str], draw: random.Random) -> Iterator[inventory.NewNumber]:
    for e164 in e164s:
        (product,) = draw.choices(list(SHARES), weights=list(SHARES.values()))
        pools = [name for name, of, _ in CAMPAIGNS if of == product]
        campaigns = (draw.choice(pools),) if pools and draw.random() < 0.8 else ()
        yield inventory.NewNumber(
            e164=e164,
            country="US",
            label=campaigns[0] if campaigns and draw.random() < 0.6 else draw.choice(LABELS),
            product=product,
            origin=Origin.BYOC if draw.random() < 0.12 else Origin.NATIVE,
            campaigns=campaigns,
        )


REGISTRATION_SHARES = {
    Registration.REGISTERED: 0.84,
    Registration.NOT_REGISTERED: 0.09,
    Registration.IN_PROGRESS: 0.05,
    Registration.REJECTED: 0.02,
}
CAPABILITY_SHARES = {
    Capability.ON: 0.90,
    Capability.OFF: 0.05,
    Capability.VERIFYING: 0.03,
    Capability.FAILED: 0.02,
}
FAILED = "The provider could not confirm that the number is in service."
REJECTED = "The provider could not match the number to the business."


def set_demo_states(account: Account, *, seed: int, now: datetime) -> None:
    """Register most numbers and switch monitoring on for most of those that dial, some days before `now`."""
    draw = random.Random(seed + 1)  # noqa: S311
    with account_scope(account):
        ids = list(PhoneNumber.objects.order_by("pk").values_list("pk", flat=True))
        dialers = set(PhoneNumber.objects.filter(campaign_numbers__isnull=False).values_list("pk", flat=True))
    for registration, chosen in _dealt(ids, REGISTRATION_SHARES, draw).items():
        started = now - timedelta(days=4)
        if registration != Registration.NOT_REGISTERED:
            status.set_registration(account, chosen, to=Registration.IN_PROGRESS, now=started)
        if registration in (Registration.REGISTERED, Registration.REJECTED):
            reason = REJECTED if registration == Registration.REJECTED else ""
            status.set_registration(account, chosen, to=registration, now=now, reason=reason)
    for capability, chosen in _dealt([pk for pk in ids if pk in dialers], CAPABILITY_SHARES, draw).items():
        if capability != Capability.OFF:
            status.set_capability(account, chosen, to=Capability.VERIFYING, now=now - timedelta(days=3))
            reason = FAILED if capability == Capability.FAILED else ""
            status.set_capability(account, chosen, to=capability, now=now, reason=reason)


def _dealt(ids: Sequence[int], shares: dict[T, float], draw: random.Random) -> dict[T, list[int]]:
    dealt: dict[T, list[int]] = {kind: [] for kind in shares}
    for pk in ids:
        dealt[draw.choices(list(shares), weights=list(shares.values()))[0]].append(pk)
    return dealt
