"""Reads about accounts, memberships and licences."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from accounts import person_sql
from accounts.models import Account, AuditEvent, License, LicenseTerm, Membership, Role, User
from accounts.products import LicenseKind
from common.prepared import Prepared
from common.scope import account_scope

_PERSON = Prepared("person_of_a_page", person_sql.PERSON, person_sql.TYPES)
_PERSON_FIELDS, _MEMBERSHIP_FIELDS, _ACCOUNT_FIELDS = (
    [field.attname for field in model._meta.concrete_fields] for model in (User, Membership, Account)
)


def person(user_id: int) -> User | None:
    """Return a person, with whom `memberships_of` finds the memberships; None when there is no such person.

    One statement of our own, which brings the terms of the licences along, because every page begins with it.
    """
    rows = _PERSON.fetchall({"user": user_id})
    if not rows:
        return None
    found = User.from_db(connection.alias, _PERSON_FIELDS, rows[0][: len(_PERSON_FIELDS)])
    found.list_columns = json.loads(found.list_columns)
    found.known_memberships = _memberships(rows)
    return found


def memberships_of(user: User) -> list[Membership]:
    """Return a person's memberships with their accounts, by account name: the rows of the account switcher."""
    if user.known_memberships is not None:
        return user.known_memberships
    return _memberships(_PERSON.fetchall({"user": user.pk}))


def _memberships(rows: list[tuple[Any, ...]]) -> list[Membership]:
    own = [row[len(_PERSON_FIELDS) :] for row in rows]
    return [_membership_of(row) for row in own if row[0] is not None]


def _membership_of(row: tuple[Any, ...]) -> Membership:
    *values, terms = row
    own = len(_MEMBERSHIP_FIELDS)
    membership = Membership.from_db(connection.alias, _MEMBERSHIP_FIELDS, values[:own])
    membership.account = Account.from_db(connection.alias, _ACCOUNT_FIELDS, values[own:])
    membership.license_terms = tuple(_term_of(*term) for term in terms)
    return membership


def _term_of(kind: str, starts_on: str, ends_on: str | None) -> LicenseTerm:
    last = date.fromisoformat(ends_on) if ends_on else None
    return LicenseTerm(LicenseKind(kind), date.fromisoformat(starts_on), last)


def kinds_in_force(terms: Iterable[LicenseTerm], *, today: date) -> frozenset[LicenseKind]:
    """Return the kinds of licences that are in force on a day, by their terms."""
    return frozenset(term.kind for term in terms if term.is_valid_on(today))


def valid_license_kinds(account: Account, *, today: date) -> frozenset[LicenseKind]:
    """Return the kinds of licences in force in an account on a day."""
    with account_scope(account):
        return kinds_in_force([license.term for license in License.objects.all()], today=today)


def seats(account: Account, kind: LicenseKind, *, today: date) -> int:
    """Return the seats of one kind in force on a day: the sum over the valid licences."""
    with account_scope(account):
        licenses = list(License.objects.filter(kind=kind))
    return sum(license.seats or 0 for license in licenses if license.is_valid_on(today))


def members(account: Account) -> list[Membership]:
    """Return the people of an account with their roles, owners first, then by name."""
    with account_scope(account):
        found = list(Membership.objects.select_related("user"))
    order = {role: place for place, role in enumerate(Role)}
    return sorted(found, key=lambda one: (order[Role(one.role)], one.user.full_name, one.user.email))


@dataclass(frozen=True, slots=True)
class LicenseLine:
    """A licence as the account sees it; `in_force` on the day that was asked about."""

    license: License
    in_force: bool


def licenses(account: Account, *, today: date) -> list[LicenseLine]:
    """Return every licence of an account, those in force first."""
    with account_scope(account):
        found = list(License.objects.order_by("kind", "starts_on"))
    lines = [LicenseLine(license, license.is_valid_on(today)) for license in found]
    return sorted(lines, key=lambda line: not line.in_force)


def audit_events(account: Account) -> QuerySet[AuditEvent]:
    """Return the audit trail of an account, newest first."""
    with account_scope(account):
        return AuditEvent.objects.select_related("actor").order_by("-at", "-pk")
