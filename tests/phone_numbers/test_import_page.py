"""The import pages: who may, the way of a file, fragments, downloads, double clicks."""

from __future__ import annotations

import re
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Account, User
from common.scope import account_scope
from phone_numbers.models import AreaRelease, ImportJob, PhoneNumber
from phone_numbers.services import areas, imports
from phone_numbers.views import imports as views
from tests import factories
from tests.conftest import ClientFor
from tests.phone_numbers import import_jobs
from tests.phone_numbers.import_jobs import csv_of, fictional_lines

UPLOAD = "/numbers/import/"


@pytest.fixture(autouse=True)
def _areas_are_loaded(db: None) -> None:
    AreaRelease.objects.create(version=areas.phonenumbers.__version__, loaded_at=factories.NOW)


@pytest.fixture
def client(client_for: ClientFor, admin: User) -> Client:
    return client_for(admin)


def send(client: Client, content: bytes, name: str = "numbers.csv", **fields: str) -> str:
    """Upload a file and return where it leads."""
    response = client.post(UPLOAD, {"file": SimpleUploadedFile(name, content), **fields})
    assert response.status_code == 302, response.content.decode()
    return str(response.url)


def job_of(account: Account) -> ImportJob:
    with account_scope(account):
        return ImportJob.objects.latest("pk")


def numbers_of(account: Account) -> list[str]:
    with account_scope(account):
        return list(PhoneNumber.objects.order_by("e164").values_list("e164", flat=True))


def without_tokens(response: HttpResponse) -> str:
    """Return a page without what differs each time it is made."""
    return re.sub(r'"[A-Za-z0-9]{64}"', "", response.content.decode())


