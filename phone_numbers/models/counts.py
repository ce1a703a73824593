"""Totals that pages read instead of counting: chips and charts."""

from __future__ import annotations

from django.db import models

from accounts.models import Account
from accounts.products import Product
from common.scope import ScopedManager
from phone_numbers import states


class NumberCount(models.Model):
    """Delta rows of how many numbers stand where; a chip is one SUM (exact and transactional).

    Written by statement triggers on NumberStatus and by ingestion, never updated in place (that would serialize the
    writers of an account), folded by a task.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    product = models.PositiveSmallIntegerField(choices=Product)
    origin = models.PositiveSmallIntegerField(choices=states.Origin)
    registration = models.PositiveSmallIntegerField(choices=states.Registration)
    capability = models.PositiveSmallIntegerField(choices=states.Capability)
    rating = models.PositiveSmallIntegerField(choices=states.Rating)
    tagged = models.BooleanField()
    n = models.IntegerField()

    objects = ScopedManager["NumberCount"]()

    class Meta:
        indexes = [models.Index(fields=["account"], name="numbers_count_by_account")]

    def __str__(self) -> str:
        return f"{self.n:+}"


class RatingDay(models.Model):
    """How many numbers of an account had each rating at the end of a day (UTC): the chart of the home page."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    rating = models.PositiveSmallIntegerField(choices=states.Rating)
    n = models.PositiveIntegerField()

    objects = ScopedManager["RatingDay"]()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "day", "rating"], name="numbers_rating_day_once")]

    def __str__(self) -> str:
        return f"{self.day}: {self.n}"
