"""The provider's vetting of a business, after the reviewer's approval: step by step, nothing billed twice (D13).

Accept the terms > send or correct the business > hand in the letter and switch the service on > wait for both gates.
Each step is one that may be repeated, or is looked up first; what it brought is recorded before the next begins. One
vetting serves both services of an account: the second approval changes nothing at the provider unless the business has.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta

from django.conf import settings

from accounts.models import Account
from enrollment import application
from enrollment.models import Enrollment, Letter, ProviderAccount
from enrollment.provider_states import ErrandKind, GateState, Proof, Vetting
from enrollment.services import errands, ownership_proof, provider_access, vetting_outcome
from enrollment.services.errands import Turn
from enrollment.services.provider_access import RegistrarAccess
from enrollment.services.vetting_outcome import Reason
from enrollment.states import EnrollmentState, ReasonCode
from providers.business import Business, File, Gate, RegistrarStatus
from providers.errors import FieldsRefused, OutcomeUnknown, ProviderError, Refused, Temporary

GATES = {Gate.PENDING: GateState.PENDING, Gate.APPROVED: GateState.APPROVED, Gate.REJECTED: GateState.REJECTED}
AT_ONCE = timedelta(0)
SHORTEST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=5)
LOOKED_AT_AGAIN = timedelta(days=1)
GONE = Reason("The provider no longer has the service switched on for the business.")
NO_LETTER = "There is no signed letter of authorization. Sign it, and submit the enrollment again."
LETTER_REFUSED = Reason("The provider did not accept the letter of authorization.", code=ReasonCode.LETTER)
NO_REASON = Reason("The provider did not approve the business and gave no reason.")
NOT_LISTED = "The provider says that it has the business already, and does not list it. It will be looked for again."
LOOKED_FOR = 8  # times, over some minutes; then it belongs to another customer of the provider
LOOKING_UP = "It is being looked up whether the provider has switched the service on."


def provider_vets(account: Account) -> bool:
    """Tell whether the account's provider must agree before an enrollment is approved (D13)."""
    return provider_access.names_provider(account)


def start_vetting(enrollment: Enrollment, *, now: datetime) -> None:
    """Have the account's provider vet what a reviewer approved; a worker makes the calls.

    Needs a transaction and the account's scope. The enrollment, in provider_vetting, is decided by `vetting_outcome`.
    """
    account = enrollment.account
    named = ProviderAccount.objects.select_for_update().get()
    record = asdict(application.business_of(enrollment.application["values"], reference=str(account.uuid)))
    stands = named.vetting not in (Vetting.NONE, Vetting.REJECTED)
    if not stands or (named.record, named.letter_id) != (record, enrollment.letter_id):
        named.record, named.letter = record, enrollment.letter
        named.vetting, named.vetting_since, named.reasons = Vetting.TERMS, now, []
        named.save(update_fields=["record", "letter", "vetting", "vetting_since", "reasons"])
    errands.want(account, ErrandKind.VETTING, now=now)
    if enrollment.application.get("proofs"):
        ownership_proof.hand_in(account, actor=None, now=now)


def vet_what_is_approved(account: Account, *, now: datetime) -> bool:
    """Send a business that was approved before its account named a provider; False when there is none.

    Needs a transaction and the account's scope. The enrollments stay approved: only the provider's gates are asked for.
    """
    approved = Enrollment.objects.filter(state=EnrollmentState.APPROVED, letter__isnull=False)
    newest = approved.select_related("account").order_by("-state_since").first()
    if newest is None or "values" not in newest.application:
        return False
    start_vetting(newest, now=now)
    return True


def take_step(turn: Turn, access: RegistrarAccess, *, now: datetime) -> timedelta | None:
    """Make the call that is next and record what it brought.

    Returns how long to wait then; None when nothing is left to do. Raises what a provider raises.
    """
    named = ProviderAccount.objects.select_related("letter__pdf").get()
    step = STEPS.get(Vetting(named.vetting))
    return step(turn, access, named, now) if step else None


# Steps --------------------------------------------------------------------------------------------------------------


def _accept_terms(turn: Turn, access: RegistrarAccess, named: ProviderAccount, now: datetime) -> timedelta:
    access.registrar.accept_terms()
    return _go_on(turn, named, to=Vetting.BUSINESS, now=now)


