"""When each number is worth its next billed check."""

from __future__ import annotations

from django.db import models

from accounts.models import Account
from common.scope import ScopedManager
from phone_numbers.models.feeds import Feed
from phone_numbers.models.inventory import PhoneNumber


class NumberCheck(models.Model):
    """One number at one feed that bills each number it is asked about (B11).

    `busy` numbers (flagged, tagged, lately changed) are asked at the feed's own interval, before all others; `quiet`
    counts the checks since then that brought nothing new, and stretches the interval.
    """

    pk = models.CompositePrimaryKey("feed_id", "number_id")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="+", db_index=False)
    number = models.ForeignKey(PhoneNumber, on_delete=models.CASCADE, related_name="+")
    busy = models.BooleanField(default=True)
    quiet = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)

    objects = ScopedManager["NumberCheck"]()

    class Meta:
        indexes = [models.Index(fields=["feed", "busy", "next_at"], name="numbers_check_due")]

    def __str__(self) -> str:
        return f"check of {self.number_id} at {self.feed_id}"
