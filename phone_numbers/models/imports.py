"""Imported files of numbers: the upload, the checked lines, the progress."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.models import Account, User
from common.scope import ScopedManager
from phone_numbers import states


class ImportJob(models.Model):
    """An uploaded file on its way into the inventory: a dry run first, applied when the person agrees."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    filename = models.CharField(max_length=200)
    size = models.PositiveIntegerField(help_text="Bytes.")
    state = models.CharField(max_length=10, choices=states.ImportState, default=states.ImportState.UPLOADED)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True, help_text="When a worker should take it; empty: nothing to do.")
    lease_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0, help_text="Leases since the last progress.")
    error = models.CharField(max_length=500, blank=True, default="")
    notes = models.JSONField(default=list, help_text="What was noticed about the file, in words.")
    rows_total = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    last_line = models.PositiveIntegerField(default=0, help_text="Where checking or applying goes on after a stop.")
    to_add = models.PositiveIntegerField(default=0)
    to_change = models.PositiveIntegerField(default=0)
    same = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(default=0, help_text="Numbers really added so far.")
    changed = models.PositiveIntegerField(default=0, help_text="Numbers really changed so far.")

    objects = ScopedManager["ImportJob"]()

    class Meta:
        indexes = [
            models.Index(fields=["account", "-created_at"], name="numbers_import_by_time"),
            models.Index(fields=["due_at"], name="numbers_import_due", condition=models.Q(due_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.filename


class ImportChunk(models.Model):
    """A megabyte of the uploaded file. In the database, so that web and worker may run on different machines."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    job = models.ForeignKey(ImportJob, on_delete=models.CASCADE, related_name="chunks", db_index=False)
    position = models.PositiveIntegerField()
    data = models.BinaryField()

    objects = ScopedManager["ImportChunk"]()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "position"], name="numbers_import_chunk_once")]

    def __str__(self) -> str:
        return f"part {self.position} of {self.job_id}"


class ImportRow(models.Model):
    """A checked line of the file and what happens to it. A NULL field means: the file does not say, keep what is.

    Lines live for hours and come by the million, so their two references are not checked row by row; whoever removes a
    job removes its lines.
    """

    pk = models.CompositePrimaryKey("job_id", "line")
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    job = models.ForeignKey(
        ImportJob, on_delete=models.CASCADE, related_name="rows", db_index=False, db_constraint=False
    )
    line = models.PositiveIntegerField(help_text="Line of the file, the header is line 1.")
    given = models.CharField(max_length=80, help_text="The number as the file spells it.")
    e164 = models.CharField(max_length=16, default="")
    country = models.CharField(max_length=2, default="")
    label = models.CharField(max_length=80, null=True)  # noqa: DJ001
    product = models.PositiveSmallIntegerField(null=True)
    origin = models.PositiveSmallIntegerField(null=True)
    campaigns = ArrayField(models.CharField(max_length=80), null=True)
    outcome = models.PositiveSmallIntegerField(choices=states.RowOutcome)
    reason = models.CharField(max_length=200, default="")

    objects = ScopedManager["ImportRow"]()

    class Meta:
        indexes = [models.Index(fields=["job", "outcome", "line"], name="numbers_import_row_by_outcome")]

    def __str__(self) -> str:
        return f"line {self.line}"
