"""A business that answers well, and the ways to fill the form in: by the pages, or straight into the tables."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.models import Account, User
from common.scope import account_scope
from enrollment import signatures
from enrollment.forms.application import application_of
from enrollment.forms.practices import PracticesForm
from enrollment.forms.steps import SECTIONS, facts_of
from enrollment.models import Enrollment
from enrollment.selectors import profile
from enrollment.services import drafts, letters, review, submission
from enrollment.states import EnrolledService, SectionKey, SigningMethod

REGISTRATION, MONITORING = EnrolledService.REGISTRATION, EnrolledService.MONITORING
BUSINESS = {
    "legal_name": "Acme Health, Inc.",
    "trading_name": "Acme Health",
    "website": "https://acme.example",
    "role": "enterprise",
    "ein": "12-3456789",
    "organization_type": "commercial",
    "legal_form": "corporation",
    "incorporated_in": "DE",
    "industry": "healthcare",
    "employees": "51-200",
    "duns": "",
    "sic_code": "",
    "license_number": "",
}
CONTACTS = {
    "street": "100 Main St",
    "extended": "Suite 4",
    "city": "Denver",
    "state": "CO",
    "zip_code": "80202",
    "billing_same": "yes",
    "contact_first_name": "Olivia",
    "contact_last_name": "Owens",
    "contact_title": "Director of Operations",
    "contact_email": "olivia@acme.example",
    "contact_phone": "(303) 555-0142",
    "billing_contact_same": "yes",
    "notification_email": "",
}
CALLS: dict[str, Any] = {
    "call_purpose": "Appointment reminders to patients who asked for them.",
    "calls_per_day": "2500",
    "products": ["contact_center"],
    "number_groups": "",
    "uses_byoc": "no",
    "byoc_carriers": "",
}
PRACTICES = dict.fromkeys(PracticesForm.base_fields, "yes")
ANSWERS: dict[SectionKey, dict[str, Any]] = {
    SectionKey.BUSINESS: BUSINESS,
    SectionKey.CONTACTS: CONTACTS,
    SectionKey.CALLS: CALLS,
    SectionKey.PRACTICES: PRACTICES,
}


def address(service: EnrolledService, step: str = "") -> str:
    return f"/services/{service}/enroll/{step}/" if step else f"/services/{service}/enroll/"


def post_step(
    client: Client, service: EnrolledService, key: SectionKey, answers: dict[str, Any] | None = None, **more: Any
) -> HttpResponse:
    """Post one part of the form as its page does, by default from the version that is kept."""
    data = {**(ANSWERS[key] if answers is None else answers), "go": "next", **more}
    if "version" not in data:
        data["version"] = version_on(client, service, key)
    return client.post(address(service, key), data)  # type: ignore[return-value]


def version_on(client: Client, service: EnrolledService, key: SectionKey) -> str:
    """Return the version that the page of a part is drawn from."""
    return str(client.get(address(service, key)).context["version"])


def fill(
    account: Account,
    service: EnrolledService,
    user: User,
    *,
    now: datetime | None = None,
    **changes: Any,
) -> None:
    """Keep good answers to every question that the service asks, but for `changes`, and sign the letter."""
    now = now or timezone.now()
    keys = list(SectionKey) if service == MONITORING else list(SectionKey)[:3]
    with account_scope(account):
        for key in keys:
            answers = {name: changes.get(name, answer) for name, answer in ANSWERS[key].items()}
            kept = profile.profile_of(account)
            form = SECTIONS[key](answers, judged=True, facts=facts_of(kept))
            form.is_valid()
            based_on = kept.sections[key].version if key in kept.sections else 0
            drafts.save_section(account, service, key, form.kept(), based_on=based_on, actor=user, now=now)
        sign(account, user, now=now)


def sign(account: Account, user: User, *, now: datetime) -> None:
    """Sign the letter of what is kept, by a typed name."""
    with account_scope(account):
        letters.sign(
            account,
            profile.profile_of(account).values,
            method=SigningMethod.TYPED,
            name="Olivia Owens",
            title="Director of Operations",
            picture=signatures.typed_picture("Olivia Owens"),
            actor=user,
            now=now,
        )


def submit(account: Account, service: EnrolledService, user: User, **changes: Any) -> Enrollment:
    """Fill everything in and hand it in."""
    now = timezone.now()
    fill(account, service, user, now=now, **changes)
    with account_scope(account):
        application = application_of(profile.profile_of(account), service)
        assert application is not None
        return submission.submit(account, service, application, actor=user, now=now)


def enrollment_of(account: Account, service: EnrolledService) -> Enrollment:
    """Return the enrollment as it is now."""
    with account_scope(account):
        return Enrollment.objects.select_related("account").get(service=service)


def decide(enrollment: Enrollment, move: str, reviewer: User, *, text: str = "Please correct this.") -> None:
    """Take an application and decide about it."""
    now = timezone.now()
    review.claim(enrollment, reviewer=reviewer, now=now)
    if move == "approve":
        review.approve(enrollment, reviewer=reviewer, now=now)
    else:
        reasons = [{"code": "records_differ", "text": text, "field": ""}]
        {"ask": review.ask, "reject": review.reject}[move](enrollment, reviewer=reviewer, reasons=reasons, now=now)
