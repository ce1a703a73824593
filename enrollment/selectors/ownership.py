"""Whether numbers that are hosted elsewhere (BYOC) are shown to be the business's, and what their provider asks."""

from __future__ import annotations

from accounts.models import Account
from common.scope import account_scope
from enrollment.models import Attachment, Enrollment, ProviderAccount
from enrollment.provider_states import Proof
from enrollment.states import AttachmentKind, EnrollmentState
from providers import registry


def has_ownership_proof(account: Account) -> bool:
    """Tell whether proof for the account's BYOC numbers is accepted (R18, D27).

    The account's provider decides. Without one, the reviewer who approved an enrollment saw the proof.
    """
    with account_scope(account):
        named = ProviderAccount.objects.first()
        return named.proof == Proof.APPROVED if named is not None else _reviewed_proof()


def _reviewed_proof() -> bool:
    approved = Enrollment.objects.filter(state=EnrollmentState.APPROVED).values_list("state_since", flat=True)
    latest = max(approved, default=None)
    proofs = Attachment.objects.filter(kind=AttachmentKind.PROOF, removed_at=None)
    return latest is not None and proofs.filter(uploaded_at__lte=latest).exists()


def refuses_hosted_toll_free(account: Account) -> bool:
    """Tell whether the account's provider takes no toll-free numbers that are hosted elsewhere (D27)."""
    with account_scope(account):
        named = ProviderAccount.objects.first()
    kind = registry.SERVICES.get(named.provider) if named is not None else None
    return kind is not None and not kind.takes_hosted_toll_free
