"""The people, accounts and licences of the demo (design, Demo sign-ins)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from accounts import services as account_services
from accounts.models import Account, Role, User
from accounts.products import LicenseKind
from reputation_portal.demo import business

SEATS = 4_000
KINDS = (
    LicenseKind.SPAM_REGISTRATION,
    LicenseKind.SPAM_MONITORING,
    LicenseKind.CONTACT_CENTER_ELITE,
    LicenseKind.PHONE_PRO,
    LicenseKind.AUTO_DIALER,
)


@dataclass(frozen=True, slots=True)
class Person:
    """A demo sign-in; `role` None is a platform reviewer without an account."""

    email: str
    name: str
    account: str = ""
    role: Role | None = None
    can_edit_settings: bool = False


ACCOUNTS = {"acme": "Acme Health", "globex": "Globex Energy"}
PEOPLE = (
    Person("owner@acme.example", "Olivia Owens", "acme", Role.OWNER),
    Person("admin@acme.example", "Adam Diaz", "acme", Role.ADMIN, can_edit_settings=True),
    Person("viewer@acme.example", "Vera Ito", "acme", Role.VIEWER),
    Person("owner@globex.example", "Gil Okafor", "globex", Role.OWNER),
    Person("reviewer@portal.example", "Rita Vance"),
)


def make_cast(*, password: str, starts_on: date, now: datetime) -> dict[str, Account]:
    """Create both accounts with their people and licences; acme is approved for both services, globex for none."""
    accounts = {slug: _make_account(slug, name, starts_on, now) for slug, name in ACCOUNTS.items()}
    people = {person.email: _make_person(person, accounts, password, now) for person in PEOPLE}
    applicant, reviewer = people["owner@acme.example"], people["reviewer@portal.example"]
    business.enroll(accounts["acme"], applicant=applicant, reviewer=reviewer, now=now)
    return accounts


def _make_account(slug: str, name: str, starts_on: date, now: datetime) -> Account:
    account = account_services.create_account(slug=slug, name=name, actor=None, now=now)
    for kind in KINDS:
        seats = SEATS if kind == LicenseKind.SPAM_MONITORING else None
        account_services.grant_license(account, kind=kind, seats=seats, starts_on=starts_on, actor=None, now=now)
    return account


def _make_person(person: Person, accounts: dict[str, Account], password: str, now: datetime) -> User:
    user = account_services.create_user(
        email=person.email, password=password, full_name=person.name, is_reviewer=person.role is None
    )
    if person.role:
        account_services.add_member(
            accounts[person.account],
            user=user,
            role=person.role,
            can_edit_settings=person.can_edit_settings,
            actor=None,
            now=now,
        )
    return user


def set_passwords(password: str) -> None:
    """Give every demo person the password that is printed at this start."""
    for user in User.objects.filter(email__in=[person.email for person in PEOPLE]):
        if not user.check_password(password):
            user.set_password(password)
            user.save(update_fields=["password"])
