"""What a change of a campaign or of its pool would do to its numbers' monitoring (D3), said before it is done.

Each question is one statement over all numbers concerned. The change itself asks again under the lock and compares
tokens, so that nothing happens that nobody was shown.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, Case, Count, Exists, OuterRef, Q, QuerySet, Value, When

from accounts.eligibility import TOLL_FREE_PREFIXES
from accounts.products import LicenseKind, Product
from phone_numbers.campaigns import rules
from phone_numbers.campaigns.rules import Dialing
from phone_numbers.models import Campaign, CampaignNumber, PhoneNumber
from phone_numbers.states import OUTBOUND_DIALING_METHODS, CampaignState, Capability

SHOWN = 12


@dataclass(frozen=True, slots=True)
class Group:
    """The numbers to which the same happens: all keys, and the first few as E.164 to be named on the page."""

    ids: tuple[int, ...] = ()
    shown: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.ids)

    @property
    def count(self) -> int:
        """Return how many numbers they are."""
        return len(self.ids)

    @property
    def more(self) -> int:
        """Return how many are not named."""
        return len(self.ids) - len(self.shown)


@dataclass(frozen=True, slots=True)
class Effect:
    """What would happen. `stops` and `starts` count dialer numbers; the groups are those whose monitoring moves.

    `ending` are monitored ones that become No longer eligible, `verifying` those whose verification is under way,
    `restored` those that become On again; `unable` says why some of the starting ones still cannot be monitored.
    """

    stops: int = 0
    ending: Group = Group()
    verifying: Group = Group()
    starts: int = 0
    restored: Group = Group()
    unable: tuple[tuple[str, int], ...] = ()

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing changes for any number."""
        return not (self.stops or self.starts)

    @property
    def able(self) -> int:
        """Return how many of the starting numbers can then be monitored."""
        return self.starts - sum(count for _, count in self.unable)

    @property
    def token(self) -> str:
        """Return the same short text for the same moves of monitoring."""
        moves = f"{sorted(self.ending.ids)}{sorted(self.restored.ids)}"
        return hashlib.sha256(moves.encode()).hexdigest()[:20]


NOTHING = Effect()


def dialing_of(campaign: Campaign) -> Dialing:
    """Return what decides about the campaign's numbers."""
    return Dialing(campaign.state, campaign.product, campaign.dialing_method)


def pool(campaign: Campaign) -> QuerySet[PhoneNumber]:
    """Return the numbers of a campaign."""
    return PhoneNumber.objects.filter(campaign_numbers__campaign=campaign)


def effect_of_change(campaign: Campaign, after: Dialing, kinds: frozenset[LicenseKind]) -> Effect:
    """Return what happens to the whole pool when the campaign dials differently, or not at all."""
    products = rules.licensed_products(kinds)
    before, then = dialing_of(campaign).serves(products), after.serves(products)
    if before == then:
        return NOTHING
    return _joining(pool(campaign), campaign, after, kinds) if then else _leaving(pool(campaign), campaign, products)


def effect_of_removal(campaign: Campaign, numbers: QuerySet[PhoneNumber], kinds: frozenset[LicenseKind]) -> Effect:
    """Return what happens to these numbers of the pool when they leave it."""
    products = rules.licensed_products(kinds)
    return _leaving(numbers, campaign, products) if dialing_of(campaign).serves(products) else NOTHING


def effect_of_addition(campaign: Campaign, numbers: QuerySet[PhoneNumber], kinds: frozenset[LicenseKind]) -> Effect:
    """Return what happens to these numbers when they join the pool."""
    dialing = dialing_of(campaign)
    return _joining(numbers, campaign, dialing, kinds) if dialing.serves(rules.licensed_products(kinds)) else NOTHING


def _leaving(numbers: QuerySet[PhoneNumber], campaign: Campaign, products: Collection[Product]) -> Effect:
    alone = numbers.filter(~_dials_elsewhere(campaign, products))
    return Effect(
        stops=alone.count(),
        ending=_group(alone.filter(status__capability=Capability.ON)),
        verifying=_group(alone.filter(status__capability=Capability.VERIFYING)),
    )


def _joining(
    numbers: QuerySet[PhoneNumber], campaign: Campaign, dialing: Dialing, kinds: frozenset[LicenseKind]
) -> Effect:
    new = _with_toll_free(numbers.filter(~_dials_elsewhere(campaign, rules.licensed_products(kinds))))
    unable: dict[str, int] = {}
    able = Q(pk__in=[])
    starts = 0
    for kind, count in _kinds_of(new):
        starts += count
        reasons = rules.obstacles(kind, dialing, kinds)
        if reasons:
            unable[reasons[0].text] = unable.get(reasons[0].text, 0) + count
        else:
            able |= Q(product=kind.product, country=kind.country, toll_free=kind.toll_free)
    return Effect(starts=starts, restored=_group(_waiting(new).filter(able)), unable=tuple(unable.items()))


def _waiting(numbers: QuerySet[PhoneNumber]) -> QuerySet[PhoneNumber]:
    """Return the numbers whose service ends for want of a campaign: what else ended it is not mended by one."""
    return numbers.filter(
        status__capability=Capability.NO_LONGER_ELIGIBLE, status__capability_reason=rules.LEFT_LAST_CAMPAIGN
    )


def _dials_elsewhere(campaign: Campaign, products: Collection[Product]) -> Exists:
    """Whether a number is in another campaign that makes it a dialer number."""
    others = CampaignNumber.objects.filter(
        number=OuterRef("pk"),
        campaign__state=CampaignState.ACTIVE,
        campaign__dialing_method__in=[method.value for method in OUTBOUND_DIALING_METHODS],
        campaign__product__in=[product.value for product in products],
    )
    return Exists(others.exclude(campaign=campaign))


def _kinds_of(numbers: QuerySet[Any]) -> list[tuple[rules.NumberKind, int]]:
    rows = numbers.order_by().values_list("product", "country", "toll_free").annotate(n=Count("pk"))
    return [(rules.NumberKind(Product(product), country, toll_free), n) for product, country, toll_free, n in rows]


def _with_toll_free(numbers: QuerySet[PhoneNumber]) -> QuerySet[PhoneNumber]:
    is_toll_free = Q()
    for prefix in TOLL_FREE_PREFIXES:
        is_toll_free |= Q(e164__startswith=prefix)
    return numbers.annotate(
        toll_free=Case(When(is_toll_free, then=Value(True)), default=Value(False), output_field=BooleanField())
    )


def _group(numbers: QuerySet[PhoneNumber]) -> Group:
    rows = list(numbers.order_by("e164").values_list("pk", "e164"))
    return Group(tuple(pk for pk, _ in rows), tuple(e164 for _, e164 in rows[:SHOWN]))
