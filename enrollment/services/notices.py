"""E-mail about an enrollment: handed in, back with questions, approved, rejected, ended."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse

from accounts.models import Account
from enrollment import application, reasons
from enrollment.models import Enrollment
from enrollment.selectors import people
from enrollment.services import mail
from enrollment.states import EnrolledService

NEXT = "Open Services details in the portal, choose Correct and resubmit, and go through the marked questions."
SIGNATURE = "\n\nThis message was sent by the Number Reputation Portal because you manage services of {account}."


def tell_submitted(enrollment: Enrollment, *, now: datetime) -> None:
    """Tell the applicant that it has arrived, and the reviewers that there is something to review."""
    service, account = enrollment.get_service_display(), enrollment.account
    body = (
        f"The enrollment of {account.name} in {service} was submitted by {enrollment.submitted_by}.\n\n"
        "A reviewer looks at it next. You get a message as soon as there is a decision or a question. Until then "
        "nothing can be changed, and no number can be switched on."
    )
    _to_applicant(enrollment, "submitted", f"Received: enrollment in {service}", body, now=now)
    mail.queue_mail(
        None,
        to=people.reviewers_to_tell(),
        kind="review.waiting",
        subject=f"To review: {account.name}, {service}",
        body=f"{account.name} has submitted an enrollment in {service}. It waits under Reviews in the portal.",
        now=now,
        path=reverse("reviews:detail", args=[enrollment.uuid]),
    )


def tell_moved(enrollment: Enrollment, move: str, *, now: datetime) -> None:
    """Tell the applicant of a decision; moves that need no message send none."""
    words = {
        "ask": _asked,
        "reject": _rejected,
        "approve": _approved,
        "vet": _vetting,
        "end": _ended,
    }.get(move)
    if words:
        subject, body = words(enrollment)
        _to_applicant(enrollment, move, subject, body, now=now)


def _asked(enrollment: Enrollment) -> tuple[str, str]:
    service = enrollment.get_service_display()
    return (
        f"More information needed: enrollment in {service}",
        (
            f"The reviewer needs more information before {enrollment.account.name} can be approved for {service}:\n\n"
            f"{_listed(enrollment)}\n\n{NEXT}"
        ),
    )


def _rejected(enrollment: Enrollment) -> tuple[str, str]:
    service = enrollment.get_service_display()
    return (
        f"Rejected: enrollment in {service}",
        (
            f"The enrollment of {enrollment.account.name} in {service} was rejected:\n\n{_listed(enrollment)}\n\n"
            f"It can be corrected. {NEXT}"
        ),
    )


def _approved(enrollment: Enrollment) -> tuple[str, str]:
    service = enrollment.get_service_display()
    numbers = {
        EnrolledService.REGISTRATION: "Numbers can be registered now: tick them under Number Reputation and choose "
        "Register.",
        EnrolledService.MONITORING: "Numbers can be switched on now: tick outbound dialer numbers under Number "
        "Reputation and choose Enable spam monitoring and remediation.",
    }[EnrolledService(enrollment.service)]
    return f"Approved: enrollment in {service}", f"{enrollment.account.name} is approved for {service}.\n\n{numbers}"


def _vetting(enrollment: Enrollment) -> tuple[str, str]:
    service = enrollment.get_service_display()
    return (
        f"Reviewed: enrollment in {service} goes to the provider",
        (
            f"The reviewer has approved {enrollment.account.name} for {service}. The provider vets the business too, "
            "which takes minutes to days. Services details shows how far it is; you get a message when it is decided."
        ),
    )


def _ended(enrollment: Enrollment) -> tuple[str, str]:
    service = enrollment.get_service_display()
    return (
        f"Ended: enrollment in {service}",
        (
            f"The enrollment of {enrollment.account.name} in {service} has ended.\n\n{_listed(enrollment)}\n\n"
            "Numbers can no longer be switched on for it. Open Services details in the portal to enroll again."
        ),
    )


def _listed(enrollment: Enrollment) -> str:
    return "\n".join(f"- {line}" for line in reasons.lines_of(enrollment.reasons, enrollment.application))


def _to_applicant(enrollment: Enrollment, kind: str, subject: str, body: str, *, now: datetime) -> None:
    account: Account = enrollment.account
    also = application.text_of(enrollment.application.get("values", {}), "notification_email")
    applicant = enrollment.submitted_by
    to = [*people.people_to_tell(account), *([applicant.email] if applicant and applicant.is_active else []), also]
    body += SIGNATURE.format(account=account.name)
    path = reverse("services:details")
    mail.queue_mail(account, to=to, kind=f"enrollment.{kind}", subject=subject, body=body, now=now, path=path)
