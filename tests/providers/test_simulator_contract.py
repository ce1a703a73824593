"""Every operation of the Telnyx contract, asked of the simulator over HTTP; both halves must fit the OpenAPI file."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
import requests

from tests.providers.openapi import Contract, Exchange
from tests.simulator import RunningSimulator

CONTRACT = Contract()
BUSINESS = {
    "legal_name": "Acme Plumbing LLC",
    "doing_business_as": "Acme Plumbing",
    "organization_type": "commercial",
    "organization_legal_type": "llc",
    "country_code": "US",
    "website": "https://www.acme.example",
    "fein": "12-3456789",
    "industry": "technology",
    "number_of_employees": "51-200",
    "jurisdiction_of_incorporation": "Delaware",
    "organization_contact": {
        "first_name": "Sam",
        "last_name": "Org",
        "email": "sam@acme.example",
        "job_title": "Lead",
        "phone_number": "+13125550100",
    },
    "billing_contact": {
        "first_name": "Alex",
        "last_name": "Bill",
        "email": "bill@acme.example",
        "phone_number": "+13125550101",
    },
    "organization_physical_address": {
        "country": "US",
        "administrative_area": "IL",
        "city": "Chicago",
        "postal_code": "60601",
        "street_address": "100 Main St",
    },
    "billing_address": {
        "country": "US",
        "administrative_area": "IL",
        "city": "Chicago",
        "postal_code": "60601",
        "street_address": "100 Main St",
    },
}


class Caller:
    """Makes requests with one key and holds each exchange against the contract."""

    def __init__(self, simulator: RunningSimulator, key: str) -> None:
        self.simulator, self.key = simulator, key
        self.asked: set[str] = set()

    def __call__(
        self, method: str, path: str, body: Any = None, *, valid: bool = True, **params: Any
    ) -> requests.Response:
        answer = self.simulator.call(method, path, self.key, body, **params)
        address = urlsplit(str(answer.request.url))
        exchange = Exchange(
            method,
            address.path.removeprefix("/v2"),
            address.query,
            _bytes(answer.request.body),
            answer.status_code,
            answer.headers.get("Content-Type", "").partition(";")[0],
            answer.content,
        )
        self.asked.add(CONTRACT.check(exchange, valid_request=valid))
        return answer

    def data(self, method: str, path: str, body: Any = None, **params: Any) -> Any:
        answer = self(method, path, body, **params)
        assert answer.ok, answer.text
        return answer.json()["data"]


def _bytes(body: Any) -> bytes:
    return body.encode() if isinstance(body, str) else body or b""


@pytest.fixture
def call(own_simulator: RunningSimulator) -> Iterator[Caller]:
    """An account with one approved business and 40 numbers."""
    return Caller(own_simulator, "contract-n40")


@pytest.fixture
def newcomer(own_simulator: RunningSimulator) -> Caller:
    """An account that holds nothing yet."""
    return Caller(own_simulator, "contract-empty-n40")


def upload(call: Caller, filename: str = "letter.pdf") -> str:
    content = base64.b64encode(b"%PDF-1.4 signed").decode()
    identity: str = call.data("POST", "/documents", {"file": content, "filename": filename})["id"]
    return identity


def enroll(call: Caller, **changes: Any) -> str:
    """A business with reputation enabled and still pending; gives its id."""
    call.data("POST", "/terms_of_service/number_reputation/agree")
    business: str = call.data("POST", "/enterprises", BUSINESS | changes)["id"]
    call.data("POST", f"/enterprises/{business}/reputation", {"loa_document_id": upload(call)})
    return business


def approve(call: Caller) -> None:
    call.simulator.control("advance", seconds=5 * 3600)


def test_all_operations_of_the_contract_are_there_and_fit(call: Caller, newcomer: Caller) -> None:
    walk_onboarding(newcomer)
    walk_numbers(call)
    walk_remediation(call)
    walk_leaving(newcomer)
    assert newcomer.asked | call.asked == set(CONTRACT.operations)


def walk_onboarding(call: Caller) -> None:
    call("GET", "/terms_of_service/info")
    assert call.data("GET", "/terms_of_service/status", product_type="number_reputation")["agreement_required"]
    business = enroll(call)
    agreement = call.data("GET", "/terms_of_service/agreements", product_type="number_reputation")[0]["id"]
    call.data("GET", f"/terms_of_service/agreements/{agreement}")
    call.data("GET", "/enterprises")
    call.data("GET", f"/enterprises/{business}")
    call.data("PUT", f"/enterprises/{business}", {"doing_business_as": "Acme Pipes"})
    document = upload(call, "proof.pdf")
    call.data("GET", f"/documents/{document}")
    assert call("GET", f"/documents/{document}/download").content.startswith(b"%PDF")
    base = f"/enterprises/{business}/reputation"
    assert call("POST", base + "/loa", {}).content.startswith(b"%PDF")
    assert call.data("PATCH", base + "/loa", {"loa_document_id": upload(call)})["loa_status"] == "pending"
    approve(call)
    gates = call.data("GET", base)
    assert (gates["status"], gates["loa_status"]) == ("approved", "approved")
    call.data("PATCH", base + "/frequency", {"check_frequency": "weekly"})
    call.data("PATCH", base + "/webhook", {"webhook_url": "https://acme.example/hook"})
    call.data("POST", base + "/external_verification", {"document_ids": [document]})
    assert call.data("GET", base + "/external_verification")["status"] == "pending"


def walk_numbers(call: Caller) -> None:
    base = f"/enterprises/{call.simulator.enterprise(call.key)}/reputation/numbers"
    e164 = call.data("GET", base, **{"page[size]": 1})[0]["phone_number"]
    one = f"{base}/{quote(e164, safe='')}"
    assert call.data("GET", one)["phone_number"] == e164
    assert call.data("GET", one, fresh="true")["phone_number"] == e164
    call.data("GET", one + "/ownership")
    call.data("POST", one + "/ownership_confirm", {"still_own": True})
    call.data("POST", base + "/refresh", {"phone_numbers": [e164]})
    alias = f"/reputation/numbers/{quote(e164, safe='')}"
    call.data("GET", "/reputation/numbers")
    call.data("GET", alias)
    assert call("DELETE", one).status_code == 204
    assert call("POST", base, {"phone_numbers": [e164]}).status_code == 201
    assert call("DELETE", alias).status_code == 204
    assert call("GET", alias).status_code == 404


def walk_remediation(call: Caller) -> None:
    base = f"/enterprises/{call.simulator.enterprise(call.key)}/reputation"
    numbers = [one["phone_number"] for one in call.data("GET", base + "/numbers", **{"page[size]": 3})]
    body = {"phone_numbers": numbers, "call_purpose": "Appointment reminders"}
    made = call.data("POST", base + "/remediation", body)
    assert (made["status"], made["results"]) == ("pending", None)
    call.simulator.control("advance", seconds=13 * 3600)
    assert call.data("GET", f"{base}/remediation/{made['id']}")["tier1_completed_at"] is not None
    call.simulator.control("advance", seconds=40 * 3600)
    done = call.data("GET", f"{base}/remediation/{made['id']}")
    assert done["status"] == "completed"
    assert sorted(e164 for bucket in done["results"].values() for e164 in bucket) == sorted(numbers)
    assert call.data("GET", base + "/remediation", **{"filter[status]": "completed"})[0]["id"] == made["id"]


def walk_leaving(call: Caller) -> None:
    business = call.data("GET", "/enterprises")[0]["id"]
    assert call("DELETE", f"/enterprises/{business}").status_code == 400
    assert call("DELETE", f"/enterprises/{business}/reputation").status_code == 204
    assert call("GET", f"/enterprises/{business}/reputation").status_code == 404
    assert call("DELETE", f"/enterprises/{business}").status_code == 204


# Errors -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["", "bad-key"])
def test_a_missing_or_bad_key_is_401(own_simulator: RunningSimulator, key: str) -> None:
    answer = Caller(own_simulator, key)("GET", "/enterprises")
    assert answer.status_code == 401


def test_an_account_does_not_see_anothers_enterprise(call: Caller, newcomer: Caller) -> None:
    business = enroll(newcomer)
    assert call("GET", f"/enterprises/{business}").status_code == 404
    assert call("GET", f"/enterprises/{business}/reputation/numbers").status_code == 404


def test_page_sizes_above_250_are_clamped_and_below_1_refused(own_simulator: RunningSimulator) -> None:
    call = Caller(own_simulator, "clamp-n600")
    answer = call("GET", "/reputation/numbers", valid=False, **{"page[size]": 1000, "page[number]": 3}).json()
    assert answer["meta"] == {"page_number": 3, "page_size": 100, "total_pages": 3, "total_results": 600}
    past = call("GET", "/reputation/numbers", **{"page[number]": 99}).json()
    assert (past["data"], past["meta"]["total_results"], past["meta"]["page_size"]) == ([], 600, 0)
    assert call("GET", "/reputation/numbers", valid=False, **{"page[size]": 0}).status_code == 422


def test_default_page_sizes_are_10_for_an_enterprise_and_20_for_the_alias(call: Caller) -> None:
    business = call.simulator.enterprise(call.key)
    assert len(call.data("GET", f"/enterprises/{business}/reputation/numbers")) == 10
    assert len(call.data("GET", "/reputation/numbers")) == 20


def test_all_pages_together_hold_every_number_once(own_simulator: RunningSimulator) -> None:
    call = Caller(own_simulator, "pages-n530")
    found = []
    for page in range(1, 4):
        answer = call("GET", "/reputation/numbers", **{"page[size]": 250, "page[number]": page})
        found += [one["phone_number"] for one in answer.json()["data"]]
    assert len(found) == len(set(found)) == 530


def test_the_filters_narrow_and_a_short_one_is_refused(call: Caller) -> None:
    e164 = call.data("GET", "/reputation/numbers")[3]["phone_number"]
    assert [
        one["phone_number"] for one in call.data("GET", "/reputation/numbers", **{"filter[phone_number][eq]": e164})
    ]
    part = call.data("GET", "/reputation/numbers", **{"filter[phone_number][contains]": e164[-6:], "page[size]": 250})
    assert e164 in [one["phone_number"] for one in part]
    assert all(e164[-6:] in one["phone_number"] for one in part)
    assert call("GET", "/reputation/numbers", **{"filter[phone_number][contains]": "5501"}).status_code == 422
    assert call.data("GET", "/reputation/numbers", **{"filter[source]": "external"}) == []


def test_adding_is_all_or_nothing_with_an_entry_per_bad_number(newcomer: Caller) -> None:
    business = enroll(newcomer)
    path = f"/enterprises/{business}/reputation/numbers"
    good, canadian, nonsense = "+12125550101", "+14165550101", "12"
    assert newcomer("POST", path, {"phone_numbers": [good]}).status_code == 400
    approve(newcomer)
    answer = newcomer("POST", path, {"phone_numbers": [good, canadian, nonsense]})
    assert answer.status_code == 400
    assert [one["source"]["pointer"] for one in answer.json()["errors"]] == [
        "/body/phone_numbers/1",
        "/body/phone_numbers/2",
    ]
    assert newcomer.data("GET", path) == []


def test_a_number_hosted_elsewhere_needs_proof_first(newcomer: Caller) -> None:
    business = enroll(newcomer)
    approve(newcomer)
    path = f"/enterprises/{business}/reputation"
    answer = newcomer("POST", path + "/numbers", {"phone_numbers": ["+12123334444"]})
    assert "external_verification_required" in answer.json()["errors"][0]["detail"]
    newcomer.data("POST", path + "/external_verification", {"document_ids": [upload(newcomer)]})
    approve(newcomer)
    added = newcomer.data("POST", path + "/numbers", {"phone_numbers": ["+12123334444"]})
    assert (added[0]["source"], added[0]["reputation_data"]) == ("external", None)


def test_vetting_can_refuse_and_enabling_again_replaces_the_refused_record(newcomer: Caller) -> None:
    business = enroll(newcomer, legal_name="Reject Me LLC")
    approve(newcomer)
    settings = newcomer.data("GET", f"/enterprises/{business}/reputation")
    assert (settings["status"], bool(settings["rejection_reasons"])) == ("rejected", True)
    newcomer.data("PUT", f"/enterprises/{business}", {"legal_name": "Better Name LLC"})
    again = newcomer.data("POST", f"/enterprises/{business}/reputation", {"loa_document_id": upload(newcomer)})
    assert again["status"] == "pending"


def test_enabling_needs_terms_a_document_and_no_unknown_keys(newcomer: Caller) -> None:
    business = newcomer.data("POST", "/enterprises", BUSINESS)["id"]
    path = f"/enterprises/{business}/reputation"
    assert newcomer("POST", path, {"loa_document_id": "x"}).status_code == 403
    newcomer.data("POST", "/terms_of_service/number_reputation/agree")
    assert newcomer("POST", path, {"loa_document_id": "x"}).status_code == 422
    assert newcomer("POST", path, {"loa_document_id": upload(newcomer), "extra": 1}, valid=False).status_code == 422
    assert newcomer("POST", path, {"loa_document_id": upload(newcomer)}).status_code == 201
    assert newcomer("POST", path, {"loa_document_id": upload(newcomer)}).status_code == 400


def test_a_business_is_checked_field_by_field_and_never_made_twice(newcomer: Caller) -> None:
    bad = BUSINESS | {"fein": "123", "industry": "piracy", "legal_name": "X"}
    answer = newcomer("POST", "/enterprises", bad, valid=False)
    pointers = {one["source"]["pointer"] for one in answer.json()["errors"]}
    assert answer.status_code == 422
    assert pointers == {"/body/fein", "/body/industry", "/body/legal_name"}
    assert newcomer("POST", "/enterprises", BUSINESS).status_code == 201
    assert newcomer("POST", "/enterprises", BUSINESS).status_code == 409
    business = newcomer.data("GET", "/enterprises")[0]["id"]
    assert newcomer("PUT", f"/enterprises/{business}", {"country_code": "CA"}, valid=False).status_code == 400


def test_a_number_in_an_open_remediation_is_409_and_a_foreign_one_422(call: Caller) -> None:
    base = f"/enterprises/{call.simulator.enterprise(call.key)}/reputation"
    e164 = call.data("GET", base + "/numbers")[0]["phone_number"]
    body = {"phone_numbers": [e164], "call_purpose": "Reminders"}
    assert call("POST", base + "/remediation", body).status_code == 202
    assert call("POST", base + "/remediation", body).status_code == 409
    foreign = body | {"phone_numbers": ["+12025550199", "+12125550188"]}
    assert call("POST", base + "/remediation", foreign).status_code in (422,)


def test_a_remediated_number_is_clean_at_the_next_look_and_then_cools_down(call: Caller) -> None:
    base = f"/enterprises/{call.simulator.enterprise(call.key)}/reputation"
    e164 = call.data("GET", base + "/numbers")[5]["phone_number"]
    call.simulator.control("label", number=e164)
    one = f"{base}/numbers/{quote(e164, safe='')}"
    assert call.data("GET", one)["reputation_data"]["spam_risk"] == "high"
    call.simulator.control("outcomes", outcomes=["remediated"])
    body = {"phone_numbers": [e164], "call_purpose": "Reminders"}
    made = call.data("POST", base + "/remediation", body)
    call.simulator.control("advance", seconds=41 * 3600)
    assert call.data("GET", f"{base}/remediation/{made['id']}")["results"]["remediated"] == [e164]
    assert call.data("GET", one)["reputation_data"]["spam_risk"] == "low"
    assert call.data("GET", one, fresh="true")["reputation_data"]["spam_risk"] == "low"
    assert call.data("POST", base + "/remediation", body)["phone_numbers_ineligible"] == 1


def test_the_ledger_knows_what_is_billed_and_lists_are_free(call: Caller) -> None:
    base = f"/enterprises/{call.simulator.enterprise(call.key)}/reputation"
    numbers = [one["phone_number"] for one in call.data("GET", base + "/numbers")]
    call.data("GET", "/reputation/numbers", **{"page[size]": 250})
    assert call.simulator.billed(call.key) == []
    call.data("POST", base + "/numbers/refresh", {"phone_numbers": [*numbers[:3], "+12025550000"]})
    call.data("GET", f"{base}/numbers/{quote(numbers[0], safe='')}", fresh="true")
    call.data("POST", base + "/remediation", {"phone_numbers": numbers[:2], "call_purpose": "Reminders"})
    billed = [(one["kind"], one["count"], one["cents"]) for one in call.simulator.billed(call.key)]
    assert billed == [("check", 3, 30), ("check", 1, 10), ("remediation", 2, 200)]


def test_reading_a_number_with_nothing_stored_is_billed_whatever_fresh_says(newcomer: Caller) -> None:
    business = enroll(newcomer)
    approve(newcomer)
    path = f"/enterprises/{business}/reputation/numbers"
    newcomer.data("POST", path, {"phone_numbers": ["+12125550101"]})
    before = len(newcomer.simulator.billed(newcomer.key))
    for _ in range(2):
        newcomer.data("GET", f"{path}/%2B12125550101", fresh="false")
    assert len(newcomer.simulator.billed(newcomer.key)) == before + 1


def test_ownership_can_be_questioned_confirmed_and_given_up(call: Caller) -> None:
    base = f"/enterprises/{call.simulator.enterprise(call.key)}/reputation/numbers"
    first, second = (one["phone_number"] for one in call.data("GET", base)[:2])
    call.simulator.control("ownership", key=call.key, number=first)
    one = f"{base}/{quote(first, safe='')}"
    assert call.data("GET", one + "/ownership")["ownership_status"] == "pending_confirmation"
    assert call.data("POST", one + "/ownership_confirm", {"still_own": True})["ownership_status"] == "verified"
    gone = call.data("POST", f"{base}/{quote(second, safe='')}/ownership_confirm", {"still_own": False})
    assert (gone["ownership_status"], gone["removal_reason"]) == ("removed", "customer_reported")
    removed = call.data("GET", base, **{"filter[ownership_status]": "removed"})
    assert [one["phone_number"] for one in removed] == [second]


def test_an_unlinked_multipart_upload_is_accepted_too(own_simulator: RunningSimulator) -> None:
    answer = requests.post(
        f"{own_simulator.url}/v2/documents",
        files={"file": ("proof.pdf", b"%PDF-1.4", "application/pdf")},
        headers={"Authorization": "Bearer multipart"},
        timeout=10,
    )
    assert (answer.status_code, answer.json()["data"]["size"]["amount"]) == (200, 8)


def test_what_is_not_in_the_contract_is_404_in_its_envelope(call: Caller) -> None:
    answer = call.simulator.call("GET", "/no_such_thing", call.key)
    assert (answer.status_code, answer.json()["errors"][0]["title"]) == (404, "Resource not found")
