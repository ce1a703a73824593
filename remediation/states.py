"""The words of remediation: states of cases, submissions, manual tasks and tickets, and the moves between them."""

from __future__ import annotations

from django.db import models

from common.moves import Move


class CaseState(models.TextChoices):
    """Where the repair of one label stands (design, States)."""

    OPEN = "open", "Open"
    SUBMITTED = "submitted", "Submitted"
    IN_REVIEW = "in_review", "In review"
    DISPUTED = "disputed", "Regulatory dispute"
    AWAITING_CLEAN_READING = "awaiting_clean_reading", "Awaiting a clean reading"
    PARKED = "parked", "Needs a person"
    COOLING_DOWN = "cooling_down", "Cooling down"
    CLEARED = "cleared", "Cleared"
    NOT_FLAGGED = "not_flagged", "Not flagged at the provider"
    UNSUCCESSFUL = "unsuccessful", "Unsuccessful"
    CANCELLED = "cancelled", "Cancelled"


CLOSED_STATES = (CaseState.CLEARED, CaseState.NOT_FLAGGED, CaseState.UNSUCCESSFUL, CaseState.CANCELLED)
OPEN_STATES = tuple(state for state in CaseState if state not in CLOSED_STATES)
AT_PROVIDER = (CaseState.SUBMITTED, CaseState.IN_REVIEW, CaseState.DISPUTED)
UNDER_WAY = (CaseState.OPEN, *AT_PROVIDER)

CASE_MOVES = {
    "submit": Move((CaseState.OPEN, CaseState.PARKED), CaseState.SUBMITTED),
    "review": Move((CaseState.SUBMITTED,), CaseState.IN_REVIEW),
    "dispute": Move((CaseState.SUBMITTED, CaseState.IN_REVIEW), CaseState.DISPUTED),
    "settle_dispute": Move((CaseState.DISPUTED,), CaseState.IN_REVIEW),
    "await_reading": Move((*UNDER_WAY, CaseState.PARKED), CaseState.AWAITING_CLEAN_READING),
    "park": Move((*UNDER_WAY, CaseState.COOLING_DOWN, CaseState.AWAITING_CLEAN_READING), CaseState.PARKED),
    "cool_down": Move(UNDER_WAY, CaseState.COOLING_DOWN),
    "reopen": Move((*AT_PROVIDER, CaseState.PARKED, CaseState.COOLING_DOWN), CaseState.OPEN),
    "clear": Move(OPEN_STATES, CaseState.CLEARED),
    "close_not_flagged": Move(UNDER_WAY, CaseState.NOT_FLAGGED),
    "give_up": Move(OPEN_STATES, CaseState.UNSUCCESSFUL),
    "cancel": Move(OPEN_STATES, CaseState.CANCELLED),
}

STATE_MEANING = {
    CaseState.OPEN: "The case is open and is about to be submitted for re-evaluation.",
    CaseState.SUBMITTED: "Submitted for re-evaluation. The provider has it in its queue.",
    CaseState.IN_REVIEW: "The provider is taking it to the networks that show the label.",
    CaseState.DISPUTED: "A regulatory dispute is being settled, which may take up to a week.",
    CaseState.AWAITING_CLEAN_READING: "The provider has done its part. The next clean reading closes the case.",
    CaseState.PARKED: "It cannot go on by itself. The reason stands beside it, with what to do next.",
    CaseState.COOLING_DOWN: "The provider takes this number again only after a while. It is submitted again by itself.",
    CaseState.CLEARED: "The label is gone: a later reading was clean.",
    CaseState.NOT_FLAGGED: "The provider found no label at the networks it reaches, and closed its part.",
    CaseState.UNSUCCESSFUL: "The label was still there at the end of the time limit. A support ticket can take it on.",
    CaseState.CANCELLED: "The repair was stopped before it ended.",
}


