"""Remediation at Telnyx: submitted once, looked up, polled to its buckets, and refusals that name their numbers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from providers import registry
from providers.base import Remediator, SubmissionState
from providers.errors import NumbersRefused, OutcomeUnknown, Refused
from providers.http import HttpClient
from tests.providers.checking_proxy import CheckingProxy, checking
from tests.simulator import RunningSimulator

DAY = 86_400
STRANGE = "+12125559999"


@pytest.fixture
def key(own_simulator: RunningSimulator) -> str:
    return own_simulator.key(60, prefix="remediator")


@pytest.fixture
def business(own_simulator: RunningSimulator, key: str) -> str:
    return own_simulator.enterprise(key)


@pytest.fixture
def numbers(own_simulator: RunningSimulator, key: str) -> list[str]:
    answer = own_simulator.call("GET", "/reputation/numbers", key, **{"page[size]": 5}).json()
    return [one["phone_number"] for one in answer["data"]]


@pytest.fixture
def proxy(own_simulator: RunningSimulator) -> Iterator[CheckingProxy]:
    with checking(own_simulator.url) as running:
        yield running


@pytest.fixture
def remediator(proxy: CheckingProxy, key: str) -> Remediator:
    client = HttpClient(allow=[proxy.pair], deadline=5.0)
    return registry.remediator("telnyx", {"base_url": f"{proxy.url}/v2"}, key, client)


@pytest.fixture
def hasty(own_simulator: RunningSimulator, own_client: HttpClient, key: str) -> Remediator:
    """Without the proxy, for faults: it gives up after 2 seconds."""
    return registry.remediator("telnyx", {"base_url": f"{own_simulator.url}/v2"}, key, own_client)


def submit(remediator: Remediator, business: str, numbers: list[str], purpose: str = "Reminders") -> str:
    report = remediator.submit(business, numbers, call_purpose=purpose, contact_email="ops@acme.example")
    return report.reference


def test_a_request_goes_through_both_tiers_to_its_buckets(
    remediator: Remediator, own_simulator: RunningSimulator, business: str, numbers: list[str], key: str
) -> None:
    made = remediator.submit(business, numbers, call_purpose="Reminders", contact_email="")
    assert (made.state, made.count, made.call_purpose) == (SubmissionState.PENDING, 5, "Reminders")
    own_simulator.control("advance", seconds=13 * 3600)
    half = remediator.poll(business, made.reference)
    assert (half.state, half.results, half.tier1_completed_at is not None) == (SubmissionState.IN_PROGRESS, {}, True)
    own_simulator.control("advance", seconds=2 * DAY)
    done = remediator.poll(business, made.reference)
    assert (done.state, done.tier2_completed_at is not None) == (SubmissionState.COMPLETED, True)
    assert sorted(e164 for bucket in done.results.values() for e164 in bucket) == sorted(numbers)
    assert [(one["kind"], one["count"]) for one in own_simulator.billed(key)] == [("remediation", 5)]


def test_numbers_in_an_open_request_are_named_and_nothing_is_submitted(
    remediator: Remediator, own_simulator: RunningSimulator, business: str, numbers: list[str], key: str
) -> None:
    submit(remediator, business, numbers[:2])
    with pytest.raises(NumbersRefused) as caught:
        submit(remediator, business, numbers)
    assert (caught.value.status, set(caught.value.numbers)) == (409, set(numbers[:2]))
    assert set(caught.value.numbers.values()) == {"The number is already in an open remediation request."}
    assert len(own_simulator.billed(key)) == 1


def test_numbers_that_the_business_does_not_have_are_named(
    remediator: Remediator, business: str, numbers: list[str]
) -> None:
    with pytest.raises(NumbersRefused) as caught:
        submit(remediator, business, [*numbers, STRANGE])
    assert (caught.value.status, list(caught.value.numbers)) == (422, [STRANGE])


def test_requests_since_a_moment_are_looked_up_newest_first(
    remediator: Remediator, business: str, numbers: list[str]
) -> None:
    since = datetime.now(UTC) - timedelta(seconds=5)
    made = [submit(remediator, business, [e164], f"Purpose {e164}") for e164 in numbers]
    found = remediator.look_up(business, created_after=since)
    assert [one.reference for one in found] == made[::-1]
    assert [one.call_purpose for one in found] == [f"Purpose {e164}" for e164 in numbers[::-1]]
    assert remediator.look_up(business, created_after=datetime.now(UTC) + timedelta(hours=1)) == []


def test_a_failed_request_says_so(
    remediator: Remediator, own_simulator: RunningSimulator, business: str, numbers: list[str]
) -> None:
    made = submit(remediator, business, numbers, "This will fail")
    own_simulator.control("advance", seconds=2 * DAY)
    assert remediator.poll(business, made).state is SubmissionState.FAILED


def test_an_unknown_request_is_refused_with_404(remediator: Remediator, business: str) -> None:
    with pytest.raises(Refused) as caught:
        remediator.poll(business, "00000000-0000-4000-8000-000000000000")
    assert caught.value.status == 404


@pytest.mark.parametrize("fault", ["lost_answer", "reset", "error_after", "cut_body"])
def test_a_submission_without_an_answer_is_unknown_and_found(
    hasty: Remediator, own_simulator: RunningSimulator, business: str, numbers: list[str], key: str, fault: str
) -> None:
    since = datetime.now(UTC) - timedelta(seconds=5)
    own_simulator.control("faults", name=fault, times=1, method="POST")
    with pytest.raises(OutcomeUnknown):
        submit(hasty, business, numbers)
    (found,) = hasty.look_up(business, created_after=since)
    assert (found.count, found.call_purpose) == (5, "Reminders")
    assert len(own_simulator.billed(key)) == 1


@pytest.mark.parametrize("many", [0, 2001])
def test_a_request_takes_1_to_2000_numbers(hasty: Remediator, business: str, many: int) -> None:
    with pytest.raises(ValueError, match="1 to 2,000"):
        submit(hasty, business, [f"+1212555{n:04}" for n in range(many)])
