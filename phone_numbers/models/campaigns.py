"""Campaigns and the numbers that they dial from."""

from __future__ import annotations

import uuid

from django.db import models

from accounts.models import Account
from accounts.products import Product
from common.scope import ScopedManager
from phone_numbers import states
from phone_numbers.models.inventory import PhoneNumber


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

    objects = ScopedManager["Campaign"]()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="numbers_campaign_name_once")]

    def __str__(self) -> str:
        return self.name


class CampaignNumber(models.Model):
    """A number in a campaign's pool."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="+", db_index=False)
    number = models.ForeignKey(PhoneNumber, on_delete=models.CASCADE, related_name="campaign_numbers")
    added_at = models.DateTimeField()

    objects = ScopedManager["CampaignNumber"]()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "number"], name="numbers_campaign_number_once")]

    def __str__(self) -> str:
        return f"{self.number_id} in {self.campaign_id}"
