"""A real browser for the tests of this folder: Chromium, American English, UTC, and no fault goes unseen.

`page` fails the test when the page's scripts fail, the content security policy refuses something, or the server answers
500. `sign_in` puts a person into the browser without the form; the form has a test of its own.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import ConsoleMessage, Page, Response
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from reputation_portal.local import browser

# Playwright keeps an event loop in the thread of the test, and Django would refuse the database there.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

SignIn = Callable[[User], Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder as a browser test, with a database that the live server sees."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, object]) -> dict[str, object]:
    """Start the browser that came with the front-end packages."""
    return {**browser_type_launch_args, **browser.find().launch_arguments()}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, object]) -> dict[str, object]:
    """Make every machine look alike."""
    return {
        **browser_context_args,
        "locale": "en-US",
        "timezone_id": "UTC",
        "color_scheme": "light",
        "viewport": {"width": 1280, "height": 800},
    }


@pytest.fixture
def faults(page: Page) -> list[str]:
    """Everything the browser complained about so far; a test that provokes a fault on purpose clears the list."""
    seen: list[str] = []

    def note_message(message: ConsoleMessage) -> None:
        # A refused request (404, 409) shows up here too; its status is judged below and by the test itself.
        if message.type == "error" and "Failed to load resource" not in message.text:
            seen.append(f"console: {message.text}")

    def note_response(response: Response) -> None:
        if response.status >= 500:
            seen.append(f"{response.status} {response.url}")

    page.on("console", note_message)
    page.on("pageerror", lambda error: seen.append(f"script: {error}"))
    page.on("response", note_response)
    return seen


@pytest.fixture(autouse=True)
def _no_fault_goes_unseen(faults: list[str]) -> Iterator[None]:
    yield
    assert faults == []


@pytest.fixture
def sign_in(page: Page, live_server: LiveServer) -> SignIn:
    """Return a function that signs a person in and gives the page, on no address yet."""

    def put_session_into_browser(user: User) -> Page:
        client = Client()
        client.force_login(user)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        return page

    return put_session_into_browser
