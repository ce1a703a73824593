"""Feeds: where observations and complaints come from, and what each run brought."""

from __future__ import annotations

import uuid

from django.db import models

from accounts.models import Account
from common.scope import ScopedManager
from phone_numbers import states


class Feed(models.Model):
    """A provider that is asked at an interval. Platform feeds (complaints) have no account.

    `secret` is sealed with the keys of FIELD_KEYS and bound to this row. A worker holds the row by `lease_token` until
    `lease_until`; the token and the old cursor are checked in the first statement of every page.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    name = models.CharField(max_length=80)
    provider = models.SlugField(max_length=30)
    settings = models.JSONField(default=dict)
    secret = models.BinaryField(default=b"")
    interval_seconds = models.PositiveIntegerField(default=3600)
    daily_budget = models.PositiveIntegerField(
        null=True, blank=True, help_text="Billed checks a day (UTC); empty: no limit. Only for feeds that bill checks."
    )
    check_period_hours = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text="Within what time every number is asked about (D19); empty: PROVIDER_CHECK_PERIOD_HOURS.",
    )
    forecast = models.JSONField(default=dict, help_text="What a day of checks would cost; see feeds/checks.")
    paused = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=states.FeedState, default=states.FeedState.DUE)
    cursor = models.JSONField(null=True, default=None)
    due_at = models.DateTimeField()
    lease_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0, help_text="Runs that failed since the last good one.")
    rereads = models.PositiveSmallIntegerField(
        default=0, help_text="How often the page at the cursor was asked again because entries could not be read."
    )
    last_error = models.CharField(max_length=500, blank=True, default="")
    last_success_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    objects = ScopedManager["Feed"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "name"], nulls_distinct=False, name="numbers_feed_name_once_per_account"
            ),
            models.CheckConstraint(
                condition=models.Q(state=states.FeedState.DUE)
                | models.Q(lease_token__isnull=False, lease_until__isnull=False),
                name="numbers_feed_lease_has_token",
            ),
        ]
        indexes = [models.Index(fields=["due_at"], name="numbers_feed_due", condition=models.Q(paused=False))]

    def __str__(self) -> str:
        return self.name


class FeedRun(models.Model):
    """One run of a feed: what it fetched, kept and refused, and how it ended."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="runs", db_index=False)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=500, blank=True, default="")
    pages = models.PositiveIntegerField(default=0)
    calls = models.PositiveIntegerField(default=0)
    billed = models.PositiveIntegerField(default=0, help_text="Checks that were billed, or may have been.")
    fetched = models.PositiveIntegerField(default=0)
    stored = models.PositiveIntegerField(default=0)
    duplicate = models.PositiveIntegerField(default=0)
    unknown_number = models.PositiveIntegerField(default=0)
    future = models.PositiveIntegerField(default=0)
    too_late = models.PositiveIntegerField(default=0)
    unreadable = models.PositiveIntegerField(default=0)

    objects = ScopedManager["FeedRun"]()

    class Meta:
        indexes = [models.Index(fields=["feed", "-started_at"], name="numbers_feed_run_by_time")]

    def __str__(self) -> str:
        return f"run of {self.feed_id} at {self.started_at:%Y-%m-%d %H:%M}"
