"""Choosing caller IDs over the API: one, a thousand, as text, once; and never by another account."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.scope import account_scope
from phone_numbers.models import CampaignNumber
from phone_numbers.states import CampaignState, Rating
from tests.api.conftest import client_of, secret_of
from tests.factories import NOW, make_campaign, make_number

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def campaign(acme):
    numbers = [make_number(acme, f"+130355501{n:02d}", rating=Rating.HEALTHY, state="CO") for n in range(3)]
    return make_campaign(acme, numbers=numbers)


def address(campaign) -> str:
    return f"/api/v1/campaigns/{campaign.uuid}/caller-id"


def ask(caller, campaign, body, **headers):
    return caller.post(address(campaign), json.dumps(body), content_type=JSON, headers=headers)


def test_one_call_gets_a_number_with_its_reason(caller, campaign):
    answer = ask(caller, campaign, {"destination": "(303) 555-0142"})
    found = answer.json()
    assert answer.status_code == 200
    assert found["caller_id"] == "+13035550100"
    assert (found["outcome"], found["step"], found["rating"], found["tagged"]) == (
        "matched",
        "exchange",
        "healthy",
        False,
    )
    assert found["destination"] == "(303) 555-0142"


def test_behind_a_pooler_of_transactions_calls_are_answered_alike(caller, campaign, settings):
    prepared = [ask(caller, campaign, {"destination": "(303) 555-0142"}).json() for _ in range(3)]
    settings.DATABASE_POOLED = True
    with CaptureQueriesContext(connection) as captured:
        pooled = [ask(caller, campaign, {"destination": "(303) 555-0142"}).json() for _ in range(3)]
    assert pooled == prepared
    assert not any("EXECUTE" in query["sql"] for query in captured.captured_queries)


def test_many_calls_get_numbers_in_turn(caller, campaign):
    found = ask(caller, campaign, {"destinations": ["+13035550142"] * 6}).json()["results"]
    assert [one["caller_id"][-2:] for one in found] == ["00", "01", "02"] * 2


def test_a_thousand_destinations_are_the_most(caller, campaign):
    assert ask(caller, campaign, {"destinations": ["+13035550142"] * 1_000}).status_code == 200
    assert ask(caller, campaign, {"destinations": ["+13035550142"] * 1_001}).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"destination": "abc"},
        {"destination": ""},
        {"destination": None},
        {"destination": "+13035550142", "destinations": ["+13035550142"]},
        {"destinations": []},
        {"destinations": ["+13035550142", "nonsense"]},
        {"destination": "\x00"},
        [],
        "x",
        7,
    ],
)
def test_what_is_no_destination_is_refused_in_words_and_counts_no_use(caller, campaign, body):
    answer = ask(caller, campaign, body)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"]
    with account_scope(campaign.account_id):
        assert not CampaignNumber.objects.filter(day_uses__gt=0).exists()


def test_a_dialplan_gets_plain_text(caller, campaign, acme):
    answer = caller.get(address(campaign), {"destination": "+13035550142"})
    assert answer.content.decode() == "+13035550100"
    assert answer["Content-Type"].startswith("text/plain")
    empty = caller.get(address(make_campaign(acme)), {"destination": "+13035550142"})
    assert (empty.status_code, empty.content) == (200, b"")


def test_the_same_idempotency_key_gets_the_same_answer_and_one_use(caller, campaign):
    body = {"destination": "+13035550142"}
    first, again = (ask(caller, campaign, body, **{"Idempotency-Key": "call-7"}) for _ in range(2))
    other = ask(caller, campaign, {"destination": "+15125550142"}, **{"Idempotency-Key": "call-7"})
    assert first.json() == again.json()
    assert other.status_code == 422
    with account_scope(campaign.account_id):
        assert sum(CampaignNumber.objects.values_list("day_uses", flat=True)) == 1


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_with_one_idempotency_key_are_one_use(acme, owner, campaign):
    secret = secret_of(acme, owner)

    def call(_):
        try:
            body = {"destination": "+13035550142"}
            return ask(client_of(secret), campaign, body, **{"Idempotency-Key": "one"}).json()["caller_id"]
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        answers = set(pool.map(call, range(50)))
    with account_scope(acme):
        assert sum(CampaignNumber.objects.values_list("day_uses", flat=True)) == 1
    assert answers == {"+13035550100"}


def test_an_ended_campaign_is_a_conflict(caller, acme):
    ended = make_campaign(acme, state=CampaignState.ENDED)
    assert ask(caller, ended, {"destination": "+13035550142"}).status_code == 409


def test_another_accounts_campaign_does_not_exist(other_caller, campaign):
    missing = other_caller.post(
        "/api/v1/campaigns/7f7c3a52-1c39-4b9c-9b51-6f2f3c1c8a55/caller-id", {}, content_type=JSON
    )
    foreign = ask(other_caller, campaign, {"destination": "+13035550142"})
    assert (foreign.status_code, foreign.content) == (404, missing.content)


def test_a_flagged_number_is_never_given_unless_it_is_the_default(caller, acme, owner):
    flagged = make_number(acme, "+13035550101", rating=Rating.SPAM, tag_since=NOW)
    campaign = make_campaign(acme, numbers=[flagged])
    nothing = ask(caller, campaign, {"destination": "+13035550142"}).json()
    with account_scope(acme):
        campaign.default_number = flagged
        campaign.save(update_fields=["default_number"])
    default = ask(caller, campaign, {"destination": "+13035550142"}).json()
    assert (nothing["caller_id"], nothing["outcome"]) == (None, "none")
    assert (default["caller_id"], default["outcome"], default["tagged"]) == (flagged.e164, "default", True)
    assert "although it is tagged" in default["reason"]
