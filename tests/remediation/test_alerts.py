"""Alerts: one count everywhere, groups for display, acknowledged and muted but not gone while true (D22, B6)."""

from __future__ import annotations

import pytest

from common.scope import account_scope, all_accounts
from enrollment.models import OutgoingMail
from phone_numbers.models import Feed
from remediation.models import Alert
from remediation.selectors import alert_groups
from remediation.selectors import alerts as selectors
from remediation.services import alert_mail, alerts, cases, pool_safety
from remediation.states import AlertKind, AlertMail
from tests import factories
from tests.remediation import remediation_world as world
from tests.remediation.remediation_world import DAY, HOUR, NOW


def mails():
    with all_accounts():
        return list(OutgoingMail.objects.order_by("pk"))


def follow(account, at=NOW):
    with account_scope(account):
        pool_safety.follow_pools(account, now=at)


def test_numbers_of_one_campaign_are_one_line_and_count_each(acme):
    pool, lone = world.monitored(acme, 5), world.monitored(acme, 2)
    campaign = factories.make_campaign(acme, numbers=pool)
    world.flag(acme, [*pool, *lone])
    world.detect(acme)
    with account_scope(acme):
        groups = {group.campaign: group for group in selectors.tag_groups(now=NOW)}
        assert {found: group.count for found, group in groups.items()} == {campaign: 5, None: 2}
        assert alert_groups.strip(now=NOW).count == 7
        assert selectors.alerts_in(groups[campaign].key).count() == 5
        assert selectors.tag_count_of_campaign(campaign) == 5


def test_an_acknowledged_and_muted_alert_stays_open_until_the_tag_goes(acme, admin):
    numbers = world.monitored(acme)
    world.flag(acme, numbers)
    world.detect(acme)
    with account_scope(acme):
        found = selectors.alerts_in("")
        assert alerts.acknowledge(found, actor=admin, now=NOW) == 1
        assert alerts.acknowledge(found, actor=admin, now=NOW) == 0
        assert alerts.mute(found, until=NOW + 300 * DAY, actor=admin, now=NOW) == 1
        (alert,) = Alert.objects.all()
        assert alert.muted_until == NOW + 30 * DAY
        assert alert_groups.strip(now=NOW).count == 1
        (group,) = selectors.tag_groups(now=NOW)
        assert (group.unacknowledged, group.unmuted) == (0, 0)
        assert alerts.unmute(found) == 1
    world.clean(acme, numbers, NOW + HOUR)
    world.detect(acme, NOW + HOUR)
    with account_scope(acme):
        assert alert_groups.strip(now=NOW).count == 0
        assert selectors.past_alerts().count() == 1


def test_somebody_who_asked_is_told_at_once_and_only_once(acme, admin):
    alert_mail.subscribe(acme, admin, AlertMail.AT_ONCE, now=NOW)
    world.flag(acme, world.monitored(acme, 25))
    world.detect(acme)
    alert_mail.tell_everybody(now=NOW)
    alert_mail.tell_everybody(now=NOW)
    (mail,) = mails()
    assert mail.to == admin.email
    assert "25 numbers flagged as spam" in mail.subject
    assert "and 5 more" in mail.body


def test_what_was_open_before_somebody_asked_is_not_told(acme, admin):
    world.flag(acme, world.monitored(acme))
    world.detect(acme)
    alert_mail.subscribe(acme, admin, AlertMail.AT_ONCE, now=NOW)
    alert_mail.tell_everybody(now=NOW)
    assert mails() == []


def test_a_digest_comes_once_a_day(acme, admin):
    alert_mail.subscribe(acme, admin, AlertMail.DAILY, now=NOW)
    world.flag(acme, world.monitored(acme))
    world.detect(acme)
    alert_mail.tell_everybody(now=NOW + HOUR)
    assert mails() == []
    alert_mail.tell_everybody(now=NOW + DAY)
    alert_mail.tell_everybody(now=NOW + DAY + HOUR)
    assert len(mails()) == 1


def test_muted_alerts_and_people_who_left_get_no_mail(acme, admin, viewer):
    alert_mail.subscribe(acme, admin, AlertMail.AT_ONCE, now=NOW)
    alert_mail.subscribe(acme, viewer, AlertMail.AT_ONCE, now=NOW)
    factories.remove_member(acme, viewer)
    world.flag(acme, world.monitored(acme))
    world.detect(acme)
    with account_scope(acme):
        alerts.mute(selectors.alerts_in(""), until=NOW + DAY, actor=admin, now=NOW)
    alert_mail.tell_everybody(now=NOW)
    assert mails() == []


