"""The simulator's own page and switches, its command line, and that it answers only when it is ready."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest
import requests

from providers.simulator.__main__ import arguments
from providers.simulator.faults import KINDS
from tests.simulator import ROOT, RunningSimulator


def page(simulator: RunningSimulator) -> str:
    answer = requests.get(simulator.url, timeout=10)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    return answer.text


def test_the_page_shows_accounts_faults_ledger_and_requests(own_simulator: RunningSimulator) -> None:
    own_simulator.call("GET", "/reputation/numbers", "demo-acme-n5000")
    text = page(own_simulator)
    for words in ("demo-acme-n5000", "5,000", "Nothing billed so far", "/v2/reputation/numbers", *KINDS):
        assert words in text
    own_simulator.call("GET", "/reputation/numbers/%2B12025550000", "demo-acme-n5000")


def test_a_button_switches_a_fault_on_and_off_and_comes_back_to_the_page(own_simulator: RunningSimulator) -> None:
    switch = f"{own_simulator.url}/control/faults"
    answer = requests.post(switch, data={"name": "server_error", "on": "true"}, timeout=10)
    assert (answer.url, answer.status_code) == (own_simulator.url + "/", 200)
    assert own_simulator.call("GET", "/enterprises", "any").status_code == 500
    assert "struck 1 times" in page(own_simulator)
    requests.post(switch, data={"name": "server_error", "on": "false"}, timeout=10)
    assert own_simulator.call("GET", "/enterprises", "any").status_code == 200


def test_a_fault_can_be_kept_to_a_path_and_to_every_nth_request(own_simulator: RunningSimulator) -> None:
    own_simulator.control("faults", name="server_error", path="/v2/reputation", every=2)
    assert own_simulator.call("GET", "/enterprises", "any").status_code == 200
    asked = [own_simulator.call("GET", "/reputation/numbers", "any").status_code for _ in range(4)]
    assert asked == [200, 500, 200, 500]


def test_what_people_type_is_escaped_on_the_page(own_simulator: RunningSimulator) -> None:
    own_simulator.call("GET", "/enterprises", "<script>alert(1)</script>")
    assert "<script>" not in page(own_simulator)


def test_another_sites_page_cannot_switch_anything(own_simulator: RunningSimulator) -> None:
    answer = requests.post(
        f"{own_simulator.url}/control/faults",
        data={"name": "server_error"},
        headers={"Origin": "https://elsewhere.example"},
        timeout=10,
    )
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("faults", {"name": "no such fault"}),
        ("label", {"number": "555"}),
        ("clear", {}),
        ("advance", {"seconds": -1}),
        ("advance", {"seconds": "soon"}),
        ("faults", {"name": "timeout", "times": "many"}),
        ("outcomes", {"outcomes": ["happy"]}),
        ("calls", {"calls": 7}),
    ],
)
def test_a_wrong_switch_is_refused_in_words(
    own_simulator: RunningSimulator, path: str, fields: dict[str, object]
) -> None:
    answer = requests.post(f"{own_simulator.url}/control/{path}", json=fields, timeout=10)
    assert answer.status_code == 400
    assert answer.text


def test_numbers_and_their_lives_are_the_same_after_a_restart_with_the_same_seed_and_epoch() -> None:
    said = []
    for _ in range(2):
        running = RunningSimulator("--seed", "7", "--epoch", "2026-01-01T00:00:00+00:00", "--numbers", "30")
        data = running.call("GET", "/reputation/numbers", "restart").json()["data"]
        said.append([(one["id"], one["phone_number"], one["reputation_data"]) for one in data])
        running.stop()
    assert said[0] == said[1]


def test_a_busy_port_is_told_in_words() -> None:
    """In a process of its own: browser tests leave an event loop running in this one."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        command = [sys.executable, "-m", "providers.simulator", "--port", str(held.getsockname()[1])]
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert "cannot listen" in ended.stderr


def test_a_stop_signal_ends_it_cleanly() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "providers.simulator", "--port", "0"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert "http://" in process.stdout.readline()
    process.terminate()
    assert process.wait(timeout=10) == 0
    process.stdout.close()


def test_an_epoch_without_a_zone_is_utc_and_nonsense_is_refused() -> None:
    assert arguments(["--epoch", "2026-01-01T00:00:00"]).epoch.isoformat() == "2026-01-01T00:00:00+00:00"
    with pytest.raises(SystemExit):
        arguments(["--epoch", "soon"])


def test_a_person_asks_whose_a_number_is_and_decides_gates_at_the_page(own_simulator: RunningSimulator) -> None:
    key = own_simulator.key(5)
    listed = own_simulator.call("GET", "/reputation/numbers", key).json()["data"]
    answer = requests.post(
        f"{own_simulator.url}/control/ownership", data={"number": listed[0]["phone_number"]}, timeout=10
    )
    asked = own_simulator.call("GET", "/reputation/numbers", key, **{"filter[source]": "external"}).json()["data"]
    assert answer.status_code == 200
    assert [one["ownership_status"] for one in asked] == ["pending_confirmation"]
    business = own_simulator.enterprise(key)
    state = own_simulator.control("decide", enterprise=business, gate="business", outcome="rejected", reason="Closed")
    (shown,) = [one for account in state["accounts"] for one in account["enterprises"] if one["id"] == business]
    assert shown["gates"] == {"business": "rejected", "letter": "approved", "proof": ""}


@pytest.mark.parametrize("fields", [{"gate": "door"}, {"gate": "letter", "outcome": "perhaps"}])
def test_an_unknown_gate_or_outcome_is_refused(own_simulator: RunningSimulator, fields: dict[str, str]) -> None:
    assert requests.post(f"{own_simulator.url}/control/decide", json=fields, timeout=10).status_code == 400
