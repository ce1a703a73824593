"""Pages of observations as an adapter hands them over, about the numbers of an account."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from django.db.models import F, QuerySet
from django.utils import timezone

from accounts.models import Account
from common.scope import account_scope
from phone_numbers.models import PhoneNumber
from phone_numbers.states import Rating
from providers.base import Observation

MOST = 1_000_000  # numbers kept in memory
CARRIERS = ("att", "verizon")
# Shares of a page (trials a6): repeats of a number and source, late, twice the same, of numbers nobody has.
AGAIN, LATE, DUPLICATE, UNKNOWN = 0.14, 0.05, 0.02, 0.01
FLAGGED = {Rating.UNKNOWN: 0.01, Rating.HEALTHY: 0.003, Rating.MIXED: 0.4, Rating.SPAM: 0.9}


def _numbers_of(neighbors: int | None) -> QuerySet[PhoneNumber]:
    in_order, count = PhoneNumber.objects.order_by("pk"), PhoneNumber.objects.count()
    if neighbors:
        return in_order[count // 2 : count // 2 + neighbors]
    return in_order.annotate(place=F("pk") % -(-count // MOST)).filter(place=0)


class World:
    """Draws pages; each page is newer than the one before.

    Numbers come from all over the account (of a very large one every n-th is drawn from), or from `neighbors` of them
    that came in one after the other.
    """

    def __init__(self, account: Account, *, seed: int, neighbors: int | None = None) -> None:
        with account_scope(account):
            rows = _numbers_of(neighbors).values_list("e164", "status__rating")
            self.numbers = [(e164, FLAGGED[rating]) for e164, rating in rows.iterator(chunk_size=50_000)]
        self.draw = random.Random(seed)
        self.clock = timezone.now() - timedelta(minutes=50)
        self.serial = 0

    def page(self, size: int) -> list[Observation]:
        """Return a page of observations of the last seconds before `clock`, which moves on by a minute."""
        self.clock += timedelta(seconds=20)
        repeats, unknown, twice = (round(size * share) for share in (AGAIN, UNKNOWN, DUPLICATE))
        once = [self._call(*number) for number in self._numbers(size - repeats - unknown - twice)]
        again = [self._call(call.e164, 0.01, call.source) for call in self.draw.choices(once, k=repeats)]
        strangers = [self._call(f"+1999{self.draw.randrange(10**7):07d}", 0.01) for _ in range(unknown)]
        page = [*once, *again, *strangers, *self.draw.choices(once, k=twice)]
        self.draw.shuffle(page)
        return page

    def _numbers(self, count: int) -> list[tuple[str, float]]:
        population = self.numbers
        if count <= len(population):
            return self.draw.sample(population, count)
        return self.draw.choices(population, k=count)

    def _call(self, e164: str, flagged: float, source: str = "") -> Observation:
        self.serial += 1
        return Observation(
            e164=e164,
            source=source or self.draw.choice(CARRIERS),
            observed_at=self._moment(),
            flagged=self.draw.random() < flagged,
            ident=f"c{self.serial:x}",
        )

    def _moment(self) -> datetime:
        """Return a moment of the last twenty seconds, for late ones of the last ten days."""
        span = 864_000.0 if self.draw.random() < LATE else 20.0
        return self.clock - timedelta(seconds=self.draw.random() * span)
