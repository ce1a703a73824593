"""What reviewers read: the queue over all accounts, one application, and whether the business was seen before."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import F, Q, QuerySet

from common.scope import account_scope, all_accounts
from enrollment import application, checks
from enrollment.checks import Check, Level
from enrollment.models import Attachment, Enrollment, OutgoingMail
from enrollment.states import AttachmentKind, EnrollmentState, MailState

WAITING = (EnrollmentState.SUBMITTED, EnrollmentState.IN_REVIEW)
SENT_BACK = (EnrollmentState.NEEDS_INFORMATION, EnrollmentState.DRAFT)
DECIDED = (EnrollmentState.APPROVED, EnrollmentState.REJECTED, EnrollmentState.ENDED)
TABS = {
    "waiting": ("Waiting", Q(state__in=WAITING)),
    "provider": ("At the provider", Q(state=EnrollmentState.PROVIDER_VETTING)),
    "returned": ("With the applicant", Q(state__in=SENT_BACK, submitted_at__isnull=False)),
    "decided": ("Decided", Q(state__in=DECIDED, submitted_at__isnull=False)),
}


def queue(tab: str) -> QuerySet[Enrollment]:
    """Return the applications of a tab with account, applicant and reviewer: what waits longest first."""
    _, condition = TABS[tab]
    with all_accounts():
        found: QuerySet[Enrollment] = Enrollment.objects.filter(condition).defer("application")
        found = found.select_related("account", "submitted_by", "reviewer")
        return found.order_by("submitted_at", "pk") if tab == "waiting" else found.order_by("-state_since", "-pk")


def tab_counts() -> dict[str, int]:
    """Return how many applications are in each tab."""
    with all_accounts():
        return {tab: Enrollment.objects.filter(condition).count() for tab, (_words, condition) in TABS.items()}


def application_for(uuid: UUID) -> Enrollment | None:
    """Return one application that was handed in at least once, with everything that its page names."""
    with all_accounts():
        found: Enrollment | None = (
            Enrollment.objects.filter(uuid=uuid, submitted_at__isnull=False)
            .select_related("account", "submitted_by", "reviewer", "letter__pdf", "letter__signed_by")
            .defer("letter__pdf__content")
            .first()
        )
    return found


def proofs_in(enrollment: Enrollment) -> list[Attachment]:
    """Return the proofs that the application named, also those that were taken back since."""
    with account_scope(enrollment.account_id):
        named = Attachment.objects.filter(kind=AttachmentKind.PROOF, uuid__in=enrollment.application.get("proofs", []))
        return list(named.defer("content").order_by("uploaded_at", "pk"))


def checks_of(enrollment: Enrollment) -> list[Check]:
    """Return every check that is made for the reviewer, those that need attention first."""
    values = enrollment.application.get("values", {})
    found = [*checks.business_checks(values), _letter_check(enrollment), _duplicates_check(enrollment)]
    if enrollment.service == "monitoring":
        found.append(checks.practices_check(enrollment.no_answers))
    if application.text_of(values, "uses_byoc") == "yes":
        found.append(_proof_check(enrollment))
    order = (Level.WARNING, Level.NOTE, Level.OK)
    return sorted(found, key=lambda check: order.index(check.level))


@dataclass(frozen=True, slots=True)
class Concern:
    """An answer that needs attention: from a check, or answered with No."""

    name: str
    question: str
    answer: str
    words: str


def concerns_of(enrollment: Enrollment, checks: list[Check]) -> list[Concern]:
    """Return the answers that need attention, in the order of the form."""
    found = {check.field: check.words for check in checks if check.field and check.level is not Level.OK}
    answers = application.answers_of(enrollment.application)
    return [
        Concern(one["name"], one["question"], one["answer"], found.get(one["name"], ""))
        for one in answers
        if one["name"] in found or one["no"]
    ]


def _letter_check(enrollment: Enrollment) -> Check:
    letter = enrollment.letter
    if letter is None:
        return Check("Letter of authorization", Level.WARNING, "There is no signed letter.")
    if letter.digest != application.letter_digest(enrollment.application.get("values", {})):
        return Check("Letter of authorization", Level.WARNING, "The letter was signed with other facts than these.")
    if letter.method == "uploaded":
        words = "Signed by hand and uploaded: read it, the portal cannot compare it with the answers."
        return Check("Letter of authorization", Level.NOTE, words)
    words = f"Signed by {letter.signer_name}, {letter.signer_title}, with the facts of this application."
    return Check("Letter of authorization", Level.OK, words)


def _proof_check(enrollment: Enrollment) -> Check:
    proofs = proofs_in(enrollment)
    if not proofs:
        return Check("Proof of ownership", Level.WARNING, "Numbers of another carrier are named without any proof.")
    words = f"{len(proofs)} uploaded: compare business and numbers with the application."
    return Check("Proof of ownership", Level.NOTE, words)


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Another account's application that looks like the same business, and in what."""

    enrollment: Enrollment
    same: tuple[str, ...]
    was_rejected: bool


def duplicates_of(enrollment: Enrollment) -> list[Duplicate]:
    """Return applications of other accounts with the same tax ID, name or domain, rejected ones first."""
    same = {"tax ID": "ein", "name": "name_key", "website": "domain"}
    known = {words: field for words, field in same.items() if getattr(enrollment, field)}
    condition = Q()
    for field in known.values():
        condition |= Q(**{field: getattr(enrollment, field)})
    if not condition:
        return []
    with all_accounts():
        others = Enrollment.objects.exclude(account_id=enrollment.account_id).filter(condition).defer("application")
        found = list(others.select_related("account").order_by(F("last_rejected_at").desc(nulls_last=True), "pk")[:10])
    return [
        Duplicate(
            other,
            tuple(words for words, field in known.items() if getattr(other, field) == getattr(enrollment, field)),
            other.last_rejected_at is not None,
        )
        for other in found
    ]


def _duplicates_check(enrollment: Enrollment) -> Check:
    found = duplicates_of(enrollment)
    rejected = [one for one in found if one.was_rejected]
    if not found:
        return Check("Seen before", Level.OK, "No other account has applied with this tax ID, name or website.")
    one = (rejected or found)[0]
    same = " and ".join(one.same)
    if rejected:
        words = f"{one.enrollment.account.name} was rejected before with the same {same}. Compare the applications."
        return Check("Seen before", Level.WARNING, words)
    return Check("Seen before", Level.NOTE, f"{one.enrollment.account.name} has applied with the same {same}.")


def outgoing_mail(state: str) -> QuerySet[OutgoingMail]:
    """Return the messages of the outbox, newest first; `state` narrows, '' is all."""
    with all_accounts():
        found = OutgoingMail.objects.select_related("account").order_by("-created_at", "-pk")
        return found.filter(state=state) if state in MailState.values else found


def message_for(uuid: UUID) -> OutgoingMail | None:
    """Return one message of the outbox."""
    with all_accounts():
        return OutgoingMail.objects.select_related("account").filter(uuid=uuid).first()
