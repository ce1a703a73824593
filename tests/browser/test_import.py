"""The import in a browser: choose a file, see the dry run, apply, follow the progress; also without JavaScript."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, User
from common.scope import account_scope
from phone_numbers.models import ImportJob, PhoneNumber
from phone_numbers.services import imports
from tests.browser.conftest import SignIn, Visit
from tests.phone_numbers import import_jobs
from tests.phone_numbers.import_jobs import csv_of, fictional_lines


@pytest.fixture(autouse=True)
def _some_areas(acme: Account) -> None:
    import_jobs.stand_in_areas()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "spring.csv"
    path.write_bytes(csv_of(*fictional_lines(30), "1.30356E+10,Mangled,,,"))
    return path


def choose(page: Page, live_server: LiveServer, file: Path) -> None:
    page.goto(f"{live_server.url}/numbers/import/")
    page.get_by_label("CSV or Excel").set_input_files(file)
    page.get_by_role("button", name="Upload and check").click()


def work_in_another_thread() -> None:
    """Do what a worker does, on a connection of its own."""

    def work() -> None:
        imports.run_due(now=timezone.now())
        connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    worker.join()


def test_a_person_imports_a_file(
    sign_in: SignIn, live_server: LiveServer, acme: Account, owner: User, file: Path
) -> None:
    page = sign_in(owner)
    page.goto(f"{live_server.url}/")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Import").click()
    choose(page, live_server, file)
    expect(page.get_by_role("heading", name="spring.csv")).to_be_visible()
    expect(page.get_by_role("region", name="What would happen")).to_contain_text("30")
    expect(page.get_by_role("row", name="Mangled")).to_have_count(0)
    expect(page.get_by_role("table")).to_contain_text("scientific notation")
    page.get_by_role("link", name="New numbers").click()
    expect(page.get_by_role("table")).to_contain_text("(303) 555-0100")
    page.get_by_role("button", name="Add 30 numbers").click()
    expect(page.get_by_role("region", name="What was done")).to_contain_text("30")
    with page.expect_download() as download:
        page.get_by_role("link", name="Refused lines as CSV").click()
    assert "1.30356E+10" in Path(download.value.path()).read_text()
    page.get_by_role("link", name="See your numbers").click()
    expect(page).to_have_url(re.compile(r"/numbers/$"))
    with account_scope(acme):
        assert PhoneNumber.objects.count() == 30


def test_the_progress_moves_by_itself_and_stops_at_the_end(
    sign_in: SignIn, live_server: LiveServer, acme: Account, owner: User, file: Path
) -> None:
    with account_scope(acme):
        job = import_jobs.checked(acme, file.read_bytes(), actor=owner)
        imports.confirm(job, actor=owner, now=timezone.now())
        imports.work_now(job, lines=10)
        ImportJob.objects.filter(pk=job.pk).update(due_at=timezone.now())
    page = sign_in(owner)
    page.goto(f"{live_server.url}/numbers/import/{job.uuid}/")
    expect(page.get_by_role("region", name="Progress")).to_contain_text("10 of 30 lines applied")
    work_in_another_thread()
    expect(page.get_by_role("region", name="What was done")).to_be_visible(timeout=10_000)
    assert page.locator("#import [hx-trigger]").count() == 0


def test_the_import_works_without_javascript(
    visit: Visit, live_server: LiveServer, acme: Account, owner: User, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "IMPORT_IN_REQUEST_ROWS", 10)
    page = visit(owner, java_script_enabled=False)
    choose(page, live_server, file)
    expect(page.get_by_role("region", name="Progress")).to_contain_text("10 lines checked so far")
    work_in_another_thread()
    expect(page.get_by_role("button", name="Add 30 numbers")).to_be_visible(timeout=15_000)  # reloads by itself
    page.get_by_role("button", name="Add 30 numbers").click()
    work_in_another_thread()
    expect(page.get_by_role("region", name="What was done")).to_be_visible(timeout=15_000)


def test_a_phone_shows_it_without_sideways_scrolling(
    visit: Visit, live_server: LiveServer, acme: Account, owner: User, file: Path
) -> None:
    page = visit(owner, viewport={"width": 390, "height": 800})
    choose(page, live_server, file)
    expect(page.get_by_role("button", name="Add 30 numbers")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_a_file_without_a_number_column_says_what_is_wrong(
    sign_in: SignIn, live_server: LiveServer, acme: Account, owner: User, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("Label,Area\nx,y\n")
    page = sign_in(owner)
    choose(page, live_server, wrong)
    expect(page.get_by_role("heading", name="The file could not be imported")).to_be_visible()
    page.get_by_role("link", name="Choose another file").click()
    expect(page.get_by_role("heading", name="Import numbers")).to_be_visible()