def body(client: Client, address: str, **headers: str) -> str:
    response = client.get(address, headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def test_a_small_file_is_checked_at_once_shown_and_applied_on_a_click(client: Client, acme: Account) -> None:
    address = send(client, csv_of("3035550100,Denver,,,", "bad,,,,"))
    page = body(client, address)
    assert "Will be added" in page
    assert "It contains letters. Write the digits instead." in page
    assert "Add 1 number" in page
    assert numbers_of(acme) == []
    response = client.post(address + "apply/", follow=True)
    assert "Done" in response.content.decode()
    assert "1 number added, 0 changed, 1 line refused" in response.content.decode()
    assert numbers_of(acme) == ["+13035550100"]
    assert job_of(acme).actor.email == "admin@acme.example"


def test_a_second_click_on_apply_changes_nothing(client: Client, acme: Account) -> None:
    address = send(client, csv_of("3035550100,,,,"))
    client.post(address + "apply/")
    response = client.post(address + "apply/", follow=True)
    assert "nothing was done twice" in response.content.decode()
    assert import_jobs.traces_of(acme)["NumberEvent"] == 1


def test_the_form_sent_twice_makes_one_import(client: Client, acme: Account) -> None:
    token = str(uuid.uuid4())
    assert send(client, csv_of("3035550100,,,,"), token=token) == send(client, csv_of("3035550100,,,,"), token=token)
    with account_scope(acme):
        assert ImportJob.objects.count() == 1


def test_the_token_of_another_accounts_import_is_no_way_to_it(client: Client, acme: Account, globex: Account) -> None:
    with account_scope(globex):
        theirs = import_jobs.upload(globex, csv_of("3035550100,,,,"))
    address = send(client, csv_of("2125550100,,,,"), token=str(theirs.uuid))
    assert str(theirs.uuid) not in address
    assert job_of(acme).rows_total == 1


def test_cancel_leaves_nothing(client: Client, acme: Account) -> None:
    address = send(client, csv_of("3035550100,,,,"))
    response = client.post(address + "cancel/", follow=True)
    assert "Nothing was changed" in response.content.decode()
    assert "This import was cancelled" in body(client, address)
    client.post(address + "apply/")
    assert numbers_of(acme) == []


def test_it_is_too_late_to_cancel_what_is_done(client: Client, acme: Account) -> None:
    address = send(client, csv_of("3035550100,,,,"))
    client.post(address + "apply/")
    assert "too late" in client.post(address + "cancel/", follow=True).content.decode()
    assert numbers_of(acme) == ["+13035550100"]


def test_a_file_with_more_lines_than_a_request_works_on_goes_to_the_workers(
    client: Client, acme: Account, settings: pytest.FixtureRequest
) -> None:
    settings.IMPORT_IN_REQUEST_ROWS = 20  # type: ignore[attr-defined]
    address = send(client, csv_of(*fictional_lines(50)))
    assert job_of(acme).state == "checking"
    page = body(client, address)
    assert "20 lines checked so far" in page
    assert 'hx-trigger="every 2s"' in page
    assert '<noscript><meta http-equiv="refresh"' in page
    imports.run_due(now=timezone.now())
    client.post(address + "apply/")
    assert job_of(acme).state == "applying"
    assert "0 of 50 lines applied" in body(client, address)
    imports.run_due(now=timezone.now())
    page = body(client, address)
    assert "50 numbers added" in page
    assert 'hx-trigger="every 2s"' not in page


def test_a_big_file_is_not_read_in_the_request(client: Client, acme: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "CHECKED_IN_REQUEST_BYTES", 10)
    address = send(client, csv_of("3035550100,,,,"))
    assert job_of(acme).state == "uploaded"
    page = body(client, address)
    assert "waits to be checked" in page
    assert "Cancel this import" in page


def test_the_fragment_is_the_part_that_moves(client: Client) -> None:
    address = send(client, csv_of("3035550100,,,,"))
    fragment = body(client, address, HX_Request="true")
    assert fragment.lstrip().startswith('<div id="import"')
    assert "<html" not in fragment


def test_refused_lines_are_paged_and_can_be_downloaded(client: Client) -> None:
    lines = [f"bad{n},,,," for n in range(120)]
    address = send(client, csv_of(*lines, "=1+1,,,,"))
    first = body(client, address)
    assert "bad0<" in first
    assert "bad49<" in first
    assert "bad50<" not in first
    assert "?show=refused&amp;after=51" in first
    second = body(client, address + "?show=refused&after=51")
    assert "bad50<" in second
    assert "bad49<" not in second
    response = client.get(address + "refused.csv")
    sent = b"".join(response.streaming_content).decode().split("\r\n")
    assert sent[0] == "Line,Number,Reason"
    assert sent[1].startswith("2,bad0,It contains letters.")
    assert sent[121].startswith("122,'=1+1,")
    assert len(sent) == 123


@pytest.mark.parametrize("query", ["?show=nonsense", "?after=-1", "?after=999999999999", "?after=abc", "?show=changes"])
def test_a_nonsense_address_shows_the_first_lines(client: Client, query: str) -> None:
    address = send(client, csv_of("bad,,,,", "3035550100,,,,"))
    assert "It contains letters" in body(client, address + query)


def test_changes_and_new_numbers_have_their_tabs(client: Client, acme: Account) -> None:
    factories.make_number(acme, "+13035550100", label="Old")
    address = send(client, csv_of("3035550100,New,,,", "2125550100,Fresh,,,"))
    assert "Label “Old” becomes “New”" in body(client, address + "?show=changes")
    assert "Fresh" in body(client, address + "?show=new")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("numbers.csv", b"", "The file is empty."),
        ("numbers.pdf", b"%PDF", "Choose a file that ends in .csv, .txt, .tsv or .xlsx."),
        ("numbers", b"x", "Choose a file that ends in"),
    ],
)
def test_a_file_that_is_none_is_refused_at_the_field(client: Client, name: str, content: bytes, words: str) -> None:
    response = client.post(UPLOAD, {"file": SimpleUploadedFile(name, content)})
    assert response.status_code == 400
    assert words in response.content.decode()


def test_no_file_and_a_file_that_is_too_large_are_refused_in_words(
    client: Client, settings: pytest.FixtureRequest
) -> None:
    assert "Choose a file first." in client.post(UPLOAD).content.decode()
    settings.IMPORT_MAX_BYTES = 10  # type: ignore[attr-defined]
    response = client.post(UPLOAD, {"file": SimpleUploadedFile("numbers.csv", b"Number\n3035550100\n")})
    assert "larger than" in response.content.decode()


