"""Settings: people, licences and audit are shown; thresholds are previewed, kept, and rate numbers again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from common.scope import account_scope
from phone_numbers.feeds import ingest, partitions
from phone_numbers.models import NumberStatus
from phone_numbers.states import Rating
from providers.base import Observation
from tests.factories import make_number

pytestmark = pytest.mark.django_db
PAGES = ("settings:home", "settings:thresholds", "settings:audit")
TYPED = {"spam_carriers": 2, "min_observations": "", "spam_share": ""}


@pytest.fixture
def spam_at_one_carrier(acme):
    now = timezone.now()
    partitions.ensure_partitions(now - timedelta(days=1), now)
    number = make_number(acme, e164="+13035550100")
    calls = [
        Observation(e164=number.e164, source="att", observed_at=now - timedelta(minutes=m), flagged=True)
        for m in range(4)
    ]
    with account_scope(acme):
        ingest.ingest_page(acme, calls, now=now)
    return number


@pytest.mark.parametrize("name", PAGES)
def test_pages_need_sign_in_and_members_see_them(client, client_for, viewer, name):
    assert client.get(reverse(name)).status_code == 302
    assert client_for(viewer).get(reverse(name)).status_code == 200


def test_people_and_licenses_of_the_own_account_only(client_for, owner, stranger):
    page = client_for(owner).get(reverse("settings:home")).content.decode()
    assert owner.email in page
    assert "Enterprise Spam Registration" in page
    assert stranger.email not in page


def test_a_preview_tells_what_would_change_and_keeps_nothing(client_for, owner, acme, spam_at_one_carrier):
    page = client_for(owner).post(reverse("settings:thresholds"), TYPED | {"step": "preview"}).content.decode()
    with account_scope(acme):
        assert NumberStatus.objects.get(number=spam_at_one_carrier).rating == Rating.SPAM
    acme.refresh_from_db()
    assert acme.spam_carriers == 1
    assert "1 number would change now." in page
    assert "Spam to Mixed: 1" in page


def test_kept_thresholds_rate_the_flagged_numbers_again(client_for, owner, acme, spam_at_one_carrier):
    answer = client_for(owner).post(reverse("settings:thresholds"), TYPED | {"step": "keep"})
    acme.refresh_from_db()
    with account_scope(acme):
        ingest.rerate_due(acme, now=timezone.now())
        status = NumberStatus.objects.get(number=spam_at_one_carrier)
        event = AuditEvent.objects.get(action="thresholds.changed")
    assert answer.status_code == 302
    assert acme.spam_carriers == 2
    assert (status.rating, status.is_tagged) == (Rating.MIXED, True)
    assert event.detail["before"]["spam_carriers"] == 1


def test_who_may_not_edit_is_refused(client_for, viewer, acme):
    assert client_for(viewer).post(reverse("settings:thresholds"), TYPED | {"step": "keep"}).status_code == 403
    acme.refresh_from_db()
    assert acme.spam_carriers == 1


@pytest.mark.parametrize("typed", [{"spam_carriers": 9}, {"spam_share": 0}, {"min_observations": "many"}])
def test_nonsense_is_an_error_at_the_field(client_for, owner, acme, typed):
    answer = client_for(owner).post(reverse("settings:thresholds"), TYPED | typed | {"step": "keep"})
    assert answer.status_code == 400
    assert "field-error" in answer.content.decode()
