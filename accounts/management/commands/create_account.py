"""`create_account SLUG`: a new account with its owner and its licences, for platform staff (D28)."""

from __future__ import annotations

import secrets
from argparse import ArgumentParser, ArgumentTypeError
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email, validate_slug
from django.db import transaction
from django.utils import timezone

from accounts import services
from accounts.models import Account, Role, User
from accounts.products import LicenseKind

LICENSE_HELP = "Repeatable. KIND or KIND:SEATS; kinds: " + ", ".join(f"{kind} ({kind.label})" for kind in LicenseKind)


@dataclass(frozen=True, slots=True)
class WantedLicense:
    """A licence of the command line."""

    kind: LicenseKind
    seats: int | None


def wanted_license(text: str) -> WantedLicense:
    """Read `esr` or `smr:100`; raise ArgumentTypeError in words."""
    word, _, seats = text.partition(":")
    if word not in LicenseKind.values:
        raise ArgumentTypeError(f"{word!r} is no kind of license. Use one of: {', '.join(LicenseKind.values)}.")
    kind = LicenseKind(word)
    if kind is LicenseKind.SPAM_MONITORING and not (seats.isdecimal() and int(seats) > 0):
        raise ArgumentTypeError("smr is counted in seats: write smr:100 for a hundred.")
    if kind is not LicenseKind.SPAM_MONITORING and seats:
        raise ArgumentTypeError(f"{word} has no seats: write {word} alone.")
    return WantedLicense(kind, int(seats) if seats else None)


class Command(BaseCommand):
    """All or nothing. An owner who is new gets a password that is shown once."""

    help = "Create an account with its owner and its licenses."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the account, its owner and its licences."""
        parser.add_argument("slug", help="Short name in addresses and commands, such as acme.")
        parser.add_argument("--name", help="Name of the business; the slug when it is left out.")
        parser.add_argument("--owner", required=True, metavar="EMAIL", help="E-mail address of the owner.")
        parser.add_argument(
            "--license", dest="licenses", action="append", default=[], type=wanted_license, help=LICENSE_HELP
        )
        parser.add_argument(
            "--starts-on", type=date.fromisoformat, help="First day of the licenses; today if left out."
        )

    def handle(self, *, slug: str, name: str | None, owner: str, **options: Any) -> None:
        """Create everything in one transaction and say what was made."""
        now = timezone.now()
        self._check(slug, owner)
        password = secrets.token_urlsafe(12)
        with transaction.atomic():
            account = services.create_account(slug=slug, name=name or slug, actor=None, now=now)
            user, is_new = _owner(owner, password)
            services.add_member(account, user=user, role=Role.OWNER, actor=None, now=now)
            _grant(account, options["licenses"], starts_on=options["starts_on"] or now.date(), now=now)
        self.stdout.write(f"Created {account.name} ({slug}) with {len(options['licenses'])} licenses.")
        said = f"Password, shown this once: {password}" if is_new else "Signs in as before."
        self.stdout.write(f"Owner: {user.email}. {said}")

    def _check(self, slug: str, owner: str) -> None:
        """Refuse in words what the database would refuse in its own."""
        try:
            validate_slug(slug)
            validate_email(owner)
        except ValidationError as error:
            raise CommandError(f"{slug} / {owner}: {' '.join(error.messages)}") from error
        if Account.objects.filter(slug=slug).exists():
            raise CommandError(f"There is an account {slug} already. Choose another slug.")


def _owner(email: str, password: str) -> tuple[User, bool]:
    """Return the person with this address, made now when there is none yet."""
    known = User.objects.filter(email__iexact=email).first()
    if known is not None:
        return known, False
    return services.create_user(email=email, password=password), True


def _grant(account: Account, licenses: list[WantedLicense], *, starts_on: date, now: datetime) -> None:
    for wanted in licenses:
        services.grant_license(account, kind=wanted.kind, seats=wanted.seats, starts_on=starts_on, actor=None, now=now)