@pytest.mark.parametrize(
    "name", ["numbers.xlsm", "a\x00b.csv", "../../etc/passwd.csv", "<b>x</b>.csv", "x" * 300 + ".csv", "\u202egpj.csv"]
)
def test_a_naughty_file_name_is_only_a_name(client: Client, acme: Account, name: str) -> None:
    page = body(client, send(client, b"Label\nx\n", name))
    assert "could not be imported" in page
    assert "<b>x</b>" not in page
    assert len(job_of(acme).filename) <= 200


def test_a_refused_file_says_why_and_offers_the_template(client: Client) -> None:
    page = body(client, send(client, b"Label\nx\n"))
    assert "one of them must be Number. It holds “Label”" in page
    assert reverse("numbers:import_template") in page


def test_the_template_can_be_imported_as_it_is(client: Client, acme: Account) -> None:
    factories.make_campaign(acme, "Spring renewals")
    factories.make_campaign(acme, "Win back")
    template = client.get(reverse("numbers:import_template")).content
    send(client, template)
    job = job_of(acme)
    assert (job.to_add, job.refused, job.notes) == (2, 0, [])


def test_recent_imports_are_those_of_the_account(client: Client, globex: Account) -> None:
    send(client, csv_of("3035550100,,,,"), "ours.csv")
    with account_scope(globex):
        import_jobs.upload(globex, csv_of("3035550100,,,,"), name="theirs.csv")
    page = body(client, UPLOAD)
    assert "ours.csv" in page
    assert "theirs.csv" not in page


@pytest.mark.parametrize("role", ["viewer", "plain_admin"])
def test_who_may_not_edit_is_told_so_on_every_page(
    request: pytest.FixtureRequest, client: Client, client_for: ClientFor, acme: Account, role: str
) -> None:
    address = send(client, csv_of("3035550100,,,,"))
    other = client_for(request.getfixturevalue(role))
    responses = [
        other.get(UPLOAD),
        other.post(UPLOAD, {"file": SimpleUploadedFile("a.csv", b"Number\n3035550100\n")}),
        other.get(reverse("numbers:import_template")),
        other.get(address),
        other.get(address + "refused.csv"),
        other.post(address + "apply/"),
        other.post(address + "cancel/"),
    ]
    assert {response.status_code for response in responses} == {403}
    assert "privilege to edit" in responses[0].content.decode()
    assert numbers_of(acme) == []
    assert job_of(acme).state == "checked"


def test_for_a_stranger_an_import_does_not_exist(
    client: Client, client_for: ClientFor, stranger: User, acme: Account
) -> None:
    address = send(client, csv_of("3035550100,,,,", "bad,,,,"), "secret.csv")
    other = client_for(stranger)
    missing = other.get(f"{UPLOAD}{uuid.uuid4()}/")
    responses = [
        other.get(address),
        other.get(address, headers={"HX-Request": "true"}),
        other.get(address + "refused.csv"),
        other.post(address + "apply/"),
        other.post(address + "cancel/"),
    ]
    assert {response.status_code for response in responses} == {404}
    assert without_tokens(responses[0]) == without_tokens(missing)
    assert "secret.csv" not in body(other, UPLOAD)
    assert job_of(acme).state == "checked"


def test_anonymous_people_are_sent_to_sign_in(client_for: ClientFor) -> None:
    response = client_for(None).get(UPLOAD)
    assert response.status_code == 302
    assert response.url.startswith("/accounts/login/")


def test_too_many_open_imports_are_told_at_the_field(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "MAX_OPEN_JOBS", 1)
    send(client, csv_of("3035550100,,,,"))
    response = client.post(UPLOAD, {"file": SimpleUploadedFile("b.csv", b"Number\n3035550100\n")})
    assert response.status_code == 409
    assert "Apply or cancel one of them first" in response.content.decode()


def test_the_pages_need_few_queries(client: Client, django_assert_max_num_queries: pytest.FixtureRequest) -> None:
    address = send(client, csv_of(*fictional_lines(60), "bad,,,,"))
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        client.get(address + "?show=new")
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        client.get(UPLOAD)