class SubmissionState(models.TextChoices):
    """Where one request to a provider stands (design, States)."""

    QUEUED = "queued", "Waiting to be sent"
    SENDING = "sending", "Being sent"
    UNKNOWN = "unknown", "Being looked up"
    ACCEPTED = "accepted", "Accepted"
    IN_PROGRESS = "in_progress", "In progress"
    COMPLETED = "completed", "Completed"
    FAILED = "failed", "Failed"


SUBMISSION_MOVES = {
    "send": Move((SubmissionState.QUEUED,), SubmissionState.SENDING),
    "defer": Move((SubmissionState.SENDING,), SubmissionState.QUEUED),
    "lose": Move((SubmissionState.SENDING,), SubmissionState.UNKNOWN),
    "accept": Move((SubmissionState.SENDING, SubmissionState.UNKNOWN), SubmissionState.ACCEPTED),
    "requeue": Move((SubmissionState.UNKNOWN,), SubmissionState.QUEUED),
    "progress": Move((SubmissionState.ACCEPTED,), SubmissionState.IN_PROGRESS),
    "complete": Move((SubmissionState.ACCEPTED, SubmissionState.IN_PROGRESS), SubmissionState.COMPLETED),
    "fail": Move(
        (
            SubmissionState.QUEUED,
            SubmissionState.SENDING,
            SubmissionState.UNKNOWN,
            SubmissionState.ACCEPTED,
            SubmissionState.IN_PROGRESS,
        ),
        SubmissionState.FAILED,
    ),
}
LIVE_SUBMISSIONS = (
    SubmissionState.QUEUED,
    SubmissionState.SENDING,
    SubmissionState.UNKNOWN,
    SubmissionState.ACCEPTED,
    SubmissionState.IN_PROGRESS,
)


class Bucket(models.TextChoices):
    """What became of one number of a request; anything else a provider says is kept raw and parked."""

    REMEDIATED = "remediated", "Re-evaluated and cleared"
    NOT_FLAGGED = "not_flagged", "Not flagged"
    REQUIRES_REVIEW = "requires_review", "Requires review"
    REFUSED = "refused", "Refused"
    INELIGIBLE = "ineligible", "Not eligible now"


class CaseEventKind(models.TextChoices):
    """What a line of a case's timeline tells."""

    STATE = "state", "State"
    PROGRESS = "progress", "Progress at the provider"
    OVERDUE = "overdue", "Overdue"
    NOTE = "note", "Note"
    OWNER = "owner", "Owner"
    MANUAL = "manual", "Filed by hand"
    TICKET = "ticket", "Support ticket"


class AlertKind(models.TextChoices):
    """What an alert says. TAG is the alert of D22; the others are counted apart from it."""

    TAG = "tag", "Flagged as spam"
    DEFAULT_FLAGGED = "default_flagged", "Flagged default caller ID"
    AREA_FLOOR = "area_floor", "Too few healthy numbers in an area"
    NEEDS_REST = "needs_rest", "Numbers that need rest"
    NO_CALLER_ID = "no_caller_id", "Calls without a caller ID"
    FEED_FAILING = "feed_failing", "Feed that fails"
    CASE_OVERDUE = "case_overdue", "Overdue case"


class AlertMail(models.TextChoices):
    """When a person is told of alerts by e-mail."""

    OFF = "off", "No e-mail"
    AT_ONCE = "at_once", "At once"
    DAILY = "daily", "Daily digest"


class ManualState(models.TextChoices):
    """Where a task for a person stands: a dispute that is filed by hand on a carrier's own page."""

    TODO = "todo", "To be filed"
    FILED = "filed", "Filed"
    DONE = "done", "Done"
    DROPPED = "dropped", "Not needed any more"


class TicketState(models.TextChoices):
    """Where a support ticket stands."""

    OPEN = "open", "Open"
    ANSWERED = "answered", "Answered"
    CLOSED = "closed", "Closed"


TICKET_MOVES = {
    "answer": Move((TicketState.OPEN, TicketState.ANSWERED), TicketState.ANSWERED),
    "ask_again": Move((TicketState.OPEN, TicketState.ANSWERED), TicketState.OPEN),
    "close": Move((TicketState.OPEN, TicketState.ANSWERED), TicketState.CLOSED),
}
