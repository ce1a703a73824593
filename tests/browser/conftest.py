"""A real browser for the tests of this folder: Chromium, American English, UTC, and no fault goes unseen.

`page` fails the test when the page's scripts fail, the content security policy refuses something, or the server answers
500. `sign_in` puts a person into the browser without the form; the form has a test of its own. `visit` opens a second
browser for another person, or one without JavaScript, under the same watch.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, User
from reputation_portal.local import browser
from tests.browser import world

# Playwright keeps an event loop in the thread of the test, and Django would refuse the database there.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

# A refused request (404, 409) is judged by its status, below and by the test itself; a request that a new page
# overtakes is given up, which is as it should be.
NO_FAULTS = ("Failed to load resource", "Response Status Error Code", "htmx:sendAbort", "htmx:afterRequest")

expect.set_options(timeout=10_000)  # milliseconds; a busy machine is no fault of the page

SignIn = Callable[[User], Page]
Visit = Callable[..., Page]

# What the policy refuses comes to the console as well, but not from every kind of refusal.
REPORT_REFUSALS = """
document.addEventListener("securitypolicyviolation", (event) =>
    console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""


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
def faults(context: BrowserContext) -> list[str]:
    """Everything the browser complained about so far; a test that provokes a fault on purpose clears the list."""
    seen: list[str] = []
    _watch(context, seen)
    return seen


def _watch(context: BrowserContext, seen: list[str]) -> None:
    def note_message(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(NO_FAULTS):
            seen.append(f"console: {message.text}")

    def note_response(response: Response) -> None:
        if response.status >= 500:
            seen.append(f"{response.status} {response.url}")

    context.add_init_script(REPORT_REFUSALS)
    context.on("console", note_message)
    context.on("weberror", lambda error: seen.append(f"script: {error.error}"))
    context.on("response", note_response)


@pytest.fixture(autouse=True)
def _no_fault_goes_unseen(faults: list[str]) -> Iterator[None]:
    yield
    assert faults == []


@pytest.fixture
def sign_in(page: Page, live_server: LiveServer) -> SignIn:
    """Return a function that signs a person in and gives the page, on no address yet."""

    def put_session_into_browser(user: User) -> Page:
        _sign_in(page.context, user, live_server.url)
        return page

    return put_session_into_browser


def _sign_in(context: BrowserContext, user: User, address: str) -> None:
    client = Client()
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": address}])


@pytest.fixture
def visit(
    browser: Browser, browser_context_args: dict[str, object], live_server: LiveServer, faults: list[str]
) -> Iterator[Visit]:
    """Return a function from a person (None: nobody yet) and options of a context to a page of their own."""
    opened: list[BrowserContext] = []

    def open_page(user: User | None, **options: object) -> Page:
        context = browser.new_context(**{**browser_context_args, **options})  # type: ignore[arg-type]
        opened.append(context)
        _watch(context, faults)
        if user is not None:
            _sign_in(context, user, live_server.url)
        return context.new_page()

    yield open_page
    for context in opened:
        context.close()


@pytest.fixture
def hub(acme: Account) -> Account:
    """Return acme with the 130 numbers of `world`."""
    world.build(acme)
    return acme
