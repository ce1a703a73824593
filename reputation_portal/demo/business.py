"""The business of the demo account acme: the form is filled in, and a reviewer has approved it for both services."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import Account, User
from common.scope import account_scope, all_accounts
from enrollment import signatures
from enrollment.forms.application import application_of
from enrollment.forms.steps import SECTIONS, SERVICE_SECTIONS, facts_of
from enrollment.models import OutgoingMail
from enrollment.selectors import profile
from enrollment.services import drafts, files, letters, review, submission
from enrollment.states import EnrolledService, MailState, SectionKey, SigningMethod
from enrollment.uploads import PDF, JudgedFile
from providers.simulator.pdf import letter_pdf

CARRIER = "Made-up Telephone Company"
SIGNER, TITLE = "Olivia Owens", "Director of Operations"
BUSINESS = {
    "legal_name": "Acme Health, Inc.",
    "trading_name": "Acme Health",
    "website": "https://acme.example",
    "role": "enterprise",
    "ein": "84-0001234",
    "organization_type": "commercial",
    "legal_form": "corporation",
    "incorporated_in": "CO",
    "industry": "healthcare",
    "employees": "201-500",
}
CONTACTS = {
    "street": "1600 Example Street",
    "extended": "Suite 400",
    "city": "Denver",
    "state": "CO",
    "zip_code": "80202",
    "billing_same": "yes",
    "contact_first_name": "Olivia",
    "contact_last_name": "Owens",
    "contact_title": TITLE,
    "contact_email": "owner@acme.example",
    "contact_phone": "+13035550100",
    "billing_contact_same": "yes",
}
CALLS: dict[str, Any] = {
    "call_purpose": (
        "We call patients of our clinics to remind them of appointments that they made, to tell them that a "
        "prescription is ready, and to call back those who left a number. Everybody has given the number for this."
    ),
    "calls_per_day": "2500",
    "products": ["contact_center", "phone"],
    "number_groups": "Spring renewals; Win back; front desks of the clinics",
    "uses_byoc": "yes",
    "byoc_carriers": CARRIER,
}
PRACTICES = dict.fromkeys(SECTIONS[SectionKey.PRACTICES].base_fields, "yes") | {"voicemail": "no"}
ANSWERS: dict[SectionKey, dict[str, Any]] = {
    SectionKey.BUSINESS: BUSINESS,
    SectionKey.CONTACTS: CONTACTS,
    SectionKey.CALLS: CALLS,
    SectionKey.PRACTICES: PRACTICES,
}


@transaction.atomic
def enroll(account: Account, *, applicant: User, reviewer: User, now: datetime) -> None:
    """Fill the form in, sign the letter, submit it for each service and approve it, all at `now`."""
    with account_scope(account):
        files.add_proof(account, _statement(account), actor=applicant, now=now)
        for key in SERVICE_SECTIONS[EnrolledService.MONITORING]:
            form = SECTIONS[key](ANSWERS[key], judged=True, facts=facts_of(profile.profile_of(account)))
            form.is_valid()
            drafts.save_section(
                account, EnrolledService.MONITORING, key, form.kept(), based_on=0, actor=applicant, now=now
            )
        _sign(account, applicant, now)
        for service in EnrolledService:
            _apply(account, service, applicant=applicant, reviewer=reviewer, now=now)
    _count_mail_as_sent(now)


def _statement(account: Account) -> JudgedFile:
    lines = (CARRIER, f"Statement for {account.name}", "for the demo only")
    return JudgedFile("statement-of-carrier.pdf", PDF, letter_pdf(lines))


def _sign(account: Account, applicant: User, now: datetime) -> None:
    letters.sign(
        account,
        profile.profile_of(account).values,
        method=SigningMethod.TYPED,
        name=SIGNER,
        title=TITLE,
        picture=signatures.typed_picture(SIGNER),
        actor=applicant,
        now=now,
    )


def _apply(account: Account, service: EnrolledService, *, applicant: User, reviewer: User, now: datetime) -> None:
    application = application_of(profile.profile_of(account), service)
    if application is None:
        raise ValueError("The demo's answers do not fit the form any more.")
    enrollment = submission.submit(account, service, application, actor=applicant, now=now)
    review.claim(enrollment, reviewer=reviewer, now=now)
    review.approve(enrollment, reviewer=reviewer, now=now)


def _count_mail_as_sent(now: datetime) -> None:
    """These messages are part of a made-up past: nobody is told today."""
    with all_accounts():
        waiting = OutgoingMail.objects.filter(state=MailState.QUEUED, created_at=now)
        waiting.update(state=MailState.SENT, sent_at=now, due_at=None)
