"""Links in messages: they lead to a page of the account that the message is about, whichever the person looks at."""

from __future__ import annotations

import html
import re
import uuid
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from accounts.models import Role
from tests import factories

HISTORY = "/alerts/history/?q=Denver&sort=-raised"


@pytest.fixture
def both(owner, acme, globex):
    """The owner of acme, who may also look into globex, and looks at acme at first."""
    factories.add_member(globex, owner, role=Role.VIEWER)
    return owner


def door(account, following=HISTORY):
    return reverse("accounts:open", args=[account.uuid], query={"next": following})


def form_of(page):
    """Return what the page's own form sends; the switcher of the frame has none of the fields but `account`."""
    _frame, question = page.split("<h1>")
    return {
        name: html.unescape(value) for name, value in re.findall(r'name="(account|next)" value="([^"]+)"', question)
    }


def test_a_link_to_the_account_that_one_looks_at_leads_straight_to_the_page(both, acme, client_for):
    answer = client_for(both).get(door(acme))
    assert (answer.status_code, answer["Location"]) == (302, HISTORY)


def test_a_link_to_another_account_of_ones_own_asks_and_switches_only_then(both, acme, globex, client_for):
    client = client_for(both)
    asked = client.get(door(globex))
    assert asked.status_code == 200
    assert "This page belongs to Globex" in asked.text
    assert "You look at Acme now." in asked.text
    assert client.get("/").wsgi_request.account == acme
    done = client.post(reverse("accounts:switch"), form_of(asked.text))
    assert (done.status_code, done["Location"]) == (302, HISTORY)
    assert client.get("/").wsgi_request.account == globex


def test_whoever_is_signed_out_comes_back_to_the_link(acme, client):
    answer = client.get(door(acme))
    assert answer.status_code == 302
    assert parse_qs(urlsplit(answer["Location"]).query) == {"next": [door(acme)]}


def test_a_link_to_an_account_that_is_not_ones_own_leads_nowhere(both, client_for):
    stranger = factories.make_account("third", name="Third")
    for address in (door(stranger), reverse("accounts:open", args=[uuid.uuid4()])):
        answer = client_for(both).get(address)
        assert answer.status_code == 404
        assert "Third" not in answer.text


@pytest.mark.parametrize(
    "elsewhere",
    ["https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere.example", "javascript:alert(1)", ""],
)
def test_it_never_leads_out_of_the_portal(both, acme, globex, client_for, elsewhere):
    client = client_for(both)
    assert client.get(door(acme, elsewhere))["Location"] == "/"
    form = {"account": str(globex.uuid), "next": elsewhere}
    assert client.post(reverse("accounts:switch"), form)["Location"] == "/"
