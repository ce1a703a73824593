"""An account as a working portal would have it, made through the services and the ingestion, on today's clock.

130 numbers on three pages of the list: 100 in Colorado for Contact Center, 30 in Texas for Phone. What each is, is a
function of the last two digits, so that a test can name what it expects.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import phonenumbers
from django.utils import timezone

from accounts.models import Account
from accounts.products import Product
from common.scope import account_scope
from phone_numbers.feeds import ingest
from phone_numbers.models import AreaPrefix, AreaRelease, Campaign, PhoneNumber
from phone_numbers.services import inventory, status
from phone_numbers.states import Capability, DialingMethod, Origin, Registration
from providers.base import Observation, Verdict

COLORADO, TEXAS = "+1303555", "+1512555"
SIZE = {COLORADO: 100, TEXAS: 30}
SPAM = range(5)  # flagged by AT&T and Verizon in four of five calls
MIXED = range(10, 13)  # flagged by AT&T in the newest of five calls
SILENT = range(20, 24)  # no source has reported
MONITORED = range(50)
REGISTERING = range(20, 25)  # of the numbers in Texas
NASTY = "Bill “O'Neil” <b>&amp;</b> Söhne, desk 9"
FORMULA = "=SUM(A1:A9)"
LONGEST = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
LABELS = {7: NASTY, 8: FORMULA, 9: LONGEST}


def build(account: Account) -> None:
    """Fill the account with numbers, campaigns, states and five days of observations."""
    now = timezone.now()
    for prefix, area, state in ((COLORADO, "Colorado", "CO"), (TEXAS, "Texas", "TX")):
        AreaPrefix.objects.get_or_create(prefix=prefix[1:5], defaults={"area": area, "state": state})
    # Two areas are enough here; an import would load them all, which takes seconds.
    AreaRelease.objects.get_or_create(version=phonenumbers.__version__, defaults={"loaded_at": now})
    with account_scope(account):
        Campaign.objects.create(
            account=account,
            name="Renewals West",
            product=Product.CONTACT_CENTER,
            dialing_method=DialingMethod.PREDICTIVE,
            created_at=now,
        )
    inventory.add_numbers(account, list(_numbers()), now=now - timedelta(days=6))
    _set_states(account, now - timedelta(days=5))
    with account_scope(account):
        ingest.ingest_page(account, list(_observations(now)), now=now)


def e164(prefix: str, place: int) -> str:
    """Return a number of the world."""
    return f"{prefix}01{place:02d}"


def _numbers() -> Iterator[inventory.NewNumber]:
    for place in range(SIZE[COLORADO]):
        yield inventory.NewNumber(
            e164=e164(COLORADO, place),
            country="US",
            label=LABELS.get(place, ("Renewals West", "Front desk", "")[place % 3]),
            product=Product.CONTACT_CENTER,
            campaigns=("Renewals West",) if place in MONITORED else (),
        )
    for place in range(SIZE[TEXAS]):
        yield inventory.NewNumber(
            e164=e164(TEXAS, place), country="US", label="Support line", product=Product.PHONE, origin=Origin.BYOC
        )


def _set_states(account: Account, now: datetime) -> None:
    with account_scope(account):
        ids = dict(PhoneNumber.objects.values_list("e164", "pk"))
    colorado = [ids[e164(COLORADO, place)] for place in range(SIZE[COLORADO])]
    registering = [ids[e164(TEXAS, place)] for place in REGISTERING]
    status.set_registration(account, [*colorado, *registering], to=Registration.IN_PROGRESS, now=now)
    status.set_registration(account, colorado, to=Registration.REGISTERED, now=now)
    monitored = [colorado[place] for place in MONITORED]
    status.set_capability(account, monitored, to=Capability.VERIFYING, now=now)
    status.set_capability(account, monitored, to=Capability.ON, now=now)


def _observations(now: datetime) -> Iterator[Observation]:
    for prefix, size in SIZE.items():
        for place in range(size):
            if prefix == COLORADO and place in SILENT:
                continue
            newest = now - timedelta(hours=1, minutes=place)
            yield _verdict(e164(prefix, place), place, newest - timedelta(hours=20))
            yield from _calls(prefix, place, newest)


def _verdict(number: str, place: int, at: datetime) -> Observation:
    return Observation(
        e164=number,
        source="telnyx",
        observed_at=at,
        flagged=False,
        verdict=Verdict.HEALTHY,
        maturity=90,
        connection=(85, 60, 40, 20)[place % 4],
        engagement=70,
        sentiment=None if place % 5 == 0 else 80,
        raw='{"spam_risk": "low"}',
    )


def _calls(prefix: str, place: int, newest: datetime) -> Iterator[Observation]:
    for carrier in ("att", "verizon", "tmobile"):
        for back in range(5):
            yield Observation(
                e164=e164(prefix, place),
                source=carrier,
                observed_at=newest - timedelta(hours=18 * back),
                flagged=prefix == COLORADO and _is_flagged(carrier, place, back),
                ident=f"{carrier}-{place}-{back}",
                category="",
            )


def _is_flagged(carrier: str, place: int, back: int) -> bool:
    if place in SPAM:
        return carrier in ("att", "verizon") and back < 4
    return place in MIXED and carrier == "att" and back == 0
