"""What Telnyx refuses, and where a business stands there, in words that tell the next step."""

from __future__ import annotations

import json
from typing import Any

import pytest

from providers.errors import Misconfigured, OutcomeUnknown, ProviderError, Refused, Temporary
from providers.http import Answer, HttpClient
from providers.telnyx.client import TelnyxClient, details_of, judge
from providers.telnyx.gates import gates_of, in_words, read_gates
from providers.telnyx.readings import TelnyxReadings
from tests.providers.raw_server import saying, serving
from tests.simulator import RunningSimulator

ENTRY = {"code": "10005", "title": "Invalid parameters", "detail": "The number is odd."}


def answer(status: int, body: Any, **headers: str) -> Answer:
    return Answer(status, headers, body if isinstance(body, bytes) else json.dumps(body).encode())


# Error bodies -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"errors": [ENTRY]}, ("Invalid parameters: The number is odd.",)),
        ({"errors": [ENTRY | {"detail": None, "description": "Odd."}]}, ("Invalid parameters: Odd.",)),
        ({"errors": [{"title": "Bad Request"}]}, ("Bad Request",)),
        (
            {"errors": [ENTRY | {"source": {"pointer": "/body/phone_numbers/1"}}]},
            ("Invalid parameters: The number is odd. (phone_numbers/1)",),
        ),
        (
            {"errors": [ENTRY | {"source": {"parameter": "page[size]"}}]},
            ("Invalid parameters: The number is odd. (page[size])",),
        ),
        (
            {"errors": [ENTRY, {"title": "Other"}, {}, None, "plain text"]},
            ("Invalid parameters: The number is odd.", "Other", "plain text"),
        ),
        ({"errors": ENTRY}, ("Invalid parameters: The number is odd.",)),
        ({"errors": []}, ()),
        ({"errors": None}, ()),
        ({"message": "no"}, ()),
        ([], ()),
        (b"<html>502 Bad Gateway</html>", ()),
        (b"", ()),
    ],
)
def test_every_error_body_is_put_into_words(body: Any, words: tuple[str, ...]) -> None:
    assert details_of(answer(422, body)) == words


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [
        (400, Refused, r"refused the request \(status 400\).*The number is odd"),
        (401, Misconfigured, "Enter a new one.*The number is odd"),
        (403, Misconfigured, "terms of service for Number Reputation are accepted.*The number is odd"),
        (404, Refused, "status 404"),
        (409, Refused, "status 409"),
        (422, Refused, "status 422"),
        (429, Temporary, "asks to wait"),
        (500, Temporary, "fault of its own"),
        (503, Temporary, "unavailable"),
    ],
)
def test_every_status_of_the_contract_is_one_of_the_four_errors(
    status: int, error: type[ProviderError], words: str
) -> None:
    with pytest.raises(error, match=words):
        judge(answer(status, {"errors": [ENTRY]}), changes=False)


def test_a_refusal_keeps_what_was_said_about_each_entry() -> None:
    two = {"errors": [ENTRY | {"source": {"pointer": f"/body/phone_numbers/{place}"}} for place in (0, 3)]}
    with pytest.raises(Refused) as caught:
        judge(answer(400, two), changes=True)
    assert caught.value.status == 400
    assert [one.endswith(f"(phone_numbers/{place})") for one, place in zip(caught.value.details, (0, 3), strict=True)]


def test_a_change_that_was_taken_but_told_in_a_garbled_way_has_an_unknown_outcome() -> None:
    with serving(saying("HTTP/1.1 200 OK\nContent-Length: 3", b"{{{")) as pair:
        api = TelnyxClient(HttpClient(allow=[pair]), key="key", base_url=f"http://{pair}")
        with pytest.raises(OutcomeUnknown):
            api.send("POST", "/anything", {})
        with pytest.raises(Temporary):
            api.get("/anything")


# Gates --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"status": "approved", "loa_status": "approved"}, "Business approved, letter of authorization approved."),
        (
            {"status": "approved", "loa_status": "pending", "rejection_reasons": None},
            "Business approved, letter of authorization pending. Numbers can be added once both are approved.",
        ),
        (
            {"status": "rejected", "loa_status": "approved", "rejection_reasons": ["No such business", "Website"]},
            (
                "Business rejected, letter of authorization approved. Reasons: No such business; Website. "
                "Numbers can be added once both are approved."
            ),
        ),
    ],
)
def test_the_two_gates_are_told_apart(told: dict[str, Any], words: str) -> None:
    status = gates_of({"data": told})
    assert status is not None
    assert in_words(status) == words


def test_disabled_settings_are_none() -> None:
    assert gates_of({"data": {"status": "deleted", "loa_status": "approved"}}) is None


@pytest.mark.parametrize(
    "odd",
    [{}, None, {"data": []}, {"data": {"status": "approved"}}, {"data": {"status": "fine", "loa_status": "approved"}}]
    + [{"data": {"status": "approved", "loa_status": value}} for value in (None, 7, ["approved"], "APPROVED")],
)
def test_an_unknown_word_is_never_taken_for_approved(odd: Any) -> None:
    with pytest.raises(Temporary):
        gates_of(odd)


def test_gates_are_read_from_the_service_and_a_missing_enterprise_is_none(
    simulator: RunningSimulator, client: HttpClient
) -> None:
    key = simulator.key(5)
    api = TelnyxClient(client, key=key, base_url=f"{simulator.url}/v2")
    found = read_gates(api, simulator.enterprise(key))
    assert found is not None
    assert found.approved
    assert found.created_at is not None
    assert read_gates(api, "00000000-0000-4000-8000-000000000000") is None
    report = TelnyxReadings(api, enterprise="00000000-0000-4000-8000-000000000000").test_connection()
    assert (report.ok, "not enabled" in report.message) == (False, True)
