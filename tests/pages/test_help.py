"""The help: both topics and the questions, for everybody who is signed in, with the rule's own figures."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from phone_numbers import states
from reputation_portal.help_pages import TOPICS
from tests.conftest import ClientFor
from tests.pages.page_rules import refused_by_csp

pytestmark = pytest.mark.django_db
HELP = "/help/"


def page_of(client: Client, address: str = HELP) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_an_anonymous_person_is_led_to_sign_in_and_back(client: Client) -> None:
    assert client.get(HELP)["Location"] == f"{reverse('account_login')}?next={HELP}"


def test_a_person_without_an_account_is_helped_too(client_for: ClientFor, nobody: User) -> None:
    page = page_of(client_for(nobody))
    assert "Spam tag remediation" in page
    assert reverse("numbers:list") not in page


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.slug)
def test_each_topic_has_an_anchor_and_a_page_of_its_own(topic, client_for: ClientFor, viewer: User) -> None:
    client = client_for(viewer)
    assert f'id="{topic.slug}"' in page_of(client)
    alone = page_of(client, f"{HELP}{topic.slug}/")
    assert f"<h1>{topic.title}</h1>" in alone
    assert refused_by_csp(alone) == []


def test_an_unknown_topic_is_not_found(client_for: ClientFor, viewer: User) -> None:
    assert client_for(viewer).get(f"{HELP}nonsense/").status_code == 404


def test_the_number_reputation_page_leads_to_both_topics(client_for: ClientFor, viewer: User) -> None:
    client = client_for(viewer)
    anchors = re.findall(r'href="/help/#(\w+)"', page_of(client, reverse("numbers:list")))
    assert anchors == ["registration", "remediation"]
    assert all(f'id="{anchor}"' in page_of(client) for anchor in anchors)


def test_the_three_questions_are_answered_and_no_price_is_stated(client_for: ClientFor, viewer: User) -> None:
    page = page_of(client_for(viewer))
    for anchor in ("cost", "what-to-do", "meanwhile"):
        assert f'id="{anchor}"' in page
    assert "$" not in page[page.index('id="cost"') : page.index('id="what-to-do"')]
    assert "Premium and Elite include remediation" in page
    assert "nobody can promise" in page


def test_every_status_and_metric_is_explained(client_for: ClientFor, viewer: User) -> None:
    page = page_of(client_for(viewer)).replace("&#x27;", "'")
    for status in states.ReputationStatus:
        assert states.STATUS_MEANING[status] in page
    for capability in states.Capability:
        assert states.CAPABILITY_MEANING[capability] in page
    for metric in states.Metric:
        assert f'<th scope="row">{metric.label}</th>' in page


def test_the_rule_is_told_with_the_figures_in_force(client_for: ClientFor, viewer: User, settings: Settings) -> None:
    settings.RATING_SPAM_SHARE, settings.RATING_MIN_OBSERVATIONS = 61, 7
    page = page_of(client_for(viewer))
    assert "at least 61 %" in page
    assert "at least 7." in page
