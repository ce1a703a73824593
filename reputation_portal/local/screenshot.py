"""Take a picture of a page: `screenshot URL OUT.png [--login EMAIL:PASSWORD] [--dark] [--width W --height H]`."""

import argparse
from urllib.parse import urljoin

from playwright.sync_api import ConsoleMessage, Page, Response, sync_playwright

from reputation_portal.local import browser


def main(arguments: list[str]) -> None:
    """Open the page as a person would, tell what the browser complains about, and save the picture."""
    options = _options(arguments)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(**browser.find().launch_arguments())  # type: ignore[arg-type]
        context = chromium.new_context(
            viewport={"width": options.width, "height": options.height},
            color_scheme="dark" if options.dark else "light",
            locale="en-US",
            timezone_id="UTC",
        )
        page = context.new_page()
        page.on("console", _tell_message)
        page.on("pageerror", lambda error: print(f"page error: {error}"))
        page.on("response", _tell_failure)
        _sign_in(page, options)
        page.goto(options.url, wait_until="networkidle")
        for selector in options.click:
            page.click(selector)
            page.wait_for_load_state("networkidle")
        page.screenshot(path=options.out, full_page=options.full)
        chromium.close()
    print(f"{options.out}: {page.url}")


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="screenshot", description="Take a picture of a page.")
    parser.add_argument("url")
    parser.add_argument("out")
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--height", type=int, default=800)
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--full", action="store_true", help="the whole page, not only what fits")
    parser.add_argument("--login", metavar="EMAIL:PASSWORD")
    parser.add_argument("--click", action="append", default=[], metavar="SELECTOR", help="may be repeated")
    return parser.parse_args(arguments)


def _sign_in(page: Page, options: argparse.Namespace) -> None:
    if not options.login:
        return
    email, _, password = options.login.partition(":")
    page.goto(urljoin(options.url, "/accounts/login/"))
    page.fill("[name=login]", email)
    page.fill("[name=password]", password)
    with page.expect_navigation():
        page.press("[name=password]", "Enter")


def _tell_message(message: ConsoleMessage) -> None:
    if message.type in ("error", "warning"):
        print(f"console {message.type}: {message.text}")


def _tell_failure(response: Response) -> None:
    if response.status >= 400:
        print(f"{response.status} {response.url}")
