"""What reviewers do with an application: take it, ask, reject, approve, end; never their own account's (D13, D28)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import Account, Membership, User
from common.scope import account_scope
from enrollment.models import Enrollment
from enrollment.reasons import lines_of
from enrollment.services import moves, notices, vetting
from enrollment.services.moves import AlreadyMovedError
from enrollment.states import EnrolledService, EnrollmentState

Reasons = list[dict[str, str]]


class OwnAccountError(Exception):
    """The reviewer is a member of the applicant's account, or handed the application in."""


class OtherReviewerError(Exception):
    """Another reviewer has it; `reviewer` says who."""

    def __init__(self, reviewer: User | None) -> None:
        self.reviewer = reviewer
        super().__init__(f"{reviewer} is reviewing it.")


def is_own(enrollment: Enrollment, user: User) -> bool:
    """Tell whether a person may not review an application, because it is their own account's (D28)."""
    with account_scope(enrollment.account_id):
        member = Membership.objects.filter(user=user).exists()
    return member or enrollment.submitted_by_id == user.pk


@transaction.atomic
def claim(enrollment: Enrollment, *, reviewer: User, now: datetime) -> None:
    """Take an application for review; taking over from another reviewer is recorded, and no move."""
    with account_scope(enrollment.account_id):
        found = _locked(enrollment, reviewer)
        if found.state != EnrollmentState.IN_REVIEW:
            moves.move(found, "claim", actor=reviewer, now=now, reviewer=reviewer)
        elif found.reviewer_id != reviewer.pk:
            moves.record(found, "take_over", actor=reviewer, now=now, detail={"from": str(found.reviewer)})
            found.reviewer = reviewer
            found.save(update_fields=["reviewer"])


@transaction.atomic
def put_back(enrollment: Enrollment, *, reviewer: User, now: datetime) -> None:
    """Give an application back to the queue."""
    with account_scope(enrollment.account_id):
        found = _held(enrollment, reviewer)
        moves.move(found, "put_back", actor=reviewer, now=now, reviewer=None)


@transaction.atomic
def ask(enrollment: Enrollment, *, reviewer: User, reasons: Reasons, now: datetime) -> None:
    """Send an application back with questions."""
    with account_scope(enrollment.account_id):
        _decide(_held(enrollment, reviewer), "ask", reviewer=reviewer, reasons=reasons, now=now)


@transaction.atomic
def reject(enrollment: Enrollment, *, reviewer: User, reasons: Reasons, now: datetime) -> None:
    """Refuse an application, with reasons; the applicant corrects and resubmits (D13)."""
    with account_scope(enrollment.account_id):
        _decide(_held(enrollment, reviewer), "reject", reviewer=reviewer, reasons=reasons, now=now)


@transaction.atomic
def approve(enrollment: Enrollment, *, reviewer: User, now: datetime) -> None:
    """Accept an application; where the account's provider vets too, it goes there first (D13)."""
    with account_scope(enrollment.account_id):
        found = _held(enrollment, reviewer)
        if not vetting.provider_vets(found.account):
            _decide(found, "approve", reviewer=reviewer, reasons=[], now=now)
            return
        _decide(found, "vet", reviewer=reviewer, reasons=[], now=now)
        vetting.start_vetting(found, now=now)


@transaction.atomic
def end(enrollment: Enrollment, *, reviewer: User, reasons: Reasons, now: datetime) -> None:
    """End an approved enrollment, with reasons; the business may enroll again."""
    with account_scope(enrollment.account_id):
        found = _locked(enrollment, reviewer)
        _decide(found, "end", reviewer=reviewer, reasons=reasons, now=now)


def _decide(enrollment: Enrollment, move: str, *, reviewer: User, reasons: Reasons, now: datetime) -> None:
    words = "\n".join(lines_of(reasons, enrollment.application))
    detail = {"reasons": reasons} if reasons else {}
    moves.move(enrollment, move, actor=reviewer, now=now, reason=words, detail=detail, reasons=reasons)
    notices.tell_moved(enrollment, move, now=now)


def _locked(enrollment: Enrollment, reviewer: User) -> Enrollment:
    """Return the row as it is now, locked; refuse one's own account's."""
    account: Account = enrollment.account
    found = moves.locked(account, EnrolledService(enrollment.service))
    if found is None:
        raise AlreadyMovedError(EnrollmentState.ENDED)
    if is_own(found, reviewer):
        raise OwnAccountError
    return found


def _held(enrollment: Enrollment, reviewer: User) -> Enrollment:
    """Return the locked row if this reviewer has it; a row that has been decided is told apart from another's."""
    found = _locked(enrollment, reviewer)
    if found.state != EnrollmentState.IN_REVIEW:
        raise AlreadyMovedError(found.state)
    if found.reviewer_id != reviewer.pk:
        raise OtherReviewerError(found.reviewer)
    return found