def _send_business(turn: Turn, access: RegistrarAccess, named: ProviderAccount, now: datetime) -> timedelta:
    """Correct the business that is there, or create it."""
    business = Business.from_dict(named.record)
    reference = named.business
    if not reference or not _is_corrected(access, reference, business):
        reference = access.registrar.find_business(business) or _create(turn, access, business)
        _is_corrected(access, reference, business)
    return _go_on(turn, named, to=Vetting.LETTER, now=now, business=reference)


def _is_corrected(access: RegistrarAccess, reference: str, business: Business) -> bool:
    """Tell the provider the business as it is now; False when it does not know it any more."""
    try:
        access.registrar.update_business(reference, business)
    except Refused as error:
        if error.status == 404:
            return False
        raise
    return True


def _create(turn: Turn, access: RegistrarAccess, business: Business) -> str:
    """Create the business, free of charge; one of an earlier call without an answer is found before or after."""
    try:
        return access.registrar.create_business(business)
    except OutcomeUnknown as error:
        raise Temporary(error.message) from error
    except Refused as error:
        if error.status != 409:
            raise
        found = access.registrar.find_business(business)
        if found is None and turn.failures < LOOKED_FOR:
            raise Temporary(NOT_LISTED) from error
        if found is None:
            raise
        return found


def _hand_in_letter(turn: Turn, access: RegistrarAccess, named: ProviderAccount, now: datetime) -> timedelta:
    """Switch the service on with the signed letter, or hand in another letter; only what is not there yet."""
    status = access.registrar.status(named.business)
    if status is None or _is_old_rejection(turn, named, status):
        status = _enable(turn, access, named, now)
    elif status.letter is not Gate.APPROVED and named.letter_id != named.letter_sent_id:
        status = access.registrar.replace_letter(named.business, signed_letter=_letter_of(named))
    with errands.recording(turn, now=now):
        errands.settle_call(turn)
        if named.proof == Proof.QUEUED:
            errands.want(turn.account, ErrandKind.PROOF, now=now)
        return _go_on(turn, named, to=Vetting.WAITING, now=now, letter_sent=named.letter, **_gates(status, now))


def _is_old_rejection(turn: Turn, named: ProviderAccount, status: RegistrarStatus) -> bool:
    """Tell a rejection that a new application replaces from one that our own unanswered call has met since."""
    ours = turn.called_at is not None and status.created_at not in (None, named.enabled_at)
    return status.business is Gate.REJECTED and not ours


def _enable(turn: Turn, access: RegistrarAccess, named: ProviderAccount, now: datetime) -> RegistrarStatus:
    """The billed call: noted before it is made; after an unknown outcome made again only once it cannot arrive."""
    letter = _letter_of(named)
    settled = timedelta(seconds=2 * settings.PROVIDER_DEADLINE)  # the call itself may have taken the first half
    if turn.called_at is not None and now < turn.called_at + settled:
        raise Temporary(LOOKING_UP)
    errands.note_call(turn, now=now)
    try:
        return access.registrar.enable(named.business, signed_letter=letter)
    except OutcomeUnknown:
        raise
    except ProviderError:
        with errands.recording(turn, now=now):
            errands.settle_call(turn)
        raise


def _letter_of(named: ProviderAccount) -> File:
    """Return the signed letter. Raises Refused in words when there is none."""
    if named.letter is None:
        raise Refused(NO_LETTER)
    return File(named.letter.pdf.filename, bytes(named.letter.pdf.content))


def _read_gates(turn: Turn, access: RegistrarAccess, named: ProviderAccount, now: datetime) -> timedelta | None:
    """See what the provider has decided: both gates must open, and either can close."""
    status = access.registrar.status(named.business)
    outcome = _outcome(status)
    if outcome is None:
        with errands.recording(turn, now=now):
            ProviderAccount.objects.update(**_gates(status, now))
        return _until_next_look(named, now)
    return _decide(turn, named, outcome, _reasons(status), now=now, **_gates(status, now))


def _outcome(status: RegistrarStatus | None) -> Vetting | None:
    """None while it is open. A rejected letter waits for the word on the business: all reasons come together."""
    if status is None or status.business is Gate.REJECTED:
        return Vetting.REJECTED
    if status.business is Gate.PENDING or status.letter is Gate.PENDING:
        return None
    return Vetting.APPROVED if status.approved else Vetting.REJECTED


