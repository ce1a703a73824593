"""Words about the services of single numbers: jobs over many of them, and where each stands at the provider."""

from __future__ import annotations

from django.db import models


class JobKind(models.TextChoices):
    """What is done for a selection of numbers; the label is the full one of the button (R42, D29)."""

    ENABLE = "enable", "Enable spam monitoring and remediation"
    DISABLE = "disable", "Disable spam monitoring and remediation"
    REGISTER = "register", "Register"


class JobState(models.TextChoices):
    """A job works through its selection once."""

    WAITING = "waiting", "Under way"
    DONE = "done", "Done"


class ItemOutcome(models.IntegerChoices):
    """What became of one number of a job."""

    WAITING = 0, "Waiting"
    DONE = 1, "Done"
    SKIPPED = 2, "Skipped"


class AtProvider(models.TextChoices):
    """Where a number stands at the account's provider (D27): one row serves both services."""

    ABSENT = "absent", "Not there"
    QUEUED = "queued", "Waiting to be added"
    ADDING = "adding", "Being added"
    UNKNOWN = "unknown", "Being looked up"
    PRESENT = "present", "There"
    REMOVING = "removing", "Being removed"
    REFUSED = "refused", "Refused"


# Each move that the database lets through; `unknown` stands between a call without an answer and what a look-up says.
MOVES_AT_PROVIDER: tuple[tuple[str, str], ...] = (
    (AtProvider.ABSENT, AtProvider.QUEUED),
    (AtProvider.QUEUED, AtProvider.ABSENT),
    (AtProvider.QUEUED, AtProvider.ADDING),
    (AtProvider.ADDING, AtProvider.PRESENT),
    (AtProvider.ADDING, AtProvider.REFUSED),
    (AtProvider.ADDING, AtProvider.QUEUED),
    (AtProvider.ADDING, AtProvider.UNKNOWN),
    (AtProvider.UNKNOWN, AtProvider.PRESENT),
    (AtProvider.UNKNOWN, AtProvider.QUEUED),
    (AtProvider.PRESENT, AtProvider.REMOVING),
    (AtProvider.PRESENT, AtProvider.ABSENT),
    (AtProvider.REMOVING, AtProvider.PRESENT),
    (AtProvider.REMOVING, AtProvider.ABSENT),
    (AtProvider.REFUSED, AtProvider.ABSENT),
    (AtProvider.REFUSED, AtProvider.QUEUED),
)
