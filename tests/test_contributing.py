"""The recipes of CONTRIBUTING.md work as they stand: their blocks are built, and what they build is used."""

from __future__ import annotations

import json
import re
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import path

from accounts.models import Account, User
from phone_numbers.states import EventKind
from providers.base import Observation, ReadingsFeed
from providers.errors import Misconfigured
from providers.http import HttpClient
from reputation_portal import urls
from tests import factories
from tests.conftest import ClientFor

TEXT = (Path(__file__).parent.parent / "CONTRIBUTING.md").read_text()
BLOCKS = dict(re.findall(r"^`([\w/.]+)`:\n\n```\w+\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL))


def build(monkeypatch: pytest.MonkeyPatch, file: str) -> Any:
    """Build a module from its block, and let others import it by its name."""
    name = file.removesuffix(".py").replace("/", ".")
    module = ModuleType(name)
    monkeypatch.setitem(sys.modules, name, module)
    exec(compile(BLOCKS[file], f"<{file}>", "exec"), module.__dict__)  # noqa: S102  -- the recipe's own text
    package, _, last = name.rpartition(".")
    monkeypatch.setattr(sys.modules[package], last, module, raising=False)
    return module


# --- Add a list page ---


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> str:
    """The address of the recipe's page."""
    build(monkeypatch, "phone_numbers/selectors/events.py")
    views = build(monkeypatch, "phone_numbers/views/events.py")
    routes = ModuleType("recipe_urls")
    routes.urlpatterns = [*urls.urlpatterns, path("recipe/", views.EventListView.as_view())]  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "recipe_urls", routes)
    settings.ROOT_URLCONF = "recipe_urls"
    templates = {name.removeprefix("templates/"): text for name, text in BLOCKS.items() if name.endswith(".html")}
    engine, *others = settings.TEMPLATES
    loaders = [
        ("django.template.loaders.locmem.Loader", templates),
        "django.template.loaders.filesystem.Loader",
        "django.template.loaders.app_directories.Loader",
    ]
    recipes = engine | {"APP_DIRS": False, "OPTIONS": engine["OPTIONS"] | {"loaders": loaders}}
    settings.TEMPLATES = [recipes, *others]
    return "/recipe/"


@pytest.fixture
def events(acme: Account) -> None:
    """Sixty events of one number, a minute apart; every third is a rating."""
    number = factories.make_number(acme)
    for place in range(60):
        kind = EventKind.EDITED if place % 3 else EventKind.RATING
        at = factories.NOW - timedelta(minutes=place)
        factories.make_event(number, kind, at=at, reason=f"Event {place:02d}")


def reasons(client: Client, wanted: str, **headers: str) -> list[str]:
    response = client.get(wanted, headers=headers)
    assert response.status_code == 200
    return re.findall(r"<td>(Event \d\d)</td>", response.content.decode())


def test_the_recipes_list_is_cut_into_pages(address: str, events: None, client_for: ClientFor, viewer: User) -> None:
    client = client_for(viewer)
    following = re.search(r'id="step-next" href="([^"]+)"', client.get(address).content.decode())
    assert following
    assert reasons(client, address) == [f"Event {place:02d}" for place in range(50)]
    assert reasons(client, following[1].replace("&amp;", "&")) == [f"Event {place:02d}" for place in range(50, 60)]


def test_the_recipes_filters_narrow_and_say_what_is_wrong(
    address: str, events: None, client_for: ClientFor, viewer: User
) -> None:
    client = client_for(viewer)
    assert reasons(client, f"{address}?q=event+0&sort=at&kind=rating") == [f"Event 0{n}" for n in (9, 6, 3, 0)]
    assert reasons(client, f"{address}?kind=nonsense") == []
    assert "is not a choice here. Choose from: Added, Edited, Rating" in (
        client.get(f"{address}?kind=nonsense").content.decode()
    )


def test_the_recipes_fragment_shows_the_rows_of_the_page(
    address: str, events: None, client_for: ClientFor, viewer: User
) -> None:
    client = client_for(viewer)
    fragment = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    assert reasons(client, address, **{"HX-Request": "true"}) == reasons(client, address)


def test_the_recipes_page_keeps_strangers_out(
    address: str, events: None, client_for: ClientFor, stranger: User
) -> None:
    assert reasons(client_for(stranger), address) == []
    assert client_for(None).get(address).status_code == 302


# --- Add a provider ---

CALL = {"number": "+12025550123", "carrier": "att", "time": "2026-07-15T08:00:00Z", "label": "Scam Likely"}
PAGES: dict[str, dict[str, Any]] = {
    "": {"calls": [CALL, CALL | {"number": "12"}, "nonsense"], "next": "2", "more": True},
    "2": {"calls": [CALL | {"label": None}], "next": "3", "more": False},
}


class Service(BaseHTTPRequestHandler):
    """A provider that serves two pages to who has the key."""

    def do_GET(self) -> None:
        if self.headers["Authorization"] != "Bearer good":
            self.send_error(401)
            return
        (wanted,) = parse_qs(urlsplit(self.path).query).get("next", [""])
        body = json.dumps(PAGES[wanted]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing: pytest's own output is enough."""


@pytest.fixture
def service() -> Iterator[str]:
    """A running service: its host:port pair."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def adapter(monkeypatch: pytest.MonkeyPatch, pair: str, key: str) -> ReadingsFeed:
    kind = build(monkeypatch, "providers/example_calls.py").KIND
    made: ReadingsFeed = kind.make({"url": f"http://{pair}/calls"}, key, HttpClient(allow=[pair]))
    assert isinstance(made, ReadingsFeed)
    return made


def test_the_recipes_provider_reads_page_after_page(monkeypatch: pytest.MonkeyPatch, service: str) -> None:
    feed = adapter(monkeypatch, service, "good")
    first = feed.fetch(None, limit=100)
    assert [found.flagged for found in first.observations] == [True]
    assert [rejected.where for rejected in first.rejected] == ["call 2", "call 3"]
    assert first.more
    last = feed.fetch(first.cursor, limit=100)
    assert not last.more
    assert last.observations == [
        Observation(
            e164="+12025550123",
            source="att",
            observed_at=datetime(2026, 7, 15, 8, tzinfo=UTC),
            flagged=False,
            raw=last.observations[0].raw,
        )
    ]


def test_the_recipes_provider_says_whether_it_connects(monkeypatch: pytest.MonkeyPatch, service: str) -> None:
    assert adapter(monkeypatch, service, "good").test_connection().ok
    wrong = adapter(monkeypatch, service, "wrong")
    assert not wrong.test_connection().ok
    with pytest.raises(Misconfigured):
        wrong.fetch(None, limit=1)
