"""The demo's provider: both accounts name the simulator, acme with an approved business there, globex with none yet."""

from __future__ import annotations

from datetime import datetime

from accounts.models import Account
from common.scope import account_scope
from enrollment.models import ProviderAccount
from enrollment.provider_states import ErrandKind, GateState, Proof, Vetting
from enrollment.services import errands, provider_access, provider_settings
from providers.simulator.state import enterprise_id
from reputation_portal.demo.feeds import demo_key

PROVIDER = "telnyx"
ENROLLED = ("acme",)


def name_providers(accounts: dict[str, Account], *, counts: dict[str, int], address: str, now: datetime) -> None:
    """Name the simulator as the provider of both accounts, or point them to where it listens now."""
    for slug, account in accounts.items():
        key = demo_key(slug, counts[slug]) if slug in ENROLLED else newcomers_key(slug, counts[slug])
        settings = {"base_url": f"{address}/v2"}
        named = provider_access.provider_account_of(account)
        if named is None or named.settings != settings:
            secret = "" if named else key
            provider_settings.name_provider(
                account, provider=PROVIDER, settings=settings, secret=secret, actor=None, now=now
            )
        if slug in ENROLLED and named is None:
            _open_gates(account, business=enterprise_id(key), now=now)
        elif slug not in ENROLLED:
            _vet_again(account, now=now)


def newcomers_key(slug: str, count: int) -> str:
    """Return the key of a simulated provider account that has no business yet, for enrolling from scratch."""
    return f"demo-{slug}-empty-n{count}"


def _open_gates(account: Account, *, business: str, now: datetime) -> None:
    """Say what the simulator says of the business that its key begins with; numbers of other carriers are proven."""
    with account_scope(account):
        named = ProviderAccount.objects.get()
        for vetting in (Vetting.TERMS, Vetting.BUSINESS, Vetting.LETTER, Vetting.WAITING, Vetting.APPROVED):
            named.vetting = vetting
            named.save(update_fields=["vetting"])
        for proof in (Proof.QUEUED, Proof.APPROVED):
            named.proof = proof
            named.save(update_fields=["proof"])
        named.business, named.business_gate, named.letter_gate = business, GateState.APPROVED, GateState.APPROVED
        named.proof_since = now
        named.save(update_fields=["business", "business_gate", "letter_gate", "proof_since"])
        for kind in (ErrandKind.VETTING, ErrandKind.OWNERSHIP):
            errands.want(account, kind, now=now)


def _vet_again(account: Account, *, now: datetime) -> None:
    """Tell a restarted simulator the business once more: it has forgotten every one that was enrolled by hand."""
    with account_scope(account):
        told = ProviderAccount.objects.filter(vetting__in=[Vetting.WAITING, Vetting.APPROVED])
        if told.update(vetting=Vetting.TERMS, vetting_since=now):
            errands.want(account, ErrandKind.VETTING, now=now)
