"""What follows for an account's enrollments when its provider has decided about the business (D13)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog

from accounts.models import Account
from enrollment.models import Enrollment, EnrollmentEvent
from enrollment.provider_states import Vetting
from enrollment.states import EnrollmentState, ReasonCode

log = structlog.get_logger(__name__)


def decide(account: Account, outcome: Vetting, reasons: Sequence[str], *, now: datetime) -> int:
    """Approve or reject every enrollment that waits for the provider; return how many. In a transaction and scope."""
    waiting = Enrollment.objects.select_for_update().filter(state=EnrollmentState.PROVIDER_VETTING).order_by("pk")
    decided = 0
    for enrollment in waiting:
        if outcome is Vetting.APPROVED:
            _approve(enrollment, now)
        else:
            _reject(enrollment, reasons, now)
        decided += 1
    if decided:
        log.info("provider decided", account=account.pk, outcome=str(outcome), enrollments=decided)
    return decided


def _approve(enrollment: Enrollment, now: datetime) -> None:
    enrollment.approve()
    _save(enrollment, "provider_approved", now)


def _reject(enrollment: Enrollment, reasons: Sequence[str], now: datetime) -> None:
    enrollment.reject()
    enrollment.reasons = [{"code": ReasonCode.PROVIDER, "text": text, "field": ""} for text in reasons]
    enrollment.last_rejected_at = now
    _save(enrollment, "provider_rejected", now)


def _save(enrollment: Enrollment, kind: str, now: datetime) -> None:
    enrollment.state_since = now
    enrollment.save(update_fields=["state", "state_since", "reasons", "last_rejected_at"])
    EnrollmentEvent.objects.create(
        account_id=enrollment.account_id,
        enrollment=enrollment,
        at=now,
        kind=kind,
        from_state=EnrollmentState.PROVIDER_VETTING,
        to_state=enrollment.state,
        reason=" ".join(one["text"] for one in enrollment.reasons) if kind == "provider_rejected" else "",
    )
