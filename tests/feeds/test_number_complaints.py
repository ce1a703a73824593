"""Complaints asked for by number: every US number in its turn, once each, with nothing of the complainant."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import unquote

import pytest
from django.utils import timezone

from accounts.models import Account
from common.scope import account_scope, all_accounts
from phone_numbers.feeds import number_complaints
from phone_numbers.models import Complaint, ComplaintDay, Feed, NumberStatus
from phone_numbers.selectors.complaints import complaint_summary
from phone_numbers.states import FeedState, Rating
from tests import factories
from tests.feeds.feed_world import add_inventory, numbers_at, poll_once
from tests.simulator import RunningSimulator

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def reach_simulator(settings, simulator, own_simulator):
    settings.OUTBOUND_ALLOW = frozenset({simulator.pair, own_simulator.pair})


def fcc_feed(account: Account | None, simulator: RunningSimulator, **fields: object) -> Feed:
    now = timezone.now()
    address = {"address": f"{simulator.url}/fcc/resource/vakf-fz8e.json"}
    values = {"name": "FCC", "provider": "fcc", "settings": address, "created_at": now, "due_at": now} | fields
    with all_accounts():
        return Feed.objects.create(account=account, **values)


def asked(simulator: RunningSimulator) -> str:
    return " ".join(unquote(one["query"]) for one in simulator.seen("/fcc/"))


def test_every_us_number_is_asked_about_once_a_sweep(acme, own_simulator):
    numbers = numbers_at(own_simulator, "fcc-n120")
    add_inventory(acme, numbers)
    factories.make_number(acme, "+442079460000")
    run = poll_once(fcc_feed(acme, own_simulator))
    assert (run.error, run.calls, run.pages) == ("", 3, 3)
    said = asked(own_simulator)
    assert all(said.count(f"'{e164[2:]}'") == 2 for e164 in numbers)
    assert "2079460000" not in said


def test_complaints_are_kept_under_their_agency_and_counted_but_never_a_status(acme, simulator):
    add_inventory(acme, numbers_at(simulator, simulator.key(200)))
    feed = fcc_feed(acme, simulator)
    first, second = poll_once(feed), poll_once(feed)
    with account_scope(acme):
        kept = Complaint.objects.filter(agency="fcc")
        assert kept.count() == first.stored > 10
        assert set(kept.values_list("robocall", flat=True)) == {True, False, None}
        recent = kept.filter(created_at__gt=timezone.now() - timedelta(days=90)).count()
        assert sum(NumberStatus.objects.values_list("complaints_90d", flat=True)) == recent
        assert not NumberStatus.objects.exclude(rating=Rating.UNKNOWN).exists()
    assert (second.stored, second.error) == (0, "")


def test_no_day_counts_as_known_for_other_numbers(acme, simulator):
    """The daily file tells a day for everybody; what was asked by number must not move "counted since" back."""
    add_inventory(acme, numbers_at(simulator, simulator.key(100)))
    number = factories.make_number(acme, "+12025550143")
    poll_once(fcc_feed(acme, simulator))
    assert not ComplaintDay.objects.exists()
    with account_scope(acme):
        assert complaint_summary(number, now=timezone.now()).counted_since is None


def test_a_platform_feed_asks_about_the_numbers_of_all_accounts(acme, globex, own_simulator):
    add_inventory(acme, ["+12025550143"])
    add_inventory(globex, ["+12025550143", "+12025550144"])
    poll_once(fcc_feed(None, own_simulator))
    said = asked(own_simulator)
    assert "2025550143" in said
    assert "2025550144" in said


def test_an_accounts_feed_leaves_other_accounts_numbers_alone(acme, globex, own_simulator):
    add_inventory(acme, ["+12025550143"])
    add_inventory(globex, ["+12025550144"])
    poll_once(fcc_feed(acme, own_simulator))
    assert "2025550144" not in asked(own_simulator)


def test_a_long_sweep_goes_on_where_it_stood_and_begins_again_after_its_interval(acme, own_simulator, monkeypatch):
    monkeypatch.setattr(number_complaints, "BATCHES_A_RUN", 1)
    numbers = sorted(numbers_at(own_simulator, "fcc-n120"))
    add_inventory(acme, numbers)
    feed = fcc_feed(acme, own_simulator, interval_seconds=86_400)
    places = []
    for _ in range(3):
        poll_once(feed)
        feed.refresh_from_db()
        places.append((feed.cursor, feed.due_at - timezone.now()))
    assert places[0][0] == {"account": acme.pk, "number": numbers[49]}
    assert places[0][1] <= number_complaints.PAUSE
    assert places[2][0] is None
    assert places[2][1] > timedelta(hours=23)


def test_an_error_in_mid_sweep_keeps_what_was_taken_and_goes_on_from_there(acme, own_simulator):
    numbers = sorted(numbers_at(own_simulator, "fcc-n120"))
    add_inventory(acme, numbers)
    feed = fcc_feed(acme, own_simulator)
    own_simulator.control("faults", name="server_error", every=2)
    run = poll_once(feed)
    feed.refresh_from_db()
    assert "fault of its own" in run.error
    assert (run.pages, feed.cursor["number"], feed.state) == (1, numbers[49], FeedState.DUE)
    own_simulator.control("faults")
    rest = poll_once(feed)
    assert (rest.error, rest.pages) == ("", 2)


def test_an_empty_inventory_asks_nothing(acme, own_simulator):
    run = poll_once(fcc_feed(acme, own_simulator))
    assert (run.error, run.calls, asked(own_simulator)) == ("", 0, "")
