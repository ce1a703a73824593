"""The moves of an enrollment: each checks, writes the state, its event and the audit line in one transaction (D13)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django_fsm import TransitionNotAllowed

from accounts import services as account_services
from accounts.models import Account, User
from enrollment.models import Enrollment, EnrollmentEvent
from enrollment.states import EnrolledService, EnrollmentState


class AlreadyMovedError(Exception):
    """Somebody else was faster: the enrollment is not where the move would begin."""

    def __init__(self, state: str) -> None:
        self.state = EnrollmentState(state)
        super().__init__(f"It is {self.state.label.lower()} already.")


def locked(account: Account, service: EnrolledService) -> Enrollment | None:
    """Return an account's enrollment in a service, locked until the transaction ends; None while there is none."""
    found: QuerySet[Enrollment] = Enrollment.objects.select_for_update(of=("self",)).select_related("account")
    return found.filter(account=account, service=service).first()


def move(
    enrollment: Enrollment,
    name: str,
    *,
    actor: User | None,
    now: datetime,
    reason: str = "",
    detail: dict[str, Any] | None = None,
    **fields: Any,
) -> None:
    """Make one move of `models.enrollment.MOVES` on a locked row, and keep `fields` with it.

    Needs a transaction and the account's scope. `actor` None is the portal or the provider. Raises AlreadyMovedError.
    """
    before = enrollment.state
    try:
        getattr(enrollment, name)()
    except TransitionNotAllowed as error:
        raise AlreadyMovedError(before) from error
    enrollment.state_since = now
    if name == "reject":
        fields["last_rejected_at"] = now
    for field, value in fields.items():
        setattr(enrollment, field, value)
    enrollment.save(update_fields=["state", "state_since", *fields])
    record(enrollment, name, before=before, actor=actor, now=now, reason=reason, detail=detail)


def record(
    enrollment: Enrollment,
    kind: str,
    *,
    actor: User | None,
    now: datetime,
    before: str = "",
    reason: str = "",
    detail: dict[str, Any] | None = None,
) -> None:
    """Append a line to an enrollment's history and to the audit trail of its account (B7)."""
    after = enrollment.state if before else ""
    EnrollmentEvent.objects.create(
        account_id=enrollment.account_id,
        enrollment=enrollment,
        at=now,
        kind=kind,
        from_state=before,
        to_state=after,
        actor=actor,
        reason=reason,
        detail=detail or {},
    )
    target = f"{enrollment.get_service_display()}"
    account_services.record_audit(
        enrollment.account, actor=actor, action=f"enrollment.{kind}", target=target, now=now, state=enrollment.state
    )
