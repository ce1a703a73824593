"""Every provider can be set up from its own description, and a wrong setting is told in words."""

from __future__ import annotations

import pytest

from providers.base import NumberReadings
from providers.errors import Misconfigured
from providers.http import HttpClient
from providers.registry import KINDS, build
from tests.simulator import RunningSimulator


def test_every_provider_is_built_from_its_defaults_and_connects_to_a_test_service(
    simulator: RunningSimulator, client: HttpClient
) -> None:
    key_of_telnyx = simulator.key()
    enterprise = simulator.enterprise(key_of_telnyx)
    values = {
        "telnyx": {"base_url": f"{simulator.url}/v2"},
        "telnyx_refresh": {"base_url": f"{simulator.url}/v2", "enterprise_id": enterprise},
        "carrier_feed": {"url": f"{simulator.url}/carrier/v1/calls"},
        "ftc": {"address": f"{simulator.url}/ftc/DNC_Complaint_Numbers_{{date}}.csv"},
        "ftc_api": {"address": f"{simulator.url}/ftc/v0/dnc-complaints"},
        "fcc": {"address": f"{simulator.url}/fcc/resource/vakf-fz8e.json"},
        "hiya": {"base_url": f"{simulator.url}/hiya", "app_id": "PROD_registry-n0"},
    }
    assert set(values) == set(KINDS)
    for key, kind in KINDS.items():
        secret = key_of_telnyx if kind.key_label else ""
        assert build(key, values[key], secret, client).test_connection().ok


def test_every_setting_says_what_it_is_and_defaults_are_public_addresses() -> None:
    for key, kind in KINDS.items():
        assert kind.name
        assert kind.about
        assert kind.gives in ("readings", "complaints")
        assert all(one.label for one in kind.settings)
        if key != "carrier_feed":
            build(key, {"app_id": "PROD_1", "enterprise_id": "e"}, "key", HttpClient())


def test_an_optional_key_may_be_left_out() -> None:
    optional = {key for key, kind in KINDS.items() if kind.key_optional}
    assert optional == {"fcc"}
    build("fcc", {}, "", HttpClient())


def test_the_kinds_that_bill_each_number_say_so() -> None:
    for key, kind in KINDS.items():
        values = {"app_id": "PROD_1", "enterprise_id": "e", "url": "https://feed.example/"}
        adapter = build(key, values, "key", HttpClient())
        assert kind.billed == isinstance(adapter, NumberReadings)


@pytest.mark.parametrize(
    ("provider", "values", "secret", "words"),
    [
        ("nonesuch", {}, "", "no provider called"),
        ("telnyx", {}, "  ", "needs its API key"),
        ("telnyx", {}, "sécret", "character that keys do not have"),
        ("telnyx", {}, "two\nlines", "character that keys do not have"),
        ("carrier_feed", {}, "key", "needs a value for Address"),
        ("carrier_feed", {"url": "http://feed.example/"}, "key", "https://"),
        ("telnyx", {"base_url": "https://169.254.169.254/v2"}, "key", "private network"),
        ("ftc", {"address": "https://www.ftc.example/file.csv"}, "", r"\{date\}"),
        ("hiya", {}, "secret", "needs a value for App ID"),
        ("hiya", {"app_id": "PROD 1:2"}, "secret", "App ID holds a character"),
    ],
)
def test_what_is_missing_or_wrong_is_told_in_words(
    provider: str, values: dict[str, str], secret: str, words: str
) -> None:
    with pytest.raises(Misconfigured, match=words):
        build(provider, values, secret, HttpClient())
