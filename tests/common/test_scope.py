"""The tenant guard: outside an account nothing is read, and no door goes around the guard."""

from __future__ import annotations

import ast
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import models

from accounts.models import Account, Membership
from common.scope import ScopedManager, ScopeError, account_scope, all_accounts, current_account_id
from phone_numbers.models import PhoneNumber
from tests import factories

ROOT = Path(__file__).parent.parent.parent
PACKAGES = (
    "accounts",
    "api",
    "common",
    "enrollment",
    "phone_numbers",
    "providers",
    "remediation",
    "reputation_portal",
)

# Modules that may run SQL of their own, beside those that hold nothing but statements (`sql.py`, `*_sql.py`). Each is
# here because the ORM cannot say it: COPY, temporary tables, partitions, advisory locks, servers without Django.
RUNS_SQL = {
    "accounts/keys.py",
    "common/csv_export.py",
    "common/prepared.py",
    "common/slots.py",
    "phone_numbers/campaigns/caller_id.py",
    "phone_numbers/campaigns/pools.py",
    "phone_numbers/feeds/checks.py",
    "phone_numbers/feeds/complaints.py",
    "phone_numbers/feeds/ingest.py",
    "phone_numbers/feeds/partitions.py",
    "phone_numbers/imports/apply_step.py",
    "phone_numbers/imports/check_step.py",
    "phone_numbers/services/areas.py",
    "phone_numbers/services/counts.py",
    "phone_numbers/services/inventory.py",
    "phone_numbers/services/status.py",
    "remediation/selectors/case_list.py",
    "remediation/selectors/counts.py",
    "remediation/selectors/stats.py",
    "remediation/services/alert_mail.py",
    "remediation/services/cases.py",
    "remediation/services/counts.py",
    "remediation/services/detection.py",
    "remediation/services/pool_safety.py",
    "remediation/services/queueing.py",
    "remediation/services/submission_leases.py",
    "reputation_portal/demo/cases.py",
    "reputation_portal/local/postgres.py",
    "reputation_portal/metrics.py",
}
# Data definition of the partitions: no row is read or written.
NAMES_TABLES = {"phone_numbers/feeds/partitions.py"}
TENANT_TABLE = re.compile(r"\b(?:numbers|accounts|enrollment|remediation)_[a-z]+", re.ASCII)
SQL_VERB = re.compile(r"\b(?:SELECT|INSERT|UPDATE|DELETE|COPY|TRUNCATE|MERGE)\b")


def sources() -> Iterator[tuple[str, str]]:
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in file.parts:
                yield file.relative_to(ROOT).as_posix(), file.read_text()


def is_sql_module(name: str) -> bool:
    return name.endswith(("/sql.py", "_sql.py"))


def offenders(pattern: str, allowed: Callable[[str], bool]) -> list[str]:
    wanted = re.compile(pattern)
    return [name for name, text in sources() if wanted.search(text) and not allowed(name)]


# --- What the guard refuses ---

QUERIES: dict[str, Callable[[Any], Any]] = {
    "all": lambda manager: list(manager.all()),
    "filter": lambda manager: list(manager.filter(pk=1)),
    "exists": lambda manager: manager.exists(),
    "excluded exists": lambda manager: manager.exclude(pk=1).exists(),
    "distinct exists": lambda manager: manager.distinct().exists(),
    "explain": lambda manager: manager.explain(),
    "count": lambda manager: manager.count(),
    "first": lambda manager: manager.first(),
    "get": lambda manager: manager.get(pk=1),
    "create": lambda manager: manager.create(),
    "update": lambda manager: manager.update(pk=1),
    "delete": lambda manager: manager.all().delete(),
    "values": lambda manager: list(manager.values_list("pk")),
    "aggregate": lambda manager: manager.aggregate(n=models.Count("pk")),
    "bulk create": lambda manager: manager.bulk_create([]),
    "iterator": lambda manager: list(manager.iterator()),
    "raw": lambda manager: manager.get_queryset().raw("SELECT 1"),
}


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES.keys())
def test_a_query_outside_an_account_raises(db: None, query: Callable[[Any], Any]) -> None:
    with pytest.raises(ScopeError):
        query(PhoneNumber.objects)


def test_none_is_allowed_outside_an_account() -> None:
    assert not PhoneNumber.objects.none().exists()


