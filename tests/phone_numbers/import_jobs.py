"""What the tests of imports share: files made of lines, jobs brought to a state, and what an account holds after."""

from __future__ import annotations

import io
from typing import Any

from django.utils import timezone

from accounts.models import Account, User
from common.scope import account_scope
from phone_numbers.models import (
    AreaPrefix,
    AreaRelease,
    CampaignNumber,
    Country,
    ImportJob,
    ImportRow,
    NumberEvent,
    NumberStatus,
    PhoneNumber,
)
from phone_numbers.services import areas, imports
from phone_numbers.states import RowOutcome
from tests import factories

HEADER = "Number,Label,Product,Source,Campaign"


def csv_of(*lines: str, header: str = HEADER) -> bytes:
    """Return a file with a header."""
    return "\n".join([header, *lines, ""]).encode()


def fictional_lines(count: int, label: str = "Line") -> list[str]:
    """Return lines with so many numbers that belong to nobody."""
    codes = ("303", "212", "415", "617", "713", "206", "305", "702")
    return [f"{codes[n // 100]}55501{n % 100:02d},{label} {n},Contact Center,Native," for n in range(count)]


def upload(account: Account, content: bytes, *, name: str = "numbers.csv", actor: User | None = None) -> ImportJob:
    """Upload a file. Needs the account's scope."""
    return imports.upload(
        account, io.BytesIO(content), filename=name, size=len(content), actor=actor, now=timezone.now()
    )


def checked(account: Account, content: bytes, *, name: str = "numbers.csv", actor: User | None = None) -> ImportJob:
    """Upload a file and check it. Needs the account's scope."""
    return imports.work_now(upload(account, content, name=name, actor=actor), lines=None)


def applied(account: Account, content: bytes, *, actor: User | None = None) -> ImportJob:
    """Bring a file all the way. Opens the account's scope."""
    with account_scope(account):
        job = checked(account, content, actor=actor)
        assert imports.confirm(job, actor=actor, now=timezone.now())
        return imports.work_now(job, lines=None)


def outcomes(job: ImportJob) -> dict[int, tuple[str, str]]:
    """Return line -> (outcome, reason)."""
    rows = ImportRow.objects.filter(job=job).order_by("line")
    return {row.line: (RowOutcome(row.outcome).name, row.reason) for row in rows}


def held_by(account: Account) -> list[tuple[Any, ...]]:
    """Return every number of an account with what an import writes, in a fixed order."""
    with account_scope(account):
        rows = PhoneNumber.objects.order_by("e164").values_list(
            "e164", "label", "product", "origin", "area", "state", "status__product", "status__origin"
        )
        return list(rows)


def traces_of(account: Account) -> dict[str, int]:
    """Return how many rows of each kind an account has: nothing may be there twice."""
    with account_scope(account):
        return {
            model.__name__: model.objects.count() for model in (PhoneNumber, NumberStatus, NumberEvent, CampaignNumber)
        }


def stand_in_areas() -> None:
    """Stand in for the library's data: loading it takes seconds, and has a test of its own."""
    AreaRelease.objects.create(version=areas.phonenumbers.__version__, loaded_at=factories.NOW)
    AreaPrefix.objects.create(prefix="1303", area="Colorado", state="CO")
    AreaPrefix.objects.create(prefix="1303555", area="Denver, CO", state="CO")
    AreaPrefix.objects.create(prefix="1800", area="Toll-free", state="")
    Country.objects.create(code="CA", name="Canada")
