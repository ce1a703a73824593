"""Rows for tests, with the fewest fields. Each function opens the account's scope itself.

The clock of the tests is NOW: rows are made at NOW unless a test says otherwise, and `now` is passed into what decides.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from accounts import services as account_services
from accounts.models import Account, Membership, Role, User
from accounts.products import LicenseKind, Product
from common.scope import account_scope, all_accounts
from enrollment.models import EnrolledService, Enrollment, EnrollmentState
from phone_numbers import states
from phone_numbers.models import (
    Campaign,
    CampaignNumber,
    Complaint,
    Feed,
    NumberEvent,
    NumberStatus,
    PhoneNumber,
    Reading,
    Source,
    SourceView,
)

NOW = datetime(2026, 7, 15, 12, 0, tzinfo=UTC)
LICENSE_START = date(2020, 1, 1)
EVERY_LICENSE = (
    LicenseKind.SPAM_REGISTRATION,
    LicenseKind.SPAM_MONITORING,
    LicenseKind.CONTACT_CENTER_ELITE,
    LicenseKind.PHONE_PRO,
    LicenseKind.AUTO_DIALER,
)
SEATS = 100

_serial = count(1)


def make_account(slug: str = "", *, kinds: Iterable[LicenseKind] = (), **fields: Any) -> Account:
    """Make an account with licences that never end."""
    slug = slug or f"account-{next(_serial)}"
    account = Account.objects.create(slug=slug, name=fields.pop("name", slug.title()), created_at=NOW, **fields)
    for kind in kinds:
        make_license(account, kind)
    return account


def make_license(
    account: Account, kind: LicenseKind, *, seats: int | None = SEATS, ends_on: date | None = None
) -> None:
    """Give an account a licence; seats count only for the kinds that have them."""
    seats = seats if kind is LicenseKind.SPAM_MONITORING else None
    account_services.grant_license(
        account, kind=kind, seats=seats, starts_on=LICENSE_START, ends_on=ends_on, actor=None, now=NOW
    )


def make_user(email: str = "", *, password: str | None = None, **fields: Any) -> User:
    """Make a person; without a password they can only be signed in by `client_for`."""
    email = email or f"person{next(_serial)}@people.example"
    return account_services.create_user(email=email, password=password, **fields)


def make_member(account: Account, email: str = "", *, role: Role = Role.OWNER, can_edit_settings: bool = False) -> User:
    """Make a person with a role in an account."""
    user = make_user(email)
    add_member(account, user, role=role, can_edit_settings=can_edit_settings)
    return user


def add_member(account: Account, user: User, *, role: Role, can_edit_settings: bool = False) -> Membership:
    """Give a person a role in an account."""
    return account_services.add_member(
        account, user=user, role=role, can_edit_settings=can_edit_settings, actor=None, now=NOW
    )


def remove_member(account: Account, user: User) -> None:
    """Take a person's role in an account away."""
    with account_scope(account):
        Membership.objects.filter(user=user).delete()


def fictional(serial: int) -> str:
    """Return the E.164 number of a line that does not exist: NPA-555-01XX, 100 to each of six US area codes."""
    area_code = (212, 312, 415, 617, 713, 206)[serial // 100 % 6]
    return f"+1{area_code}55501{serial % 100:02d}"


def make_number(account: Account, e164: str = "", **fields: Any) -> PhoneNumber:
    """Make a number and its status. Fields of PhoneNumber go to the number, every other field to NumberStatus."""
    inventory = {name: fields.pop(name) for name in ("label", "area", "state") if name in fields}
    product = fields.pop("product", Product.CONTACT_CENTER)
    origin = fields.pop("origin", states.Origin.NATIVE)
    with account_scope(account):
        number = PhoneNumber.objects.create(
            account=account,
            e164=e164 or fictional(next(_serial)),
            country=fields.pop("country", "US"),
            product=product,
            origin=origin,
            created_at=fields.pop("created_at", NOW),
            **inventory,
        )
        NumberStatus.objects.create(number=number, account=account, product=product, origin=origin, **fields)
    return number


def status_of(number: PhoneNumber) -> NumberStatus:
    """Read a number's status anew from the database."""
    with account_scope(number.account_id):
        return NumberStatus.objects.get(number=number)


def make_campaign(account: Account, name: str = "", *, numbers: Iterable[PhoneNumber] = (), **fields: Any) -> Campaign:
    """Make a campaign, by default an active predictive one of Contact Center, with its pool."""
    fields = {"product": Product.CONTACT_CENTER, "dialing_method": states.DialingMethod.PREDICTIVE} | fields
    with account_scope(account):
        campaign = Campaign.objects.create(
            account=account, name=name or f"Campaign {next(_serial)}", created_at=NOW, **fields
        )
        for number in numbers:
            CampaignNumber.objects.create(account=account, campaign=campaign, number=number, added_at=NOW)
    return campaign


def make_enrollment(
    account: Account, service: EnrolledService, state: EnrollmentState = EnrollmentState.APPROVED
) -> Enrollment:
    """Make where an account stands with a service."""
    with account_scope(account):
        return Enrollment.objects.create(account=account, service=service, state=state, state_since=NOW)


def make_view(number: PhoneNumber, source: str, **fields: Any) -> SourceView:
    """Make what a source (by key, such as `verizon`) says about a number; Healthy without `verdict`."""
    fields = {
        "verdict": states.Rating.HEALTHY,
        "flagged": False,
        "since": NOW,
        "last_seen": NOW,
        "marks": [],
    } | fields
    with account_scope(number.account_id):
        return SourceView.objects.create(
            account_id=number.account_id, number=number, source=Source.objects.get(key=source), **fields
        )


def make_reading(number: PhoneNumber, source: str, observed_at: datetime = NOW, **fields: Any) -> Reading:
    """Make one observation of a source (by key), without a verdict, without scores; it changes no view or rating."""
    fields = {"flagged": False, "verdict": 0, "received_at": observed_at, "ident": ""} | fields
    with account_scope(number.account_id):
        return Reading.objects.create(
            account_id=number.account_id,
            number=number,
            source=Source.objects.get(key=source),
            observed_at=observed_at,
            **fields,
        )


def make_event(number: PhoneNumber, kind: states.EventKind, **fields: Any) -> NumberEvent:
    """Make a line of a number's history."""
    fields = {"at": NOW} | fields
    with account_scope(number.account_id):
        return NumberEvent.objects.create(account_id=number.account_id, number=number, kind=kind, **fields)


def make_complaint(number: PhoneNumber, created_at: datetime = NOW, **fields: Any) -> Complaint:
    """Make a consumer's complaint about a number."""
    with account_scope(number.account_id):
        return Complaint.objects.create(account_id=number.account_id, number=number, created_at=created_at, **fields)


def make_feed(account: Account | None, provider: str = "telnyx", **fields: Any) -> Feed:
    """Make a feed that is due; without an account it is one of the platform's."""
    fields = {"name": f"{provider} {next(_serial)}", "due_at": NOW, "created_at": NOW} | fields
    with all_accounts():
        return Feed.objects.create(account=account, provider=provider, **fields)
