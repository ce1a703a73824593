"""The numbers of an account: what seldom changes (PhoneNumber) apart from what every reading changes (NumberStatus).

One wide table costs six times as much per update, because each update would write every index of the row again.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Case, F, Func, GeneratedField, Q, Value, When
from django.db.models.functions import Coalesce, Least, NullIf

from accounts.models import Account
from accounts.products import Product
from common.scope import ScopedManager
from phone_numbers import states
from phone_numbers.models import triggers_sql

# The few numbers that people look for: tagged or flagged ones, and those between two states. Filters on them would read
# the whole account along its order. Partial, so that a reading of any other number writes nothing here.
UNUSUAL = Q(tag_since__isnull=False) | ~Q(flagged_by=[]) | Q(capability__in=[1, 3, 4]) | Q(registration__in=[1, 3])
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class AreaPrefix(models.Model):
    """Where the numbers that begin with these digits are: libphonenumber's data, loaded by `load_areas`.

    A table, because the library's own geocoder takes 147 MB in every process that imports it.
    """

    prefix = models.CharField(primary_key=True, max_length=15, help_text="Leading digits of the E.164 number.")
    area = models.CharField(max_length=80)
    state = models.CharField(max_length=2, blank=True, help_text="Postal code of the US state, if known.")

    def __str__(self) -> str:
        return f"{self.prefix}: {self.area}"


class PhoneNumber(models.Model):
    """A number of an account's inventory; written once and edited seldom."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    e164 = models.CharField("number", max_length=16)
    country = models.CharField(max_length=2, blank=True, help_text="ISO 3166 code; empty when it has none.")
    label = models.CharField(max_length=80, blank=True, default="")
    product = models.PositiveSmallIntegerField(choices=Product, default=Product.OTHER)
    origin = models.PositiveSmallIntegerField(choices=states.Origin, default=states.Origin.NATIVE)
    area = models.CharField(max_length=80, blank=True, default="")
    state = models.CharField(max_length=2, blank=True, default="")
    created_at = models.DateTimeField()
    search_groups = GeneratedField(
        expression=Func(F("account_id"), F("e164"), F("label"), function="numbers_search_groups"),
        output_field=ArrayField(models.BigIntegerField()),
        db_persist=True,
    )

    objects = ScopedManager["PhoneNumber"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "e164"], name="numbers_e164_once_per_account"),
            models.CheckConstraint(condition=Q(e164__regex=r"^\+[1-9][0-9]{6,14}$"), name="numbers_e164_valid"),
        ]
        indexes = [
            GinIndex(fields=["search_groups"], name="numbers_search"),
            models.Index(fields=["account", "label", "id"], name="numbers_by_label"),
            models.Index(fields=["account", "area", "id"], name="numbers_by_area"),
            # For lines and observations, by the hundred thousand: see the statements of imports and ingestion.
            models.Index(fields=["e164"], name="numbers_by_e164"),
        ]
        triggers = [
            pgtrigger.Trigger(  # a pool is walked by state, so its rows hold a copy
                name="move_in_pools",
                operation=pgtrigger.UpdateOf("state"),  # type: ignore[no-untyped-call]
                when=pgtrigger.After,
                condition=pgtrigger.AnyChange("state"),
                func=triggers_sql.MOVE_IN_POOLS,
            )
        ]

    def __str__(self) -> str:
        return self.e164


def _score() -> models.SmallIntegerField[int, int]:
    return models.SmallIntegerField(default=states.NO_SCORE)


