"""The Feeds pages: who sees and changes what, health in words, secrets that are never shown."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from common.scope import account_scope, all_accounts
from common.sealed import unseal
from phone_numbers.models import Feed, FeedRun
from phone_numbers.selectors import feeds as selectors
from phone_numbers.services import feeds as services
from tests.factories import make_feed

pytestmark = pytest.mark.django_db
SECRET = "key-that-nobody-may-see-again"


@pytest.fixture
def feed(acme):
    made = make_feed(acme, name="Telnyx main", provider="telnyx", settings={"base_url": "https://api.example.com/v2"})
    with all_accounts():
        services.set_secret(made, SECRET)
    return made


def test_the_list_needs_sign_in(client):
    assert client.get(reverse("feeds:list")).status_code == 302


def test_members_see_their_feeds_and_the_platforms(client_for, viewer, feed):
    make_feed(None, name="FTC reported calls", provider="ftc")
    page = client_for(viewer).get(reverse("feeds:list")).content.decode()
    assert "Telnyx main" in page
    assert "kept by the platform" in page
    assert "Add a feed" not in page


def test_a_stranger_sees_nothing_and_gets_404(client_for, stranger, feed):
    client = client_for(stranger)
    assert "Telnyx main" not in client.get(reverse("feeds:list")).content.decode()
    for url in (reverse("feeds:detail", args=[feed.uuid]), reverse("feeds:edit", args=[feed.uuid])):
        assert client.get(url).status_code == 404
    assert client.post(reverse("feeds:act", args=[feed.uuid, "pause"])).status_code == 404


def test_the_secret_is_never_shown(client_for, owner, feed):
    client = client_for(owner)
    for name in ("feeds:detail", "feeds:edit"):
        assert SECRET not in client.get(reverse(name, args=[feed.uuid])).content.decode()


@pytest.mark.parametrize("action", ["pause", "resume", "run", "test"])
def test_who_may_not_edit_is_told_so_in_words(client_for, viewer, feed, action):
    answer = client_for(viewer).post(reverse("feeds:act", args=[feed.uuid, action]))
    assert answer.status_code == 403
    assert "privilege to edit" in answer.content.decode()


def test_pause_resume_and_run_now_change_the_feed_and_leave_a_line(client_for, owner, acme, feed):
    client = client_for(owner)
    for action in ("pause", "resume", "run"):
        client.post(reverse("feeds:act", args=[feed.uuid, action]))
    with account_scope(acme):
        feed.refresh_from_db()
        actions = list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))
    assert not feed.paused
    assert actions[-3:] == ["feed.paused", "feed.resumed", "feed.run_now"]


def test_the_platforms_feed_is_changed_by_reviewers_only(client_for, owner, reviewer):
    shared = make_feed(None, name="FTC reported calls", provider="ftc")
    url = reverse("feeds:act", args=[shared.uuid, "pause"])
    assert client_for(owner).post(url).status_code == 403
    assert client_for(reviewer).post(url).status_code == 302
    with all_accounts():
        assert Feed.objects.get(pk=shared.pk).paused


def test_a_new_feed_is_kept_sealed_and_due_at_once(client_for, owner, acme):
    typed = {
        "name": "Second Telnyx",
        "interval_seconds": 900,
        "base_url": "https://api.telnyx.com/v2",
        "enterprise_id": "",
        "secret": SECRET,
    }
    answer = client_for(owner).post(reverse("feeds:add", args=["telnyx"]), typed)
    assert answer.status_code == 302
    with account_scope(acme):
        feed = Feed.objects.get(name="Second Telnyx")
    assert SECRET.encode() not in bytes(feed.secret)
    assert unseal(bytes(feed.secret), place=services.secret_place(feed)) == SECRET
    assert feed.due_at <= timezone.now()


def test_a_private_address_is_refused_at_the_form(client_for, owner):
    typed = {"name": "Inside", "interval_seconds": 900, "base_url": "https://169.254.169.254/v2", "secret": SECRET}
    answer = client_for(owner).post(reverse("feeds:add", args=["telnyx"]), typed)
    assert answer.status_code == 400
    assert "Inside" in answer.content.decode()
    with all_accounts():
        assert not Feed.objects.exists()


def test_a_second_feed_of_one_name_is_an_error_at_the_field(client_for, owner, feed):
    typed = {
        "name": feed.name,
        "interval_seconds": 900,
        "base_url": "https://api.telnyx.com/v2",
        "secret": SECRET,
    }
    answer = client_for(owner).post(reverse("feeds:add", args=["telnyx"]), typed)
    assert answer.status_code == 400
    assert "already" in answer.content.decode()


def test_an_empty_key_keeps_the_one_there_is(client_for, owner, acme, feed):
    typed = {"name": "Renamed", "interval_seconds": 60, "base_url": "https://api.telnyx.com/v2", "secret": ""}
    client_for(owner).post(reverse("feeds:edit", args=[feed.uuid]), typed)
    with account_scope(acme):
        feed.refresh_from_db()
    assert feed.name == "Renamed"
    assert unseal(bytes(feed.secret), place=services.secret_place(feed)) == SECRET


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"paused": True, "last_error": "The key is wrong."}, "Stopped"),
        ({"paused": True}, "Paused"),
        ({"failures": 2, "last_error": "No answer."}, "Failing"),
        ({}, "Waiting"),
        ({"last_success_at": "now"}, "Healthy"),
        ({"last_success_at": "long ago"}, "Stale"),
    ],
)
def test_health_is_one_word(acme, fields, word):
    now = timezone.now()
    moments = {"now": now, "long ago": now - timedelta(hours=3)}
    fields = {name: moments.get(value, value) if isinstance(value, str) else value for name, value in fields.items()}
    made = make_feed(acme, interval_seconds=3600, created_at=now, **fields)
    assert selectors.health_of(made, now=now).word == word


def test_a_feed_shows_its_runs_with_counts(client_for, viewer, acme, feed):
    with account_scope(acme):
        FeedRun.objects.create(account=acme, feed=feed, started_at=timezone.now(), fetched=12_345, error="No answer.")
    page = client_for(viewer).get(reverse("feeds:detail", args=[feed.uuid])).content.decode()
    assert "12,345" in page
    assert "No answer." in page
