"""API keys: shown once, kept as a digest, bound to scopes, limits and their maker, revoked at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import keys
from accounts.models import ApiKey, AuditEvent
from accounts.scopes import ApiScope
from common.scope import account_scope, all_accounts
from tests import factories
from tests.api.conftest import client_of, secret_of

pytestmark = pytest.mark.django_db
FEEDS = "/api/v1/feeds"


def test_a_secret_is_shown_once_and_kept_as_a_digest_only(acme, owner, client_for):
    client = client_for(owner)
    made = client.post(reverse("settings:keys"), {"name": "Dialer, east", "scopes": ["caller-id", "feeds:read"]})
    page = made.content.decode()
    secret = page.split('id="secret">')[1].split("<")[0]
    later = client.get(reverse("settings:keys")).content.decode()
    with account_scope(acme):
        key = ApiKey.objects.get()
        told = AuditEvent.objects.get(action="api_key.made")
    assert secret not in later
    assert "Dialer, east" in later
    assert key.digest == keys.digest_of(secret)
    assert secret not in str(vars(key)) + str(told.detail)
    assert key.scopes == ["caller-id", "feeds:read"]
    assert client_of(secret).get(FEEDS).status_code == 200


@pytest.mark.parametrize(
    "data", [{"name": "", "scopes": ["caller-id"]}, {"name": "x"}, {"name": "x", "scopes": ["all"]}]
)
def test_a_key_needs_a_name_and_known_scopes(owner, client_for, data):
    assert client_for(owner).post(reverse("settings:keys"), data).status_code == 400
    with all_accounts():
        assert not ApiKey.objects.exists()


def test_who_may_not_edit_sees_the_keys_and_makes_none(acme, owner, viewer, client_for):
    secret_of(acme, owner)
    page = client_for(viewer).get(reverse("settings:keys")).content.decode()
    assert "Dialer" in page
    assert "Make the key" not in page
    assert client_for(viewer).post(reverse("settings:keys"), {"name": "x"}).status_code == 403


def test_a_revoked_key_is_refused_with_the_next_call(acme, owner, client_for):
    caller = client_of(secret_of(acme, owner))
    assert caller.get(FEEDS).status_code == 200
    with account_scope(acme):
        key = ApiKey.objects.get()
    address = reverse("settings:key_revoke", args=[key.uuid])
    assert "Revoke Dialer?" in client_for(owner).get(address).content.decode()
    for _ in range(2):
        assert client_for(owner).post(address).status_code == 302
    assert caller.get(FEEDS).status_code == 401
    with account_scope(acme):
        assert AuditEvent.objects.filter(action="api_key.revoked").count() == 1


def test_another_accounts_key_cannot_be_revoked(acme, owner, stranger, client_for):
    secret_of(acme, owner)
    with account_scope(acme):
        key = ApiKey.objects.get()
    assert client_for(stranger).post(reverse("settings:key_revoke", args=[key.uuid])).status_code == 404


def test_a_key_ends_with_its_makers_membership_and_sign_in(acme, owner, admin):
    by_admin, by_owner = client_of(secret_of(acme, admin)), client_of(secret_of(acme, owner))
    factories.remove_member(acme, admin)
    assert by_admin.get(FEEDS).status_code == 401
    owner.is_active = False
    owner.save(update_fields=["is_active"])
    assert by_owner.get(FEEDS).status_code == 401


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer nrp_wrong", "Basic abc", "Bearer " + "x" * 5000, "Bearer \xfc"]
)
def test_anything_but_a_key_is_401_in_words(acme, header):
    answer = Client(headers={"Authorization": header}).get(FEEDS)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == 401


def test_a_session_is_no_key(owner, client_for):
    assert client_for(owner).get(FEEDS).status_code == 401


def test_each_scope_opens_its_calls_only(acme, owner):
    reads_feeds = client_of(secret_of(acme, owner, [ApiScope.FEEDS_READ.value]))
    assert reads_feeds.get(FEEDS).status_code == 200
    refused = reads_feeds.get("/api/v1/numbers")
    assert refused.status_code == 403
    assert "numbers:read" in refused.json()["detail"]


def test_a_key_has_its_calls_of_a_minute_and_the_answer_says_what_is_left(acme, owner):
    caller = client_of(secret_of(acme, owner, limit=5))
    answers = [caller.get(FEEDS) for _ in range(7)]
    statuses = [answer.status_code for answer in answers]
    assert 200 in statuses
    assert statuses.count(200) <= 10  # the minute may have turned meanwhile
    last = answers[4]
    assert last["RateLimit-Policy"] == '"minute";q=5;w=60'
    assert last["RateLimit"].startswith('"minute";r=')


def test_the_limit_holds_over_many_processes(acme, owner, monkeypatch):
    secret_of(acme, owner, limit=1_000)
    with all_accounts():
        key = ApiKey.objects.select_related("account").get()
    now = timezone.now().replace(second=10)
    allowed = 0
    for turn in range(3_000):
        if turn % 7 == 0:
            keys._handfuls.clear()  # another process, which has taken nothing yet
        allowed += keys.take_calls(key, 1, now=now).allowed
    refused = keys.take_calls(key, 1, now=now)
    assert allowed <= 1_000
    assert not refused.allowed
    assert refused.resets_in == 50
    keys._handfuls.clear()
    assert keys.take_calls(key, 1, now=now + timedelta(minutes=1)).allowed


def test_the_refusal_says_when_to_ask_again(acme, owner):
    caller = client_of(secret_of(acme, owner, limit=1))
    answers = [caller.get(FEEDS) for _ in range(4)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert 0 < int(refused[0]["Retry-After"]) <= 60
    assert refused[0].json()["title"] == "Too Many Requests"


def test_the_last_use_is_kept(acme, owner):
    client_of(secret_of(acme, owner)).get(FEEDS)
    with account_scope(acme):
        assert ApiKey.objects.get().last_used_at is not None
