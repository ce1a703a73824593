"""Reads about what a business told: its answers, its letter, its proofs, and where it stands with each service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from accounts.models import Account
from common.scope import account_scope
from enrollment import application
from enrollment.models import Attachment, Enrollment, Letter, ProfileSection
from enrollment.states import AttachmentKind, EnrolledService, EnrollmentState, ReasonCode, SectionKey
from phone_numbers.models import PhoneNumber
from phone_numbers.states import Origin

# While it is in one of these, the applicant may change what is asked.
OPEN_STATES = (
    EnrollmentState.DRAFT,
    EnrollmentState.NEEDS_INFORMATION,
    EnrollmentState.REJECTED,
    EnrollmentState.ENDED,
)


@dataclass(frozen=True, slots=True)
class Profile:
    """What is kept of an account: the sections by key, the signed letter that fits them, the proofs."""

    sections: dict[str, ProfileSection]
    letter: Letter | None
    proofs: list[Attachment]
    has_byoc: bool
    refused_letters: frozenset[int] = frozenset()

    def answers(self, key: SectionKey) -> dict[str, Any]:
        """Return the answers of one section; none where nobody has begun it."""
        section = self.sections.get(key)
        return section.answers if section else {}

    @property
    def values(self) -> dict[str, Any]:
        """Return all answers together."""
        merged: dict[str, Any] = {}
        for section in self.sections.values():
            merged |= section.answers
        return merged

    @property
    def signed_letter(self) -> Letter | None:
        """Return the letter if it states what the answers say now and was not refused; else a new one is needed."""
        if self.letter is None or self.letter_was_refused:
            return None
        return self.letter if self.letter.digest == application.letter_digest(self.values) else None

    @property
    def letter_was_refused(self) -> bool:
        """Tell whether the reviewer or the provider did not accept the newest letter."""
        return self.letter is not None and self.letter.pk in self.refused_letters


def profile_of(account: Account) -> Profile:
    """Return everything that an account has told so far."""
    with account_scope(account):
        sections = {section.key: section for section in ProfileSection.objects.select_related("saved_by")}
        letters = Letter.objects.select_related("pdf", "signed_by").defer("pdf__content")
        return Profile(
            sections=sections,
            letter=letters.order_by("-signed_at", "-pk").first(),
            proofs=proofs_of(account),
            has_byoc=PhoneNumber.objects.filter(origin=Origin.BYOC).exists(),
            refused_letters=_refused_letters(),
        )


def _refused_letters() -> frozenset[int]:
    """Return the letters of applications that came back because of them. Needs the account's scope."""
    returned = Enrollment.objects.filter(state__in=OPEN_STATES, reasons__contains=[{"code": ReasonCode.LETTER}])
    return frozenset(returned.exclude(letter=None).values_list("letter_id", flat=True))


def proofs_of(account: Account) -> list[Attachment]:
    """Return the kept proofs of ownership without their bytes, oldest first."""
    with account_scope(account):
        proofs = Attachment.objects.filter(kind=AttachmentKind.PROOF, removed_at=None)
        return list(proofs.select_related("uploaded_by").defer("content").order_by("uploaded_at", "pk"))


def enrollment_of(account: Account, service: EnrolledService) -> Enrollment | None:
    """Return where an account stands with a service; None while it has not begun."""
    with account_scope(account):
        found: Enrollment | None = (
            Enrollment.objects.select_related("reviewer", "submitted_by", "letter__pdf")
            .defer("letter__pdf__content")
            .filter(service=service)
            .first()
        )
    return found


def is_open(enrollment: Enrollment | None) -> bool:
    """Tell whether the applicant may change what is asked."""
    return enrollment is None or enrollment.state in OPEN_STATES


def call_purpose(account: Account) -> str:
    """Return what the business's calls are for, as disputes tell it: as approved, else as last saved, else ''."""
    with account_scope(account):
        approved = Enrollment.objects.filter(state=EnrollmentState.APPROVED).order_by("service").first()
        calls = ProfileSection.objects.filter(key=SectionKey.CALLS).first()
    said = approved.application.get("values", {}) if approved else {}
    kept = calls.answers if calls else {}
    return application.text_of(said, "call_purpose") or application.text_of(kept, "call_purpose")


def contact_email(account: Account) -> str:
    """Return the address of the organization's contact, as approved, else as last saved, else ''."""
    with account_scope(account):
        approved = Enrollment.objects.filter(state=EnrollmentState.APPROVED).order_by("service").first()
        contacts = ProfileSection.objects.filter(key=SectionKey.CONTACTS).first()
    said = approved.application.get("values", {}) if approved else {}
    kept = contacts.answers if contacts else {}
    return application.text_of(said, "contact_email") or application.text_of(kept, "contact_email")
