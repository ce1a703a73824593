"""The campaigns pages: who sees and changes what, what they say, what each filter shows, what they cost in queries."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Account, User
from accounts.products import LicenseKind, Product
from phone_numbers.models import Campaign
from phone_numbers.states import CampaignState, Capability, DialingMethod, Rating
from tests import factories
from tests.campaigns.campaign_world import audited, pool_of
from tests.conftest import ClientFor
from tests.pages.page_rules import refused_by_csp

pytestmark = pytest.mark.django_db
LIST = "/campaigns/"
LIST_QUERIES, DETAIL_QUERIES = 5, 6
NASTY = "<b>O'Neil</b> “&amp;”"
TYPED = {"name": "Spring", "product": Product.CONTACT_CENTER.value, "dialing_method": "preview"}


@pytest.fixture
def client(client_for: ClientFor, admin: User) -> Client:
    """An admin who may edit."""
    return client_for(admin)


def url(name: str, campaign: Campaign) -> str:
    return reverse(f"campaigns:{name}", args=[campaign.uuid])


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", response.content.decode())))


def names(client: Client, query: str = "", **headers: str) -> list[str]:
    page = client.get(f"{LIST}?{query}", headers=headers).content.decode()
    return [html.unescape(name) for name in re.findall(r'<th scope="row" class="cell-main"><a [^>]*>(.*?)</a>', page)]


def agreed(response: HttpResponse, **more: str) -> dict[str, str]:
    """Return what the form of a page that shows an effect sends."""
    (shown,) = re.findall(r'name="shown" value="(\w+)"', response.content.decode())
    return {"shown": shown, "step": "confirm"} | more


def monitored(acme: Account, **fields: Any) -> tuple[Any, Campaign]:
    number = factories.make_number(acme, "+13035550101", capability=Capability.ON, **fields)
    return number, factories.make_campaign(acme, "Renewals", numbers=[number])


# --- The list --------------------------------------------------------------------------------------------------------
def test_a_row_tells_how_the_numbers_of_a_campaign_are(acme: Account, client: Client) -> None:
    tagged = factories.make_number(acme, rating=Rating.SPAM, tag_since=factories.NOW)
    well = [factories.make_number(acme, rating=Rating.HEALTHY) for _ in range(2)]
    factories.make_campaign(acme, NASTY, numbers=[tagged, *well])
    page = client.get(LIST)
    assert f"{NASTY} Contact Center Predictive Active 3 1 2" in text(page)
    assert refused_by_csp(page.content.decode()) == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Alpha", "Beta", "Gamma"]),
        ("sort=-name", ["Gamma", "Beta", "Alpha"]),
        ("q=ALPH", ["Alpha"]),
        ("product=phone", ["Beta"]),
        ("state=ended", ["Gamma"]),
        ("state=ended&state=active", ["Alpha", "Beta", "Gamma"]),
        ("q=nothing", []),
        ("state=purple", []),
        ("product=purple", []),
    ],
)
def test_each_filter_narrows(acme: Account, client: Client, query: str, expected: list[str]) -> None:
    factories.make_campaign(acme, "Alpha")
    factories.make_campaign(acme, "Beta", product=Product.PHONE)
    factories.make_campaign(acme, "Gamma", state=CampaignState.ENDED)
    assert names(client, query) == expected
    assert names(client, query, **{"HX-Request": "true"}) == expected


def test_nonsense_says_what_to_choose_from(acme: Account, client: Client) -> None:
    assert "Choose from: Active, Ended." in text(client.get(f"{LIST}?state=purple"))


def test_many_campaigns_are_cut_into_pages(acme: Account, client: Client) -> None:
    for place in range(30):
        factories.make_campaign(acme, f"Campaign {place:02d}")
    first = client.get(f"{LIST}?per_page=25").content.decode()
    following = re.search(r'id="step-next" href="([^"]+)"', first)
    assert following
    assert names(client, html.unescape(following[1]).partition("?")[2]) == [f"Campaign {n}" for n in range(25, 30)]


def test_the_list_and_a_campaign_cost_the_same_at_10_and_at_50_rows(acme: Account, client: Client) -> None:
    def queries(address: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    def grow(count: int) -> tuple[int, int]:
        numbers = [factories.make_number(acme) for _ in range(count)]
        campaign = factories.make_campaign(acme, numbers=numbers)
        for _ in range(count - 1):
            factories.make_campaign(acme, numbers=numbers[:2])
        return queries(f"{LIST}?per_page=100"), queries(f"{url('detail', campaign)}?per_page=100")

    assert grow(10) == grow(50) == (LIST_QUERIES, DETAIL_QUERIES)


# --- Who -------------------------------------------------------------------------------------------------------------
def test_a_stranger_sees_nothing_and_gets_404(acme: Account, client_for: ClientFor, stranger: User) -> None:
    _, campaign = monitored(acme)
    client = client_for(stranger)
    assert names(client) == []
    for name in ("detail", "edit", "end", "add_numbers", "remove_numbers"):
        assert client.get(url(name, campaign)).status_code == 404


def test_a_viewer_reads_and_is_told_why_nothing_can_be_changed(
    acme: Account, client_for: ClientFor, viewer: User
) -> None:
    _, campaign = monitored(acme)
    client = client_for(viewer)
    page = client.get(url("detail", campaign)).content.decode()
    for word in ("Add numbers", "Make default", "Remove ticked", "Edit"):
        assert word not in page
    refused = client.post(url("end", campaign))
    assert refused.status_code == 403
    assert "can see and export but not change" in text(refused)


# --- One campaign ----------------------------------------------------------------------------------------------------
def test_a_campaign_leads_to_its_numbers(acme: Account, client: Client) -> None:
    number, campaign = monitored(acme, rating=Rating.HEALTHY, label=NASTY)
    page = client.get(url("detail", campaign))
    source = html.unescape(page.content.decode())
    assert reverse("numbers:panel", args=[number.uuid]) in source
    assert f"/numbers/?campaign={campaign.uuid}" in source
    assert f"/numbers/?campaign={campaign.uuid}&status=healthy" in source
    assert "(303) 555-0101" in text(page)
    assert NASTY in text(page)
    assert refused_by_csp(page.content.decode()) == []


def test_tagged_numbers_and_a_tagged_default_are_warned_about(acme: Account, client: Client) -> None:
    number, campaign = monitored(acme, rating=Rating.SPAM, tag_since=factories.NOW)
    page = text(client.get(url("detail", campaign)))
    assert "1 number of this campaign is tagged as spam." in page
    client.post(url("default", campaign), {"number": str(number.uuid)})
    assert "The default caller ID (303) 555-0101 is tagged as spam since" in text(client.get(url("detail", campaign)))


def test_a_missing_license_is_named(client_for: ClientFor) -> None:
    account = factories.make_account(kinds=[LicenseKind.SPAM_REGISTRATION])
    campaign = factories.make_campaign(account)
    page = client_for(factories.make_member(account)).get(url("detail", campaign))
    assert "need the Premium or Elite tier" in text(page)


@pytest.mark.parametrize(("query", "found"), [("q=0101", True), ("q=0102", False), ("status=no_data", True)])
def test_the_numbers_of_a_campaign_can_be_searched(acme: Account, client: Client, query: str, found: bool) -> None:
    _, campaign = monitored(acme)
    assert ("(303) 555-0101" in text(client.get(f"{url('detail', campaign)}?{query}"))) is found


# --- Changes ---------------------------------------------------------------------------------------------------------
def test_a_campaign_is_created_and_a_taken_name_is_said_at_the_field(acme: Account, client: Client) -> None:
    assert client.post(f"{LIST}new/", TYPED).status_code == 302
    again = client.post(f"{LIST}new/", TYPED | {"name": "SPRING"})
    assert again.status_code == 400
    assert "already. Choose another one." in text(again)
    assert names(client) == ["Spring"]


@pytest.mark.parametrize(
    "typed", [{"name": ""}, {"name": "x" * 81}, {"name": "a\0b"}, {"product": "9"}, {"dialing_method": "shout"}]
)
def test_nonsense_is_an_error_at_the_field(acme: Account, client: Client, typed: dict[str, str]) -> None:
    answer = client.post(f"{LIST}new/", TYPED | typed)
    assert answer.status_code == 400
    assert "field-error" in answer.content.decode()


def test_an_edit_shows_its_effect_before_it_is_kept(acme: Account, client: Client) -> None:
    number, campaign = monitored(acme)
    typed = TYPED | {"dialing_method": DialingMethod.MANUAL.value}
    asked = client.post(url("edit", campaign), typed)
    assert "1 monitored number becomes No longer eligible" in text(asked)
    assert names(client) == ["Renewals"]
    assert client.post(url("edit", campaign), typed | agreed(asked)).status_code == 302
    assert names(client) == ["Spring"]
    assert factories.status_of(number).capability == Capability.NO_LONGER_ELIGIBLE


def test_an_edit_without_effect_is_kept_at_once(acme: Account, client: Client) -> None:
    _, campaign = monitored(acme)
    assert client.post(url("edit", campaign), TYPED).status_code == 302
    assert names(client) == ["Spring"]


def test_an_end_is_confirmed_and_comes_once(acme: Account, client: Client) -> None:
    _, campaign = monitored(acme)
    asked = client.get(url("end", campaign))
    assert "1 number stops being an outbound dialer number" in text(asked)
    assert client.post(url("end", campaign), agreed(asked)).status_code == 302
    again = client.post(url("end", campaign), agreed(asked), follow=True)
    assert "This campaign has ended and stays as it was." in text(again)
    assert audited(acme) == ["campaign.ended"]


def test_numbers_are_added_after_the_refused_ones_were_named(acme: Account, client: Client) -> None:
    picked, pasted = factories.make_number(acme, "+13035550101"), factories.make_number(acme, "+13035550102")
    campaign = factories.make_campaign(acme)
    address = url("add_numbers", campaign)
    assert "(303) 555-0101" in text(client.get(f"{address}?q=0101"))
    asked = client.post(address, {"numbers": f"{pasted.e164}\n12\n", "ids": [str(picked.uuid)]})
    assert "1 entry cannot be added" in text(asked)
    assert "2 numbers become outbound dialer numbers" in text(asked)
    assert pool_of(campaign) == []
    lines = "\n".join([pasted.e164, picked.e164, "+13035550199"])
    done = client.post(address, agreed(asked, numbers=lines), follow=True)
    assert "2 numbers were added" in text(done)
    assert "1 entry was skipped. +13035550199: The account has no such number." in text(done)
    assert pool_of(campaign) == [picked.e164, pasted.e164]


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ("", "Paste or tick at least one number."),
        ("nonsense", "None of these can be added."),
        ("1\n" * 1001, "at most"),
    ],
)
def test_nothing_to_add_is_said_at_the_field(acme: Account, client: Client, numbers: str, said: str) -> None:
    answer = client.post(url("add_numbers", factories.make_campaign(acme)), {"numbers": numbers})
    assert answer.status_code == 400
    assert said in text(answer)


def test_a_removal_shows_its_effect_and_is_checked_again(acme: Account, client: Client) -> None:
    number, campaign = monitored(acme)
    address = url("remove_numbers", campaign)
    second = factories.make_campaign(acme, numbers=[number])
    asked = client.get(address, {"ids": str(number.uuid)})
    assert "Nothing: no number starts or stops being an outbound dialer number." in text(asked)
    client.post(
        url("remove_numbers", second),
        agreed(client.get(url("remove_numbers", second), {"ids": number.uuid}), ids=number.uuid),
    )
    late = client.post(address, agreed(asked, ids=str(number.uuid)))
    assert late.status_code == 409
    assert "The numbers have changed since you looked." in text(late)
    assert pool_of(campaign) == [number.e164]
    assert client.post(address, agreed(late, ids=str(number.uuid))).status_code == 302
    assert pool_of(campaign) == []


@pytest.mark.parametrize(
    ("ids", "said"),
    [
        ("", "Tick the numbers first."),
        ("nonsense", "None of these numbers is in the campaign."),
        ("00000000-0000-4000-8000-000000000000", "None of these numbers is in the campaign."),
    ],
)
def test_a_removal_of_nothing_is_said(acme: Account, client: Client, ids: str, said: str) -> None:
    _, campaign = monitored(acme)
    answer = client.get(url("remove_numbers", campaign), {"ids": ids} if ids else {}, follow=True)
    assert said in text(answer)
    assert pool_of(campaign)


def test_the_default_is_chosen_and_cleared_and_is_one_of_the_pool(acme: Account, client: Client) -> None:
    number, campaign = monitored(acme)
    outside = factories.make_number(acme)
    address = url("default", campaign)

    def say(uuid: str) -> str:
        return text(client.post(address, {"number": uuid}, follow=True))

    assert "(303) 555-0101 is the default caller ID now." in say(str(number.uuid))
    assert "Only a number of the campaign can be its default caller ID." in say(str(outside.uuid))
    assert "The campaign has no default caller ID now." in say("")
    assert client.post(address, {"number": "nonsense"}).status_code == 404
