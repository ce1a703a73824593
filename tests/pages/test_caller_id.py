"""The page of a campaign's caller ID: coverage, a decision tried out, choices kept, and what they say."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from common.scope import account_scope
from phone_numbers.campaigns import caller_id
from phone_numbers.models import AreaPrefix, CampaignNumber
from phone_numbers.states import CampaignState, Rating
from tests.factories import NOW, make_campaign, make_number

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(acme):
    AreaPrefix.objects.get_or_create(prefix="1303", defaults={"area": "Denver, CO", "state": "CO"})
    near = make_number(acme, "+13035550101", rating=Rating.HEALTHY, state="CO")
    flagged = make_number(acme, "+13035550102", rating=Rating.SPAM, tag_since=NOW, state="CO")
    far = make_number(acme, "+15125550101", rating=Rating.MIXED, state="TX")
    return make_campaign(acme, "Renewals", numbers=[near, flagged, far])


def address(campaign):
    return reverse("campaigns:caller_id", args=[campaign.uuid])


def page_of(client, campaign, **params):
    return client.get(address(campaign), params).content.decode()


def test_coverage_is_told_by_state_in_a_table_and_on_a_map(client_for, viewer, campaign):
    page = page_of(client_for(viewer), campaign)
    assert '<th scope="row">Colorado</th><td class="num">1</td><td class="num">1</td>' in page
    assert '<th scope="row">Texas</th><td class="num">0</td><td class="num">0</td><td class="num">1</td>' in page
    assert "tile-co is-mixed" in page
    assert "tile-wy is-none" in page


def test_a_destination_is_tried_step_by_step_and_counts_nothing(client_for, viewer, acme, campaign):
    page = page_of(client_for(viewer), campaign, destination="(303) 555-0142")
    assert "would show" in page
    assert "(303) 555-0101" in page
    assert "1 tagged as spam" in page
    with account_scope(acme):
        assert not CampaignNumber.objects.filter(day_uses__gt=0).exists()


@pytest.mark.parametrize("typed", ["abc", "123", "\x00", "x" * 300])
def test_what_is_no_number_is_said_at_the_field(client_for, viewer, campaign, typed):
    assert "field-error" in page_of(client_for(viewer), campaign, destination=typed)


def test_choices_are_kept_with_a_line_in_the_audit_trail(client_for, owner, acme, campaign):
    data = {"use_mixed": "", "calls_per_hour": "5", "calls_per_day": "", "rest_after": "20"}
    answer = client_for(owner).post(address(campaign), data)
    campaign.refresh_from_db()
    assert answer.status_code == 302
    assert (campaign.use_mixed, campaign.calls_per_hour, campaign.calls_per_day, campaign.rest_after) == (
        False,
        5,
        None,
        20,
    )
    with account_scope(acme):
        assert AuditEvent.objects.get(action="campaign.matching_changed").detail["after"]["rest_after"] == 20


@pytest.mark.parametrize("typed", ["0", "-1", "many", "99999999999"])
def test_an_odd_limit_is_refused_at_the_field(client_for, owner, campaign, typed):
    answer = client_for(owner).post(address(campaign), {"calls_per_hour": typed})
    assert answer.status_code == 400
    assert "field-error" in answer.content.decode()


def test_an_ended_campaign_stays_as_it_was(client_for, owner, acme):
    ended = make_campaign(acme, state=CampaignState.ENDED)
    client = client_for(owner)
    client.post(address(ended), {"calls_per_hour": "5"})
    ended.refresh_from_db()
    assert ended.calls_per_hour is None
    assert "Keep these choices" not in page_of(client, ended)


def test_a_call_without_caller_id_is_told_on_both_pages_and_kept_with_its_reason(client_for, viewer, acme):
    empty = make_campaign(acme)
    caller_id.choose(acme, empty, "+13035550142", now=NOW)
    client = client_for(viewer)
    assert "A call got no caller ID" in page_of(client, empty)
    assert "No number of the campaign can be used now" in page_of(client, empty)
    assert "A call got no caller ID" in client.get(reverse("campaigns:detail", args=[empty.uuid])).content.decode()


def test_a_sampled_choice_shows_what_each_step_had(client_for, viewer, acme, campaign, settings):
    settings.CALLER_ID_SAMPLE_PERCENT = 100
    caller_id.choose(acme, campaign, "+13035550142", now=NOW)
    page = " ".join(page_of(client_for(viewer), campaign).split())
    assert "What each step had" in page
    assert "could be used, 1 tagged as spam</li>" in page


def test_queries_do_not_grow_with_the_pool(client_for, viewer, acme, campaign, django_assert_max_num_queries):
    client = client_for(viewer)
    with django_assert_max_num_queries(14):
        page_of(client, campaign, destination="(303) 555-0142")


def test_states_stand_by_their_names_and_numbers_without_one_come_last(client_for, viewer, acme):
    places = {
        "+18005550101": "",
        "+15015550101": "AR",
        "+16025550101": "AZ",
        "+12055550101": "AL",
        "+14805550101": "AZ",
    }
    pool = [make_number(acme, e164, state=state, rating=Rating.HEALTHY) for e164, state in places.items()]
    page = page_of(client_for(viewer), make_campaign(acme, numbers=pool))
    table = page.split("Numbers of the campaign by state")[1].split("</table>")[0]
    names = re.findall(r'<th scope="row">([^<]+)</th>', table)
    assert names == ["Alabama", "Arizona", "Arkansas", "No state: toll-free and foreign numbers"]
