"""The frame of every page: navigation, search, account switcher, alerts, who may see what."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import ModuleType
from uuid import uuid4

import pytest
from django.conf import settings as django_settings
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path
from django.views.generic import TemplateView
from pytest_django import Settings

from accounts.models import Account, Role, User
from common.scope import account_scope
from remediation.selectors import alert_groups
from remediation.services import detection
from reputation_portal import frame
from reputation_portal.urls import urlpatterns as portal_urls
from tests import factories
from tests.conftest import ClientFor
from tests.pages.page_rules import refused_by_csp

_PAGE = TemplateView.as_view(template_name="404.html")


def _fail(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("on purpose")


class _EveryPage(ModuleType):
    """A portal in which each page of the navigation exists."""

    urlpatterns = [
        path("numbers/", include(([path("", _PAGE, name="list"), path("import/", _PAGE, name="import")], "numbers"))),
        *(
            path(f"{name}/", include(([path("", _PAGE, name="list")], name)))
            for name in ("campaigns", "cases", "alerts", "feeds", "reviews")
        ),
        path("services/", include(([path("", _PAGE, name="details")], "services"))),
        path("settings/", include(([path("", _PAGE, name="home")], "settings"))),
        path("help/", _PAGE, name="help"),
        path("fail/", _fail),
        *(entry for entry in portal_urls if str(entry.pattern) != "numbers/"),
    ]


@pytest.fixture
def every_page(settings: Settings) -> None:
    """Let every page of the navigation exist."""
    settings.ROOT_URLCONF = _EveryPage("every_page")


def _labels(html: str) -> list[str]:
    return re.findall(r'class="sidenav-link".*?<span>(.*?)</span>', html)


def test_only_pages_that_exist_are_offered(owner: User, client_for: ClientFor, settings: Settings) -> None:
    only_home = ModuleType("only_home")
    kept = [entry for entry in portal_urls if str(entry.pattern) == "accounts/" or getattr(entry, "name", "") == "home"]
    only_home.urlpatterns = kept  # type: ignore[attr-defined]
    settings.ROOT_URLCONF = only_home
    html = client_for(owner).get("/").content.decode()
    assert _labels(html) == ["Home"]
    assert 'role="search"' not in html


@pytest.mark.usefixtures("every_page")
def test_the_navigation_holds_the_groups_in_order(owner: User, client_for: ClientFor) -> None:
    html = client_for(owner).get("/").content.decode()
    assert re.findall(r'class="sidenav-title"[^>]*>(.*?)<', html) == ["Number Management", "Protection", "Operations"]
    assert _labels(html) == [
        "Home",
        "Number Reputation",
        "Import",
        "Campaigns",
        "Cases",
        "Alerts",
        "Enrollment",
        "Feeds",
        "Settings",
        "Help",
    ]


@pytest.mark.usefixtures("every_page")
def test_reviews_are_offered_to_reviewers_only_and_no_account_pages_without_an_account(
    reviewer: User, client_for: ClientFor
) -> None:
    html = client_for(reviewer).get("/nowhere/").content.decode()
    assert _labels(html) == ["Reviews", "Help"]


@pytest.mark.usefixtures("every_page")
def test_who_may_not_edit_is_offered_no_import(viewer: User, client_for: ClientFor) -> None:
    assert "Import" not in _labels(client_for(viewer).get("/").content.decode())


@pytest.mark.usefixtures("every_page")
@pytest.mark.parametrize(
    ("address", "label"), [("/", "Home"), ("/numbers/", "Number Reputation"), ("/numbers/import/", "Import")]
)
def test_the_entry_of_the_page_is_marked(address: str, label: str, owner: User, client_for: ClientFor) -> None:
    html = client_for(owner).get(address).content.decode()
    marked = re.findall(r'aria-current="page">.*?<span>(.*?)</span>', html)
    assert marked == [label]


@pytest.mark.usefixtures("every_page")
def test_flagged_numbers_are_counted_the_same_everywhere(acme: Account, owner: User, client_for: ClientFor) -> None:
    for _ in range(2):
        factories.make_number(acme, tag_since=factories.NOW, rating=3)
    factories.make_number(acme, rating=2)
    detection.detect_account(acme, now=factories.NOW)
    html = client_for(owner).get("/").content.decode()
    assert "2 numbers are flagged as spam." in html
    assert 'href="/numbers/?tagged=1">Show them<' in html
    assert '<span class="sidenav-count" id="alerts-count">2</span>' in html
    assert '<span class="topbar-count" aria-hidden="true">2</span>' in html


def test_without_flagged_numbers_there_is_no_alert(acme: Account, owner: User, client_for: ClientFor) -> None:
    factories.make_number(acme, rating=1)
    assert 'class="alert-strip"' not in client_for(owner).get("/").content.decode()


def test_a_stranger_sees_neither_the_name_nor_the_alerts_of_another_account(
    acme: Account, stranger: User, client_for: ClientFor
) -> None:
    factories.make_number(acme, tag_since=factories.NOW, rating=3)
    detection.detect_account(acme, now=factories.NOW)
    html = client_for(stranger).get("/").content.decode()
    assert "flagged as spam" not in html
    assert "Acme" not in html


def test_the_flagged_total_of_one_account_leaves_the_other_out(acme: Account, globex: Account) -> None:
    factories.make_number(acme, tag_since=factories.NOW, rating=3)
    detection.detect_account(acme, now=factories.NOW)
    with account_scope(globex):
        assert alert_groups.strip(now=factories.NOW).count == 0


def test_the_switcher_lists_ones_own_accounts_and_works_without_javascript(
    acme: Account, globex: Account, owner: User, client_for: ClientFor
) -> None:
    factories.add_member(globex, owner, role=Role.VIEWER)
    client = client_for(owner)
    html = client.get("/").content.decode()
    assert f'name="account" value="{globex.uuid}"' in html
    after = client.post("/accounts/switch/", {"account": str(globex.uuid)}, follow=True)
    assert "<h1>Welcome to Globex</h1>" in after.content.decode()


def test_an_account_of_others_cannot_be_switched_to(globex: Account, owner: User, client_for: ClientFor) -> None:
    client = client_for(owner)
    assert client.post("/accounts/switch/", {"account": str(globex.uuid)}).status_code == 404
    assert client.post("/accounts/switch/", {"account": str(uuid4())}).status_code == 404


def test_the_menu_says_the_role_and_what_it_allows(viewer: User, owner: User, client_for: ClientFor) -> None:
    assert "Viewer of Acme · can see and export" in client_for(viewer).get("/").content.decode()
    assert "Owner of Acme<" in client_for(owner).get("/").content.decode()


def test_signing_out_is_a_post(owner: User, client_for: ClientFor) -> None:
    client = client_for(owner)
    assert 'method="post" action="/accounts/logout/"' in client.get("/").content.decode()
    client.post("/accounts/logout/")
    assert client.get("/").status_code == 302


def test_times_are_shown_in_the_zone_of_the_person(acme: Account, client_for: ClientFor) -> None:
    factories.make_feed(acme, last_success_at=factories.NOW)
    factories.make_number(acme)
    for zone, clock in (("America/Denver", "06:00 MDT"), ("Asia/Tokyo", "21:00 JST"), ("Nowhere/At_All", "12:00 UTC")):
        person = factories.make_member(acme)
        person.time_zone = zone
        person.save(update_fields=["time_zone"])
        assert f"15 Jul 2026, {clock}" in client_for(person).get("/").content.decode()


@pytest.mark.usefixtures("every_page")
def test_pages_keep_the_policy_and_allow_nothing_inline(acme: Account, owner: User, client_for: ClientFor) -> None:
    factories.make_number(acme, tag_since=factories.NOW, rating=3)
    client = client_for(owner)
    for address in ("/", "/nowhere/", "/accounts/password/change/", "/accounts/logout/"):
        answer = client.get(address)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert refused_by_csp(answer.content.decode()) == []


def test_the_page_sends_the_csrf_token_with_htmx_and_leaves_eval_off(owner: User, client_for: ClientFor) -> None:
    html = client_for(owner).get("/").content.decode()
    headers = re.search(r"<body hx-headers='(.*?)'", html)
    config = re.search(r"<meta name=\"htmx-config\" content='(.*?)'", html)
    assert headers is not None
    assert config is not None
    assert len(json.loads(headers[1])["X-CSRFToken"]) > 20
    assert json.loads(config[1]) == {"includeIndicatorStyles": False, "allowEval": False, "selfRequestsOnly": True}


def test_keyboards_reach_the_content_first(owner: User, client_for: ClientFor) -> None:
    html = client_for(owner).get("/").content.decode()
    assert html.index('href="#content"') < html.index('id="navigation"')
    assert 'id="content" tabindex="-1"' in html


def test_a_missing_page_says_so_in_the_frame(owner: User, client_for: ClientFor) -> None:
    answer = client_for(owner).get("/nowhere/")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()
    assert 'id="navigation"' in answer.content.decode()


@pytest.mark.django_db
def test_a_missing_page_says_so_to_anonymous_people() -> None:
    answer = Client().get("/nowhere/")
    assert answer.status_code == 404
    assert 'id="navigation"' not in answer.content.decode()


@pytest.mark.usefixtures("every_page")
def test_a_failure_is_told_in_words(owner: User, client_for: ClientFor) -> None:
    client = client_for(owner)
    client.raise_request_exception = False
    answer = client.get("/fail/")
    assert answer.status_code == 500
    assert "Something went wrong" in answer.content.decode()
    assert refused_by_csp(answer.content.decode()) == []


def test_a_form_without_its_token_is_told_in_words(owner: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    answer = client.post("/accounts/switch/", {"account": "x"})
    assert answer.status_code == 403
    assert "Please try again" in answer.content.decode()


def test_every_icon_of_the_templates_is_in_the_sprite() -> None:
    root = Path(django_settings.BASE_DIR)
    known = set(json.loads((root / "package.json").read_text())["portal"]["icons"])
    templates = "".join(file.read_text() for file in (root / "templates").rglob("*.html"))
    used = set(re.findall(r"{% icon \"([\w-]+)\"", templates)) | {
        place.icon for _, places in frame.GROUPS for place in places
    }
    assert used - known == set()
