"""The provider's vetting of a business, over HTTP to the simulator: each step, both gates, and nothing billed twice."""

from __future__ import annotations

import pytest
from django.utils import timezone

from accounts.models import Account
from common.scope import account_scope
from enrollment.models import EnrolledService, Enrollment, EnrollmentEvent, EnrollmentState, Letter
from enrollment.provider_states import GateState, Vetting
from enrollment.services import provider_access, provider_settings, vetting
from tests.enrollment.vetting_world import (
    ANSWERS,
    REVIEWED,
    apply_for,
    become_approved,
    charges,
    key,
    make_letter,
    named,
    provider_of,
    reasons_of,
    run_errand,
    state_of,
)
from tests.simulator import RunningSimulator

pytestmark = pytest.mark.django_db
__all__ = ["key", "named"]
MONITORING, REGISTRATION = EnrolledService.MONITORING, EnrolledService.REGISTRATION
ENABLED = [("monitoring", 1)]


def posts(simulator: RunningSimulator, end: str) -> int:
    return sum(one["method"] == "POST" and one["path"].endswith(end) for one in simulator.seen())


def test_an_approved_application_is_sent_and_waits_for_both_gates(
    named: Account, own_simulator: RunningSimulator, key: str
) -> None:
    enrollment = apply_for(named, REGISTRATION)
    errand = run_errand(named)
    provider = provider_of(named)
    assert provider.vetting == Vetting.WAITING
    assert (provider.business_gate, provider.letter_gate) == (GateState.PENDING, GateState.PENDING)
    assert (state_of(enrollment), errand.last_error) == (EnrollmentState.PROVIDER_VETTING, "")
    assert errand.due_at is not None
    assert charges(own_simulator, key) == ENABLED


def test_each_gate_is_shown_and_both_must_open(named: Account, own_simulator: RunningSimulator) -> None:
    enrollment = apply_for(named, REGISTRATION)
    run_errand(named)
    own_simulator.control("advance", seconds=3600)
    run_errand(named)
    provider = provider_of(named)
    assert (provider.business_gate, provider.letter_gate) == (GateState.APPROVED, GateState.PENDING)
    assert state_of(enrollment) == EnrollmentState.PROVIDER_VETTING
    own_simulator.control("advance", seconds=REVIEWED)
    run_errand(named)
    access = provider_access.registrar_for(named)
    assert state_of(enrollment) == EnrollmentState.APPROVED
    assert access is not None
    assert access.ready


def test_the_decision_leaves_a_line_in_the_history(named: Account, own_simulator: RunningSimulator) -> None:
    enrollment = apply_for(named, REGISTRATION)
    run_errand(named)
    own_simulator.control("advance", seconds=REVIEWED)
    run_errand(named)
    with account_scope(named):
        event = EnrollmentEvent.objects.filter(enrollment=enrollment).latest("at")
    assert (event.from_state, event.to_state) == ("provider_vetting", "approved")
    assert event.actor is None


def test_the_second_service_is_approved_without_another_call_that_changes_something(
    named: Account, own_simulator: RunningSimulator, key: str
) -> None:
    letter = make_letter(named)
    apply_for(named, REGISTRATION, letter=letter)
    run_errand(named)
    own_simulator.control("advance", seconds=REVIEWED)
    run_errand(named)
    before = posts(own_simulator, "")
    second = apply_for(named, MONITORING, letter=letter)
    run_errand(named)
    assert state_of(second) == EnrollmentState.APPROVED
    assert posts(own_simulator, "") == before
    assert charges(own_simulator, key) == ENABLED


def test_both_services_that_wait_together_are_decided_together(named: Account, own_simulator: RunningSimulator) -> None:
    letter = make_letter(named)
    both = [apply_for(named, service, letter=letter) for service in EnrolledService]
    run_errand(named)
    own_simulator.control("advance", seconds=REVIEWED)
    run_errand(named)
    assert [state_of(one) for one in both] == [EnrollmentState.APPROVED, EnrollmentState.APPROVED]


def test_a_rejected_business_comes_back_with_the_providers_reasons_and_is_corrected(
    named: Account, own_simulator: RunningSimulator, key: str
) -> None:
    letter = make_letter(named)
    enrollment = apply_for(named, REGISTRATION, letter=letter, legal_name="Reject Me LLC")
    run_errand(named)
    own_simulator.control("advance", seconds=REVIEWED)
    run_errand(named)
    assert state_of(enrollment) == EnrollmentState.REJECTED
    assert reasons_of(enrollment) == ["Business details could not be verified"]
    corrected = apply_for(named, REGISTRATION, letter=letter, legal_name="Accept Me LLC")
    run_errand(named)
    assert provider_of(named).vetting == Vetting.WAITING
    own_simulator.control("advance", seconds=REVIEWED)
    run_errand(named)
    assert state_of(corrected) == EnrollmentState.APPROVED
    assert len(own_simulator.call("GET", "/enterprises", key).json()["data"]) == 1
    assert charges(own_simulator, key) == ENABLED * 2


