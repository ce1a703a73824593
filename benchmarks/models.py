"""The table that the peers work on: what a project without our split, search index and counters would have."""

from __future__ import annotations

from django.db import models

from accounts.products import Product
from phone_numbers import states

# What both peers of the list show: the columns of the portal's own page.
LISTED = (
    "number",
    "label",
    "area",
    "service",
    "status",
    "overall",
    "maturity",
    "connection",
    "engagement",
    "sentiment",
    "product",
    "capability",
    "last_updated",
)


class PlainNumber(models.Model):
    """One wide row per number, with an index on every column that the peers sort or filter by; one tenant only."""

    number = models.CharField(max_length=16, unique=True)
    label = models.CharField(max_length=80, db_index=True)
    area = models.CharField(max_length=80, db_index=True)
    service = models.PositiveSmallIntegerField()
    product = models.PositiveSmallIntegerField(choices=Product, db_index=True)
    registration = models.PositiveSmallIntegerField(choices=states.Registration, db_index=True)
    rating = models.PositiveSmallIntegerField(choices=states.Rating, db_index=True)
    status = models.PositiveSmallIntegerField(choices=states.ReputationStatus, db_index=True)
    overall = models.SmallIntegerField(db_index=True)
    maturity = models.SmallIntegerField()
    connection = models.SmallIntegerField()
    engagement = models.SmallIntegerField()
    sentiment = models.SmallIntegerField()
    capability = models.PositiveSmallIntegerField(choices=states.Capability, db_index=True)
    flagged_by = models.CharField(max_length=120)
    complaints_90d = models.PositiveIntegerField()
    last_updated = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ("-last_updated", "-id")

    def __str__(self) -> str:
        return self.number
