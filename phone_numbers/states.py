"""The words of a number's state: registration, rating, status, capability, services and metric bands (D5, D7, D9)."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models


class Registration(models.IntegerChoices):
    """Where the registration of a number stands (D5)."""

    NOT_REGISTERED = 0, "Not registered"
    IN_PROGRESS = 1, "In progress"
    REGISTERED = 2, "Registered"
    REJECTED = 3, "Rejected"


class Rating(models.IntegerChoices):
    """The spam rating by rule D19; the order is from best known to worst."""

    UNKNOWN = 0, "Unknown"
    HEALTHY = 1, "Healthy"
    MIXED = 2, "Mixed"
    SPAM = 3, "Spam"


class ReputationStatus(models.IntegerChoices):
    """The one column of the list (R43, D5): In Progress while registration runs, otherwise the rating."""

    NO_DATA = 0, "No data yet"
    HEALTHY = 1, "Healthy"
    IN_PROGRESS = 2, "In Progress"
    MIXED = 3, "Mixed"
    SPAM = 4, "Spam"


class Capability(models.IntegerChoices):
    """Where the monitoring of a number stands (D7, R80)."""

    OFF = 0, "Off"
    VERIFYING = 1, "Verifying"
    ON = 2, "On"
    FAILED = 3, "Failed"
    NO_LONGER_ELIGIBLE = 4, "No longer eligible"


class Service(models.IntegerChoices):
    """Bits of the active services (D7): registration counts when Registered, monitoring when On."""

    REGISTRATION = 1, "Registration"
    MONITORING = 2, "Monitoring & remediation"


class Origin(models.IntegerChoices):
    """Where a number comes from (R18)."""

    NATIVE = 1, "Native"
    BYOC = 2, "Bring your own carrier"


class SourceKind(models.IntegerChoices):
    """A carrier is judged by its last calls, a provider gives its own verdict (D19)."""

    CARRIER = 1, "Carrier"
    PROVIDER = 2, "Provider"


class Metric(models.TextChoices):
    """The four reputation metrics (R48-R53)."""

    MATURITY = "maturity", "Maturity"
    CONNECTION = "connection", "Connection"
    ENGAGEMENT = "engagement", "Engagement"
    SENTIMENT = "sentiment", "Sentiment"


class Band(models.TextChoices):
    """The word for a score (D9)."""

    GOOD = "good", "Good"
    NORMAL = "normal", "Normal"
    POOR = "poor", "Poor"
    VERY_POOR = "very_poor", "Very poor"
    UNKNOWN = "unknown", "Not enough data"


NO_SCORE = -1


def band(score: int) -> Band:
    """Return the word for a score of 0-100; NO_SCORE is Not enough data, never Poor (D9)."""
    if score == NO_SCORE:
        return Band.UNKNOWN
    good, normal, poor = settings.METRIC_BANDS
    if score >= good:
        return Band.GOOD
    if score >= normal:
        return Band.NORMAL
    return Band.POOR if score >= poor else Band.VERY_POOR


def status_of(registration: Registration, rating: Rating) -> ReputationStatus:
    """Return the reputation status of D5; the database computes the same in a stored column."""
    if registration == Registration.IN_PROGRESS:
        return ReputationStatus.IN_PROGRESS
    return STATUS_BY_RATING[rating]


STATUS_BY_RATING = {
    Rating.UNKNOWN: ReputationStatus.NO_DATA,
    Rating.HEALTHY: ReputationStatus.HEALTHY,
    Rating.MIXED: ReputationStatus.MIXED,
    Rating.SPAM: ReputationStatus.SPAM,
}

STATUS_MEANING = {
    ReputationStatus.NO_DATA: "No source has reported on this number yet.",
    ReputationStatus.HEALTHY: "This number has no spam flags currently.",
    ReputationStatus.IN_PROGRESS: "This number is in the process of being registered.",
    ReputationStatus.MIXED: "Likely flagged as spam now, but not flagged frequently in recent calls.",
    ReputationStatus.SPAM: (
        "Currently flagged as spam by one or more carriers, and consistently flagged in recent calls."
    ),
}

# How long monitoring goes on for a number that may not have it any more (D3, D30).
MONITORING_GRACE = timedelta(days=7)

CAPABILITY_MEANING = {
    Capability.OFF: "This number is not monitored.",
    Capability.VERIFYING: "Monitoring was asked for and is being verified, which may take several days.",
    Capability.ON: "This number is monitored.",
    Capability.FAILED: "Verification failed. The reason stands beside it; monitoring can be enabled again.",
    Capability.NO_LONGER_ELIGIBLE: (
        "Something that monitoring needs is gone, such as the number's last outbound campaign. Service goes on for "
        "7 days."
    ),
}


class EventKind(models.IntegerChoices):
    """What a line of a number's history tells (R54-R55)."""

    ADDED = 1, "Added"
    EDITED = 2, "Edited"
    RATING = 3, "Rating"
    TAG = 4, "Spam tag"
    REGISTRATION = 5, "Registration"
    CAPABILITY = 6, "Monitoring"
    REMEDIATION = 7, "Remediation"


class ImportState(models.TextChoices):
    """The way of an uploaded file: checked in a dry run first, applied after the person has agreed."""

    UPLOADED = "uploaded", "Waiting to be checked"
    CHECKING = "checking", "Being checked"
    CHECKED = "checked", "Checked"
    APPLYING = "applying", "Being applied"
    DONE = "done", "Done"
    REFUSED = "refused", "Refused"
    CANCELLED = "cancelled", "Cancelled"


class RowOutcome(models.IntegerChoices):
    """What happens to one line of an imported file."""

    ADD = 1, "Will be added"
    CHANGE = 2, "Will be changed"
    SAME = 3, "Already there, no change"
    REFUSE = 4, "Refused"


class CampaignState(models.TextChoices):
    """A campaign dials while active (D3)."""

    ACTIVE = "active", "Active"
    ENDED = "ended", "Ended"


class DialingMethod(models.TextChoices):
    """How a campaign dials; manual campaigns do not make dialer numbers (D3)."""

    MANUAL = "manual", "Manual"
    PREVIEW = "preview", "Preview"
    PROGRESSIVE = "progressive", "Progressive"
    PREDICTIVE = "predictive", "Predictive"
    POWER = "power", "Power"
    AGENTLESS = "agentless", "Agentless"


class CallerIdOutcome(models.TextChoices):
    """How a call got its caller ID (D25)."""

    MATCHED = "matched", "Matched"
    DEFAULT = "default", "Default"
    NONE = "none", "No caller ID"


OUTBOUND_DIALING_METHODS = frozenset(DialingMethod) - {DialingMethod.MANUAL}


class FeedState(models.TextChoices):
    """A feed waits until it is due, or a worker holds its lease."""

    DUE = "due", "Waiting"
    LEASED = "leased", "Running"
