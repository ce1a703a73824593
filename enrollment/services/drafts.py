"""Drafts of the enrollment form: kept at every step, shared by the account's admins, never overwritten unseen (D15)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import Account, User
from enrollment.application import FORM_VERSION
from enrollment.models import Enrollment, ProfileSection
from enrollment.services import moves
from enrollment.states import EnrolledService, EnrollmentState, SectionKey

CORRECTED = (EnrollmentState.NEEDS_INFORMATION, EnrollmentState.REJECTED, EnrollmentState.ENDED)


class ConflictError(Exception):
    """Somebody saved other answers since this form was drawn; `section` is how it is now."""

    def __init__(self, section: ProfileSection) -> None:
        self.section = section
        super().__init__("Somebody else saved this part in the meantime.")


@transaction.atomic
def save_section(
    account: Account,
    service: EnrolledService,
    key: SectionKey,
    answers: dict[str, Any],
    *,
    based_on: int,
    actor: User,
    now: datetime,
) -> ProfileSection:
    """Keep one part of the form as it was typed, complete or not.

    `based_on` is the version that the form was drawn from, 0 for none. The same answers again change nothing, whatever
    the version: a double click, the back button and a second tab are harmless. Raises ConflictError.
    """
    _lock(account)
    section = ProfileSection.objects.select_related("saved_by").filter(key=key).first()
    if section and section.answers == answers:
        return section
    if section and section.version != based_on:
        raise ConflictError(section)
    _open(account, service, actor=actor, now=now)
    return _write(section or ProfileSection(account=account, key=key, version=0), answers, actor=actor, now=now)


def _lock(account: Account) -> None:
    """Make the saves of one account wait for each other, also the first one, which has no row to lock."""
    Account.objects.select_for_update(of=("self",), no_key=True).get(pk=account.pk)


def _write(section: ProfileSection, answers: dict[str, Any], *, actor: User, now: datetime) -> ProfileSection:
    section.answers, section.form_version = answers, FORM_VERSION
    section.version += 1
    section.saved_at, section.saved_by = now, actor
    section.save()
    return section


def _open(account: Account, service: EnrolledService, *, actor: User, now: datetime) -> None:
    """Begin the enrollment, or open one that came back; one that is with the reviewer stays as it is."""
    enrollment = moves.locked(account, service)
    if enrollment is None:
        begin(account, service, actor=actor, now=now)
    elif enrollment.state in CORRECTED:
        moves.move(enrollment, "correct", actor=actor, now=now)


def begin(account: Account, service: EnrolledService, *, actor: User, now: datetime) -> Enrollment:
    """Make the draft of an enrollment. Needs a transaction and the account's scope."""
    enrollment: Enrollment = Enrollment.objects.create(account=account, service=service, state_since=now)
    moves.record(enrollment, "begin", actor=actor, now=now)
    return enrollment