@pytest.mark.parametrize("nonsense", [None, "1", 1.0, True, Account(), object()])
def test_a_scope_of_nothing_is_refused(nonsense: object) -> None:
    with pytest.raises(ScopeError):
        account_scope(nonsense)


def test_a_scope_shows_its_own_account_only(acme: Account, globex: Account) -> None:
    ours, theirs = factories.make_number(acme), factories.make_number(globex)
    with account_scope(acme):
        assert list(PhoneNumber.objects.all()) == [ours]
        assert not PhoneNumber.objects.filter(uuid=theirs.uuid).exists()
        with account_scope(globex):
            assert list(PhoneNumber.objects.all()) == [theirs]
        assert current_account_id() == acme.pk
    with all_accounts():
        assert PhoneNumber.objects.count() == 2
    with pytest.raises(ScopeError):
        current_account_id()


def test_a_queryset_keeps_the_account_it_was_made_in(acme: Account, globex: Account) -> None:
    ours = factories.make_number(acme)
    factories.make_number(globex)
    with account_scope(acme):
        queryset = PhoneNumber.objects.all()
    with account_scope(globex):
        assert list(queryset) == [ours]


def test_a_scope_does_not_leak_into_a_thread(acme: Account) -> None:
    seen: list[BaseException] = []

    def read() -> None:
        try:
            current_account_id()
        except ScopeError as error:
            seen.append(error)

    with account_scope(acme):
        thread = threading.Thread(target=read)
        thread.start()
        thread.join()
    assert len(seen) == 1


def tenant_models() -> list[type[models.Model]]:
    """Every model of ours with an account."""
    ours = [model for model in apps.get_models() if model.__module__.split(".")[0] in PACKAGES]
    return [model for model in ours if any(field.name == "account" for field in model._meta.get_fields())]


@pytest.mark.parametrize("model", tenant_models(), ids=lambda model: model._meta.label)
def test_every_table_of_a_tenant_is_guarded(model: type[models.Model]) -> None:
    assert isinstance(model._default_manager, ScopedManager)
    assert [manager.name for manager in model._meta.managers] == ["objects"]


@pytest.mark.parametrize("model", tenant_models(), ids=lambda model: model._meta.label)
def test_no_reverse_accessor_of_accounts_and_people_leads_around_the_guard(model: type[models.Model]) -> None:
    owners = {"account", "user", "actor"}
    reverse = [field for field in model._meta.get_fields() if field.name in owners and field.is_relation]
    assert all(field.remote_field.hidden for field in reverse)  # type: ignore[union-attr]


def test_membership_is_read_across_accounts_for_the_person_only(acme: Account, globex: Account) -> None:
    factories.make_member(acme)
    with account_scope(globex):
        assert not Membership.objects.exists()


# --- What the source may not say ---


def test_only_the_guard_opens_scopes() -> None:
    assert offenders(r"(?<![\w.])scope\(|scopes_disabled|django_scopes", lambda name: name == "common/scope.py") == []


def test_nobody_asks_the_base_manager() -> None:
    assert offenders(r"_base_manager|base_manager_name", lambda name: False) == []


def test_raw_sql_is_run_in_the_listed_modules_only() -> None:
    allowed = lambda name: is_sql_module(name) or name in RUNS_SQL  # noqa: E731
    assert offenders(r"\.cursor\(\) as|connections?\b.*\.cursor\(|\.raw\(|RawSQL|\.extra\(", allowed) == []


def test_statements_about_tables_of_tenants_stand_in_sql_modules_only() -> None:
    found = [
        f"{name}:{node.lineno}"
        for name, text in sources()
        if not is_sql_module(name) and name not in NAMES_TABLES
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and TENANT_TABLE.search(node.value)
        and SQL_VERB.search(node.value)
    ]
    assert found == []


@pytest.mark.parametrize("word", [r"\bnow\(\)", "CURRENT_TIMESTAMP", "CURRENT_DATE", "LOCALTIMESTAMP"])
def test_no_statement_reads_the_clock(word: str) -> None:
    """`now` is passed in, or a frozen clock in a test would not be the database's clock."""
    found = [
        f"{name}:{node.lineno}"
        for name, text in sources()
        if is_sql_module(name) or name in RUNS_SQL
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and SQL_VERB.search(node.value)
        and re.search(word, node.value, re.IGNORECASE)
    ]
    assert found == []
