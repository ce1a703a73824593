"""What the tests of vetting, proof and ownership share: an account at the simulator, its application, its errands."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Account
from common.scope import account_scope, all_accounts
from enrollment.models import (
    Attachment,
    EnrolledService,
    Enrollment,
    EnrollmentState,
    Letter,
    OutgoingMail,
    ProviderAccount,
    ProviderErrand,
)
from enrollment.provider_states import ErrandKind
from enrollment.services import errand_turns, errands, provider_access, vetting
from enrollment.states import AttachmentKind, SigningMethod
from tests.simulator import RunningSimulator

ANSWERS: dict[str, Any] = {
    "legal_name": "Acme Plumbing LLC",
    "trading_name": "Acme Plumbing",
    "organization_type": "commercial",
    "legal_form": "llc",
    "ein": "12-3456789",
    "industry": "technology",
    "employees": "51-200",
    "incorporated_in": "Delaware",
    "website": "https://www.acme.example",
    "contact_first_name": "Sam",
    "contact_last_name": "Org",
    "contact_title": "Lead",
    "contact_email": "sam@acme.example",
    "contact_phone": "+13125550100",
    "billing_contact_same": "yes",
    "street": "100 Main St",
    "city": "Chicago",
    "state": "IL",
    "zip_code": "60601",
    "billing_same": "yes",
}
REVIEWED = 5 * 3600  # simulated seconds after which both gates and the proof have been decided
DEADLINE = 2.0


@pytest.fixture
def key(own_simulator: RunningSimulator, settings: Settings) -> str:
    """The key of a provider account without a business."""
    settings.OUTBOUND_ALLOW = [own_simulator.pair]
    settings.PROVIDER_DEADLINE = DEADLINE
    return own_simulator.key(prefix="vetting-empty")


@pytest.fixture
def named(globex: Account, own_simulator: RunningSimulator, key: str) -> Account:
    """An account that has named the simulator as its provider, and is not enrolled."""
    name_simulator(globex, own_simulator, key)
    return globex


def name_simulator(account: Account, simulator: RunningSimulator, key: str) -> ProviderAccount:
    """Name the simulator as the account's provider, where it has no business yet."""
    now = timezone.now()
    with account_scope(account):
        named = ProviderAccount.objects.create(
            account=account,
            provider="telnyx",
            settings={"base_url": f"{simulator.url}/v2"},
            created_at=now,
            vetting_since=now,
        )
        provider_access.set_secret(named, key)
    return named


def make_file(account: Account, kind: AttachmentKind, filename: str = "letter.pdf") -> Attachment:
    """Keep a small PDF."""
    content = b"%PDF-1.4 signed"
    with account_scope(account):
        return Attachment.objects.create(
            account=account,
            kind=kind,
            filename=filename,
            content_type="application/pdf",
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            content=content,
            uploaded_at=timezone.now(),
        )


def make_letter(account: Account, filename: str = "letter.pdf") -> Letter:
    """Keep a signed letter of authorization."""
    with account_scope(account):
        return Letter.objects.create(
            account=account,
            pdf=make_file(account, AttachmentKind.LETTER, filename),
            method=SigningMethod.TYPED,
            signer_name="Sam Org",
            signer_title="Lead",
            signed_at=timezone.now(),
            digest="0" * 64,
        )


def apply_for(
    account: Account,
    service: EnrolledService,
    *,
    letter: Letter | None = None,
    proofs: tuple[str, ...] = (),
    **answers: Any,
) -> Enrollment:
    """Make an application that a reviewer has approved and that waits for the provider, and start its vetting."""
    with account_scope(account), transaction.atomic():
        enrollment: Enrollment
        enrollment, _ = Enrollment.objects.get_or_create(
            account=account, service=service, defaults={"state_since": timezone.now()}
        )
        enrollment.application = {"values": ANSWERS | answers, "proofs": list(proofs)}
        enrollment.letter = letter or make_letter(account)
        enrollment.save(update_fields=["application", "letter"])
        for move in (["correct"] if enrollment.state == EnrollmentState.REJECTED else []) + ["submit", "claim", "vet"]:
            getattr(enrollment, move)()
            enrollment.save(update_fields=["state"])
        vetting.start_vetting(enrollment, now=timezone.now())
    return enrollment


def run_errand(account: Account, kind: ErrandKind = ErrandKind.VETTING) -> ProviderErrand:
    """Make an errand due, claim it as the tick does, and run it as a worker does."""
    now = timezone.now()
    with all_accounts():
        ProviderErrand.objects.filter(account=account, kind=kind).update(due_at=now, lease_until=None)
        claims = dict(errands.claim_due(now=now + timedelta(seconds=1)))
        errand = ProviderErrand.objects.get(account=account, kind=kind)
        errand_turns.run_errand(errand.pk, claims[errand.pk], timezone.now)
        errand.refresh_from_db()
    return errand


def become_approved(account: Account, simulator: RunningSimulator) -> None:
    """Have both gates decided, and the portal see it."""
    apply_for(account, EnrolledService.REGISTRATION)
    run_errand(account)
    simulator.control("advance", seconds=REVIEWED)
    run_errand(account)


def provider_of(account: Account) -> ProviderAccount:
    """Read what the account's provider said, anew from the database."""
    with account_scope(account):
        return ProviderAccount.objects.get()


def state_of(enrollment: Enrollment) -> str:
    """Read an enrollment's state anew from the database."""
    with account_scope(enrollment.account_id):
        return str(Enrollment.objects.get(pk=enrollment.pk).state)


def reasons_of(enrollment: Enrollment) -> list[str]:
    """Read why an enrollment was sent back."""
    with account_scope(enrollment.account_id):
        return [one["text"] for one in Enrollment.objects.get(pk=enrollment.pk).reasons]


def mail_to(account: Account, kind: str) -> list[str]:
    """Return the texts of the messages of one kind that an account got."""
    with account_scope(account):
        return list(OutgoingMail.objects.filter(kind=kind).order_by("pk").values_list("body", flat=True))


def charges(simulator: RunningSimulator, key: str) -> list[tuple[str, int]]:
    """Return what the provider would have billed: kind and how many, oldest first."""
    return [(one["kind"], one["count"]) for one in simulator.billed(key)]
