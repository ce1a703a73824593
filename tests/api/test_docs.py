"""What the documentation of the API shows works as it stands."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest
import requests

from phone_numbers.states import Rating
from tests.api.conftest import secret_of
from tests.factories import NOW, make_campaign, make_number

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def campaign(acme):
    healthy = make_number(acme, "+13035550101", rating=Rating.HEALTHY)
    flagged = make_number(acme, "+13035550102", rating=Rating.SPAM, tag_since=NOW)
    return make_campaign(acme, numbers=[healthy, flagged])


def test_the_client_in_twenty_lines_runs(acme, owner, campaign, live_server, tmp_path):
    client = tmp_path / "client.py"
    client.write_text(PAGE.split("```python\n")[1].split("```")[0])
    command = [sys.executable, str(client), live_server.url, secret_of(acme, owner), str(campaign.uuid), "+13035550142"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["+13035550101", "['+13035550102']"]


def dialplan_address(base: str, campaign: str, extension: str) -> str:
    """Return the address that the dialplan's CURL line would ask, with its variables filled in."""
    line = next(line for line in PAGE.splitlines() if "CURL(${PORTAL}" in line)
    address = re.search(r"CURL\((.*?)\)\}\)", line)[1]
    values = {"PORTAL": f"{base}/api/v1/campaigns", "CAMPAIGN": campaign, "EXTEN": extension}
    return re.sub(r"\$\{(\w+)\}", lambda found: values[found[1]], address)


def test_the_dialplans_request_gets_a_number_that_it_can_show(acme, owner, campaign, live_server):
    address = dialplan_address(live_server.url, str(campaign.uuid), "13035550142")
    header = re.search(r"httpheader\)=(\w+): (\w+) ", PAGE)
    answer = requests.get(address, headers={header[1]: f"{header[2]} {secret_of(acme, owner)}"}, timeout=10)
    assert unquote(address).endswith("destination=+13035550142")
    assert answer.text == "+13035550101"


def test_no_answer_but_a_number_begins_with_a_plus(acme, owner, live_server):
    empty = dialplan_address(live_server.url, str(make_campaign(acme).uuid), "13035550142")
    key = {"Authorization": f"Bearer {secret_of(acme, owner)}"}
    texts = [
        requests.get(empty, headers=key, timeout=10).text,
        requests.get(empty, timeout=10).text,
        requests.get(empty.replace("13035550142", "1"), headers=key, timeout=10).text,
    ]
    assert texts[0] == ""
    assert not any(text.startswith("+") for text in texts)
