"""The CSV of numbers: header and cells of D26, the filters of the list, tenancy and the audit trail."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from accounts.models import Account, AuditEvent, License, User
from accounts.products import LicenseKind, Product
from common import csv_export
from common.scope import account_scope
from phone_numbers import exports, filters, states
from phone_numbers.models import PhoneNumber, Source
from tests import factories
from tests.conftest import ClientFor
from tests.phone_numbers.export_reader import begin_download, body_of, rows_of

HEADER = (
    "Number,Label,Area,Service,Product,Registration status,Spam rating,Reputation status,Overall,Maturity,Connection,"
    "Engagement,Sentiment,Capability,Flagged by,Complaints (90 days),Last updated"
)
pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client_for: ClientFor, viewer: User) -> Client:
    """A viewer: seeing and exporting needs no privilege (D28)."""
    return client_for(viewer)


def test_the_header_is_there_even_without_a_number(client: Client) -> None:
    response = begin_download(client)
    assert body_of(response) == HEADER.encode() + b"\r\n"


def test_a_full_row_has_every_cell_in_words(client: Client, acme: Account) -> None:
    factories.make_number(
        acme,
        "+12025550142",
        label="Spring appointments",
        area="Washington, DC",
        product=Product.PHONE,
        registration=states.Registration.REGISTERED,
        capability=states.Capability.ON,
        rating=states.Rating.SPAM,
        maturity=75,
        connection=50,
        engagement=25,
        sentiment=0,
        flagged_by=[1, 3],
        complaints_90d=12,
        last_updated=datetime(2026, 7, 14, 9, 12, 5, 987654, tzinfo=UTC),
    )
    assert body_of(begin_download(client)).decode().splitlines()[1] == (
        '+12025550142,Spring appointments,"Washington, DC",Registration; Monitoring & remediation,Phone,Registered,'
        "Spam,Spam,Very poor,Good,Normal,Poor,Very poor,On,AT&T; T-Mobile,12,2026-07-14T09:12:05Z"
    )


def test_what_is_unknown_is_said_and_never_poor(client: Client, acme: Account) -> None:
    factories.make_number(acme, "+12025550142", product=Product.OTHER)
    (row,) = rows_of(client)
    assert row["Spam rating"] == "Unknown"
    assert row["Reputation status"] == "No data yet"
    metrics = [row[name] for name in ("Overall", "Maturity", "Connection", "Engagement", "Sentiment")]
    assert metrics == ["Not enough data"] * 5
    assert [row["Service"], row["Flagged by"], row["Last updated"], row["Label"]] == [""] * 4
    assert row["Complaints (90 days)"] == "0"


@pytest.mark.parametrize("score", [-1, 0, 24, 25, 49, 50, 74, 75, 100])
def test_a_score_has_the_same_word_as_on_the_page(client: Client, acme: Account, score: int) -> None:
    factories.make_number(acme, maturity=score)
    (row,) = rows_of(client)
    assert row["Maturity"] == row["Overall"] == states.band(score).label


def test_every_state_has_its_word(client: Client, acme: Account) -> None:
    for registration in states.Registration:
        for rating in states.Rating:
            factories.make_number(acme, registration=registration, rating=rating)
    for capability in states.Capability:
        factories.make_number(acme, capability=capability)
    rows = rows_of(client)
    assert {row["Registration status"] for row in rows} == set(states.Registration.labels)
    assert {row["Spam rating"] for row in rows} == set(states.Rating.labels)
    assert {row["Reputation status"] for row in rows} == set(states.ReputationStatus.labels)
    assert {row["Capability"] for row in rows} == set(states.Capability.labels)
    assert {row["Service"] for row in rows} == {"", "Registration", "Monitoring & remediation"}


RUN_BY_A_SPREADSHEET = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "\tplain",
    "\r=1+1",
    "\rplain",
    "\n=1+1",
    " =1+1",
    "\u00a0=1+1",
    "\u200b=1+1",
    "\u202e=1+1",
    "\ufeff=1+1",
    "\x01=1+1",
    "\x0b@x",
    "\uff1d1+1",
    "\uff0b1",
    "\uff0d1",
    "\uff20x",
    '=HYPERLINK("http://x.example";"y")',
    "=cmd|' /C calc'!A0",
    "+15551234567",
]
LEFT_ALONE = [
    "Sales",
    "1+1",
    "a=b",
    "(=1)",
    "'=1+1",
    '"=1+1"',
    "São Paulo",
    "日本",
    "é=1",
    "two\nlines",
    "two\r\nlines",
    "a,b",
    'say "hi"',
    "50 % off",
    "%s %(x)s {0} \\ '",
    "~x",
    "😀",
    "_x",
    "",
]


@pytest.mark.parametrize("label", RUN_BY_A_SPREADSHEET)
def test_a_label_that_a_spreadsheet_would_run_gets_an_apostrophe(client: Client, acme: Account, label: str) -> None:
    factories.make_number(acme, "+12025550142", label=label, area=label)
    (row,) = rows_of(client)
    assert row["Label"] == row["Area"] == f"'{label}"
    assert row["Number"] == "+12025550142"


@pytest.mark.parametrize("label", LEFT_ALONE)
def test_any_other_label_arrives_as_it_is(client: Client, acme: Account, label: str) -> None:
    factories.make_number(acme, "+12025550142", label=label)
    assert [row["Label"] for row in rows_of(client)] == [label]


def test_lines_end_in_crlf_and_a_line_feed_inside_a_cell_stays(client: Client, acme: Account) -> None:
    factories.make_number(acme, label="two\nlines")
    body = body_of(begin_download(client))
    assert body.count(b"\r\n") == 2
    assert b'"two\nlines"' in body
    assert not body.startswith(b"\xef\xbb\xbf")


def test_it_is_an_attachment_with_its_length(client: Client, acme: Account) -> None:
    factories.make_number(acme)
    response = begin_download(client)
    body = body_of(response)
    assert int(response["Content-Length"]) == len(body)
    assert response["Content-Type"].startswith("text/csv; charset=utf-8")
    assert response["Content-Disposition"].startswith('attachment; filename="acme-numbers-20')


@pytest.mark.parametrize(
    "query",
    [
        "",
        "rating=spam",
        "rating=spam&rating=mixed&sort=number",
        "q=0101&sort=-number",
        "q=spring&sort=label",
        "product=phone&sort=-overall",
        "service=monitoring",
        "flagged_by=verizon&sort=area",
        "tagged=yes",
        "area=CO",
    ],
)
def test_rows_and_order_are_those_of_the_list(client: Client, acme: Account, query: str) -> None:
    _mixed_numbers(acme)
    with account_scope(acme):
        expected = [number.e164 for number in filters.filtered_numbers(acme, QueryDict(query))]
    assert expected
    assert [row["Number"] for row in rows_of(client, query)] == expected


def _mixed_numbers(account: Account) -> None:
    for serial in range(12):
        factories.make_number(
            account,
            f"+1303555{100 + serial:04d}",
            label=("Spring", "Renewals", "")[serial % 3],
            area=("Denver, CO", "Austin, TX")[serial % 2],
            product=Product.PHONE if serial % 4 else Product.CONTACT_CENTER,
            rating=serial % 4,
            capability=2 * (serial % 2),
            maturity=serial * 7,
            flagged_by=[2] if serial % 4 == 3 else [],
            tag_since=factories.NOW if serial % 4 == 3 else None,
            last_updated=factories.NOW.replace(minute=serial // 2),
        )


def test_ticked_numbers_are_exported_alone(client: Client, acme: Account) -> None:
    numbers = [factories.make_number(acme) for _ in range(4)]
    query = "&".join(f"ids={number.uuid}" for number in numbers[1:3]) + "&sort=number"
    assert [row["Number"] for row in rows_of(client, query)] == sorted(number.e164 for number in numbers[1:3])


def test_numbers_are_exported_before_any_source_is_known(client: Client, acme: Account) -> None:
    factories.make_number(acme, "+12025550142")
    Source.objects.all().delete()
    assert rows_of(client)[0]["Flagged by"] == ""


def test_a_stranger_gets_none_of_the_account(client_for: ClientFor, stranger: User, acme: Account) -> None:
    number = factories.make_number(acme, label="MARKER")
    client = client_for(stranger)
    for query in ("", f"ids={number.uuid}", "q=MARKER", f"q={number.e164[1:]}"):
        assert body_of(begin_download(client, query)) == HEADER.encode() + b"\r\n"


def test_anonymous_people_are_sent_to_sign_in(client_for: ClientFor) -> None:
    response = begin_download(client_for(None))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("query", ["rating=nonsense", "ids=7", "q=a%00b", "label=x&product=%00", "q=" + "a" * 5000])
def test_a_filter_that_is_not_understood_is_refused_in_words(client: Client, acme: Account, query: str) -> None:
    factories.make_number(acme)
    response = begin_download(client, query)
    assert response.status_code == 400
    assert "not understood" in response.content.decode()
    assert "Content-Disposition" not in response


@pytest.mark.parametrize("query", ["sort=nonsense", "sort=%00", "after=%00&before=x", "per_page=-1", "unknown=1"])
def test_what_is_no_filter_does_not_matter(client: Client, acme: Account, query: str) -> None:
    factories.make_number(acme)
    assert len(rows_of(client, query)) == 1


def test_without_the_registration_license_scores_and_registration_are_empty(client: Client, acme: Account) -> None:
    with account_scope(acme):
        License.objects.filter(kind=LicenseKind.SPAM_REGISTRATION).delete()
    factories.make_number(acme, registration=2, maturity=90, rating=states.Rating.SPAM, flagged_by=[1])
    (row,) = rows_of(client)
    empty = ("Overall", "Maturity", "Connection", "Engagement", "Sentiment", "Registration status")
    assert [row[name] for name in empty] == [""] * 6
    assert (row["Spam rating"], row["Reputation status"], row["Flagged by"]) == ("Spam", "Spam", "AT&T")


def test_an_export_leaves_a_line_in_the_audit_trail(client: Client, acme: Account, viewer: User) -> None:
    for _ in range(3):
        factories.make_number(acme, rating=states.Rating.SPAM)
    rows_of(client, "rating=spam")
    with account_scope(acme):
        event = AuditEvent.objects.get(action="numbers.exported")
    assert (event.actor, event.detail["rows"], event.detail["filters"]) == (viewer, 3, "rating=spam")


def test_ticked_numbers_can_be_posted_and_the_form_token_is_not_written_down(client: Client, acme: Account) -> None:
    numbers = [factories.make_number(acme) for _ in range(3)]
    posted = {"ids": [str(number.uuid) for number in numbers[:2]], "csrfmiddlewaretoken": "MARKER"}
    response = client.post(reverse("numbers:export"), posted)
    assert body_of(response).count(b"\r\n") == 3
    with account_scope(acme):
        assert "MARKER" not in AuditEvent.objects.get(action="numbers.exported").detail["filters"]


def test_values_of_a_filter_are_quoted_by_the_driver(acme: Account) -> None:
    with account_scope(acme):
        nasty = PhoneNumber.objects.filter(label__contains="100 %'; \\ %s").values_list("e164")
        select = csv_export.compose(nasty)
    assert csv_export.spool(["Number"], select).rows == 0


def test_a_queryset_that_can_have_no_rows_has_no_statement(acme: Account) -> None:
    with account_scope(acme):
        assert csv_export.compose(PhoneNumber.objects.filter(pk__in=[]).values_list("pk")) is None


def test_the_columns_are_as_many_as_the_header(acme: Account) -> None:
    with account_scope(acme):
        numbers = PhoneNumber.objects.filter(account=acme)
        rows = exports.number_rows(numbers, sources=[], with_scores=False)
    assert len(rows.query.annotation_select) == len(exports.NUMBER_HEADER) == 17
