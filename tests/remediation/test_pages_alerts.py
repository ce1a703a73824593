"""The Alerts page, its history, e-mail by choice, the strip on every page, and the alerts of a campaign (D22, B6)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Account, User
from common.scope import account_scope
from phone_numbers.models import Campaign
from remediation.models import Alert, AlertSubscription
from remediation.selectors import alert_groups
from remediation.services import alerts, pool_safety
from tests import factories
from tests.conftest import ClientFor
from tests.pages.page_rules import refused_by_csp
from tests.remediation import remediation_world as world

PAGE = "/alerts/"
STRIP = "/alerts/strip/"


def text(client: Client, address: str, **kwargs: object) -> str:
    answer = client.get(address, **kwargs)  # type: ignore[arg-type]
    assert answer.status_code == 200
    return answer.content.decode()


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def flagged_campaign(account: Account, count: int) -> Campaign:
    """Make a campaign with this many flagged numbers, noticed now."""
    numbers = world.monitored(account, count)
    campaign = factories.make_campaign(account, "Renewals", numbers=numbers)
    world.flag(account, numbers)
    world.detect(account)
    return campaign


def act(client: Client, **data: str) -> str:
    return plain(client.post("/alerts/act/", data, follow=True).content.decode())


def test_nothing_flagged_says_so(client: Client, acme: Account) -> None:
    html = text(client, PAGE)
    assert "No number is flagged" in html
    assert refused_by_csp(html) == []


def test_the_numbers_of_a_campaign_are_one_line_which_opens_without_scripts(client: Client, acme: Account) -> None:
    campaign = flagged_campaign(acme, 60)
    (lone,) = world.monitored(acme)
    world.flag(acme, [lone])
    world.detect(acme)
    html = text(client, PAGE)
    words = plain(html)
    assert "60 numbers of Renewals are flagged as spam" in words
    assert "1 number in no active campaign is flagged as spam" in words
    assert html.count("/cases/of-number/") == 0
    opened = text(client, f"{PAGE}?group={campaign.uuid}")
    assert opened.count("/cases/of-number/") == 50
    assert "Page 1 of 2" in opened
    assert text(client, f"{PAGE}?group={campaign.uuid}&page=2").count("/cases/of-number/") == 10
    assert refused_by_csp(opened) == []


@pytest.mark.parametrize("count", [2, 200])
def test_the_page_takes_the_same_queries_for_any_number_of_alerts(
    count: int, client: Client, acme: Account, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    flagged_campaign(acme, count)
    # Session, person, memberships, others, groups, campaigns, mail, the strip.
    with django_assert_num_queries(7):
        text(client, PAGE)


def test_a_group_is_acknowledged_and_stays_open(client: Client, acme: Account, owner: User) -> None:
    campaign = flagged_campaign(acme, 3)
    assert "It stays open while it is true." in act(client, action="acknowledge", group=str(campaign.uuid))
    words = plain(text(client, PAGE))
    assert "3 numbers of Renewals are flagged as spam" in words
    assert "acknowledged" in words
    with account_scope(acme):
        assert {alert.acknowledged_by for alert in Alert.objects.all()} == {owner}


def test_a_muted_group_is_quiet_but_counted_and_can_be_loud_again(client: Client, acme: Account) -> None:
    campaign = flagged_campaign(acme, 2)
    assert "Muted for 8 hours." in act(client, action="mute", hours="8", group=str(campaign.uuid))
    html = text(client, PAGE)
    assert "alert-strip is-quiet" in html
    assert "2 numbers are flagged as spam." in html
    with account_scope(acme):
        until = Alert.objects.latest("pk").muted_until
    assert until is not None
    assert timedelta(hours=7) < until - timezone.now() < timedelta(hours=9)
    assert "The alert is loud again." in act(client, action="unmute", group=str(campaign.uuid))
    assert "is-quiet" not in text(client, PAGE)


def test_other_alerts_stand_apart_and_are_not_in_the_count(client: Client, acme: Account) -> None:
    campaign = flagged_campaign(acme, 2)
    with account_scope(acme):
        number = Alert.objects.filter(kind="tag").earliest("pk").number
        Campaign.objects.filter(pk=campaign.pk).update(default_number=number)
        pool_safety.follow_pools(acme, now=world.NOW)
        other = Alert.objects.get(kind="default_flagged")
    html = text(client, PAGE)
    assert "The default caller ID of Renewals is flagged as spam" in html
    assert "2 numbers are flagged as spam." in html
    for page in (PAGE, reverse("numbers:list"), reverse("home"), reverse("campaigns:detail", args=[campaign.uuid])):
        assert "The default caller ID of 1 campaign is among them." in plain(text(client, page)), page
    act(client, action="mute", hours="8", alert=str(other.uuid))
    assert "is among them." not in plain(text(client, PAGE))
    assert "Acknowledged." in act(client, action="acknowledge", alert=str(other.uuid))
    with account_scope(acme):
        assert Alert.objects.get(pk=other.pk).acknowledged_at is not None
    lines = text(client, reverse("alerts:of_campaign", args=[campaign.uuid]), headers={"HX-Request": "true"})
    assert "2 open alerts about numbers" in plain(lines)
    assert reverse("alerts:of_campaign", args=[campaign.uuid]) in text(
        client, reverse("campaigns:detail", args=[campaign.uuid])
    )


@pytest.mark.parametrize(
    "data",
    [
        {"action": "mute"},
        {"action": "nonsense", "group": "none"},
        {"action": "mute", "hours": "9999", "group": "none"},
        {"action": "mute", "group": "nonsense"},
        {"action": "mute", "group": "00000000-0000-0000-0000-000000000000"},
        {"action": "acknowledge", "alert": "00000000-0000-0000-0000-000000000000"},
    ],
)
def test_an_act_on_nothing_is_not_found(data: dict[str, str], client: Client, acme: Account) -> None:
    assert client.post("/alerts/act/", data).status_code == 404


def test_nobody_acts_on_alerts_of_another_account(acme: Account, stranger: User, client_for: ClientFor) -> None:
    campaign = flagged_campaign(acme, 1)
    theirs = client_for(stranger)
    assert theirs.post("/alerts/act/", {"action": "mute", "group": str(campaign.uuid)}).status_code == 404
    assert theirs.get(f"{PAGE}?group={campaign.uuid}").status_code == 404
    assert "Renewals" not in text(theirs, PAGE)
    with account_scope(acme):
        assert Alert.objects.get().muted_until is None


def test_an_alert_moves_to_the_history_with_the_reason_why_it_cleared(client: Client, acme: Account) -> None:
    (number,) = world.monitored(acme)
    world.flag(acme, [number])
    world.detect(acme)
    assert number.e164.removeprefix("+1")[:3] not in plain(text(client, "/alerts/history/"))
    world.clean(acme, [number], world.NOW + world.HOUR)
    world.detect(acme, world.NOW + world.HOUR)
    assert "No number is flagged" in text(client, PAGE)
    words = plain(text(client, "/alerts/history/"))
    assert "Flagged as spam by Telnyx" in words
    assert "A clean reading" in words
    assert "No past alert matches" in text(client, "/alerts/history/?kind=area_floor")
    assert "is not a choice here" in text(client, "/alerts/history/?kind=nonsense")


def test_each_person_chooses_their_own_mail(client: Client, acme: Account, owner: User) -> None:
    answer = client.post("/settings/alerts/", {"mail": "daily"}, follow=True)
    assert "one e-mail a day" in answer.content.decode()
    with account_scope(acme):
        assert AlertSubscription.objects.get(user=owner).mail == "daily"
    assert "E-mail: daily digest" in plain(text(client, PAGE))
    assert client.post("/settings/alerts/", {"mail": "hourly"}).status_code == 400


# --- The strip ---


def test_the_strip_answers_with_nothing_until_a_number_more_is_flagged(client: Client, acme: Account) -> None:
    html = text(client, PAGE)
    (poll,) = re.findall(r'id="alert-strip" hx-get="([^"]+)"', html)
    assert client.get(poll).status_code == 204
    flagged_campaign(acme, 1)
    changed = text(client, poll)
    assert "1 number is flagged as spam." in changed
    assert re.search(r'id="alerts-count" hx-swap-oob="true">1<', changed)
    assert 'aria-label="Alerts: 1 number is flagged as spam"' in changed
    (again,) = re.findall(r'id="alert-strip" hx-get="([^"]+)"', changed)
    assert client.get(again).status_code == 204


def test_the_strip_is_one_short_query(
    client: Client, acme: Account, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    flagged_campaign(acme, 5)
    # Session, person, memberships, and the count.
    with django_assert_num_queries(3):
        text(client, STRIP)


def test_the_same_count_stands_everywhere(client: Client, acme: Account) -> None:
    campaign = flagged_campaign(acme, 3)
    with account_scope(acme):
        assert alert_groups.strip(now=timezone.now()).count == 3
        alerts.acknowledge(Alert.objects.all(), actor=factories.make_user(), now=world.NOW)
    for address in ("/", "/numbers/", PAGE, reverse("campaigns:detail", args=[campaign.uuid])):
        html = text(client, address)
        assert "3 numbers are flagged as spam." in html
        assert re.search(r'id="alerts-count">3<', html)
    assert "Flagged now 3" in plain(text(client, "/"))
    assert "Flagged numbers 3" in plain(text(client, PAGE))
