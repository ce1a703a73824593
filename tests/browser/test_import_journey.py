"""Importing numbers: choose a file, read what it would do, agree, and see the numbers in the list."""

from __future__ import annotations

import csv
import io

import pytest
from openpyxl import Workbook
from playwright.sync_api import FilePayload, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, User
from tests.browser import list_page
from tests.browser.conftest import SignIn

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def importing(sign_in: SignIn, live_server: LiveServer, hub: Account, admin: User) -> Page:
    """The import page, as an admin who may edit sees it."""
    page = sign_in(admin)
    page.goto(f"{live_server.url}/numbers/import/")
    return page


def upload(page: Page, name: str, content: bytes, kind: str = "text/csv") -> None:
    file = FilePayload(name=name, mimeType=kind, buffer=content)
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Upload and check").click()


def test_a_file_is_tried_first_its_refusals_are_told_and_then_it_is_applied(
    importing: Page, live_server: LiveServer
) -> None:
    lines = [
        "Number;Label;Product;Source;Campaign",
        "'(303) 555-0150;Renamed;;;",
        "1 720 555.0170;Café “Ost”;Contact Center;Native;Renewals West",
        "+1-720-555-0171;=1+1;Phone;BYOC;",
        "720 555 0170;Twice;;;",
        "555-0199;Short;;;",
        "+1 303 555 0151;;Fax;;",
        "720 555 0172;Pool;;;No such campaign",
    ]
    upload(importing, "spring 2026.csv", "\r\n".join(lines).encode("utf-16"))
    main = importing.get_by_role("main")
    expect(main).to_contain_text("Nothing has been changed yet")
    refused = importing.get_by_role("table", name="Refused lines with their reasons")
    expect(refused.get_by_role("row")).to_have_count(5)
    for line, words in ((5, "line 3"), (6, "555-0199"), (7, "Fax"), (8, "No such campaign")):
        expect(refused.locator("tr", has=importing.locator(f"td:first-child:text-is('{line}')"))).to_contain_text(words)
    _, reasons = list_page.download(
        importing, lambda: importing.get_by_role("link", name="Refused lines as CSV").click()
    )
    assert [row["Line"] for row in reasons] == ["5", "6", "7", "8"]

    importing.get_by_role("button", name="Add 2 numbers, change 1").dblclick()
    expect(main).to_contain_text("2 numbers added, 1 changed, 4 lines refused")
    importing.get_by_role("link", name="See your numbers").click()
    importing.goto(f"{live_server.url}/numbers/?q=720&sort=number")
    assert [(row["Number"], row["Label"], row["Product"]) for row in list_page.rows(importing)] == [
        ("+17205550170", "Café “Ost”", "Contact Center"),
        ("+17205550171", "=1+1", "Phone"),
    ]


def test_a_workbook_with_numbers_as_excel_keeps_them(importing: Page) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (("Phone", "Name"), (7205550181, "Number"), ("(720) 555-0182", "Text"), (7.20555e9, "Rounded")):
        sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    upload(importing, "lines.xlsx", content.getvalue(), XLSX)
    importing.get_by_role("button", name="Add").click()
    expect(importing.get_by_role("main")).to_contain_text("numbers added")
    importing.get_by_role("link", name="See your numbers").click()
    importing.locator("#q").fill("72055501")
    expect(importing.locator("table.numbers tbody tr")).to_have_count(2)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("report.pdf", b"%PDF-1.7", "Choose a file that ends in"),
        ("empty.csv", b"", "The file is empty"),
        ("names.csv", b"Name,City\nAnn,Oslo\n", "one of them must be Number"),
        ("not really.xlsx", b"Number\n+13035550101\n", ""),
        ("twice.csv", b"Number,Phone\n1,2\n", "The header has Number 2 times"),
    ],
)
def test_a_file_that_is_none_is_refused_in_words(importing: Page, name: str, content: bytes, words: str) -> None:
    upload(importing, name, content)
    main = importing.get_by_role("main")
    expect(main).to_contain_text(words or "could not be imported")
    expect(importing.get_by_role("button", name="Add")).to_have_count(0)


def test_a_file_can_be_given_up_and_stays_in_the_list_of_imports(importing: Page) -> None:
    upload(importing, "second thoughts.csv", b"Number\n720 555 0190\n")
    importing.get_by_role("button", name="Cancel").click()
    expect(importing.locator("#messages")).to_contain_text("was cancelled. Nothing was changed")
    expect(importing.get_by_role("row", name="second thoughts.csv")).to_contain_text("Cancelled")
    importing.go_back()
    expect(importing.get_by_role("main")).to_be_visible()


def test_the_template_is_a_file_that_the_import_takes(importing: Page) -> None:
    with importing.expect_download() as waiting:
        importing.get_by_role("link", name="Template file").click()
    with open(waiting.value.path(), "rb") as file:
        content = file.read()
    header = next(csv.reader(io.StringIO(content.decode())))
    assert header == ["Number", "Label", "Product", "Source", "Campaign"]
    upload(importing, "template.csv", content)
    expect(importing.get_by_role("main")).to_contain_text("Nothing has been changed yet")
