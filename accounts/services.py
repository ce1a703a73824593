"""Writes about accounts, people, licences and the audit trail."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts.models import Account, AuditEvent, License, Membership, Role, User
from accounts.products import LicenseKind
from common.scope import account_scope


def record_audit(
    account: Account | None, *, actor: User | None, action: str, now: datetime, target: str = "", **detail: Any
) -> AuditEvent:
    """Append one line to the audit trail (B7); `detail` must be JSON and hold no secrets."""
    event = AuditEvent(account=account, actor=actor, at=now, action=action, target=target, detail=detail)
    event.save(force_insert=True)
    return event


@transaction.atomic
def create_user(*, email: str, password: str | None, full_name: str = "", **extra: Any) -> User:
    """Create a person whose e-mail address counts as verified, so that they can sign in at once."""
    user = User.objects.create_user(email, password, full_name=full_name, **extra)
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    return user


@transaction.atomic
def create_account(*, slug: str, name: str, actor: User | None, now: datetime) -> Account:
    """Create an account without members or licences."""
    account = Account.objects.create(slug=slug, name=name, created_at=now)
    record_audit(account, actor=actor, action="account.created", target=slug, now=now)
    return account


@transaction.atomic
def add_member(
    account: Account, *, user: User, role: Role, actor: User | None, now: datetime, can_edit_settings: bool = False
) -> Membership:
    """Give a person a role in an account (D28)."""
    with account_scope(account):
        membership = Membership.objects.create(
            account=account, user=user, role=role, can_edit_settings=can_edit_settings, created_at=now
        )
        record_audit(account, actor=actor, action="member.added", target=user.email, now=now, role=role)
    return membership


@transaction.atomic
def grant_license(
    account: Account,
    *,
    kind: LicenseKind,
    starts_on: date,
    actor: User | None,
    now: datetime,
    seats: int | None = None,
    ends_on: date | None = None,
) -> License:
    """Add a licence to an account (D28: platform staff only; the caller checks)."""
    with account_scope(account):
        license = License.objects.create(
            account=account, kind=kind, seats=seats, starts_on=starts_on, ends_on=ends_on, created_at=now
        )
        record_audit(account, actor=actor, action="license.granted", target=kind, now=now, seats=seats)
    return license


@transaction.atomic
def change_license(
    license: License, *, seats: int | None, starts_on: date, ends_on: date | None, actor: User | None, now: datetime
) -> None:
    """Change the seats and the days of a licence (D28: platform staff only; the caller checks)."""
    with account_scope(license.account_id):
        held = License.objects.select_for_update().select_related("account").get(pk=license.pk)
        before = {"seats": held.seats, "starts_on": str(held.starts_on), "ends_on": str(held.ends_on or "")}
        held.seats, held.starts_on, held.ends_on = seats, starts_on, ends_on
        held.save(update_fields=["seats", "starts_on", "ends_on"])
        after = {"seats": seats, "starts_on": str(starts_on), "ends_on": str(ends_on or "")}
        record_audit(
            held.account, actor=actor, action="license.changed", target=held.kind, now=now, before=before, after=after
        )
