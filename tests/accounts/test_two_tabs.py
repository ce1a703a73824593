"""Two tabs share one session: a form that was drawn for one account must not act on another."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account, Role, User
from common.scope import account_scope
from phone_numbers.models import Campaign, Feed, ImportJob
from tests import factories
from tests.conftest import ClientFor

FORMS = ("/numbers/import/", "/settings/thresholds/", "/feeds/add/telnyx/", "/campaigns/new/")


@pytest.fixture
def client(acme: Account, globex: Account, owner: User, client_for: ClientFor) -> Client:
    """The owner of acme, who is an owner of globex too and looks at globex."""
    factories.add_member(globex, owner, role=Role.OWNER)
    return client_for(owner, globex)


@pytest.mark.parametrize("address", FORMS)
def test_a_form_of_another_account_is_refused_in_words_and_changes_nothing(
    client: Client, acme: Account, globex: Account, address: str
) -> None:
    response = client.post(address, {"for_account": str(acme.uuid)})
    assert response.status_code == 409
    assert "You look at Globex now" in response.content.decode()
    with account_scope(globex):
        made = [model.objects.count() for model in (Campaign, Feed, ImportJob)]
    assert made == [0, 0, 0]


@pytest.mark.parametrize("address", FORMS)
def test_every_form_that_adds_something_says_which_account_it_is_for(
    client: Client, globex: Account, address: str
) -> None:
    html = client.get(address).content.decode()
    assert f'name="for_account" value="{globex.uuid}"' in html
    assert client.post(address, {"for_account": str(globex.uuid)}).status_code != 409


def test_switching_back_makes_the_form_good_again(client: Client, acme: Account) -> None:
    client.post(reverse("accounts:switch"), {"account": str(acme.uuid)})
    assert client.post("/numbers/import/", {"for_account": str(acme.uuid)}).status_code == 400
