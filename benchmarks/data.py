"""The accounts of the benchmarks: a large one, ten thousand numbers to compare with, the peers' table beside them."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from accounts import services as account_services
from accounts.models import Account, Role, User
from accounts.products import LicenseKind
from benchmarks import data_sql
from common.scope import account_scope
from enrollment.models import EnrolledService, Enrollment, EnrollmentState
from phone_numbers.feeds import partitions
from phone_numbers.models import PhoneNumber
from phone_numbers.services import areas, counts
from providers.simulator.inventory import Inventory

LARGE, SMALL = "large", "small"
SMALL_SIZE = 10_000
SEED = 1


def make(numbers: int, *, peers: bool, tell: Callable[[str], None]) -> None:
    """Fill the empty database of this run; the peers' table only for parts that have such peers."""
    now = timezone.now()
    partitions.ensure_partitions(now - timedelta(days=40), now + timedelta(days=2))
    areas.ensure_areas(now=now)
    with _WithoutIndexes():
        for slug, size in ((LARGE, numbers), (SMALL, SMALL_SIZE)):
            _make_account(slug, size)
            tell(f"{size:,} numbers in the account {slug}")
    if peers:
        _execute(data_sql.PLAIN, {"slug": LARGE})
    counts.fold_number_counts()
    settle()
    tell("indexed, and vacuumed once; from here on nothing is vacuumed")


def account(slug: str) -> Account:
    """Return one of the accounts."""
    return Account.objects.get(slug=slug)


def size(slug: str) -> int:
    """Return how many numbers an account has."""
    with account_scope(account(slug)):
        return PhoneNumber.objects.count()


def owner(slug: str) -> User:
    """Return the person who looks at an account; may also use Django's admin."""
    return User.objects.get(email=f"{slug}@bench.example")


def settle() -> None:
    """Vacuum and analyze what was written so far, and keep autovacuum away from it."""
    for table in data_sql.TABLES:
        _execute(f"ALTER TABLE {table} SET (autovacuum_enabled = false)")
        _execute(f"VACUUM (ANALYZE) {table}")


def _make_account(slug: str, size: int) -> None:
    account = _make_cast(slug)
    parameters = {"account": account.pk, "now": timezone.now()}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(data_sql.STAGED)
        cursor.copy_expert(data_sql.COPY_STAGED, _Lines(Inventory(f"bench-{slug}", size, SEED)))
        for statement in (data_sql.NUMBERS, data_sql.STATUSES, data_sql.VIEWS):
            cursor.execute(statement, parameters)


def _make_cast(slug: str) -> Account:
    """Make an account with every licence, both services approved, and its person."""
    now = timezone.now()
    account = account_services.create_account(slug=slug, name=f"The {slug} account", actor=None, now=now)
    user = account_services.create_user(
        email=f"{slug}@bench.example", password=None, full_name="Ben March", is_staff=True, is_superuser=True
    )
    account_services.add_member(account, user=user, role=Role.OWNER, actor=None, now=now)
    for kind in LicenseKind:
        seats = 1_000_000 if kind == LicenseKind.SPAM_MONITORING else None
        account_services.grant_license(
            account, kind=kind, seats=seats, starts_on=now.date() - timedelta(days=30), actor=None, now=now
        )
    with account_scope(account):
        for service in EnrolledService:
            Enrollment.objects.create(account=account, service=service, state=EnrollmentState.APPROVED, state_since=now)
    return account


class _Lines(io.TextIOBase):
    """The numbers of an inventory as a file for COPY, made as it is read."""

    def __init__(self, numbers: Inventory) -> None:
        self._chunks = _chunks(numbers)

    def read(self, _size: int | None = -1) -> str:
        """Return the next chunk, which may be longer than asked for."""
        return next(self._chunks, "")


def _chunks(numbers: Inventory) -> Iterator[str]:
    for first in range(0, len(numbers), 100):
        yield "".join(f"{e164}\n" for e164 in numbers[first : first + 100])


class _WithoutIndexes:
    """Drops the secondary indexes while rows are added, and makes them once at the end."""

    def __enter__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(data_sql.SECONDARY_INDEXES)
            self.indexes = cursor.fetchall()
        for name, _ in self.indexes:
            _execute(f"DROP INDEX {name}")

    def __exit__(self, *error: object) -> None:
        if error[0] is None:
            _execute("SET maintenance_work_mem = '256MB'")
            for _, definition in self.indexes:
                _execute(definition)


def _execute(statement: str, parameters: dict[str, object] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
