"""The CSV of a million numbers over HTTP from the portal's own web server, beside COPY and django-import-export."""

from __future__ import annotations

import http.client
import tempfile
from collections.abc import Callable

from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse
from import_export import resources

from accounts.middleware import SESSION_KEY
from benchmarks import data, process_memory, timing, web_server
from benchmarks.models import PlainNumber
from benchmarks.results import LIMIT, Result
from reputation_portal.local import ports

ROUNDS = 3
IMPORT_EXPORT_ROWS = 20_000
OVER_COPY, OVER_IMPORT_EXPORT, MEMORY = "<=1.8", "<=0.04", "<1"
MEMORY_LIMIT = 20.0  # MB
WARM_UPS = 16  # enough that each process of the web server has exported once before its memory is looked at
CHUNK = 1 << 20

# The same columns, filter and order, as the tables hold them: what nobody can do faster.
RAW_COPY = """
COPY (
    SELECT number.e164, number.label, number.area, status.services, number.product, status.registration,
        status.rating, status.status, status.overall, status.maturity, status.connection, status.engagement,
        status.sentiment, status.capability, status.flagged_by, status.complaints_90d, status.last_updated
    FROM numbers_phonenumber AS number JOIN numbers_numberstatus AS status ON status.number_id = number.id
    WHERE number.account_id = {account} AND status.account_id = {account}
    ORDER BY status.last_updated DESC, status.number_id DESC
) TO STDOUT (FORMAT csv, HEADER)
"""


class ExportError(RuntimeError):
    """An export was not what it should be."""


class PlainNumberResource(resources.ModelResource):
    """The same 17 columns, as django-import-export's documentation has it."""

    class Meta:
        model = PlainNumber
        fields = (
            "number",
            "label",
            "area",
            "service",
            "product",
            "registration",
            "rating",
            "status",
            "overall",
            "maturity",
            "connection",
            "engagement",
            "sentiment",
            "capability",
            "flagged_by",
            "complaints_90d",
            "last_updated",
        )


def measure() -> list[Result]:
    """Return the results of the part `export`."""
    rows = data.size(data.LARGE)
    with web_server.running() as (port, pids):
        download = _download(port, data.LARGE, rows)
        warm_up = _download(port, data.SMALL, data.size(data.SMALL))
        for _ in range(WARM_UPS):
            warm_up()
        with process_memory.Watch(pids()) as watch:
            download()
        ours, copy, theirs = timing.best([download, _raw_copy, _import_export], rounds=ROUNDS, warm=False)
    return [
        Result("export: a million numbers", ours / 1000, copy / 1000, "raw COPY", "s", OVER_COPY),
        Result(
            "export: one row",
            ours * 1000 / rows,
            theirs * 1000 / IMPORT_EXPORT_ROWS,
            "django-import-export",
            "µs",
            OVER_IMPORT_EXPORT,
        ),
        Result("export: growth of a web process", watch.growth, MEMORY_LIMIT, LIMIT, "MB", MEMORY),
    ]


def _raw_copy() -> None:
    statement = RAW_COPY.format(account=data.account(data.LARGE).pk)
    with tempfile.TemporaryFile(buffering=CHUNK) as file, connection.cursor() as cursor:
        cursor.copy_expert(statement, file)
        file.flush()


def _import_export() -> None:
    exported = PlainNumberResource().export(PlainNumber.objects.all()[:IMPORT_EXPORT_ROWS]).csv
    if exported.count("\n") != IMPORT_EXPORT_ROWS + 1:
        raise ExportError("django-import-export did not export the rows that were asked for.")


def _download(port: int, slug: str, rows: int) -> Callable[[], None]:
    """Return a call that downloads the CSV of an account to its last byte and counts its lines."""
    cookie = f"{settings.SESSION_COOKIE_NAME}={_session(slug)}"

    def download() -> None:
        web = http.client.HTTPConnection(ports.LOOPBACK, port, timeout=300)
        web.request("GET", reverse("numbers:export"), headers={"Cookie": cookie})
        answer = web.getresponse()
        lines = sum(chunk.count(b"\n") for chunk in iter(lambda: answer.read(CHUNK), b""))
        web.close()
        if answer.status != 200 or lines != rows + 1:
            raise ExportError(f"The export answered {answer.status} with {lines:,} lines.")

    return download


def _session(slug: str) -> str:
    """Sign the account's person in and return the session's key."""
    client = Client()
    client.force_login(data.owner(slug))
    session = client.session
    session[SESSION_KEY] = str(data.account(slug).uuid)
    session.save()
    return str(session.session_key)
