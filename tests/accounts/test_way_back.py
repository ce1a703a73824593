"""Where the sign-in leads after a session has ended in the middle of something."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

LIST = "/numbers/?rating=spam&sort=number"


def next_of(address: str) -> str:
    parts = urlsplit(address)
    assert parts.path == reverse("account_login")
    return parse_qs(parts.query)["next"][0]


@pytest.mark.parametrize("fragment", ["/numbers/?rating=mixed", "/feeds/", "/"])
def test_a_fragment_sends_the_whole_page_to_the_sign_in_and_back(db: None, client: Client, fragment: str) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{LIST}"}
    response = client.get(fragment, headers=headers)
    assert response.status_code == 200
    assert next_of(response["HX-Redirect"]) == LIST
    assert response.content == b""


def test_a_page_leads_back_to_itself(db: None, client: Client) -> None:
    assert next_of(client.get(LIST)["Location"]) == LIST


@pytest.mark.parametrize(
    ("referrer", "back"),
    [
        (f"http://testserver{LIST}", LIST),
        ("http://testserver/numbers/import/", "/numbers/import/"),
        ("https://elsewhere.example/numbers/", "/"),
        ("", "/"),
    ],
)
def test_a_form_leads_back_to_its_page_and_never_elsewhere(db: None, client: Client, referrer: str, back: str) -> None:
    for address in (reverse("numbers:columns"), reverse("accounts:switch")):
        assert next_of(client.post(address, headers={"Referer": referrer})["Location"]) == back
