"""Registering at Telnyx: business, letter, gates, numbers, proof and ownership, each exchange held to the contract."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace

import pytest

from providers import registry
from providers.base import Registrar
from providers.business import Business, File, Gate, OwnershipState
from providers.errors import FieldsRefused, Misconfigured, OutcomeUnknown, Refused, Temporary
from providers.http import HttpClient
from tests.providers.businesses import ACME, LETTER, SAM, business
from tests.providers.checking_proxy import CheckingProxy, checking
from tests.simulator import RunningSimulator

REVIEWED = 5 * 3600
HELD, HELD_TOO, FOREIGN = "+12125550101", "+13125550102", "+12125550103"
TOLL_FREE_ELSEWHERE = "+18005550101"


@pytest.fixture
def key(own_simulator: RunningSimulator) -> str:
    """A provider account without a business."""
    return own_simulator.key(40, prefix="registrar-empty")


@pytest.fixture
def proxy(own_simulator: RunningSimulator) -> Iterator[CheckingProxy]:
    with checking(own_simulator.url) as running:
        yield running


@pytest.fixture
def registrar(proxy: CheckingProxy, key: str) -> Registrar:
    client = HttpClient(allow=[proxy.pair], deadline=5.0)
    return registry.registrar("telnyx", {"base_url": f"{proxy.url}/v2"}, key, client)


@pytest.fixture
def hasty(own_simulator: RunningSimulator, own_client: HttpClient, key: str) -> Registrar:
    """The same without the proxy, for faults: it gives up after 2 seconds."""
    return registry.registrar("telnyx", {"base_url": f"{own_simulator.url}/v2"}, key, own_client)


def enrolled(registrar: Registrar, simulator: RunningSimulator, **changes: str) -> str:
    """A business with both gates decided."""
    registrar.accept_terms()
    made = registrar.create_business(business(**changes))
    registrar.enable(made, signed_letter=LETTER)
    simulator.control("advance", seconds=REVIEWED)
    return made


def billed(simulator: RunningSimulator, key: str) -> list[tuple[str, int]]:
    return [(one["kind"], one["count"]) for one in simulator.billed(key)]


# The business -------------------------------------------------------------------------------------------------------


def test_a_business_is_made_found_and_corrected(
    registrar: Registrar, own_simulator: RunningSimulator, key: str
) -> None:
    assert registrar.find_business(ACME) is None
    made = registrar.create_business(ACME)
    assert registrar.find_business(business(legal_name="ACME plumbing llc")) == made
    assert registrar.find_business(business(ein="98-7654321")) is None
    registrar.update_business(made, business(website="https://other.example"))
    assert own_simulator.call("GET", f"/enterprises/{made}", key).json()["data"]["website"] == "https://other.example"
    assert billed(own_simulator, key) == []


def test_a_second_business_of_the_same_identity_is_a_conflict(registrar: Registrar) -> None:
    registrar.create_business(ACME)
    with pytest.raises(Refused) as caught:
        registrar.create_business(ACME)
    assert caught.value.status == 409


def test_a_business_is_found_among_more_than_a_page_of_like_names(
    registrar: Registrar, own_simulator: RunningSimulator
) -> None:
    made = [registrar.create_business(business(legal_name=f"Acme {n} LLC", ein=f"12-{n:07}")) for n in range(255)]
    assert registrar.find_business(business(legal_name="Acme 254 LLC", ein="12-0000254")) == made[254]


def test_a_business_goes_to_json_and_back() -> None:
    assert Business.from_dict(asdict(ACME)) == ACME


def test_fields_that_the_provider_refuses_are_told_one_by_one(hasty: Registrar) -> None:
    odd = replace(SAM, email="nobody", phone="1" * 40)
    with pytest.raises(FieldsRefused) as caught:
        hasty.create_business(business(ein="12", industry="alchemy", contact=odd))
    assert caught.value.status == 422
    assert {field for field, _ in caught.value.fields} == {"ein", "industry", "contact.email", "contact.phone"}
    assert all(words and "(" not in words for _, words in caught.value.fields)


def test_the_connection_says_whether_terms_are_accepted(registrar: Registrar) -> None:
    before = registrar.test_connection()
    registrar.accept_terms()
    registrar.accept_terms()
    assert (before.ok, "not accepted yet" in before.message) == (True, True)
    assert "0 businesses. The terms of Number Reputation are accepted." in registrar.test_connection().message


def test_a_bad_key_is_a_matter_for_a_person(own_simulator: RunningSimulator, own_client: HttpClient) -> None:
    bad = registry.registrar("telnyx", {"base_url": f"{own_simulator.url}/v2"}, "bad-key", own_client)
    with pytest.raises(Misconfigured):
        bad.accept_terms()
    assert not bad.test_connection().ok


# Letter and gates ---------------------------------------------------------------------------------------------------


def test_the_letter_is_rendered_unsigned_and_signed(registrar: Registrar) -> None:
    registrar.accept_terms()
    made = registrar.create_business(ACME)
    unsigned = registrar.render_letter(made, signature_png=None, signer="")
    signed = registrar.render_letter(made, signature_png=b"\x89PNG", signer="Sam Org")
    assert unsigned.startswith(b"%PDF")
    assert b"Sam Org" in signed


def test_without_accepted_terms_nothing_is_enabled(
    registrar: Registrar, own_simulator: RunningSimulator, key: str
) -> None:
    made = registrar.create_business(ACME)
    with pytest.raises(Misconfigured, match="terms of service"):
        registrar.enable(made, signed_letter=LETTER)
    assert billed(own_simulator, key) == []


def test_enabling_twice_is_billed_once_and_tells_the_gates(
    registrar: Registrar, own_simulator: RunningSimulator, key: str
) -> None:
    registrar.accept_terms()
    made = registrar.create_business(ACME)
    assert registrar.status(made) is None
    first = registrar.enable(made, signed_letter=LETTER)
    assert (first.business, first.letter) == (Gate.PENDING, Gate.PENDING)
    assert registrar.enable(made, signed_letter=LETTER) == registrar.status(made)
    assert billed(own_simulator, key) == [("monitoring", 1)]


def test_a_refused_business_tells_why_and_may_be_enabled_again(
    registrar: Registrar, own_simulator: RunningSimulator
) -> None:
    made = enrolled(registrar, own_simulator, legal_name="Reject Me LLC")
    status = registrar.status(made)
    assert status is not None
    assert (status.business, status.letter, status.approved) == (Gate.REJECTED, Gate.APPROVED, False)
    assert status.reasons == ("Business details could not be verified",)
    registrar.update_business(made, ACME)
    again = registrar.enable(made, signed_letter=LETTER)
    assert again.business is Gate.PENDING
    assert again.created_at != status.created_at


def test_a_refused_letter_is_replaced_and_an_approved_one_stays(
    registrar: Registrar, own_simulator: RunningSimulator
) -> None:
    registrar.accept_terms()
    made = registrar.create_business(ACME)
    registrar.enable(made, signed_letter=File("unsigned.pdf", LETTER.content))
    own_simulator.control("advance", seconds=REVIEWED)
    assert registrar.replace_letter(made, signed_letter=LETTER).letter is Gate.PENDING
    own_simulator.control("advance", seconds=REVIEWED)
    with pytest.raises(Refused):
        registrar.replace_letter(made, signed_letter=LETTER)


def test_a_person_at_the_simulator_decides_a_gate(registrar: Registrar, own_simulator: RunningSimulator) -> None:
    registrar.accept_terms()
    made = registrar.create_business(ACME)
    registrar.enable(made, signed_letter=LETTER)
    own_simulator.control("decide", enterprise=made, gate="business", outcome="rejected", reason="No such company")
    own_simulator.control("decide", enterprise=made, gate="letter", outcome="approved")
    status = registrar.status(made)
    assert status is not None
    assert (status.business, status.letter, status.reasons) == (Gate.REJECTED, Gate.APPROVED, ("No such company",))


# Numbers ------------------------------------------------------------------------------------------------------------


def test_numbers_are_added_listed_looked_up_and_removed(
    registrar: Registrar, own_simulator: RunningSimulator, key: str
) -> None:
    made = enrolled(registrar, own_simulator)
    results = registrar.add_numbers(made, [HELD, HELD_TOO])
    assert [(one.e164, one.accepted) for one in results] == [(HELD, True), (HELD_TOO, True)]
    assert {one.e164 for one in registrar.numbers(made)} == {HELD, HELD_TOO}
    registrar.remove_number(made, HELD)
    registrar.remove_number(made, HELD)
    found = registrar.number(made, HELD_TOO)
    assert registrar.number(made, HELD) is None
    assert found is not None
    assert not found.hosted_elsewhere
    assert billed(own_simulator, key) == [("monitoring", 1), ("check", 2)]


def test_one_bad_number_fails_the_call_and_is_the_only_one_with_a_reason(
    registrar: Registrar, own_simulator: RunningSimulator, key: str
) -> None:
    made = enrolled(registrar, own_simulator)
    results = registrar.add_numbers(made, [HELD, "+14165550101", HELD_TOO])
    assert [one.accepted for one in results] == [False, False, False]
    assert [one.reason for one in results] == ["", "+14165550101 is not a US phone number.", ""]
    assert billed(own_simulator, key) == [("monitoring", 1)]


def test_numbers_wait_until_both_gates_are_open(registrar: Registrar) -> None:
    registrar.accept_terms()
    made = registrar.create_business(ACME)
    registrar.enable(made, signed_letter=LETTER)
    with pytest.raises(Refused, match="loa_status is pending"):
        registrar.add_numbers(made, [HELD])


@pytest.mark.parametrize("many", [0, 101])
def test_a_call_adds_1_to_100_numbers(hasty: Registrar, many: int) -> None:
    with pytest.raises(ValueError, match="1 to 100"):
        hasty.add_numbers("some", [f"+1212555{n:04}" for n in range(many)])


# Hosted elsewhere ---------------------------------------------------------------------------------------------------


def foreign_number(registrar: Registrar, business: str) -> str:
    """A number that the simulator takes for one of another carrier, added after the proof."""
    for line in range(100):
        e164 = f"+121255501{line:02}"
        (result,) = registrar.add_numbers(business, [e164])
        if "external_verification_required" in result.reason:
            return e164
        registrar.remove_number(business, e164)
    raise AssertionError("Every made-up number is the provider's own.")


def test_numbers_of_other_carriers_need_proof_and_then_are_asked_about(
    registrar: Registrar, own_simulator: RunningSimulator, key: str
) -> None:
    made = enrolled(registrar, own_simulator)
    e164 = foreign_number(registrar, made)
    assert registrar.proof_status(made) is None
    assert registrar.submit_proof(made, [File("invoice.pdf", b"%PDF-1.4")], e164s=[e164]).gate is Gate.PENDING
    own_simulator.control("advance", seconds=REVIEWED)
    proof = registrar.proof_status(made)
    assert proof is not None
    assert proof.gate is Gate.APPROVED
    assert registrar.add_numbers(made, [e164])[0].accepted
    own_simulator.control("ownership", key=key, number=e164, reason="carrier_changed")
    (asked,) = registrar.hosted_elsewhere(made)
    assert (asked.e164, asked.ownership) == (e164, OwnershipState.PENDING_CONFIRMATION)
    assert (asked.reason, asked.confirm_by is not None) == ("carrier_changed", True)
    confirmed = registrar.confirm_ownership(made, e164, still_own=True)
    assert confirmed is not None
    assert confirmed.ownership is OwnershipState.VERIFIED


def test_a_number_that_is_not_owned_any_more_is_removed_and_still_told(
    registrar: Registrar, own_simulator: RunningSimulator
) -> None:
    made = enrolled(registrar, own_simulator)
    e164 = foreign_number(registrar, made)
    registrar.submit_proof(made, [File("invoice.pdf", b"%PDF-1.4")], e164s=[])
    own_simulator.control("advance", seconds=REVIEWED)
    registrar.add_numbers(made, [e164])
    assert registrar.confirm_ownership(made, e164, still_own=False) is None
    assert registrar.confirm_ownership(made, e164, still_own=False) is None
    (removed,) = registrar.hosted_elsewhere(made)
    assert (removed.ownership, removed.reason) == (OwnershipState.REMOVED, "customer_reported")


@pytest.mark.parametrize(
    ("reason", "state"),
    [("carrier_changed", OwnershipState.REMOVED), ("reverification_due", OwnershipState.FLAGGED)],
)
def test_what_is_not_confirmed_in_time_is_removed_or_flagged(
    registrar: Registrar, own_simulator: RunningSimulator, key: str, reason: str, state: OwnershipState
) -> None:
    made = enrolled(registrar, own_simulator)
    e164 = foreign_number(registrar, made)
    registrar.submit_proof(made, [File("invoice.pdf", b"%PDF-1.4")], e164s=[])
    own_simulator.control("advance", seconds=REVIEWED)
    registrar.add_numbers(made, [e164])
    own_simulator.control("ownership", key=key, number=e164, reason=reason)
    own_simulator.control("advance", seconds=4 * 86_400)
    (left,) = registrar.hosted_elsewhere(made)
    assert left.ownership is state


def test_proof_that_shows_nothing_is_refused_with_the_reason(
    registrar: Registrar, own_simulator: RunningSimulator
) -> None:
    made = enrolled(registrar, own_simulator)
    registrar.submit_proof(made, [File("unclear.pdf", b"%PDF-1.4")], e164s=[])
    own_simulator.control("advance", seconds=REVIEWED)
    proof = registrar.proof_status(made)
    assert proof is not None
    assert (proof.gate, proof.reason) == (Gate.REJECTED, "The documents do not show the numbers.")


# Faults -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["lost_answer", "reset", "error_after", "cut_body", "malformed_line"])
def test_billed_calls_without_a_readable_answer_are_unknown(
    hasty: Registrar, own_simulator: RunningSimulator, key: str, fault: str
) -> None:
    hasty.accept_terms()
    made = hasty.create_business(ACME)
    own_simulator.control("faults", name=fault, times=1, method="POST", ends="/reputation")
    with pytest.raises(OutcomeUnknown):
        hasty.enable(made, signed_letter=LETTER)
    own_simulator.control("advance", seconds=REVIEWED)
    own_simulator.control("faults", name=fault, times=1, method="POST", ends="/numbers")
    with pytest.raises(OutcomeUnknown):
        hasty.add_numbers(made, [HELD])
    assert hasty.number(made, HELD) is not None
    assert billed(own_simulator, key) == [("monitoring", 1), ("check", 1)]


@pytest.mark.parametrize("fault", ["lost_answer", "server_error", "rate_limited", "reset", "error_after"])
def test_what_is_free_and_repeatable_is_only_temporary(
    hasty: Registrar, own_simulator: RunningSimulator, fault: str
) -> None:
    made = hasty.create_business(ACME)
    own_simulator.control("faults", name=fault)
    for call in (
        hasty.accept_terms,
        lambda: hasty.update_business(made, ACME),
        lambda: hasty.status(made),
        lambda: hasty.remove_number(made, HELD),
    ):
        with pytest.raises(Temporary):
            call()
