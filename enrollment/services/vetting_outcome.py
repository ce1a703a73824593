"""What follows for an account's enrollments when its provider has decided about the business (D13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.models import Account
from common.wakeup import wake_on_commit
from enrollment import application
from enrollment.models import Enrollment
from enrollment.provider_states import Vetting
from enrollment.reasons import lines_of
from enrollment.services import moves, notices, provider_numbers
from enrollment.states import EnrolledService, EnrollmentState, ReasonCode

# Answers of the form behind the fields of a business that have another name there.
QUESTIONS = {"postal_code": "zip_code", "job_title": "title"}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the provider refused, in its words. `field` is that of `providers.business.Business`, '' for none."""

    text: str
    field: str = ""
    code: ReasonCode = ReasonCode.PROVIDER


def decide(account: Account, outcome: Vetting, reasons: Sequence[Reason], *, now: datetime) -> None:
    """Approve or reject every enrollment that waits for the provider. Needs a transaction and the account's scope."""
    for service in EnrolledService:
        enrollment = moves.locked(account, service)
        if enrollment is None or enrollment.state != EnrollmentState.PROVIDER_VETTING:
            continue
        if outcome is Vetting.APPROVED:
            _decide(enrollment, "approve", [], now=now)
        else:
            _decide(enrollment, "reject", reasons, now=now)
    if outcome is Vetting.APPROVED:
        wake_on_commit(provider_numbers.TASK)


def _decide(enrollment: Enrollment, name: str, reasons: Sequence[Reason], *, now: datetime) -> None:
    told = [_told(enrollment, reason) for reason in reasons]
    told = [one for place, one in enumerate(told) if one not in told[:place]]
    words, detail = "\n".join(lines_of(told, enrollment.application)), {"reasons": told} if told else {}
    moves.move(enrollment, name, actor=None, now=now, reason=words, detail=detail, reasons=told)
    notices.tell_moved(enrollment, name, now=now)


def _told(enrollment: Enrollment, reason: Reason) -> dict[str, str]:
    """Return a reason as enrollments keep it, beside the question that it is about."""
    name = question_name(reason.field, enrollment.application["values"])
    return {"code": reason.code, "text": reason.text, "field": name}


def question_name(field: str, values: application.Values) -> str:
    """Return the name of the question behind a field of a business: `contact.phone` is `contact_phone`."""
    owner, _, part = field.rpartition(".")
    if owner == "billing_contact" and application.same_billing_contact(values):
        owner = "contact"
    if owner == "billing_address" and application.same_billing_address(values):
        owner = "address"
    name = QUESTIONS.get(part, part)
    return name if owner in ("", "address") else f"{owner.removesuffix('_address')}_{name}"