def test_a_rejected_letter_is_replaced_without_enabling_again(
    named: Account, own_simulator: RunningSimulator, key: str
) -> None:
    enrollment = apply_for(named, REGISTRATION, letter=make_letter(named, "unsigned.pdf"))
    run_errand(named)
    own_simulator.control("advance", seconds=REVIEWED)
    run_errand(named)
    assert reasons_of(enrollment) == [vetting.LETTER_REFUSED.text]
    with account_scope(named):
        assert enrollment.letter is not None
        assert Letter.objects.get(pk=enrollment.letter.pk).digest == ""
    again = apply_for(named, REGISTRATION)
    run_errand(named)
    own_simulator.control("advance", seconds=REVIEWED)
    run_errand(named)
    assert state_of(again) == EnrollmentState.APPROVED
    assert charges(own_simulator, key) == ENABLED


def test_a_business_that_changed_is_told_to_the_provider_and_stays_approved(
    named: Account, own_simulator: RunningSimulator, key: str
) -> None:
    letter = make_letter(named)
    apply_for(named, REGISTRATION, letter=letter)
    run_errand(named)
    own_simulator.control("advance", seconds=REVIEWED)
    run_errand(named)
    second = apply_for(named, MONITORING, letter=letter, website="https://new.acme.example")
    run_errand(named)
    (told,) = own_simulator.call("GET", "/enterprises", key).json()["data"]
    assert told["website"] == "https://new.acme.example"
    assert state_of(second) == EnrollmentState.APPROVED
    assert charges(own_simulator, key) == ENABLED


def test_what_the_provider_refuses_to_take_comes_back_as_reasons(named: Account) -> None:
    enrollment = apply_for(named, REGISTRATION, industry="alchemy", contact_phone="1" * 40)
    run_errand(named)
    assert state_of(enrollment) == EnrollmentState.REJECTED
    with account_scope(named):
        reasons = Enrollment.objects.get(pk=enrollment.pk).reasons
    assert [(one["code"], one["field"]) for one in reasons] == [("provider", "industry"), ("provider", "contact_phone")]


def test_a_business_that_is_there_already_is_found_and_not_made_again(
    named: Account, own_simulator: RunningSimulator, key: str
) -> None:
    apply_for(named, REGISTRATION)
    run_errand(named)
    with account_scope(named):
        provider = provider_of(named)
        known, provider.business = provider.business, ""
        provider.vetting = Vetting.TERMS
        provider.save(update_fields=["business", "vetting"])
    run_errand(named)
    assert provider_of(named).business == known
    assert charges(own_simulator, key) == ENABLED


def test_without_a_letter_nothing_is_switched_on(named: Account, own_simulator: RunningSimulator, key: str) -> None:
    enrollment = apply_for(named, REGISTRATION)
    with account_scope(named):
        provider = provider_of(named)
        provider.letter = None
        provider.save(update_fields=["letter"])
    run_errand(named)
    assert reasons_of(enrollment) == [vetting.NO_LETTER]
    assert charges(own_simulator, key) == []


def test_a_provider_that_switched_the_service_off_is_noticed_at_the_daily_look(
    named: Account, own_simulator: RunningSimulator, key: str
) -> None:
    apply_for(named, REGISTRATION)
    run_errand(named)
    own_simulator.control("advance", seconds=REVIEWED)
    run_errand(named)
    business = provider_of(named).business
    own_simulator.call("DELETE", f"/enterprises/{business}/reputation", key)
    with account_scope(named):
        provider = provider_of(named)
        provider.gates_read_at = None
        provider.save(update_fields=["gates_read_at"])
    run_errand(named)
    provider = provider_of(named)
    assert (provider.vetting, provider.reasons, provider.is_ready) == (Vetting.REJECTED, [vetting.GONE.text], False)


def test_a_business_that_was_approved_before_a_provider_was_named_is_sent_there(
    globex: Account, own_simulator: RunningSimulator, key: str
) -> None:
    with account_scope(globex):
        enrollment = Enrollment.objects.create(
            account=globex,
            service=REGISTRATION,
            state=EnrollmentState.APPROVED,
            state_since=timezone.now(),
            application={"values": ANSWERS},
            letter=make_letter(globex),
        )
    address = {"base_url": f"{own_simulator.url}/v2"}
    provider_settings.name_provider(
        globex, provider="telnyx", settings=address, secret=key, actor=None, now=timezone.now()
    )
    run_errand(globex)
    own_simulator.control("advance", seconds=REVIEWED)
    run_errand(globex)
    assert provider_of(globex).is_ready
    assert state_of(enrollment) == EnrollmentState.APPROVED
    assert charges(own_simulator, key) == ENABLED


def test_another_key_has_the_business_told_again_without_a_charge_where_it_is_known(
    named: Account, own_simulator: RunningSimulator, key: str
) -> None:
    become_approved(named, own_simulator)
    settings = provider_of(named).settings
    provider_settings.name_provider(
        named, provider="telnyx", settings=settings, secret=key, actor=None, now=timezone.now()
    )
    assert provider_of(named).vetting == Vetting.TERMS
    run_errand(named)
    assert provider_of(named).vetting == Vetting.APPROVED
    assert charges(own_simulator, key) == ENABLED
