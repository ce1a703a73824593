"""Under every fault of a provider the end state equals the one of an account whose feed met no fault (trials a8)."""

from __future__ import annotations

import ssl
from datetime import timedelta

import pytest
from django.test import override_settings
from django.utils import timezone

from common.scope import all_accounts
from phone_numbers.feeds import partitions, polling
from phone_numbers.models import Feed
from tests.feeds import feed_world
from tests.feeds.feed_world import CARRIERS, TELNYX
from tests.providers.certificates import certificate
from tests.providers.raw_server import saying, serving

pytestmark = pytest.mark.django_db

PASSING = (
    "rate_limited",
    "server_error",
    "timeout",
    "slow_drip",
    "cut_body",
    "reset",
    "redirect_private",
    "huge_line",
    "malformed_line",
    "wrong_types",
)
REPEATING = ("duplicate_page", "reordered_pages")


@pytest.fixture(autouse=True)
def quick_and_reachable(settings, own_simulator, monkeypatch):
    """Give up on a provider after a second, not thirty; make the months of the readings."""
    settings.OUTBOUND_ALLOW = frozenset({own_simulator.pair})
    settings.PROVIDER_DEADLINE = 1.0
    monkeypatch.setattr(polling, "PAGE_SIZE", 250)
    now = timezone.now()
    partitions.ensure_partitions(now - timedelta(days=40), now)


@pytest.mark.parametrize("provider", [TELNYX, CARRIERS])
@pytest.mark.parametrize("fault", PASSING + REPEATING)
def test_the_end_state_is_that_of_no_fault(acme, globex, own_simulator, provider, fault):
    key = own_simulator.key(24)
    for account in (acme, globex):
        feed_world.add_inventory(account, feed_world.numbers_at(own_simulator, key))
    faulty = feed_world.make_feed_at(acme, own_simulator, key, provider)
    undisturbed = feed_world.make_feed_at(globex, own_simulator, key, provider)
    own_simulator.control("faults", name=fault, times=3)
    troubled = feed_world.poll_once(faulty)
    own_simulator.control("faults", name=fault, on=False)
    with all_accounts():  # a feed that stopped itself is resumed by a person
        Feed.objects.filter(pk=faulty.pk).update(paused=False)
    recovered = feed_world.poll_once(faulty)
    feed_world.poll_once(undisturbed)
    one, other = (feed_world.end_state(account, with_events=False) for account in (acme, globex))
    assert recovered.error == ""
    assert troubled.error or fault in REPEATING
    assert len(other["readings"]) > 15
    assert one == other


@pytest.mark.parametrize("flaw", ["untrusted", "expired", "other name"])
def test_the_end_state_after_a_bad_certificate_is_that_of_no_fault(acme, globex, own_simulator, tmp_path, flaw):
    key = own_simulator.key(24)
    for account in (acme, globex):
        feed_world.add_inventory(account, feed_world.numbers_at(own_simulator, key))
    faulty = feed_world.make_feed_at(acme, own_simulator, key)
    undisturbed = feed_world.make_feed_at(globex, own_simulator, key)
    sound_settings = faulty.settings
    with serving(saying("HTTP/1.1 200 OK\nContent-Length: 2", b"{}"), tls=server_with(tmp_path, flaw)) as pair:
        troubled = poll_at(faulty, {"base_url": f"https://{pair}/v2"}, pair)
    recovered = poll_at(faulty, sound_settings, own_simulator.pair)
    feed_world.poll_once(undisturbed)
    one, other = (feed_world.end_state(account) for account in (acme, globex))
    assert "certificate" in troubled.error
    assert (troubled.stored, recovered.error) == (0, "")
    assert len(other["readings"]) > 15
    assert one == other


def server_with(folder, flaw):
    """Return the TLS side of a service with a bad certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(folder, flaw))
    return context


def poll_at(feed, feed_settings, pair):
    """Poll a feed whose service answers at another address."""
    with all_accounts(), override_settings(OUTBOUND_ALLOW=frozenset({pair})):
        Feed.objects.filter(pk=feed.pk).update(settings=feed_settings)
        return feed_world.poll_once(feed)


def test_observations_ahead_of_the_clock_are_counted_and_not_kept(acme, own_simulator):
    key = own_simulator.key(30)
    feed_world.add_inventory(acme, feed_world.numbers_at(own_simulator, key))
    feed = feed_world.make_feed_at(acme, own_simulator, key, CARRIERS)
    own_simulator.control("faults", name="clock_skew", times=1)
    run = feed_world.poll_once(feed)
    assert run.error == ""
    assert run.fetched == run.stored + run.future + run.duplicate + run.too_late + run.unreadable