def test_a_flagged_default_caller_id_is_an_alert_of_its_own_kind(acme):
    (number, *_) = numbers = world.monitored(acme, 4)
    campaign = factories.make_campaign(acme, numbers=numbers)
    with account_scope(acme):
        campaign.default_number = number
        campaign.save(update_fields=["default_number"])
    world.flag(acme, [number])
    world.detect(acme)
    follow(acme)
    (alert,) = world.open_alerts(acme, AlertKind.DEFAULT_FLAGGED)
    assert (alert.campaign_id, alert.number_id) == (campaign.pk, number.pk)
    with account_scope(acme):
        assert alert_groups.strip(now=NOW).count == 1
        assert alert in selectors.alerts_of_campaign(campaign)
    world.clean(acme, [number], NOW + HOUR)
    follow(acme, NOW + HOUR)
    assert world.open_alerts(acme, AlertKind.DEFAULT_FLAGGED) == []


@pytest.mark.parametrize(("flagged", "expected"), [(1, 0), (2, 1), (3, 1)])
def test_an_area_with_too_few_numbers_left_is_an_alert(acme, flagged, expected):
    numbers = [factories.make_number(acme, f"+1415555010{place}", capability=2) for place in range(3)]
    campaign = factories.make_campaign(acme, "Spring", numbers=numbers)
    world.flag(acme, numbers[:flagged])
    follow(acme)
    found = world.open_alerts(acme, AlertKind.AREA_FLOOR)
    assert len(found) == expected
    if expected:
        assert found[0].words == f"Spring has {3 - flagged} of 3 numbers left in area code 415 that are not flagged."
        assert found[0].campaign_id == campaign.pk


def test_numbers_in_dispute_should_rest_and_the_words_follow_their_count(acme):
    world.name_provider(acme)
    numbers = world.monitored(acme, 3)
    factories.make_campaign(acme, "Spring", numbers=numbers)
    world.flag(acme, numbers[:1])
    world.detect(acme)
    follow(acme)
    assert world.open_alerts(acme, AlertKind.NEEDS_REST) == []
    with account_scope(acme):
        cases.move_cases(acme, [world.only_case(acme).pk], "submit", now=NOW)
    follow(acme)
    (alert,) = world.open_alerts(acme, AlertKind.NEEDS_REST)
    assert alert.words.startswith("1 number of Spring should rest")
    follow(acme)
    assert len(world.open_alerts(acme, AlertKind.NEEDS_REST)) == 1


def test_a_call_that_got_no_caller_id_is_an_alert_for_an_hour(acme):
    campaign = factories.make_campaign(acme, "Spring", no_caller_id_at=NOW)
    follow(acme, NOW + HOUR / 2)
    (alert,) = world.open_alerts(acme, AlertKind.NO_CALLER_ID)
    assert alert.campaign_id == campaign.pk
    assert "Choose a default" in alert.words
    follow(acme, NOW + 2 * HOUR)
    assert world.open_alerts(acme, AlertKind.NO_CALLER_ID) == []


def test_an_ended_campaign_has_no_alerts(acme):
    numbers = world.monitored(acme, 2)
    campaign = factories.make_campaign(acme, numbers=numbers)
    world.flag(acme, numbers)
    follow(acme)
    with account_scope(acme):
        assert selectors.alerts_of_campaign(campaign).exists()
        campaign.state = "ended"
        campaign.save(update_fields=["state"])
    assert pool_safety.accounts_with_pools() == [acme.pk]
    follow(acme)
    with account_scope(acme):
        assert not selectors.alerts_of_campaign(campaign).exists()


def test_a_failing_feed_is_an_alert_until_it_works_again(acme):
    feed = factories.make_feed(acme, failures=2, last_error="It does not answer.", last_success_at=NOW)
    pool_safety.follow_feeds(now=NOW)
    pool_safety.follow_feeds(now=NOW)
    (alert,) = world.open_alerts(acme, AlertKind.FEED_FAILING)
    assert "It does not answer." in alert.words
    with account_scope(acme):
        Feed.objects.filter(pk=feed.pk).update(failures=0, last_error="")
    pool_safety.follow_feeds(now=NOW)
    assert world.open_alerts(acme, AlertKind.FEED_FAILING) == []
