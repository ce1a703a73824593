"""A real client, Telnyx's own SDK, works against the simulator: so the simulator speaks what Telnyx speaks."""

from __future__ import annotations

import pytest
import telnyx

from tests.simulator import RunningSimulator

# The SDK repeats 409, 5xx and lost answers by itself, without an idempotency key: billed calls must not be repeated.
ONCE = 0


@pytest.fixture
def key(simulator: RunningSimulator) -> str:
    return simulator.key(530)


@pytest.fixture
def client(simulator: RunningSimulator, key: str) -> telnyx.Telnyx:
    return telnyx.Telnyx(api_key=key, base_url=f"{simulator.url}/v2", timeout=20)


@pytest.fixture
def enterprise(simulator: RunningSimulator, key: str) -> str:
    return simulator.enterprise(key)


def posts(simulator: RunningSimulator, key: str, path: str) -> int:
    return sum(one["method"] == "POST" and one["key"] == key for one in simulator.seen(path))


def test_it_reads_both_lists_page_by_page(client: telnyx.Telnyx, enterprise: str) -> None:
    own = list(client.enterprises.reputation.numbers.list(enterprise, page_size=250))
    alias = list(client.reputation.numbers.list(filter_enterprise_id=enterprise, page_size=250))
    assert len({one.phone_number for one in own}) == len(own) == 530
    assert [one.phone_number for one in alias] == [one.phone_number for one in own]
    risks = {one.reputation_data.spam_risk for one in own if one.reputation_data}
    assert {"low"} < risks <= {"low", "medium", "high"}


def test_it_reads_one_number_and_the_settings(client: telnyx.Telnyx, enterprise: str) -> None:
    first = client.enterprises.reputation.numbers.list(enterprise, page_size=1).data[0].phone_number
    one = client.enterprises.reputation.numbers.retrieve(first, enterprise_id=enterprise).data
    found = client.enterprises.reputation.numbers.list(enterprise, filter_phone_number_eq=first).data
    assert [two.phone_number for two in found] == [one.phone_number] == [first]
    settings = client.enterprises.reputation.retrieve(enterprise).data
    assert (settings.status, settings.loa_status) == ("approved", "approved")
    terms = client.terms_of_service.retrieve_status(product_type="number_reputation").data
    assert terms.has_agreed


def test_it_refreshes_with_an_outcome_for_each_number(
    simulator: RunningSimulator, client: telnyx.Telnyx, enterprise: str, key: str
) -> None:
    listed = client.enterprises.reputation.numbers.list(enterprise, page_size=2).data
    wanted = [one.phone_number for one in listed] + ["+12025550000"]
    done = client.with_options(max_retries=ONCE).enterprises.reputation.numbers.refresh(
        enterprise, phone_numbers=wanted
    )
    assert (done.data.total_requested, done.data.total_successful, done.data.total_failed) == (3, 2, 1)
    assert [one.success for one in done.data.results] == [True, True, False]
    assert [one["count"] for one in simulator.billed(key)] == [2]


def test_it_submits_a_remediation_follows_it_and_is_told_of_a_conflict_once(
    simulator: RunningSimulator, client: telnyx.Telnyx, enterprise: str, key: str
) -> None:
    api = client.with_options(max_retries=ONCE).enterprises.reputation.remediation
    numbers = [one.phone_number for one in client.enterprises.reputation.numbers.list(enterprise, page_size=3).data]
    made = api.create(enterprise, phone_numbers=numbers, call_purpose="Appointment reminders").data
    assert (made.status, made.phone_numbers_count, made.results) == ("pending", 3, None)
    assert api.retrieve(made.id, enterprise_id=enterprise).data.call_purpose == "Appointment reminders"
    assert [one.id for one in api.list(enterprise, filter_status="pending")] == [made.id]
    with pytest.raises(telnyx.ConflictError) as caught:
        api.create(enterprise, phone_numbers=numbers[:1], call_purpose="Again")
    assert caught.value.body["errors"][0]["title"] == "Resource in use"
    assert posts(simulator, key, "/remediation") == 2


def test_without_max_retries_it_would_post_a_conflict_three_times(
    simulator: RunningSimulator, client: telnyx.Telnyx, enterprise: str, key: str
) -> None:
    """Why the portal has a client of its own, and why these tests switch the repeats off."""
    number = client.enterprises.reputation.numbers.list(enterprise, page_size=1).data[0].phone_number
    api = client.enterprises.reputation.remediation
    api.create(enterprise, phone_numbers=[number], call_purpose="First")
    with pytest.raises(telnyx.ConflictError):
        api.create(enterprise, phone_numbers=[number], call_purpose="Again")
    assert posts(simulator, key, "/remediation") == 1 + 3


def test_a_finished_remediation_tells_every_number_in_one_bucket(own_simulator: RunningSimulator) -> None:
    client = telnyx.Telnyx(api_key="sdk-n40", base_url=f"{own_simulator.url}/v2", max_retries=ONCE)
    enterprise = own_simulator.enterprise("sdk-n40")
    numbers = [one.phone_number for one in client.enterprises.reputation.numbers.list(enterprise, page_size=6).data]
    api = client.enterprises.reputation.remediation
    made = api.create(enterprise, phone_numbers=numbers, call_purpose="Reminders").data
    own_simulator.control("advance", seconds=60 * 3600)
    done = api.retrieve(made.id, enterprise_id=enterprise).data
    assert done.status == "completed"
    told = [number for bucket in done.results.to_dict().values() for number in bucket]
    assert sorted(told) == sorted(numbers)


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"api_key": "bad"}, telnyx.AuthenticationError),
        ({"enterprise": "00000000-0000-4000-8000-000000000000"}, telnyx.NotFoundError),
        ({"phone_numbers": []}, telnyx.UnprocessableEntityError),
    ],
)
def test_its_typed_errors_come_from_our_statuses_and_bodies(
    client: telnyx.Telnyx, enterprise: str, wrong: dict[str, object], error: type[telnyx.APIStatusError]
) -> None:
    asked = {"enterprise": enterprise, "phone_numbers": ["+12025550123"]} | wrong
    api = client.with_options(max_retries=ONCE, api_key=str(asked.get("api_key", client.api_key)))
    with pytest.raises(error) as caught:
        api.enterprises.reputation.numbers.refresh(asked["enterprise"], phone_numbers=asked["phone_numbers"])
    assert caught.value.body["errors"][0]["title"]


def test_a_429_is_its_rate_limit_error_with_our_headers(own_simulator: RunningSimulator) -> None:
    client = telnyx.Telnyx(api_key="sdk-n40", base_url=f"{own_simulator.url}/v2", max_retries=ONCE)
    own_simulator.control("faults", name="rate_limited", times=1)
    with pytest.raises(telnyx.RateLimitError) as caught:
        client.reputation.numbers.list()
    assert caught.value.response.headers["x-ratelimit-reset"] == "2"
