"""Handing an application in: once, complete, and exactly as the applicant saw it on the review page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import Account, User
from enrollment import application as values_of
from enrollment.models import Enrollment, Letter, ProfileSection
from enrollment.services import drafts, moves, notices
from enrollment.states import EnrolledService


class ChangedError(Exception):
    """Somebody changed an answer after the review page was drawn: nothing was handed in."""


@dataclass(frozen=True, slots=True)
class Application:
    """What is handed in: the values with the questions as they were asked, and which versions they come from."""

    content: dict[str, Any]
    letter: Letter
    no_answers: int
    versions: dict[str, int]

    @property
    def values(self) -> dict[str, Any]:
        """Return the answers by the names of their questions."""
        answers: dict[str, Any] = self.content["values"]
        return answers


@transaction.atomic
def submit(
    account: Account, service: EnrolledService, application: Application, *, actor: User, now: datetime
) -> Enrollment:
    """Hand an application in. Needs the account's scope.

    Raises ChangedError, and AlreadyMovedError when it was handed in before: nothing happens twice.
    """
    _refuse_changes(account, application)
    enrollment = moves.locked(account, service) or drafts.begin(account, service, actor=actor, now=now)
    if enrollment.state in drafts.CORRECTED:
        moves.move(enrollment, "correct", actor=actor, now=now)
    moves.move(
        enrollment,
        "submit",
        actor=actor,
        now=now,
        detail={
            "no_answers": application.no_answers,
            "changes": values_of.changes(enrollment.application, application.content),
        },
        application=application.content,
        letter=application.letter,
        no_answers=application.no_answers,
        submitted_at=now,
        submitted_by=actor,
        reviewer=None,
        reasons=[],
        **_found_again_by(application.values),
    )
    notices.tell_submitted(enrollment, now=now)
    return enrollment


def _refuse_changes(account: Account, application: Application) -> None:
    """Lock what people type, and compare it with what the applicant saw."""
    Account.objects.select_for_update(of=("self",), no_key=True).get(pk=account.pk)
    kept = dict(ProfileSection.objects.filter(key__in=application.versions).values_list("key", "version"))
    if kept != application.versions:
        raise ChangedError


def _found_again_by(values: dict[str, Any]) -> dict[str, str]:
    return {
        "ein": values_of.text_of(values, "ein"),
        "name_key": values_of.name_key(values_of.text_of(values, "legal_name")),
        "domain": values_of.domain_of(values_of.text_of(values, "website")),
    }
