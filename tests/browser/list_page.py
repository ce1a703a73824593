"""The list as a person reads it: rows from the page, and the same cells from a downloaded file."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from playwright.sync_api import Download, Locator, Page, expect

Row = dict[str, str]

# What the page shows and what D26's file holds, under the names of the file.
_READ_ROWS = """rows => rows.map(row => {
    const cell = name => row.querySelector(`.c-${name}`);
    const words = (node, inside) => (inside ? node.querySelector(inside) : node)?.textContent.trim() ?? "";
    const lines = node =>
        [...node.querySelectorAll(":scope > span:not(.text-secondary)")].map(one => one.textContent.trim());
    return {
        "Number": cell("number").querySelector("a").title,
        "Label": words(cell("label")),
        "Area": words(cell("area")),
        "Service": lines(cell("service")).join("; "),
        "Product": words(cell("product")),
        "Registration status": words(cell("status"), "small"),
        "Reputation status": words(cell("status"), ".status"),
        "Overall": words(cell("overall")),
        "Capability": words(cell("capability"), ".tint"),
        "Flagged by": words(cell("status"), ".flags .visually-hidden"),
        "Last updated": cell("last_updated").querySelector("time")?.dateTime ?? "",
    };
})"""


def rows(page: Page) -> list[Row]:
    """Return the rows that the page shows."""
    found: list[Row] = page.locator("table.numbers tbody tr").evaluate_all(_READ_ROWS)
    return [_tidied(row) for row in found]


def all_rows(page: Page) -> list[Row]:
    """Return the rows of this page of the list and of all that follow, turning them with Next."""
    found = rows(page)
    while page.get_by_role("link", name="Next", exact=True).count():
        turn(page, page.get_by_role("link", name="Next", exact=True))
        found += rows(page)
    return found


def turn(page: Page, link: Locator) -> None:
    """Click a link that changes the list, and wait until the list, or without scripts the page, is another one."""
    page.locator("#list").evaluate("list => list.setAttribute('data-old', '')")
    link.click()
    expect(page.locator("#list[data-old]")).to_have_count(0)
    page.wait_for_load_state()


def numbers(page: Page) -> list[str]:
    """Return the E.164 numbers that the page shows, in its order."""
    return [row["Number"] for row in rows(page)]


def download(page: Page, start: Callable[[], None]) -> tuple[str, list[Row]]:
    """Return the name and the rows of the CSV whose download `start` begins."""
    with page.expect_download() as waiting:
        start()
    return waiting.value.suggested_filename, rows_of(waiting.value)


def rows_of(file: Download) -> list[Row]:
    """Return the rows of a downloaded CSV, which must be as D26 says: UTF-8 without BOM, CRLF."""
    raw = Path(file.path()).read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert raw.count(b"\n") == raw.count(b"\r\n")
    return list(csv.DictReader(io.StringIO(raw.decode(), newline="")))


def as_shown(row: Row) -> Row:
    """Return a row of the file with the columns of the page, spelled as the page spells them."""
    shown = {name: row[name] for name in _SHOWN}
    # A spreadsheet must not run a label as a formula (D26); the page has nothing to fear.
    shown["Label"] = re.sub(r"^'(?=[=+\-@\t\r])", "", shown["Label"])
    return shown | {"Last updated": _moment(shown["Last updated"])}


_SHOWN = (
    "Number",
    "Label",
    "Area",
    "Service",
    "Product",
    "Registration status",
    "Reputation status",
    "Overall",
    "Capability",
    "Flagged by",
    "Last updated",
)


def _tidied(row: Row) -> Row:
    flagged = row["Flagged by"].removeprefix("Flagged by ")
    flagging = "; ".join(re.split(r", | and ", flagged)) if flagged else ""
    return row | {"Flagged by": flagging, "Last updated": _moment(row["Last updated"])}


def _moment(text: str) -> str:
    """Return a time to the second, whatever its spelling; '' and the epoch both mean never."""
    moment = datetime.fromisoformat(text) if text else None
    return "" if moment is None or moment.year < 1990 else moment.isoformat(timespec="seconds")
