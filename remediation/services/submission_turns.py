"""One turn with one request: whatever its row says is next, between two short transactions."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime

import structlog

from common.scope import account_scope, all_accounts
from enrollment.services import provider_access
from enrollment.services.provider_access import RemediatorAccess
from providers.errors import ProviderError
from remediation.models import Submission
from remediation.services import results, sending
from remediation.services import submission_leases as leases
from remediation.states import SubmissionState

log = structlog.get_logger(__name__)

Clock = Callable[[], datetime]

OTHER_PROVIDER = "The account names another provider now, or none. The cases are queued anew."
NOT_READY = "The provider has not approved the business, or not any more. The cases wait."


def run_submission(submission_id: int, token: uuid.UUID, clock: Clock) -> None:
    """Go on with one leased request; does nothing when the lease was lost, so a message may arrive twice or late."""
    with all_accounts():
        if not leases.renew(submission_id, token, now=clock()):
            return
        submission = Submission.objects.select_related("account").get(pk=submission_id)
    with account_scope(submission.account):
        try:
            _take_turn(submission, clock)
        except leases.LeaseLost:
            log.info("submission taken over", submission=submission.pk)


def _take_turn(submission: Submission, clock: Clock) -> None:
    try:
        access = provider_access.remediator_for(submission.account)
    except ProviderError as error:
        results.record_trouble(submission, error, now=clock())
        return
    if access is None or access.provider != submission.provider:
        _without_provider(submission, now=clock())
    elif submission.state == SubmissionState.QUEUED:
        _send(submission, access, clock)
    elif submission.state in (SubmissionState.SENDING, SubmissionState.UNKNOWN):
        _settle(submission, access, clock)
    else:
        results.poll(submission, access, clock)


def _send(submission: Submission, access: RemediatorAccess, clock: Clock) -> None:
    if access.ready:
        sending.send(submission, access, clock)
    else:
        sending.hand_back(submission, NOT_READY, now=clock())


def _settle(submission: Submission, access: RemediatorAccess, clock: Clock) -> None:
    """Look a request up whose outcome nobody recorded: no answer came, or the worker died over it."""
    if submission.state == SubmissionState.SENDING:
        leases.move(submission, "lose", now=clock(), last_error="The worker was stopped while it was sending.")
    results.look_up(submission, access, clock)


def _without_provider(submission: Submission, *, now: datetime) -> None:
    """The provider that has the request cannot be asked any more."""
    if submission.state == SubmissionState.QUEUED:
        sending.hand_back(submission, OTHER_PROVIDER, now=now)
    else:
        words = "The account names another provider now, or none, so the result of this request cannot be read."
        sending.give_up(submission, words, now=now)
