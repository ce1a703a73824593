"""Campaigns and the numbers that they dial from."""

from __future__ import annotations

import uuid

import pgtrigger
from django.db import models
from django.db.models import Case, Q, Value, When

from accounts.models import Account
from accounts.products import Product
from common.scope import ScopedManager
from phone_numbers import states
from phone_numbers.models import triggers_sql
from phone_numbers.models.inventory import EPOCH, PhoneNumber


def _limit(words: str) -> models.PositiveIntegerField[int | None, int | None]:
    return models.PositiveIntegerField(null=True, blank=True, help_text=words)


def _positive(field: str) -> models.Q:
    return models.Q(**{f"{field}__isnull": True}) | models.Q(**{f"{field}__gte": 1})


class Campaign(models.Model):
    """A pool of numbers with a dialing method; membership in an active outbound one makes a dialer number (D3)."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=80)
    product = models.PositiveSmallIntegerField(choices=Product)
    dialing_method = models.CharField(max_length=12, choices=states.DialingMethod)
    state = models.CharField(max_length=8, choices=states.CampaignState, default=states.CampaignState.ACTIVE)
    created_at = models.DateTimeField()
    default_number = models.ForeignKey(
        PhoneNumber,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        help_text="The default caller ID, a number of the pool; a key in the database clears it when it leaves.",
    )

    use_mixed = models.BooleanField(
        "use Mixed numbers", db_default=True, default=True, help_text="Choose numbers rated Mixed as caller ID (D25)."
    )
    calls_per_hour = _limit("Calls of one number an hour (UTC), then it is skipped; empty: no cap.")
    calls_per_day = _limit("Calls of one number a day (UTC), then it is skipped; empty: no cap.")
    rest_after = _limit("Calls of one number a day (UTC), then it is chosen last; empty: numbers need no rest.")
    no_caller_id_at = models.DateTimeField(
        null=True, help_text="When a call got no caller ID last, because no number was left and there is no default."
    )

    objects = ScopedManager["Campaign"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "name"], name="numbers_campaign_name_once"),
            models.CheckConstraint(
                condition=_positive("calls_per_hour") & _positive("calls_per_day") & _positive("rest_after"),
                name="numbers_campaign_limits_positive",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CampaignNumber(models.Model):
    """A number in a campaign's pool, and how it was used there as caller ID.

    Area code, exchange and state, rating and tag are the number's own, copied by triggers, because matching walks them
    in the order of use: `turn` is 1 for Healthy, 2 for Mixed and unknown, 3 for what is never chosen. `hour_uses` and
    `day_uses` count the number's calls since `hour_at` and on `day_on` (UTC), by whatever campaign: each counts them in
    all memberships of the number.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="+", db_index=False)
    number = models.ForeignKey(PhoneNumber, on_delete=models.CASCADE, related_name="campaign_numbers")
    added_at = models.DateTimeField()
    area_code = models.CharField(max_length=5, editable=False, db_default="")
    exchange = models.CharField(max_length=8, editable=False, db_default="")
    state = models.CharField(max_length=2, editable=False, db_default="")
    rating = models.SmallIntegerField(choices=states.Rating, editable=False, db_default=states.Rating.UNKNOWN)
    tagged = models.BooleanField(editable=False, db_default=False)
    turn = models.GeneratedField(
        expression=Case(
            When(Q(tagged=True) | Q(rating=states.Rating.SPAM), then=Value(3)),
            When(rating=states.Rating.HEALTHY, then=Value(1)),
            default=Value(2),
        ),
        output_field=models.SmallIntegerField(),
        db_persist=True,
    )
    last_used_at = models.DateTimeField(db_default=EPOCH)
    hour_at = models.DateTimeField(db_default=EPOCH)
    hour_uses = models.PositiveIntegerField(db_default=0)
    day_on = models.DateField(db_default=EPOCH.date())
    day_uses = models.PositiveIntegerField(db_default=0)

    objects = ScopedManager["CampaignNumber"]()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "number"], name="numbers_campaign_number_once")]
        indexes = [
            models.Index(
                fields=["campaign", "exchange", "turn", "last_used_at", "id"], name="numbers_pool_by_exchange"
            ),
            models.Index(
                fields=["campaign", "area_code", "turn", "last_used_at", "id"], name="numbers_pool_by_area_code"
            ),
            models.Index(fields=["campaign", "state", "turn", "last_used_at", "id"], name="numbers_pool_by_state"),
            models.Index(fields=["campaign", "turn", "last_used_at", "id"], name="numbers_pool_by_use"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="place_in_pool",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                declare=[("number", "record"), ("status", "record"), ("used", "record")],
                func=triggers_sql.PLACE_IN_POOL,
            )
        ]

    def __str__(self) -> str:
        return f"{self.number_id} in {self.campaign_id}"


class CallerIdChoice(models.Model):
    """A decision on a caller ID, with its reasons: a sample of all, and every one that matching did not find (D25).

    Of the person who is called only the exchange is kept. `steps` tells what each step had.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="+", db_index=False)
    number = models.ForeignKey(PhoneNumber, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()
    destination = models.CharField(max_length=8, help_text="Plus and first digits of the called number.")
    outcome = models.CharField(max_length=8, choices=states.CallerIdOutcome)
    reason = models.CharField(max_length=200)
    steps = models.JSONField(default=list)

    objects = ScopedManager["CallerIdChoice"]()

    class Meta:
        indexes = [models.Index(fields=["campaign", "-at"], name="numbers_choice_by_time")]

    def __str__(self) -> str:
        return f"{self.outcome} for {self.destination} at {self.at:%Y-%m-%d %H:%M}"
