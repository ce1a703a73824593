"""Evidence about numbers: sources, their views, every reading, complaints, and the history of events."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.models import Account, User
from common.scope import ScopedManager
from phone_numbers import states
from phone_numbers.models.inventory import PhoneNumber


class Source(models.Model):
    """A carrier, or a provider that gives its own verdict (D19). The same for all accounts."""

    id = models.SmallAutoField(primary_key=True)
    key = models.SlugField(max_length=30, unique=True)
    name = models.CharField(max_length=60)
    mark = models.CharField(max_length=6, help_text="Short mark shown in the list, such as VZW.")
    kind = models.PositiveSmallIntegerField(choices=states.SourceKind)

    def __str__(self) -> str:
        return self.name


class SourceView(models.Model):
    """What one source says about one number now, with its last ten observations (B1).

    `marks` holds at most ten, newest first: epoch microseconds * 2 + flagged, so that two lists merge by sorting.
    """

    pk = models.CompositePrimaryKey("number_id", "source_id")
    # The number's, which is checked there (decision 0093).
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    number = models.ForeignKey(PhoneNumber, on_delete=models.CASCADE, related_name="views", db_index=False)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+", db_index=False)
    verdict = models.PositiveSmallIntegerField(choices=states.Rating)
    flagged = models.BooleanField()
    since = models.DateTimeField(help_text="Observation with which the verdict changed last.")
    last_seen = models.DateTimeField()
    marks = ArrayField(models.BigIntegerField())
    category = models.CharField(max_length=80, blank=True, default="")
    raw_hash = models.BigIntegerField(default=0, help_text="Of the newest raw answer: an equal one is not kept again.")

    objects = ScopedManager["SourceView"]()

    def __str__(self) -> str:
        return f"view of {self.source_id} on {self.number_id}"


class Reading(models.Model):
    """Every observation, append-only, partitioned by month of `observed_at` (DDL in the migration).

    The key is the identity of an observation: number, source, time, and the provider's id or ''.
    """

    pk = models.CompositePrimaryKey("number_id", "source_id", "observed_at", "ident")
    account = models.ForeignKey(Account, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False)
    number = models.ForeignKey(PhoneNumber, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False)
    source = models.ForeignKey(Source, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False)
    observed_at = models.DateTimeField()
    ident = models.CharField(max_length=80, default="")
    received_at = models.DateTimeField()
    flagged = models.BooleanField()
    verdict = models.PositiveSmallIntegerField(choices=states.Rating, help_text="0: one observed call, no verdict.")
    category = models.CharField(max_length=80, default="")
    maturity = models.SmallIntegerField(default=states.NO_SCORE)
    connection = models.SmallIntegerField(default=states.NO_SCORE)
    engagement = models.SmallIntegerField(default=states.NO_SCORE)
    sentiment = models.SmallIntegerField(default=states.NO_SCORE)
    raw = models.TextField(null=True)  # noqa: DJ001  -- NULL says "equal to the one before", '' is an empty answer

    objects = ScopedManager["Reading"]()

    class Meta:
        managed = False
        db_table = "numbers_reading"

    def __str__(self) -> str:
        return f"reading of {self.number_id} at {self.observed_at:%Y-%m-%d %H:%M}"


class Complaint(models.Model):
    """A consumer's report about a number; evidence only, never a status (D23).

    The consumer's city, state and area code are never stored. `created_at` is the agency's time stamp, which carries
    no zone: kept as UTC. `ordinal` tells equal date-only rows of one day apart; full rows have 0.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    number = models.ForeignKey(PhoneNumber, on_delete=models.CASCADE, related_name="+", db_index=False)
    agency = models.CharField(max_length=8, default="ftc")
    created_at = models.DateTimeField()
    violation_at = models.DateTimeField(null=True)
    subject = models.CharField(max_length=120, blank=True, default="")
    robocall = models.BooleanField(null=True)
    date_only = models.BooleanField(default=False)
    ordinal = models.PositiveIntegerField(default=0)

    objects = ScopedManager["Complaint"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "number",
                    "agency",
                    "created_at",
                    "violation_at",
                    "subject",
                    "robocall",
                    "date_only",
                    "ordinal",
                ],
                nulls_distinct=False,
                name="numbers_complaint_once",
            )
        ]

    def __str__(self) -> str:
        return f"complaint about {self.number_id}"


class ComplaintDay(models.Model):
    """A day (of the agency's time stamps) whose complaints were taken: where "counted since" comes from.

    Holds no number and belongs to no account. A number's own count begins with the earliest day that was taken after
    the number came into the inventory, because complaints about other numbers are not kept. `date_only` tells files
    of dates from files of full rows. `rows` are the lines of that day in the file; `halved`: the day stood twice in it.
    """

    agency = models.CharField(max_length=8)
    day = models.DateField()
    date_only = models.BooleanField()
    rows = models.PositiveIntegerField()
    halved = models.BooleanField(default=False)
    taken_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agency", "day", "date_only"], name="numbers_complaint_day_once")
        ]

    def __str__(self) -> str:
        return f"{self.agency} {self.day}"


class NumberEvent(models.Model):
    """A line of a number's history, append-only (R54-R55): what changed, from, to, why and by whom."""

    # The number's, which is checked there (decision 0093).
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    number = models.ForeignKey(PhoneNumber, on_delete=models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField()
    kind = models.PositiveSmallIntegerField(choices=states.EventKind)
    from_value = models.CharField(max_length=40, blank=True, default="")
    to_value = models.CharField(max_length=40, blank=True, default="")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    reason = models.CharField(max_length=200, blank=True, default="")
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    objects = ScopedManager["NumberEvent"]()

    class Meta:
        indexes = [models.Index(fields=["number", "at", "id"], name="numbers_event_by_number")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.from_value} > {self.to_value}"