def _reasons(status: RegistrarStatus | None) -> list[Reason]:
    if status is None:
        return [GONE]
    reasons = [Reason(words) for words in status.reasons] if status.business is Gate.REJECTED else []
    if status.business is Gate.REJECTED and not reasons:
        reasons = [NO_REASON]
    return reasons + ([LETTER_REFUSED] if status.letter is Gate.REJECTED else [])


def _until_next_look(named: ProviderAccount, now: datetime) -> timedelta:
    """The longer it takes already, the longer the wait: the vetting takes minutes, the letter hours."""
    return min(max((now - named.vetting_since) / 8, SHORTEST_WAIT), LONGEST_WAIT)


def _look_again(turn: Turn, access: RegistrarAccess, named: ProviderAccount, now: datetime) -> timedelta | None:
    """Once approved: let in what has been approved here since, and see once a day whether it still holds."""
    with errands.recording(turn, now=now):
        vetting_outcome.decide(turn.account, Vetting.APPROVED, [], now=now)
    since = now - named.gates_read_at if named.gates_read_at else LOOKED_AT_AGAIN
    if since < LOOKED_AT_AGAIN:
        return LOOKED_AT_AGAIN - since
    return _read_gates(turn, access, named, now)


Step = Callable[[Turn, RegistrarAccess, ProviderAccount, datetime], timedelta | None]
STEPS: dict[Vetting, Step] = {
    Vetting.TERMS: _accept_terms,
    Vetting.BUSINESS: _send_business,
    Vetting.LETTER: _hand_in_letter,
    Vetting.WAITING: _read_gates,
    Vetting.APPROVED: _look_again,
}


# Records ------------------------------------------------------------------------------------------------------------


def reject(turn: Turn, error: Refused, *, now: datetime) -> None:
    """Record that the provider refused what was sent: the business corrects it and submits again."""
    fields = error.fields if isinstance(error, FieldsRefused) else ()
    reasons = [Reason(words, field) for field, words in fields] or [Reason(one) for one in error.details]
    reasons = reasons or [Reason(error.message)]
    with errands.recording(turn, now=now):
        named = ProviderAccount.objects.get()
        if named.vetting in STEPS:
            _decide(turn, named, Vetting.REJECTED, reasons, now=now)


def _decide(
    turn: Turn, named: ProviderAccount, outcome: Vetting, reasons: list[Reason], *, now: datetime, **facts: object
) -> timedelta | None:
    """Record the provider's decision together with what follows for the enrollments that wait for it."""
    with errands.recording(turn, now=now):
        ProviderAccount.objects.update(**facts)
        if named.vetting != outcome and not _moved(named, outcome, now, reasons=[one.text for one in reasons]):
            return AT_ONCE
        if LETTER_REFUSED in reasons:
            _ask_for_another_letter(named)
        vetting_outcome.decide(turn.account, outcome, reasons, now=now)
    return LOOKED_AT_AGAIN if outcome is Vetting.APPROVED else None


def _ask_for_another_letter(named: ProviderAccount) -> None:
    """Make the refused letter one of other facts: the form asks for a new signature then."""
    if named.letter is not None:
        Letter.objects.filter(pk=named.letter.pk).update(digest="")


def _go_on(turn: Turn, named: ProviderAccount, *, to: Vetting, now: datetime, **facts: object) -> timedelta:
    """Record what a step brought, whatever else has happened: what the provider was told does not become untrue."""
    with errands.recording(turn, now=now):
        ProviderAccount.objects.update(**facts)
        _moved(named, to, now)
    return AT_ONCE


def _moved(named: ProviderAccount, to: Vetting, now: datetime, **facts: object) -> bool:
    """Move on; False when the vetting was begun anew meanwhile, which then goes from its own beginning."""
    mine = ProviderAccount.objects.filter(vetting=named.vetting, vetting_since=named.vetting_since)
    return mine.update(vetting=to, vetting_since=now, **facts) == 1


def _gates(status: RegistrarStatus | None, now: datetime) -> dict[str, object]:
    if status is None:
        return {"business_gate": GateState.UNKNOWN, "letter_gate": GateState.UNKNOWN, "gates_read_at": now}
    business, letter = GATES[status.business], GATES[status.letter]
    return {
        "business_gate": business,
        "letter_gate": letter,
        "gates_read_at": now,
        "enabled_at": status.created_at,
    }