class NumberStatus(models.Model):
    """What readings, registration and monitoring say about a number now.

    `status`, `services` and `overall` are stored generated columns, so they cannot drift from what they derive from.
    Scores are 0-100 or NO_SCORE (-1): every sortable column is NOT NULL, as keyset paging needs.
    """

    number = models.OneToOneField(PhoneNumber, on_delete=models.CASCADE, primary_key=True, related_name="status")
    # The number's, which is checked there (decision 0093).
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    product = models.PositiveSmallIntegerField(choices=Product)
    origin = models.PositiveSmallIntegerField(choices=states.Origin)
    registration = models.PositiveSmallIntegerField(choices=states.Registration, default=0)
    capability = models.PositiveSmallIntegerField(choices=states.Capability, default=0)
    capability_reason = models.CharField(max_length=200, blank=True, default="")
    capability_since = models.DateTimeField(null=True, help_text="When monitoring moved last; empty: it never did.")
    rating = models.PositiveSmallIntegerField(choices=states.Rating, default=0)
    rating_since = models.DateTimeField(default=EPOCH)
    tag_since = models.DateTimeField(null=True, help_text="When the spam tag was set; empty: not tagged (D20).")
    maturity = _score()
    connection = _score()
    engagement = _score()
    sentiment = _score()
    scores_at = models.DateTimeField(default=EPOCH)
    flagged_by = ArrayField(models.SmallIntegerField(), default=list)
    complaints_90d = models.PositiveIntegerField(default=0)
    last_updated = models.DateTimeField(default=EPOCH)
    rerate_at = models.DateTimeField(null=True, help_text="The earliest moment at which time alone changes the rating.")
    status = GeneratedField(
        expression=Case(
            When(registration=1, then=Value(2)),
            When(rating=1, then=Value(1)),
            When(rating=2, then=Value(3)),
            When(rating=3, then=Value(4)),
            default=Value(0),
        ),
        output_field=models.PositiveSmallIntegerField(choices=states.ReputationStatus),
        db_persist=True,
    )
    services = GeneratedField(
        expression=Case(When(registration=2, then=Value(1)), default=Value(0))
        + Case(When(capability=2, then=Value(2)), default=Value(0)),
        output_field=models.PositiveSmallIntegerField(),
        db_persist=True,
    )
    overall = GeneratedField(
        expression=Coalesce(
            Least(
                NullIf(F("maturity"), Value(-1)),
                NullIf(F("connection"), Value(-1)),
                NullIf(F("engagement"), Value(-1)),
                NullIf(F("sentiment"), Value(-1)),
            ),
            Value(-1),
        ),
        output_field=models.SmallIntegerField(),
        db_persist=True,
    )

    objects = ScopedManager["NumberStatus"]()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(registration__range=(0, 3)), name="numbers_registration_known"),
            models.CheckConstraint(condition=Q(capability__range=(0, 4)), name="numbers_capability_known"),
            models.CheckConstraint(condition=Q(rating__range=(0, 3)), name="numbers_rating_known"),
            models.CheckConstraint(
                condition=Q(
                    maturity__range=(-1, 100),
                    connection__range=(-1, 100),
                    engagement__range=(-1, 100),
                    sentiment__range=(-1, 100),
                ),
                name="numbers_scores_in_range",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "last_updated", "number"], name="numbers_status_by_update"),
            # One status newest first is read straight from here; sorted by status, each status is newest first as well.
            models.Index(fields=["account", "status", "last_updated", "number"], name="numbers_status_by_status"),
            models.Index(fields=["account", "overall", "number"], name="numbers_status_by_overall"),
            models.Index(
                fields=["account", "capability", "registration", "tag_since", "number"],
                name="numbers_status_unusual",
                condition=UNUSUAL,
            ),
            models.Index(fields=["rerate_at"], name="numbers_status_rerate", condition=Q(rerate_at__isnull=False)),
            # Numbers without data were never updated, so they stand together at the end of by_update: asked for by
            # rating they would be found after all others had been read.
            models.Index(
                fields=["account", "last_updated", "number"], name="numbers_status_unrated", condition=Q(rating=0)
            ),
        ]

    def __str__(self) -> str:
        return f"status of number {self.number_id}"

    @property
    def monitoring_ends(self) -> datetime | None:
        """Return when a number that is No longer eligible is switched off (D3); None for every other."""
        if self.capability != states.Capability.NO_LONGER_ELIGIBLE or self.capability_since is None:
            return None
        return self.capability_since + states.MONITORING_GRACE

    @property
    def is_tagged(self) -> bool:
        """Tell whether the number carries the spam tag (D20)."""
        return self.tag_since is not None
