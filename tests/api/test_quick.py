"""The usual question of a dialer has a way of its own, which answers what the view of the API would answer."""

from __future__ import annotations

import json
import re

import pytest
import time_machine
from django.db import connection, transaction
from django.test import RequestFactory

from api import quick
from common.scope import account_scope
from phone_numbers.models import CampaignNumber
from phone_numbers.states import CampaignState, Rating
from tests.api.conftest import client_of, secret_of
from tests.factories import NOW, make_campaign, make_number

pytestmark = pytest.mark.django_db
JSON = "application/json"
LONG_WAY = {"Accept": "application/json, */*"}  # the same to the framework, and not what the quick way knows
ASKED = {"destination": "(303) 555-0142"}


@pytest.fixture(autouse=True)
def _one_minute():
    """Stand still, so that no minute of a key's limit ends between two calls."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def secret(acme, owner):
    return secret_of(acme, owner)


@pytest.fixture
def campaign(acme):
    healthy = [make_number(acme, f"+130355501{n:02d}", rating=Rating.HEALTHY, state="CO") for n in range(3)]
    mixed = make_number(acme, "+15125550101", rating=Rating.MIXED, state="TX")
    return make_campaign(acme, numbers=[*healthy, mixed])


def address(campaign) -> str:
    return f"/api/v1/campaigns/{campaign.uuid}/caller-id"


def plain_request(campaign, secret, body=ASKED, *, method="POST", path=None, content_type=JSON, **headers):
    """Return a request of the usual kind, apart from what is given."""
    headers = {"Authorization": f"Bearer {secret}"} | headers
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    path = path or address(campaign)
    return RequestFactory().generic(method, path, body, content_type=content_type, headers=headers)


def uses(campaign):
    with account_scope(campaign.account_id):
        return sum(CampaignNumber.objects.filter(campaign=campaign).values_list("day_uses", flat=True))


def undone(ask):
    """Ask, and take back what it wrote."""
    with transaction.atomic():
        answer = ask()
        transaction.set_rollback(True)
    fields = dict(answer.items())
    left = int(re.search(r"r=(\d+)", fields.pop("RateLimit"))[1])
    return answer.status_code, answer.content, fields, left


@pytest.mark.parametrize("destination", ["(303) 555-0142", "+13035550142", "+15125550199", "+442079460000"])
@pytest.mark.parametrize("case", ["matched", "default", "none"])
def test_both_ways_answer_alike(campaign, secret, acme, destination, case):
    with account_scope(acme):
        if case != "matched":
            CampaignNumber.objects.update(rating=Rating.SPAM, tagged=True)
        if case == "default":
            campaign.default_number = CampaignNumber.objects.order_by("pk")[0].number
            campaign.save(update_fields=["default_number"])
    caller, body = client_of(secret), json.dumps({"destination": destination})
    assert quick.answer(plain_request(campaign, secret, {"destination": destination})) is not None
    with account_scope(acme):
        CampaignNumber.objects.update(last_used_at=NOW, day_uses=0)
    short, long = (
        undone(lambda given=given: caller.post(address(campaign), body, content_type=JSON, headers=given))
        for given in ({}, LONG_WAY)
    )
    assert short[:3] == long[:3]
    assert long[3] == short[3] - 1
    assert json.loads(short[1])["outcome"] == case


@pytest.mark.parametrize(
    "unusual",
    [
        {"method": "PUT"},
        {"content_type": "text/plain"},
        {"content_type": "application/json; charset=latin-1"},
        {"Accept": "text/html"},
        {"Idempotency-Key": "call-7"},
        {"Authorization": "Basic abc"},
        {"Authorization": "Bearer nrp_unknown"},
        {"Authorization": f"Bearer nrp_{'x' * 43}"},
        {"body": b"{"},
        {"body": b'{"destination": "\xff"}'},
        {"body": b""},
        {"body": []},
        {"body": {}},
        {"body": {"destination": 7}},
        {"body": {"destination": "nonsense"}},
        {"body": {"destination": "+1303555014\u0662"}},
        {"body": {"destination": "+13035550142", "other": 1}},
        {"body": {"destinations": ["+13035550142"]}},
        {"body": {"destination": " " * 600 + "+13035550142"}},
        {"path": "/api/v1/campaigns/7f7c3a52-1c39-4b9c-9b51-6f2f3c1c8a55/caller-id"},
        {"path": "/api/v1/campaigns/nonsense/caller-id"},
        {"path": "/api/v1/campaigns"},
    ],
    ids=str,
)
def test_what_is_unusual_is_handed_on_before_anything_was_done(campaign, secret, unusual):
    assert quick.answer(plain_request(campaign, secret, **unusual)) is None
    assert uses(campaign) == 0


def test_a_question_mark_in_the_address_is_unusual(campaign, secret):
    assert quick.answer(plain_request(campaign, secret, path=f"{address(campaign)}?a=1")) is None


def test_an_ended_campaign_and_another_accounts_are_handed_on(acme, globex, secret):
    for other in (make_campaign(acme, state=CampaignState.ENDED), make_campaign(globex)):
        assert quick.answer(plain_request(other, secret)) is None


def test_a_key_without_the_scope_is_handed_on_and_refused(acme, owner, campaign):
    secret = secret_of(acme, owner, scopes=[])
    assert quick.answer(plain_request(campaign, secret)) is None
    assert client_of(secret).post(address(campaign), ASKED, content_type=JSON).status_code == 403


def test_the_limit_of_the_key_holds_on_both_ways_together(acme, owner, campaign):
    caller = client_of(secret_of(acme, owner, limit=4))
    ways = [{}, LONG_WAY, {}, LONG_WAY, {}, LONG_WAY]
    codes = [caller.post(address(campaign), ASKED, content_type=JSON, headers=way).status_code for way in ways]
    assert codes == [200, 200, 200, 200, 429, 429]
    assert uses(campaign) == 4


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_died_is_replaced_within_the_call(campaign, secret):
    caller = client_of(secret)
    assert caller.post(address(campaign), ASKED, content_type=JSON).status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    other.close()
    assert caller.post(address(campaign), ASKED, content_type=JSON).status_code == 200
    assert uses(campaign) == 2
